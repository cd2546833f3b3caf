package memstore

import "context"

// Forget erases a memory, its history and its terms; a session's summary also
// from the session. It is idempotent: false
// for an id that this user does not have (any more). wiped says that nothing of
// it is left in any file of the store either; otherwise the backend is still
// overwriting it.
func (s *Store) Forget(ctx context.Context, id int64) (forgotten, wiped bool, err error) {
	done, _, err := s.write(ctx, Want{ID: id}, func(tx *txn) error {
		tx.op = op{memory: id}
		old := tx.st.ByID
		if old == nil {
			return nil
		}
		tx.op.flag = true
		tx.m.User.Memories--
		tx.m.User.Bytes -= old.textBytes() + old.History
		if err := tx.forgetSummary(old); err != nil {
			return err
		}
		tx.m.Erase = append(tx.m.Erase, Tombstone{ID: id, Seq: tx.nextSeq(), OldSeq: old.Seq})
		return nil
	})
	if err != nil || !done.flag {
		return false, false, err
	}
	w, ok := s.db.backend.(Wiper)
	return true, !ok || w.Wipe(ctx), nil
}

// forgetSummary takes the text of a forgotten summary from its session too.
func (tx *txn) forgetSummary(old *Row) error {
	if old.Type != Summary {
		return nil
	}
	row, err := tx.w.Session(old.Session)
	if err != nil || row == nil || open(row.Summary) != open(old.Content) {
		return err
	}
	tx.m.User.Bytes -= int64(len(row.Summary))
	tx.m.Sessions = append(tx.m.Sessions, PutSession{
		ID: SessionID{id: row.ID}, Started: row.Started, LastActivity: row.LastActivity, Ended: row.Ended, Auto: row.Auto,
	})
	return nil
}
