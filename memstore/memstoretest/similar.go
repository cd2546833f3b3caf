package memstoretest

import (
	"slices"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// testSimilar: a save names the memories that say nearly the same, and no others.
func testSimilar(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	other := User(t, f.db, "bob")
	const text = "All access to PostgreSQL goes through the pgx driver, because database/sql has no range types and no LISTEN"
	Save(t, other, memstore.Decision, "Use the pgx driver", text, "")
	ids := func(saved memstore.Saved) (ids []int64) {
		for _, m := range saved.Similar {
			ids = append(ids, m.ID)
		}
		return ids
	}
	first := Save(t, s, memstore.Decision, "Use the pgx driver", text, "db/driver")
	about := Save(t, s, memstore.Discovery, "The pgx driver pools connections", "With pgx a pool of four connections to PostgreSQL is enough for the worker", "")
	Save(t, s, memstore.Preference, "Lunch", "Alice likes noodles", "")
	if len(first.Similar)+len(about.Similar) != 0 {
		t.Errorf("nothing says the same: %v, %v", first.Similar, about.Similar)
	}
	second := Save(t, s, memstore.Decision, "We use the pgx driver", "Access to PostgreSQL goes through the pgx driver, because database/sql has no range types and LISTEN", "")
	if !slices.Equal(ids(second), []int64{first.ID}) || second.Similar[0].Title != "Use the pgx driver" || second.Similar[0].TopicKey != "db/driver" {
		t.Errorf("nearly the same as %d: %+v", first.ID, second.Similar)
	}
	again := Save(t, s, memstore.Decision, "We use the pgx driver", "Access to PostgreSQL goes through the pgx driver, because database/sql has no range types and LISTEN", "")
	if again.Outcome != memstore.Deduped || again.Similar != nil {
		t.Errorf("the same: %+v", again)
	}
	if _, _, err := s.Forget(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	updated, err := s.Update(t.Context(), second.ID, memstore.Patch{Title: Text(t, memstore.TitleField, "The driver is pgx")})
	if err != nil || len(updated.Similar) != 0 {
		t.Errorf("after the other was forgotten: %+v %v", updated, err)
	}
	third := Save(t, s, memstore.Pattern, "The driver is pgx", "Access to PostgreSQL goes through the pgx driver, as database/sql has no range types and no LISTEN", "")
	if !slices.Equal(ids(third), []int64{second.ID}) {
		t.Errorf("nearly the same as %d: %+v", second.ID, third.Similar)
	}
}
