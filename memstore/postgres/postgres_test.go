package postgres

import (
	"strconv"
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

// At full size, as a store is made, and on a server that flushes to its disk where
// ILAB_TEST_POSTGRES_URL names one.

func fullSize(tb testing.TB) memstore.Backend {
	tb.Helper()
	db, err := Open(tb.Context(), postgrestest.URL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() }) // a benchmark's
	return db
}

func BenchmarkClients(b *testing.B) { memstoretest.BenchClients(b, fullSize) }

func BenchmarkUsers(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) { memstoretest.BenchUsers(b, fullSize, n) })
	}
}

func BenchmarkSoak(b *testing.B) { memstoretest.BenchSoak(b, fullSize) }
