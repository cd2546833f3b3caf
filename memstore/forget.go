package memstore

import "context"

// Forget erases a memory, its history and its terms. It is idempotent: false
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
		tx.m.Erase = append(tx.m.Erase, Tombstone{ID: id, Seq: tx.nextSeq(), OldSeq: old.Seq})
		return nil
	})
	if err != nil || !done.flag {
		return false, false, err
	}
	w, ok := s.db.backend.(Wiper)
	return true, !ok || w.Wipe(ctx), nil
}
