package memstore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ilab-mcp/ilab-mcp/memstore/recall"
)

// An index changes only by catching up with the rows, never by a save: it
// reads the changes after its own seq, from the same tables that hold the
// memories. So it cannot disagree with them for longer than one search, several
// processes on one store need not talk to each other, and a cold load is
// nothing but catching up from 0.

// changesPerView bounds how many changes one View reads.
const changesPerView = 2000

// repacksPerWrite bounds how many terms of an older analyser one write renews.
const repacksPerWrite = 64

// userIndex is one user's index in memory.
type userIndex struct {
	mu     sync.RWMutex // ranking reads, catching up writes
	idx    *recall.Index
	copies copies // of rows that idx has

	load chan struct{} // held by the one cold load of this user

	repackMu sync.Mutex
	repacks  []Repack // terms that were made again while loading
}

func newUserIndex() *userIndex { return &userIndex{load: make(chan struct{}, 1)} }

// emptyIndexBytes is what a user costs in the cache before any search.
const emptyIndexBytes = 512

func (s *Store) index() *userIndex {
	fresh := false
	u := s.db.indexes.Get(s.user, func() *userIndex { fresh = true; return newUserIndex() })
	if fresh {
		s.db.indexes.Resize(s.user, emptyIndexBytes)
	}
	return u
}

// bytes is what the user costs in the cache. The caller holds mu.
func (u *userIndex) bytes() int64 { return u.idx.Bytes() + u.copies.size() }

// withIndex runs f on one snapshot with an index that is current for it, and
// that stays as it is meanwhile.
func (s *Store) withIndex(ctx context.Context, f func(Reader, *userIndex) error) error {
	const patient, attempts = 4, 16
	u := s.index()
	for attempt := 1; attempt <= attempts; attempt++ {
		err := s.view(ctx, func(r Reader) error {
			head, err := r.Head()
			if err != nil {
				return err
			}
			if head.Epoch == 0 { // has never written, or has nothing any more
				s.dropIndex(u)
				return f(r, &userIndex{idx: recall.NewIndex(0, 0)})
			}
			if err := s.follow(u, r, head, attempt >= patient); err != nil {
				return err
			}
			u.mu.RLock()
			defer u.mu.RUnlock()
			if u.idx == nil || u.idx.Epoch() != head.Epoch {
				return errBehind
			}
			return f(r, u)
		})
		if !errors.Is(err, errBehind) {
			return err
		}
		if err := s.loadIndex(ctx, u); err != nil {
			return err
		}
	}
	return &Error{Kind: Busy, Msg: "the store changes faster than the search can follow; try again"}
}

// dropIndex lets go of what was erased.
func (s *Store) dropIndex(u *userIndex) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.idx != nil {
		u.idx = nil
		u.copies.clear()
		s.db.indexes.Resize(s.user, emptyIndexBytes)
	}
}

