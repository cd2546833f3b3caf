package transfer_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// open opens an empty store of all users on a clock that stands still.
func open(tb testing.TB, set ...func(*memstore.Options)) (*memstore.DB, *memstoretest.Clock) {
	tb.Helper()
	backend, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "memory.db"), sqlite.Options{Program: "test"})
	if err != nil {
		tb.Fatal(err)
	}
	clock := memstoretest.NewClock()
	o := memstoretest.Options(clock)
	for _, f := range set {
		f(&o)
	}
	db := memstore.New(backend, o)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db, clock
}

// read imports a text of the program's own format.
func read(t *testing.T, s *memstore.Store, file string) transfer.Report {
	t.Helper()
	report, err := transfer.Import(t.Context(), s, transfer.NewJSONLines(strings.NewReader(file)), privacy.New())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// written exports all that a user has.
func written(tb testing.TB, s *memstore.Store) string {
	tb.Helper()
	var b bytes.Buffer
	if _, err := transfer.Export(tb.Context(), s, &b, nil); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}
