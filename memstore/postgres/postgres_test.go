package postgres

import (
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// fresh opens a store in an empty database. Fewer partitions are made faster.
func fresh(tb testing.TB) memstore.Backend {
	tb.Helper()
	return openAt(tb, copied(tb))
}

// copied is a database with an empty store.
func copied(tb testing.TB) string {
	tb.Helper()
	return postgrestest.Copy(tb, func(url string) error {
		db, err := open(tb.Context(), url, 3)
		if err != nil {
			return err
		}
		return db.Close()
	})
}

func openAt(tb testing.TB, url string) *DB {
	tb.Helper()
	db, err := open(tb.Context(), url, 3)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func TestConformance(t *testing.T) { memstoretest.Run(t, fresh) }

func TestModel(t *testing.T) { memstoretest.RunModel(t, fresh) }

func BenchmarkStore(b *testing.B) { memstoretest.Bench(b, fresh) }
