package transfer_test

import (
	"bytes"
	"errors"
	"fmt"
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

// taken imports all of a source.
func taken(tb testing.TB, s *memstore.Store, from transfer.Source) transfer.Report {
	tb.Helper()
	report, err := transfer.Import(tb.Context(), s, from, privacy.New())
	if err != nil {
		tb.Fatal(err)
	}
	return report
}

// twice imports a source, and checks that a second import changes nothing.
func twice(tb testing.TB, s *memstore.Store, from func() transfer.Source) transfer.Report {
	tb.Helper()
	first := taken(tb, s, from())
	was := written(tb, s)
	again := taken(tb, s, from())
	if now := written(tb, s); now != was {
		tb.Errorf("a second import changed\n%s\nto\n%s", was, now)
	}
	if c := again.Memories; c.Created+c.Updated > 0 || again.Skipped != first.Skipped {
		tb.Errorf("a second import: %+v", again)
	}
	return first
}

// has checks that each text stands in what a user has.
func has(tb testing.TB, s *memstore.Store, texts ...string) {
	tb.Helper()
	all := written(tb, s)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			tb.Errorf("there is no %s in\n%s", text, all)
		}
	}
}

// skips checks what was skipped: a line or a name, and part of the reason.
func skips(tb testing.TB, r transfer.Report, want ...string) {
	tb.Helper()
	if r.Skipped != len(want) {
		tb.Errorf("%d were skipped: %+v", r.Skipped, r.Skips)
		return
	}
	for i, w := range want {
		place, reason, _ := strings.Cut(w, ": ")
		got := r.Skips[i].Name
		if r.Skips[i].Line > 0 {
			got = fmt.Sprint(r.Skips[i].Line)
		}
		if got != place || !strings.Contains(r.Skips[i].Reason, reason) {
			tb.Errorf("skip %d: %+v, want %s", i, r.Skips[i], w)
		}
	}
}

// isFormatError reports whether an import would end before it began.
func isFormatError(err error) bool {
	_, ok := errors.AsType[*transfer.FormatError](err)
	return ok
}

// problem gives the reason why one item is skipped.
func problem(err error) (string, bool) {
	p, ok := errors.AsType[*transfer.Problem](err)
	if !ok {
		return "", false
	}
	return p.Reason, true
}
