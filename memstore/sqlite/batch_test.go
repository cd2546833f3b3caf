package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// stores binds n users to a fresh file whose writer is held back, so that what
// is queued meanwhile becomes one batch.
func stores(t *testing.T, db *DB, n int) []*memstore.Store {
	t.Helper()
	m := memstore.New(db, memstore.DefaultOptions())
	out := make([]*memstore.Store, n)
	for i := range out {
		out[i] = memstoretest.User(t, m, fmt.Sprint("user", i))
	}
	return out
}

// inOneBatch queues a save of each store, and bad in the middle, while the
// writer is busy; it gives their answers.
func inOneBatch(t *testing.T, db *DB, stores []*memstore.Store, bad func() error) (saves []error, badErr error) {
	t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var once sync.Once // a batch that is lost runs its members again
		if err := db.writer.do(t.Context(), "", func(*change) error {
			once.Do(func() { close(held) })
			<-hold
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-held
	saves = make([]error, len(stores))
	for i, s := range stores {
		if i == len(stores)/2 {
			wg.Go(func() { badErr = bad() })
			waitQueued(db, i+1)
		}
		d := memstoretest.Draft(t, memstore.Discovery, fmt.Sprint("t", i), "text", "")
		wg.Go(func() { _, saves[i] = s.Save(t.Context(), d) })
		waitQueued(db, i+1)
	}
	close(hold)
	wg.Wait()
	return saves, badErr
}

// waitQueued spins until that many jobs wait.
func waitQueued(db *DB, n int) {
	for {
		db.writer.mu.Lock()
		queued := len(db.writer.queue)
		db.writer.mu.Unlock()
		if queued >= n {
			return
		}
	}
}

func wantSaved(t *testing.T, stores []*memstore.Store, errs []error) {
	t.Helper()
	for i, s := range stores {
		if errs[i] != nil {
			t.Errorf("user%d: %v", i, errs[i])
		}
		if st, err := s.Stats(t.Context()); err != nil || st.Memories != 1 {
			t.Errorf("user%d has %d memories, %v", i, st.Memories, err)
		}
	}
}

func TestPanicInsideABatch(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 8)
	errs, bad := inOneBatch(t, db, s, func() error {
		return db.writer.do(t.Context(), "mallory", func(w *change) error {
			if err := w.Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 1}}); err != nil {
				return err
			}
			panic("a defect")
		})
	})
	if bad == nil || !strings.Contains(bad.Error(), "a defect") {
		t.Errorf("the panic's own answer: %v", bad)
	}
	wantSaved(t, s, errs)
}

func TestCancelInsideABatch(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 8)
	ctx, cancel := context.WithCancel(t.Context())
	errs, bad := inOneBatch(t, db, s, func() error {
		return db.writer.do(ctx, "mallory", func(w *change) error {
			cancel() // in the middle of its turn
			return w.Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 1}})
		})
	})
	if bad != nil {
		t.Errorf("a turn that had begun was given up: %v", bad)
	}
	wantSaved(t, s, errs)
}

// TestCancelWhileWaiting: giving up before the turn means nothing was saved.
func TestCancelWhileWaiting(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 8)
	errs, bad := inOneBatch(t, db, s, func() error {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { waitQueued(db, 1); cancel() }()
		err := db.writer.do(ctx, "mallory", func(w *change) error {
			return w.Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 1}})
		})
		// Keep the place in the queue that inOneBatch waits for.
		return errors.Join(err, db.writer.do(t.Context(), "", func(*change) error { return nil }))
	})
	if !errors.Is(bad, context.Canceled) {
		t.Errorf("got %v", bad)
	}
	wantSaved(t, s, errs)
}

// TestDiskFullInsideABatch makes the file too small for one member's work.
// SQLite then rolls the whole transaction back; the others must be saved all
// the same, and the one that does not fit must be told.
func TestDiskFullInsideABatch(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 8)
	var pages int
	if err := db.writer.do(t.Context(), "", func(w *change) error {
		if err := w.c.queryOne("PRAGMA page_count", nil, &pages); err != nil {
			return err
		}
		return w.c.queryOne(fmt.Sprintf("PRAGMA max_page_count = %d", pages+60), nil, &pages)
	}); err != nil {
		t.Fatal(err)
	}
	m := memstore.New(db, memstore.DefaultOptions())
	big := memstoretest.User(t, m, "big")
	draft := memstoretest.Draft(t, memstore.Discovery, "big", strings.Repeat("word ", 12_000), "")
	errs, bad := inOneBatch(t, db, s, func() error {
		for i := range 20 { // until it does not fit
			d := draft
			d.TopicKey = memstoretest.Text(t, memstore.TopicKeyField, fmt.Sprint("k", i))
			d.Title = memstoretest.Text(t, memstore.TitleField, fmt.Sprint("k", i))
			if _, err := big.Save(t.Context(), d); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(bad, memstore.ErrUnavailable) || !strings.Contains(bad.Error(), "disk is full") {
		t.Errorf("a full disk says: %v", bad)
	}
	wantSaved(t, s, errs)
	// Reads go on, and writes resume when there is room again.
	if _, err := s[0].Search(t.Context(), memstoretest.Query(t, "text", 10)); err != nil {
		t.Error(err)
	}
	if err := db.writer.do(t.Context(), "", func(w *change) error {
		return w.c.queryOne("PRAGMA max_page_count = 1000000", nil, &pages)
	}); err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, big, memstore.Discovery, "fits again", "text", "")
}

// TestTransactionLostInsideABatch takes the transaction away in the middle, as
// SQLite does by itself on a full disk or an I/O error: everybody else's work
// must be done again and none of it may have leaked into autocommit.
func TestTransactionLostInsideABatch(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 8)
	errs, bad := inOneBatch(t, db, s, func() error {
		return db.writer.do(t.Context(), "mallory", func(w *change) error {
			if err := w.c.exec("ROLLBACK"); err != nil {
				return err
			}
			return errors.New("the transaction is gone")
		})
	})
	if bad == nil {
		t.Error("a lost transaction was acknowledged")
	}
	wantSaved(t, s, errs)
}

// TestBatchShares: a batch takes at most four jobs of one user, and every job
// is answered.
func TestBatchShares(t *testing.T) {
	db := openTest(t)
	s := stores(t, db, 1)
	many := make([]*memstore.Store, 30)
	for i := range many {
		many[i] = s[0]
	}
	errs, bad := inOneBatch(t, db, many, func() error {
		return db.writer.do(t.Context(), "", func(*change) error { return nil })
	})
	if bad != nil {
		t.Error(bad)
	}
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if st, err := s[0].Stats(t.Context()); err != nil || st.Memories != 30 {
		t.Errorf("%+v %v", st, err)
	}
}
