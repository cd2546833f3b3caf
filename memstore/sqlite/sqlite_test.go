package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

func open(tb testing.TB) memstore.Backend {
	tb.Helper()
	return openFile(tb, filepath.Join(tb.TempDir(), "memory.db"))
}

func openFile(tb testing.TB, path string) *sqlite.DB {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), path, sqlite.Options{Program: "test"})
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

func TestConformance(t *testing.T) { memstoretest.Run(t, open) }

func TestModel(t *testing.T) { memstoretest.RunModel(t, open) }

func BenchmarkStore(b *testing.B) { memstoretest.Bench(b, open) }

func BenchmarkClients(b *testing.B) { memstoretest.BenchClients(b, open) }

func BenchmarkSoak(b *testing.B) { memstoretest.BenchSoak(b, open) }
