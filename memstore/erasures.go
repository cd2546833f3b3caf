package memstore

import (
	"context"
	"errors"
	"time"
)

// Erasure is an entry in the log of what was erased: a memory, all that a user
// had (ID is 0), or an API key, revoked or removed. It holds no text and names no
// user.
type Erasure struct {
	N     int64 // from 1, without gaps
	At    time.Time
	Epoch int64 // whose: UserRow.Epoch; 0 for a key
	ID    int64
	Key   KeyID
}

// EraseLog is an optional ability of a Backend that keeps a log of erasures
// beside the store, so that an older copy of the store that takes its place can
// be told what to erase.
type EraseLog interface {
	// Missed gives what the log has and the store does not know of: the store is
	// an older copy. [ErrOtherLog] where the log belongs to another store.
	Missed(ctx context.Context) ([]Erasure, error)
	// Settle has the store know of the first of them, once it was applied: that
	// is the last that it knows of then.
	Settle(ctx context.Context, first Erasure) error
}

// Lister is an optional ability of a Backend: it lists who has a memory, for
// the care of the whole store.
type Lister interface {
	Users(ctx context.Context) ([]UserID, error)
}

// CatchUp erases what was erased already, where the store was replaced by an
// older copy of itself, and revokes what was revoked. It gives how many entries
// of the log were applied. A backend without a log has nothing to catch up with.
func (db *DB) CatchUp(ctx context.Context, keys Keys) (int, error) {
	log, ok := db.backend.(EraseLog)
	if !ok {
		return 0, nil
	}
	for n := 0; ; {
		missed, err := log.Missed(ctx)
		if err != nil || len(missed) == 0 {
			return n, err
		}
		stores, err := db.byEpoch(ctx)
		if err != nil {
			return n, err
		}
		for _, m := range missed {
			if err := m.again(ctx, stores[m.Epoch], keys); err != nil {
				return n, err
			}
			if err := log.Settle(ctx, m); err != nil {
				return n, err
			}
			n++
		}
	}
}

// again erases what an entry says, if it is there.
func (m Erasure) again(ctx context.Context, of *Store, keys Keys) (err error) {
	switch {
	case !m.Key.IsZero():
		if err = keys.Revoke(ctx, m.Key, m.At); errors.Is(err, ErrNotFound) {
			return nil
		}
	case of == nil: // the copy is from before this user
	case m.ID == 0:
		if _, err = keys.Remove(ctx, of.user, m.At); err == nil {
			_, _, err = of.ForgetAll(ctx)
		}
	default:
		_, _, err = of.Forget(ctx, m.ID)
	}
	return err
}

// byEpoch gives everybody's store by the epoch that the log names.
func (db *DB) byEpoch(ctx context.Context) (map[int64]*Store, error) {
	lister, ok := db.backend.(Lister)
	if !ok {
		return nil, nil
	}
	users, err := lister.Users(ctx)
	if err != nil {
		return nil, err
	}
	stores := make(map[int64]*Store, len(users))
	for _, u := range users {
		s := &Store{db: db, user: u}
		err := s.view(ctx, func(r Reader) error {
			head, err := r.Head()
			stores[head.Epoch] = s
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return stores, nil
}
