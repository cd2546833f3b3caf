package postgres

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

// TestBouncer: through pgbouncer in transaction mode, where each transaction may have
// another connection, users stay apart and find what they saved.
func TestBouncer(t *testing.T) {
	db := openAt(t, postgrestest.Bouncer(t, copied(t)))
	mem := memstore.New(kept{db}, memstore.DefaultOptions())
	var all sync.WaitGroup
	for n := range 8 {
		user := fmt.Sprint("u", n)
		s := memstoretest.User(t, mem, user)
		all.Go(func() {
			for i := range 15 {
				memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint(user, " ", i), "walnut", "")
				found, err := s.Search(t.Context(), memstoretest.Query(t, "walnut", 50))
				if err != nil || len(found.Hits) != i+1 {
					t.Errorf("%s finds %d of %d, %v", user, len(found.Hits), i+1, err)
					return
				}
				for _, h := range found.Hits {
					if h.Title[:len(user)+1] != user+" " {
						t.Errorf("%s finds %q", user, h.Title)
					}
				}
			}
		})
	}
	all.Wait()
	if users, err := db.Users(t.Context()); err != nil || len(users) != 8 {
		t.Errorf("%v %v", users, err)
	}
}
