package postgres

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

// TestReplica: reads go to a standby that has everything of the user, and to the
// database otherwise: while the standby is behind, and while it is gone. Each search
// finds what was saved before it.
func TestReplica(t *testing.T) {
	server := postgrestest.Start(t)
	check(t, openAt(t, server.URL).Close()) // the schema
	standby := postgrestest.Standby(t, server)
	db, err := OpenWithReplica(t.Context(), server.URL, standby.URL)
	check(t, err)
	defer func() { check(t, db.Close()) }()
	s := memstoretest.User(t, memstore.New(kept{db}, memstore.DefaultOptions()), "alice")
	n := 0
	saves := func(count int) (there int64) {
		t.Helper()
		before := db.replica.reads.Load()
		for range count {
			n++
			memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("finding ", n), "walnut", "")
			found, err := s.Search(t.Context(), memstoretest.Query(t, "walnut", 100))
			if err != nil || len(found.Hits) != n {
				t.Fatalf("after %d saves %d are found, %v", n, len(found.Hits), err)
			}
			st, err := s.Stats(t.Context())
			if err != nil || st.Memories != int64(n) || st.Sessions != 1 {
				t.Fatalf("after %d saves: %+v %v", n, st, err)
			}
		}
		return db.replica.reads.Load() - before
	}
	on := func(statement string) {
		t.Helper()
		c, err := pgx.Connect(t.Context(), standby.URL)
		check(t, err)
		_, err = c.Exec(t.Context(), statement)
		check(t, err)
		check(t, c.Close(t.Context()))
	}
	saves(5)
	for range 1000 { // until it has caught up
		if _, err := s.Stats(t.Context()); err != nil {
			t.Fatal(err)
		}
		if db.replica.reads.Load() > 0 {
			break
		}
	}
	if db.replica.reads.Load() == 0 {
		t.Error("the standby never answered")
	}
	on("SELECT pg_wal_replay_pause()")
	if there := saves(5); there != 0 {
		t.Errorf("%d reads went to a standby that was behind", there)
	}
	on("SELECT pg_wal_replay_resume()")
	saves(5)
	standby.Stop()
	if there := saves(5); there != 0 {
		t.Errorf("%d reads went to a standby that was gone", there)
	}
}
