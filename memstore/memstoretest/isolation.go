package memstoretest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// everything is all that a user can read about themselves.
func everything(t *testing.T, s *memstore.Store) string {
	t.Helper()
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Search(t.Context(), Query(t, "alpha beta text", 100))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%+v\n%+v\n", stats, found)
	for _, h := range found.Hits {
		revs, total, err := s.History(t.Context(), h.ID, 20)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%+v %d\n", revs, total)
	}
	recent, best, err := s.Context(t.Context(), 5, 50)
	if err != nil {
		t.Fatal(err)
	}
	return out.String() + fmt.Sprintf("%+v\n%+v\n", recent, best)
}

// testIsolation lets bob act on alice's ids with every method: he learns
// nothing that an unknown id would not tell, and alice is unchanged.
func testIsolation(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	a := Save(t, alice, memstore.Decision, "alpha", "alpha text", "shared/topic")
	Save(t, alice, memstore.Decision, "alpha", "alpha text two", "shared/topic")
	Save(t, bob, memstore.Decision, "beta", "beta text", "other/topic")
	before := everything(t, alice)

	unknown := a.ID + 4096
	answers := func(id int64) []any {
		var out []any
		add := func(v ...any) {
			for _, x := range v {
				if err, ok := x.(error); ok {
					x = "error: " + err.Error()
				}
				out = append(out, x)
			}
		}
		m, err := bob.Get(t.Context(), id)
		add(m, errors.Is(err, memstore.ErrNotFound))
		tl, err := bob.Timeline(t.Context(), id, 5, 5)
		add(len(tl), err)
		h, n, err := bob.History(t.Context(), id, 20)
		add(len(h), n, errors.Is(err, memstore.ErrNotFound))
		up, err := bob.Update(t.Context(), id, memstore.Patch{Title: Text(t, memstore.TitleField, "mine now")})
		add(up, errors.Is(err, memstore.ErrNotFound))
		forgotten, wiped, err := bob.Forget(t.Context(), id)
		add(forgotten, wiped, err)
		return out
	}
	if foreign, none := answers(a.ID), answers(unknown); !reflect.DeepEqual(foreign, none) {
		t.Errorf("a foreign id answers\n%+v\nan unknown one\n%+v", foreign, none)
	}
	if after := everything(t, alice); after != before {
		t.Errorf("alice was changed:\n%s\nbefore:\n%s", after, before)
	}
	// The same topic key is another topic for another user.
	mine := Save(t, bob, memstore.Decision, "beta", "beta two", "shared/topic")
	if mine.Outcome != memstore.Created || mine.ID == a.ID {
		t.Errorf("bob's save met alice's topic: %+v", mine)
	}
	// And equal text is another memory.
	same := Save(t, bob, memstore.Decision, "alpha", "alpha text two", "")
	if same.Outcome != memstore.Created {
		t.Errorf("bob's save met alice's text: %+v", same)
	}
	if after := everything(t, alice); after != before {
		t.Errorf("alice was changed:\n%s\nbefore:\n%s", after, before)
	}
}

// testScoresAreOnesOwn: nothing that bob writes moves a bit of alice's scores.
func testScoresAreOnesOwn(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	for i := range 30 {
		Save(t, alice, memstore.Discovery, fmt.Sprint("note ", i), fmt.Sprintf("alpha text beta%d", i%7), "")
	}
	before := everything(t, alice)
	for i := range 200 {
		Save(t, bob, memstore.Discovery, fmt.Sprint("note ", i), "alpha alpha text text", "")
		if i%50 == 0 {
			if after := everything(t, alice); after != before {
				t.Fatalf("alice's answers moved while bob wrote:\n%s\nbefore:\n%s", after, before)
			}
		}
	}
}