// follow applies the few changes between the index and the snapshot, or
// answers errBehind where it takes a load. An index that is ahead of the
// snapshot was moved there by another search just now; it is good enough on
// a later attempt, because the rows decide anyway.
func (s *Store) follow(u *userIndex, r Reader, head UserRow, last bool) error {
	u.mu.RLock()
	x := u.idx
	usable := x != nil && x.Epoch() == head.Epoch
	ahead := usable && x.Seq() > head.Seq
	current := usable && x.Seq() == head.Seq
	u.mu.RUnlock()
	switch {
	case current || ahead && last:
		return nil
	case !usable || ahead:
		return errBehind
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.idx != x || x.Seq() >= head.Seq {
		return nil // somebody else caught up meanwhile
	}
	if head.Seq-x.Seq() > changesPerView {
		return errBehind
	}
	if err := u.apply(r, x); err != nil {
		return err
	}
	s.db.indexes.Resize(s.user, u.bytes())
	return nil
}

// loadIndex builds the user's index anew, in chunks that are short views of
// their own. One load per user, and few loads at once.
func (s *Store) loadIndex(ctx context.Context, u *userIndex) error {
	for _, slot := range []chan struct{}{u.load, s.db.loads} {
		select {
		case slot <- struct{}{}:
			defer func() { <-slot }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	x, read, err := s.build(ctx, u)
	if err != nil || x == nil {
		return err
	}
	if read >= snapshotFrom {
		x.Compact() // only such a one can be stored
	}
	u.mu.Lock()
	u.idx = x
	u.copies.clear()
	s.db.indexes.Resize(s.user, u.bytes())
	u.mu.Unlock()
	s.keepSnapshot(u, read)
	return nil
}

// chunk is what one View of a load has read.
type chunk struct {
	first   bool          // begins the index anew
	stored  *recall.Index // of a snapshot, to go on from; only in a first one
	head    UserRow
	changes []Change
	remade  map[int64][]byte
	err     error
}

// build reads the next chunk while it puts the last one into the index. It
// gives nil where another load was faster, and how many changes it has read.
func (s *Store) build(ctx context.Context, u *userIndex) (x *recall.Index, read int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	chunks := make(chan chunk, 1)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(chunks)
		s.readChunks(ctx, u, chunks)
	})
	defer reading.Wait() // a panic must not leave the reader behind
	defer cancel()
	for c := range chunks {
		if c.err != nil {
			return nil, 0, c.err
		}
		if c.first {
			read = 0
			if x = c.stored; x == nil {
				x = recall.NewIndex(c.head.Epoch, s.db.opts.IndexBytes/2)
			}
		}
		if err := u.put(x, c); err != nil {
			return nil, 0, err
		}
		read += len(c.changes)
	}
	return x, read, ctx.Err()
}

// readChunks reads all changes, from the first one again if the user's store
// was emptied meanwhile.
func (s *Store) readChunks(ctx context.Context, u *userIndex, chunks chan<- chunk) {
	var epoch, after int64
	begun := false
	for {
		var c chunk
		served := false // another load was faster
		c.err = s.db.backend.Scan(ctx, s.user, func(r Reader) (err error) {
			if c.head, err = r.Head(); err != nil {
				return err
			}
			if !begun || c.head.Epoch != epoch || c.head.Seq < after {
				begun, epoch, after, c.first = true, c.head.Epoch, 0, true
				if served = u.serves(c.head); served {
					return nil
				}
				if c.stored, err = s.loadSnapshot(r, c.head); err != nil {
					return err
				}
				if c.stored != nil {
					after = c.stored.Seq()
				}
			}
			c.changes, c.remade, err = readChanges(r, after)
			return err
		})
		if c.err == nil && served {
			return
		}
		select {
		case chunks <- c:
		case <-ctx.Done():
			return
		}
		if c.err != nil || len(c.changes) < changesPerView {
			return
		}
		after = c.changes[len(c.changes)-1].Seq
	}
}

// serves reports whether the index can follow to that head by itself.
func (u *userIndex) serves(head UserRow) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.idx != nil && u.idx.Epoch() == head.Epoch && u.idx.Seq() <= head.Seq &&
		head.Seq-u.idx.Seq() <= changesPerView
}

// apply moves the index by one chunk of changes. The caller may write to x.
func (u *userIndex) apply(r Reader, x *recall.Index) error {
	changes, remade, err := readChanges(r, x.Seq())
	if err != nil {
		return err
	}
	u.copies.forget(changes)
	return u.put(x, chunk{changes: changes, remade: remade})
}

// readChanges reads one chunk of changes, with the terms made again of those
// that another version of the analyser made.
func readChanges(r Reader, after int64) ([]Change, map[int64][]byte, error) {
	changes, err := r.Changes(after, changesPerView)
	if err != nil {
		return nil, nil, err
	}
	remade, err := remake(r, changes)
	return changes, remade, err
}

func (u *userIndex) put(x *recall.Index, c chunk) error {
	for _, change := range c.changes {
		blob := change.Terms
		if made, ok := c.remade[change.ID]; ok && blob != nil {
			blob = made
			u.wantRepack(Repack{ID: change.ID, Seq: change.Seq, Terms: Sealed{b: made}})
		}
		if blob == nil {
			x.Remove(change.Seq, change.ID)
			continue
		}
		if err := x.Put(change.Seq, change.ID, blob); err != nil {
			return &Error{Kind: Damaged, Msg: fmt.Sprintf("the search terms of memory %d are damaged; run ilab-mcp doctor", change.ID), Err: err}
		}
	}
	return nil
}

// remake analyses again, from their text, the changes whose terms are of
// another analyser version. One whose memory is gone or has changed since has
// a later change of its own and needs none.
func remake(r Reader, changes []Change) (map[int64][]byte, error) {
	var ids []int64
	for _, c := range changes {
		if c.Terms != nil && !recall.Current(c.Terms) {
			ids = append(ids, c.ID)
		}
	}
	rows, err := fetch(r, ids)
	if err != nil {
		return nil, err
	}
	blobs := make(map[int64][]byte, len(rows))
	for id, row := range rows {
		blobs[id] = TermsOf(*row).Bytes()
	}
	return blobs, nil
}

func (u *userIndex) wantRepack(r Repack) {
	u.repackMu.Lock()
	defer u.repackMu.Unlock()
	u.repacks = append(u.repacks, r)
}

// takeRepacks gives the next write some terms to renew. A write that fails
// loses them; the next load finds them again.
func (s *Store) takeRepacks() []Repack {
	u := s.index()
	u.repackMu.Lock()
	defer u.repackMu.Unlock()
	n := min(repacksPerWrite, len(u.repacks))
	taken := u.repacks[:n:n]
	u.repacks = u.repacks[n:]
	return taken
}
