package claudemem_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer/claudemem"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// made makes a database of statements, and leaves its log beside it if asked to.
func made(t *testing.T, withLog bool, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "claude-mem.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"}, statements...) {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if withLog { // claude-mem is running
		t.Cleanup(func() { _ = db.Close() })
	} else if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func statements(t *testing.T, names ...string) []string {
	t.Helper()
	var all []string
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

func user(t *testing.T) *memstore.Store {
	t.Helper()
	backend, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "memory.db"), sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	db := memstore.New(backend, memstoretest.Options(memstoretest.NewClock()))
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return memstoretest.User(t, db, "alice")
}

// imported imports a database, and gives all that the user has then.
func imported(t *testing.T, s *memstore.Store, path string) (transfer.Report, string, error) {
	t.Helper()
	db, err := claudemem.Open(t.Context(), path)
	if err != nil {
		return transfer.Report{}, "", err
	}
	report, err := transfer.Import(t.Context(), s, transfer.NewClaudeMem(db), privacy.New())
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	var all bytes.Buffer
	if _, err := transfer.Export(t.Context(), s, &all, nil); err != nil {
		t.Fatal(err)
	}
	return report, all.String(), err
}

func has(t *testing.T, all string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("there is no %s in\n%s", text, all)
		}
	}
}

// TestImport: sessions, observations, summaries and rules of a database of today,
// with and without a log beside it.
func TestImport(t *testing.T) {
	for _, withLog := range []bool{true, false} {
		s := user(t)
		path := made(t, withLog, statements(t, "schema.sql", "rows.sql")...)
		before, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		report, all, err := imported(t, s, path)
		if err != nil || report.Memories != (transfer.Count{Created: 7}) || report.Sessions != (transfer.Count{Created: 2}) || report.Redacted.Total() != 2 {
			t.Fatalf("log %v: %+v %v", withLog, report, err)
		}
		if want := "[{1 session of which nothing was noted sessions of which nothing was noted} {1 prompt prompts}]"; fmt.Sprint(report.Left) != want {
			t.Errorf("left aside: %v", report.Left)
		}
		if want := []transfer.Skip{{Name: "directives row 2", Reason: "it is not active there"}}; !reflect.DeepEqual(report.Skips, want) {
			t.Errorf("skipped: %+v", report.Skips)
		}
		has(t, all,
			`"id":"mem-1","started_at":"2026-01-05T08:00:00.000000Z","ended_at":"2026-01-05T16:00:00.000000Z","last_activity_at":"2026-01-05T16:00:00.000000Z","summary":"Choose a database\n\nInvestigated: PostgreSQL and SQLite\n\nLearned: SQLite locks the file\n\nCompleted: The choice\n\nNext steps: Migrate","status":"completed","is_auto_generated":false`,
			`"id":"mem-2","started_at":"2026-01-06T08:00:00.000000Z","ended_at":"2026-01-06T09:30:00.000000Z","last_activity_at":"2026-01-06T09:30:00.000000Z","summary":"","status":"completed","is_auto_generated":true`,
			`"type":"decision","title":"PostgreSQL","content":"For the ledger\n\nIt locks rows only [REDACTED]\n\n- Version 17\n- On port 5432\n\nConcepts: trade-off, how-it-works\n\nFiles read: docs/db.md\n\nFiles modified: go.mod, db.go\n\nProject: billing","topic_key":"","session_id":"mem-1","created_at":"2026-01-05T09:00:00.123000Z"`,
			`"type":"discovery","title":"A line of text","content":"A line of text\n\nProject: merged"`,
			`"type":"discovery","title":"Retries","content":"- Back off\n\nProject: billing","topic_key":"","session_id":"mem-2","created_at":"2026-01-06T09:30:00.000000Z"`,
			`"type":"summary","title":"Choose a database","content":"Choose a database\n\nInvestigated: PostgreSQL`,
			`"type":"summary","title":"Earlier","content":"Earlier\n\nNotes: None of it\n\nProject: billing"`,
			`"type":"preference","title":"Never push on Fridays","content":"Never push on Fridays\n\nProject: billing","topic_key":"","session_id":"import","created_at":"2026-01-05T08:30:00.000000Z","updated_at":"2026-01-05T08:31:00.000000Z"`,
		)
		if strings.Contains(all, "zebra") {
			t.Error("private text is kept")
		}
		again, now, err := imported(t, s, path)
		if err != nil || now != all || again.Memories != (transfer.Count{Same: 7}) || again.Sessions != (transfer.Count{Same: 2}) {
			t.Errorf("again: %+v %v", again, err)
		}
		after, err := os.ReadDir(filepath.Dir(path))
		if err != nil || fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("log %v: reading made %v of %v", withLog, after, before)
		}
	}
}

