package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// fill saves n memories, enough for a snapshot.
func fill(t *testing.T, s *memstore.Store, n int) (ids []int64) {
	t.Helper()
	ids = make([]int64, n)
	var wg sync.WaitGroup
	for w := range 8 {
		rng := rand.New(rand.NewPCG(1, uint64(w)))
		wg.Go(func() {
			for i := w; i < n; i += 8 {
				ids[i] = memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), memstoretest.Words(rng, 12), "").ID
			}
		})
	}
	wg.Wait()
	return ids
}

// TestSnapshotIsStoredAndUsed: a load of a large index stores it, a later one
// begins with it, and what is found is the same; once a memory is erased
// nothing of the snapshot is left, and what was erased is not found.
func TestSnapshotIsStoredAndUsed(t *testing.T) {
	backend := openSQLite(t, filepath.Join(t.TempDir(), "memory.db"))
	open := func() (*memstore.Store, *counted) {
		c := &counted{Backend: backend}
		db := memstore.New(c, memstore.DefaultOptions())
		t.Cleanup(db.StopBackground)
		return memstoretest.User(t, db, "alice"), c
	}
	s, _ := open()
	ids := fill(t, s, 5200)
	find := func(s *memstore.Store, text string) []memstore.Hit {
		t.Helper()
		found, err := s.Search(t.Context(), memstoretest.Query(t, text, 20))
		if err != nil {
			t.Fatal(err)
		}
		return found.Hits
	}
	queries := []string{"t17 t4000", "t5199", strings.Join(strings.Fields(memstoretest.Words(rand.New(rand.NewPCG(1, 3)), 5)), " ")}

	first, read := open()
	want := map[string][]memstore.Hit{}
	for _, q := range queries {
		want[q] = find(first, q)
	}
	first.WaitBackground()
	if read.changes != 5200 || read.snapshots != 0 {
		t.Errorf("the first load read %d changes and %d bytes of a snapshot", read.changes, read.snapshots)
	}
	second, read := open()
	for _, q := range queries {
		if got := find(second, q); !reflect.DeepEqual(got, want[q]) {
			t.Errorf("%q: other hits with a snapshot than without", q)
		}
	}
	if read.changes != 0 || read.snapshots == 0 {
		t.Errorf("the second load read %d changes and %d bytes of a snapshot", read.changes, read.snapshots)
	}
	late := memstoretest.Save(t, s, memstore.Discovery, "t9999", "a late one", "").ID
	second, read = open()
	if got := find(second, "t9999"); len(got) == 0 || got[0].ID != late {
		t.Errorf("a memory later than the snapshot: %v", got)
	}
	if read.changes != 1 || read.snapshots == 0 {
		t.Errorf("the second load read %d changes and %d bytes of a snapshot", read.changes, read.snapshots)
	}
	if _, _, err := s.Forget(t.Context(), ids[17]); err != nil {
		t.Fatal(err)
	}
	third, read := open()
	for _, h := range find(third, "t17 t4000") {
		if h.ID == ids[17] {
			t.Error("a forgotten memory was found")
		}
	}
	if read.snapshots != 0 || read.changes < 5200 {
		t.Errorf("after a memory was erased, a load read %d bytes of a snapshot, %d changes", read.snapshots, read.changes)
	}
}

// TestSnapshotIsRenewed: also when a memory that the last one covers has changed.
func TestSnapshotIsRenewed(t *testing.T) {
	backend := openSQLite(t, filepath.Join(t.TempDir(), "memory.db"))
	s := memstoretest.User(t, memstore.New(backend, memstore.DefaultOptions()), "alice")
	load := func() *counted {
		t.Helper()
		c := &counted{Backend: backend}
		db := memstore.New(c, memstore.DefaultOptions())
		defer db.StopBackground()
		loaded := memstoretest.User(t, db, "alice")
		if _, err := loaded.Search(t.Context(), memstoretest.Query(t, "t5", 1)); err != nil {
			t.Fatal(err)
		}
		loaded.WaitBackground()
		return c
	}
	ids := fill(t, s, 600)
	load()
	if _, err := s.Update(t.Context(), ids[3], memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, "changed")}); err != nil {
		t.Fatal(err)
	}
	for i := range 700 {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("more", i), "text", "")
	}
	if c := load(); c.changes != 701 {
		t.Fatalf("%d changes beyond the first snapshot", c.changes)
	}
	if c := load(); c.changes != 0 {
		t.Errorf("%d changes beyond the second snapshot: it was not stored", c.changes)
	}
}

// TestErasedWhileStored: an erasure between the parts of a snapshot, or between
// the load and the first part, leaves nothing stored.
func TestErasedWhileStored(t *testing.T) {
	for _, before := range []int{0, 1} {
		backend := openSQLite(t, filepath.Join(t.TempDir(), "memory.db"))
		s := memstoretest.User(t, memstore.New(backend, memstore.DefaultOptions()), "alice")
		ids := fill(t, s, 5200)
		c := &counted{Backend: backend}
		once := sync.OnceFunc(func() {
			if _, _, err := s.Forget(t.Context(), ids[3]); err != nil {
				t.Error(err)
			}
		})
		c.beforePart = func(part int) {
			if part == before {
				once()
			}
		}
		db := memstore.New(c, memstore.DefaultOptions())
		loaded := memstoretest.User(t, db, "alice")
		if _, err := loaded.Search(t.Context(), memstoretest.Query(t, "t5", 1)); err != nil {
			t.Fatal(err)
		}
		loaded.WaitBackground()
		err := backend.View(t.Context(), alice(t), func(r memstore.Reader) error {
			b, err := r.Snapshot()
			if len(b) != 0 {
				t.Errorf("erased before part %d: %d bytes are stored", before, len(b))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		db.StopBackground()
	}
}

// counted counts what loads read, and can do something before a part of a
// snapshot is stored.
type counted struct {
	memstore.Backend

	changes, snapshots int
	updates            int
	beforePart         func(int)
}

func (c *counted) Scan(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return c.Backend.Scan(ctx, u, func(r memstore.Reader) error { return f(countedReader{r, c}) })
}

// Update is only used for snapshots here.
func (c *counted) Update(ctx context.Context, u memstore.UserID, f func(memstore.Writer) error) error {
	if c.beforePart != nil {
		c.beforePart(c.updates)
		c.updates++
	}
	return c.Backend.Update(ctx, u, f)
}

type countedReader struct {
	memstore.Reader

	c *counted
}

func (r countedReader) Changes(after int64, limit int) ([]memstore.Change, error) {
	changes, err := r.Reader.Changes(after, limit)
	r.c.changes += len(changes)
	return changes, err
}

func (r countedReader) Snapshot() ([]byte, error) {
	b, err := r.Reader.Snapshot()
	r.c.snapshots += len(b)
	return b, err
}

func alice(t *testing.T) memstore.UserID {
	t.Helper()
	u, err := memstore.ParseUserID("alice")
	if err != nil {
		t.Fatal(err)
	}
	return u
}
