package memstore

import "context"

// Forget erases a memory, its history and its terms, and what sessions keep of
// it: a summary that is this memory, and its title in a summary that was
// generated. It is idempotent: false for an id that this user does not have (any
// more). wiped says that nothing of it is left in any file of the store either;
// otherwise the backend is still overwriting it.
func (s *Store) Forget(ctx context.Context, id int64) (forgotten, wiped bool, err error) {
	// What is to go is looked for before the transaction, in which others would
	// have to wait for it.
	var seen traces
	err = s.view(ctx, func(r Reader) (err error) {
		seen, err = findTraces(r, id)
		return err
	})
	if err != nil {
		return false, false, err
	}
	done, _, err := s.write(ctx, Want{ID: id}, func(tx *txn) (err error) {
		tx.op = op{memory: id}
		old := tx.st.ByID
		if old == nil {
			return nil
		}
		found := seen
		if !found.current(tx.st.User) { // something was written meanwhile
			if found, err = findTraces(tx.w, id); err != nil {
				return err
			}
		}
		tx.op.flag = true
		tx.m.User.Memories--
		tx.m.User.Bytes -= old.textBytes() + old.History
		if err := tx.eraseTraces(found); err != nil {
			return err
		}
		tx.m.Erase = append(tx.m.Erase, Tombstone{ID: id, Seq: tx.nextSeq(), OldSeq: old.Seq})
		return nil
	})
	if err != nil || !done.flag {
		return false, false, err
	}
	return true, s.db.wipe(ctx), nil
}

// wipe tries to overwrite what was erased, and reports whether nothing is left.
func (db *DB) wipe(ctx context.Context) bool {
	w, ok := db.backend.(Wiper)
	return !ok || w.Wipe(ctx)
}

// ForgetAll erases everything that this user has: memories, their history,
// sessions, the index, and that there was such a user. API keys are not the
// store's: see [Keys.Remove]. It gives what there was. What is saved later begins
// anew.
func (s *Store) ForgetAll(ctx context.Context) (was Stats, wiped bool, err error) {
	err = s.db.backend.Update(ctx, s.user, func(w Writer) (err error) {
		if was, err = stats(w); err != nil {
			return err
		}
		return w.Apply(Mutation{EraseAll: true, At: s.now()})
	})
	if err != nil {
		return Stats{}, false, err
	}
	return was, s.db.wipe(ctx), nil
}
