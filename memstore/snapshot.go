package memstore

import (
	"slices"

	"github.com/ilab-mcp/ilab-mcp/memstore/recall"
)

// Building a large index from its terms takes tenths of a second. So after a load
// that read many, the index is stored in one piece, and the next load begins
// with that and reads only what has changed since. A snapshot holds words of the
// memories, so the backend drops it, in the same transaction, when one is erased.

const (
	// snapshotFrom is how many changes a load must have read, beyond the last
	// snapshot, for a new one to be worth its while; it is also worth it only
	// for a quarter of the memories.
	snapshotFrom = 500
	// snapshotPart is how much of one is written at once, in bytes, so that
	// other writers get their turn between.
	snapshotPart = 512 << 10
)

// loadSnapshot reads the user's snapshot; nil where there is none that serves.
func (s *Store) loadSnapshot(r Reader, head UserRow) (*recall.Index, error) {
	if head.Memories < snapshotFrom {
		return nil, nil
	}
	b, err := r.Snapshot()
	if err != nil || b == nil {
		return nil, err
	}
	x, err := recall.LoadSnapshot(b, s.db.opts.IndexBytes/2)
	if err != nil || x.Epoch() != head.Epoch || x.Seq() > head.Seq {
		return nil, nil //nolint:nilerr // it only would have been faster
	}
	return x, nil
}

// keepSnapshot stores the index as it is, in the background, after a load that
// read so many changes.
func (s *Store) keepSnapshot(u *userIndex, read int) {
	u.mu.RLock()
	worth := u.idx != nil && read >= max(snapshotFrom, u.idx.Len()/4)
	u.mu.RUnlock()
	if !worth {
		return
	}
	s.db.background.Go(func() {
		u.mu.RLock()
		var b []byte
		var epoch, seq int64
		if u.idx != nil {
			b, epoch, seq = u.idx.Snapshot(), u.idx.Epoch(), u.idx.Seq()
		}
		u.mu.RUnlock()
		run := int64(newOp(s.db.opts.Rand) >> 1)
		n := 0
		for part := range slices.Chunk(b, snapshotPart) {
			p := &SnapshotPart{Run: run, Part: n, Blob: Sealed{b: part}}
			if s.putSnapshot(epoch, seq, p) != nil {
				return // something was erased meanwhile, or cannot be written: it only would have been faster
			}
			n++
		}
	})
}

func (s *Store) putSnapshot(epoch, seq int64, p *SnapshotPart) error {
	return s.db.backend.Update(s.db.closing, s.user, func(w Writer) error {
		st, err := w.Load(Want{})
		if err != nil {
			return err
		}
		if st.User.Epoch != epoch {
			return ErrSnapshotGone
		}
		if p.Part == 0 {
			if err := unerased(w, seq); err != nil {
				return err
			}
		}
		return w.Apply(Mutation{User: st.User, Snapshot: p})
	})
}

// unerased tells whether nothing was erased since a change. Later erasures drop
// what is stored by themselves.
func unerased(r Reader, since int64) error {
	changes, err := r.Changes(since, changesPerView)
	if err != nil {
		return err
	}
	if len(changes) == changesPerView || slices.ContainsFunc(changes, func(c Change) bool { return c.Terms == nil }) {
		return ErrSnapshotGone
	}
	return nil
}