// TestCopy: a copy of a database that was in use, with its log.
func TestCopy(t *testing.T) {
	path, to := made(t, true, statements(t, "schema.sql", "rows.sql")...), filepath.Join(t.TempDir(), "a copy #1.db")
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(to+end, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(to, link); err != nil {
		link = to
	}
	for _, name := range []string{to, link} {
		if report, _, err := imported(t, user(t), name); err != nil || report.Memories.Created != 7 {
			t.Errorf("%+v %v", report, err)
		}
	}
	// Without the log there is nothing in it yet, and nobody can know better.
	if err := os.Remove(to + "-wal"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := imported(t, user(t), to); err == nil {
		t.Error("a database without its log")
	}
}

// TestOlder: databases of older versions, which lack columns and whole tables.
func TestOlder(t *testing.T) {
	path := made(t, false, statements(t, "older.sql")...)
	report, all, err := imported(t, user(t), path)
	if err != nil || report.Memories.Created != 2 || report.Sessions.Created != 1 || report.Skipped != 0 {
		t.Fatalf("%+v %v", report, err)
	}
	has(t, all, `"type":"discovery","title":"The cache was never warm.","content":"The cache was never warm.\nIt is now.\n\nProject: web","topic_key":"","session_id":"sdk-1","created_at":"2025-10-01T10:00:00.000000Z"`,
		`"summary":"Warm the cache"`)
}

// TestMany: tables of several pages are read to their end.
func TestMany(t *testing.T) {
	path := made(t, false, append(statements(t, "schema.sql"), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
		INSERT INTO observations (memory_session_id, project, type, title, narrative, created_at, created_at_epoch)
		SELECT 's' || (i / 50), 'p', 'change', 'note ' || i, 'text of ' || i, '', 1767600000000 + i FROM n`)...)
	report, _, err := imported(t, user(t), path)
	if err != nil || report.Memories.Created != 1001 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestOthers: what is no database of claude-mem is told as that, and one that is
// damaged gives what can be read of it.
func TestOthers(t *testing.T) {
	other := made(t, false, "CREATE TABLE observations (id INTEGER PRIMARY KEY, text TEXT)")
	prose := filepath.Join(t.TempDir(), "prose.db")
	if err := os.WriteFile(prose, []byte(strings.Repeat("Dear diary. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{other, prose, filepath.Join(t.TempDir(), "missing.db")} {
		_, err := claudemem.Open(t.Context(), path)
		if err == nil || strings.Contains(err.Error(), "SQL") {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}

	many := made(t, false, append(statements(t, "schema.sql"), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
		INSERT INTO observations (memory_session_id, project, type, title, narrative, created_at, created_at_epoch)
		SELECT 's', 'p', 'change', 'note ' || i, hex(randomblob(500)), '', 1767600000000 + i FROM n`)...)
	raw, err := os.ReadFile(many)
	if err != nil {
		t.Fatal(err)
	}
	from := len(raw) / 2
	copy(raw[from:], bytes.Repeat([]byte{0xff}, 200<<10))
	if err := os.WriteFile(many, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	report, _, err := imported(t, user(t), many)
	if err == nil || !strings.Contains(err.Error(), "the database is damaged") || report.Memories.Created == 0 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestEnds: when the import ends the reading does.
func TestEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	db, err := claudemem.Open(ctx, made(t, false, statements(t, "schema.sql", "rows.sql")...))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := db.Next(); !errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		t.Error(err)
	}
	_ = db.Close() // the transaction ended with the context
}
