package memstoretest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func search(t *testing.T, s *memstore.Store, text string, limit int) memstore.Found {
	t.Helper()
	found, err := s.Search(t.Context(), Query(t, text, limit))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func testSearch(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	if got := search(t, s, "anything", 10); len(got.Hits) != 0 || !got.Searchable {
		t.Errorf("an empty store: %+v", got)
	}
	pref := Save(t, s, memstore.Preference, "Editor", "Alice prefers dark mode in every editor", "ui/theme")
	f.clock.Add(time.Minute)
	dec := Save(t, s, memstore.Decision, "Storage", "The editor stores drafts in SQLite", "")
	got := search(t, s, "which editor theme does she prefer?", 10)
	if ids := IDs(got.Hits); !slices.Equal(ids, []int64{pref.ID, dec.ID}) || got.Total != 2 {
		t.Errorf("hits %v of %d", ids, got.Total)
	}
	if h := got.Hits[0]; h.Snippet == "" || h.Score <= got.Hits[1].Score || h.Score > 1 {
		t.Errorf("hit %+v", h)
	}
	q := Query(t, "editor", 10)
	q.Types = memstore.TypeSet(0).With(memstore.Decision)
	only, err := s.Search(t.Context(), q)
	if err != nil || !slices.Equal(IDs(only.Hits), []int64{dec.ID}) || only.Total != 1 {
		t.Errorf("only decisions: %+v %v", only, err)
	}
	if got := search(t, s, "!?… \u200b ==>", 10); got.Searchable || len(got.Hits) != 0 {
		t.Errorf("signs only: %+v", got)
	}
	if one := search(t, s, "editor", 1); len(one.Hits) != 1 || one.Total != 2 {
		t.Errorf("limit 1: %d of %d", len(one.Hits), one.Total)
	}
	// Equal scores: newer first, and then what was said beside them.
	a := Save(t, s, memstore.Pattern, "same", "zebra", "")
	f.clock.Add(time.Minute)
	b := Save(t, s, memstore.Discovery, "same", "zebra", "")
	if ids := IDs(search(t, s, "zebra", 10).Hits); !slices.Equal(ids, []int64{b.ID, a.ID, dec.ID, pref.ID}) {
		t.Errorf("ties: %v, want %v", ids, []int64{b.ID, a.ID, dec.ID, pref.ID})
	}
	// Old text is not found.
	Save(t, s, memstore.Preference, "Editor", "Alice prefers light mode", "ui/theme")
	if got := search(t, s, "dark", 10); len(got.Hits) != 0 {
		t.Errorf("old text was found: %+v", got.Hits)
	}
}

// testColdEqualsWarm: an index that followed every change answers bit for bit
// as one that is built from the rows.
func testColdEqualsWarm(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	rng := rand.New(rand.NewPCG(7, 7))
	var ids []int64
	for i := range 400 {
		f.clock.Add(time.Second)
		text := fmt.Sprintf("%s %s %s", modelWords[rng.IntN(20)], modelWords[rng.IntN(20)], modelWords[rng.IntN(20)])
		ids = append(ids, Save(t, s, memstore.Discovery, fmt.Sprint("n", i), text, fmt.Sprint("k", rng.IntN(150))).ID)
		switch i % 9 {
		case 3:
			if _, _, err := s.Forget(t.Context(), ids[rng.IntN(len(ids))]); err != nil {
				t.Fatal(err)
			}
		case 5:
			search(t, s, "amber", 5)
		}
	}
	cold := User(t, memstore.New(f.backend, f.options), "alice")
	for _, q := range modelWords {
		q += " " + modelWords[rng.IntN(20)] + " unknown"
		if w, c := search(t, s, q, 100), search(t, cold, q, 100); !reflect.DeepEqual(w, c) {
			t.Fatalf("%q: warm\n%+v\ncold\n%+v", q, w, c)
		}
	}
}

// otherAnalyser makes all stored terms look as if another version had made
// them.
type otherAnalyser struct {
	memstore.Backend

	mu      sync.Mutex
	repacks int
}

func (b *otherAnalyser) Scan(ctx ctx, u memstore.UserID, f func(memstore.Reader) error) error {
	return b.Backend.Scan(ctx, u, func(r memstore.Reader) error { return f(otherReader{r}) })
}

func (b *otherAnalyser) Update(ctx ctx, u memstore.UserID, f func(memstore.Writer) error) error {
	return b.Backend.Update(ctx, u, func(w memstore.Writer) error { return f(countingWriter{w, b}) })
}

type otherReader struct{ memstore.Reader }

func (r otherReader) Changes(after int64, limit int) ([]memstore.Change, error) {
	cs, err := r.Reader.Changes(after, limit)
	for i := range cs {
		if len(cs[i].Terms) > 0 {
			cs[i].Terms = append([]byte{255}, cs[i].Terms[1:]...)
		}
	}
	return cs, err
}

type countingWriter struct {
	memstore.Writer

	b *otherAnalyser
}

func (w countingWriter) Apply(m memstore.Mutation) error {
	w.b.mu.Lock()
	w.b.repacks += len(m.Repack)
	w.b.mu.Unlock()
	return w.Writer.Apply(m)
}

func testOtherAnalyser(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	for i := range 100 {
		Save(t, s, memstore.Discovery, fmt.Sprint("n", i), modelWords[i%20]+" "+modelWords[i%7], "")
	}
	b := &otherAnalyser{Backend: f.backend}
	other := User(t, memstore.New(b, f.options), "alice")
	for _, q := range modelWords {
		if w, c := search(t, s, q, 100), search(t, other, q, 100); !reflect.DeepEqual(w, c) {
			t.Fatalf("%q: %+v\nof another version: %+v", q, w, c)
		}
	}
	Save(t, other, memstore.Discovery, "one more", "text", "")
	if b.repacks == 0 {
		t.Error("a write did not renew the terms")
	}
	if again := User(t, memstore.New(f.backend, f.options), "alice"); len(search(t, again, "amber", 100).Hits) != len(search(t, s, "amber", 100).Hits) {
		t.Error("renewed terms find other memories")
	}
}

func testSmallIndex(t *testing.T, f *fixture) {
	o := f.options
	o.IndexBytes = 200 << 10
	s := User(t, memstore.New(f.backend, o), "alice")
	var last int64
	for i := range 1500 {
		last = Save(t, s, memstore.Discovery, fmt.Sprint("note", i), fmt.Sprintf("unique%d common words in it %s", i, modelWords[i%20]), "").ID
	}
	got := search(t, s, "common unique1499", 10)
	if got.Left == 0 || len(got.Hits) == 0 || got.Hits[0].ID != last {
		t.Errorf("left %d, hits %v, want %d first", got.Left, IDs(got.Hits), last)
	}
}

// testSearchRacesForget: a search that begins after a forget was acknowledged
// never returns what was forgotten.
func testSearchRacesForget(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	const n = 1000
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = Save(t, s, memstore.Discovery, fmt.Sprint("n", i), "common text", "").ID
	}
	var mu sync.Mutex
	gone := map[int64]bool{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, id := range ids {
			if ok, _, err := s.Forget(t.Context(), id); err != nil || !ok {
				t.Errorf("forget %d: %v %v", id, ok, err)
				return
			}
			mu.Lock()
			gone[id] = true
			mu.Unlock()
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		mu.Lock()
		before := make(map[int64]bool, len(gone))
		for id := range gone {
			before[id] = true
		}
		mu.Unlock()
		for _, h := range search(t, s, "common text", 100).Hits {
			if before[h.ID] {
				t.Fatalf("memory %d was found after it was forgotten", h.ID)
			}
		}
	}
	if got := search(t, s, "common text", 100); len(got.Hits) != 0 {
		t.Errorf("%d memories are left", len(got.Hits))
	}
}

// testTopics: a user's own keys, by prefix and in byte order on every engine.
func testTopics(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	for _, key := range []string{"b/z", "a/é", "a/y", "a_x", "a/10", "a%", "ab"} {
		Save(t, alice, memstore.Decision, key, "text", key)
	}
	Save(t, bob, memstore.Decision, "bobs", "text", "a/bobs")
	for prefix, want := range map[string][]string{
		"":   {"a%", "a/10", "a/y", "a/é", "a_x", "ab", "b/z"},
		"a/": {"a/10", "a/y", "a/é"},
		"a%": {"a%"},
		"a_": {"a_x"},
		"c":  nil,
	} {
		got, err := alice.Topics(t.Context(), memstore.Query{Text: Text(t, memstore.TopicKeyField, prefix), Limit: 10})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("topics from %q: %q, want %q: %v", prefix, got, want, err)
		}
	}
	if got, err := alice.Topics(t.Context(), memstore.Query{Limit: 2}); err != nil || len(got) != 2 {
		t.Errorf("two topics: %q %v", got, err)
	}
}
