package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

func openSQLite(t *testing.T, path string) memstore.Backend {
	t.Helper()
	b, err := sqlite.Open(t.Context(), path, sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func search(t *testing.T, s *memstore.Store, query string) memstore.Found {
	t.Helper()
	found, err := s.Search(t.Context(), memstoretest.Query(t, query, 10))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestCopiesSayWhatRowsSay: whatever two handles on one file save, change and
// forget, each finds what a handle without any copy finds.
func TestCopiesSayWhatRowsSay(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(t.TempDir(), "memory.db")
	clock := memstoretest.NewClock()
	backends := []memstore.Backend{openSQLite(t, path), openSQLite(t, path)}
	var stores []*memstore.Store
	for _, b := range backends {
		stores = append(stores, memstoretest.User(t, memstore.New(b, memstoretest.Options(clock)), "alice"))
	}
	vocabulary := strings.Fields("amber birch cobalt delta ember fjord")
	words := func() string {
		return vocabulary[rng.IntN(6)] + " " + vocabulary[rng.IntN(6)] + fmt.Sprintf(" n%d", rng.IntN(20))
	}
	var ids []int64
	steps := 1500
	if testing.Short() {
		steps /= 8
	}
	for range steps {
		s := stores[rng.IntN(2)]
		clock.Add(1e9)
		switch n := rng.IntN(10); {
		case n < 3 || len(ids) == 0:
			topic := ""
			if n == 0 {
				topic = fmt.Sprint("topic/", rng.IntN(5))
			}
			ids = append(ids, memstoretest.Save(t, s, memstore.Type(1+rng.IntN(3)), words(), words(), topic).ID)
		case n == 3:
			// It may be forgotten already.
			_, _ = s.Update(t.Context(), ids[rng.IntN(len(ids))], memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, words())})
		case n == 4:
			if _, _, err := s.Forget(t.Context(), ids[rng.IntN(len(ids))]); err != nil {
				t.Fatal(err)
			}
		default:
			q := words()
			fresh := memstoretest.User(t, memstore.New(backends[0], memstoretest.Options(clock)), "alice")
			if got, want := search(t, s, q), search(t, fresh, q); !reflect.DeepEqual(got, want) {
				t.Fatalf("%q:\n%+v\nwithout copies\n%+v", q, got, want)
			}
		}
	}
	for i, s := range stores {
		if kept, _, _ := s.Copies(); len(kept) == 0 {
			t.Errorf("handle %d keeps no copies: nothing was tested", i)
		}
	}
}

// countingRows counts how often rows are read.
type countingRows struct {
	memstore.Backend

	reads int
}

func (b *countingRows) View(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return b.Backend.View(ctx, u, func(r memstore.Reader) error { return f(countingReader{r, b}) })
}

type countingReader struct {
	memstore.Reader

	b *countingRows
}

func (r countingReader) Rows(ids []int64) ([]memstore.Row, error) {
	r.b.reads++
	return r.Reader.Rows(ids)
}

// TestCopiesSpareReads: what was found once is read again only after a change.
func TestCopiesSpareReads(t *testing.T) {
	b := &countingRows{Backend: openSQLite(t, filepath.Join(t.TempDir(), "memory.db"))}
	s := memstoretest.User(t, memstore.New(b, memstore.DefaultOptions()), "alice")
	memstoretest.Save(t, s, memstore.Decision, "one", "common words", "k")
	memstoretest.Save(t, s, memstore.Decision, "two", "common words", "")
	for i, want := range []int{1, 1, 1, 2, 2} {
		if i == 3 {
			memstoretest.Save(t, s, memstore.Decision, "one", "common words again", "k")
		}
		if found := search(t, s, "common"); len(found.Hits) != 2 || b.reads != want {
			t.Errorf("search %d: %d hits, rows were read %d times, want %d", i, len(found.Hits), b.reads, want)
		}
	}
}

// TestErasedTextLeavesTheCopies: what another process forgot or changed is in
// no copy after the next search, whatever that is for.
func TestErasedTextLeavesTheCopies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	s := memstoretest.User(t, memstore.New(openSQLite(t, path), memstore.DefaultOptions()), "alice")
	other := memstoretest.User(t, memstore.New(openSQLite(t, path), memstore.DefaultOptions()), "alice")
	id := memstoretest.Save(t, s, memstore.Decision, "a", "secretive plan", "").ID
	memstoretest.Save(t, s, memstore.Decision, "b", "secretive draft", "k")
	holds := func() int {
		n := 0
		kept, _, _ := s.Copies()
		for _, m := range kept {
			if strings.Contains(m.Content, "secretive") {
				n++
			}
		}
		return n
	}
	search(t, s, "secretive")
	if holds() != 2 {
		t.Fatalf("%d copies, want 2", holds())
	}
	if _, _, err := other.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, other, memstore.Decision, "b", "plain text", "k")
	search(t, s, "unrelated")
	if holds() != 0 {
		t.Errorf("%d copies hold erased text", holds())
	}
}

// TestCopiesAreBounded: in all, each by itself, and by what the cache counts.
func TestCopiesAreBounded(t *testing.T) {
	o := memstore.DefaultOptions()
	o.IndexBytes = 1 << 20
	db := memstore.New(openSQLite(t, filepath.Join(t.TempDir(), "memory.db")), o)
	s := memstoretest.User(t, db, "alice")
	const n = 120
	for i := range n {
		memstoretest.Save(t, s, memstore.Decision, fmt.Sprint("t", i), fmt.Sprintf("word%d %s", i, strings.Repeat("filler ", 300)), "")
	}
	long := memstoretest.Save(t, s, memstore.Decision, "long", "lengthy "+strings.Repeat("filler ", 1300), "").ID
	for i := range n {
		if found := search(t, s, fmt.Sprintf("word%d lengthy", i)); len(found.Hits) < 8 {
			t.Fatalf("search %d: %d hits", i, len(found.Hits))
		}
		kept, size, index := s.Copies()
		held := int64(0)
		for _, m := range kept {
			if m.ID == long {
				t.Fatal("a copy of a long memory is kept")
			}
			held += int64(len(m.Content))
		}
		if held > size || size > o.IndexBytes/8 {
			t.Fatalf("%d bytes of text count as %d, at most %d", held, size, o.IndexBytes/8)
		}
		if db.Cached() != size+index {
			t.Fatalf("the cache counts %d, not %d+%d", db.Cached(), size, index)
		}
	}
	if kept, _, _ := s.Copies(); len(kept) < 30 || len(kept) == n {
		t.Errorf("%d copies are kept: the bound was not reached, or nothing is", len(kept))
	}
}
