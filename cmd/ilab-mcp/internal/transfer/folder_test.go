package transfer_test

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// exported writes a user's memory as a folder.
func exported(tb testing.TB, s *memstore.Store) (fstest.MapFS, transfer.Exported) {
	tb.Helper()
	files := fstest.MapFS{}
	n, err := transfer.ExportMarkdown(tb.Context(), s, func(name string, text []byte) error {
		if files[name] != nil || !fs.ValidPath(name) {
			tb.Errorf("a bad name, or one that is there twice: %q", name)
		}
		files[name] = &fstest.MapFile{Data: text, ModTime: saved}
		return nil
	}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return files, n
}

// current gives the memories of an export as they are now, which is what a folder
// is read back for. Of those created in one microsecond the order, and so an id,
// may be another: it is by the files' names.
func current(export string) string {
	var all []string
	for line := range strings.Lines(export) {
		if strings.HasPrefix(line, `{"kind":"observation"`) {
			_, line, _ = strings.Cut(line, `"type":`)
			all = append(all, line)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// TestExportMarkdown: what the files say, for people.
func TestExportMarkdown(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	read(t, s, strings.Join([]string{
		`{"kind":"session","id":"monday","started_at":"2026-01-05T08:00:00Z","ended_at":"2026-01-05T16:00:00Z","summary":"We chose.\nMore."}`,
		`{"id":7,"type":"decision","title":"Data [base]","content":"We use PostgreSQL\n\n<!-- ilab-mcp:history -->\nis no end","topic_key":"a/b","session_id":"monday","created_at":"2026-01-05T10:00:00Z","updated_at":"2026-01-05T12:00:00Z","revision":2,"source":"cursor 1.0"}`,
		`{"kind":"revision","id":7,"revision":1,"type":"discovery","title":"Old","content":"We use SQLite\n<!-- ilab-mcp:history -->\n# no heading","at":"2026-01-05T10:00:00Z"}`,
		`{"id":8,"type":"preference","title":"Tea","content":"No milk.","created_at":"2026-01-06T10:00:00Z"}`,
		`{"id":9,"type":"preference","title":"TEA!","content":"# TEA!\nNo sugar.","created_at":"2026-01-06T11:00:00Z"}`,
	}, "\n"))
	files, n := exported(t, s)
	if n != (transfer.Exported{Sessions: 2, Memories: 3, Revisions: 1}) {
		t.Errorf("%+v", n)
	}
	for name, want := range map[string]string{
		"decision/2026-01-05-data-base.md": "---\nid: 7\ntype: decision\ntopic_key: \"a/b\"\nsession: \"monday\"\ncreated: 2026-01-05T10:00:00.000000Z\nupdated: 2026-01-05T12:00:00.000000Z\n" +
			"revision: 2\nsource: \"cursor 1.0\"\ntitle: \"Data [base]\"\nhistory: 1\n---\n\n# Data [base]\n\nWe use PostgreSQL\n\n<!-- ilab-mcp:history -->\nis no end\n\n" +
			"<!-- ilab-mcp:history -->\n\n## What it said before\n\n### Revision 1, 2026-01-05T10:00:00.000000Z, discovery\n\n> **Old**\n>\n> We use SQLite\n> <!-- ilab-mcp:history -->\n> # no heading\n",
		"preference/2026-01-06-tea.md":   "",
		"preference/2026-01-06-tea-2.md": "",
		"index.md": "<!-- ilab-mcp:index -->\n\n# Memories\n\n- 2026-01-06 [TEA!](preference/2026-01-06-tea-2.md), preference\n- 2026-01-06 [Tea](preference/2026-01-06-tea.md), preference\n" +
			"- 2026-01-05 [Data \\[base\\]](decision/2026-01-05-data-base.md), decision\n\n## Sessions\n\n",
	} {
		if f := files[name]; f == nil || !strings.HasPrefix(string(f.Data), want) {
			t.Errorf("%s: %s", name, files[name])
		}
	}
	if index := string(files["index.md"].Data); !strings.Contains(index, "- 2026-01-05 08:00 to 2026-01-05 16:00: monday. We chose.\n") {
		t.Error(index)
	}
	again, _ := exported(t, s)
	for name, f := range again {
		if string(f.Data) != string(files[name].Data) {
			t.Errorf("%s is another the second time", name)
		}
	}

	// Into an empty store, and back into the one it came from.
	to := memstoretest.User(t, db, "bob")
	if report := twice(t, to, notes(files)); report.Memories.Created != 3 || report.Skipped != 0 || len(report.Left) != 0 {
		t.Errorf("%+v", report)
	}
	if got, want := current(written(t, to)), current(written(t, s)); got != want {
		t.Errorf("read back:\n%s\nnot\n%s", got, want)
	}
	was := written(t, s)
	if report := taken(t, s, notes(files)()); report.Memories.Same != 3 || written(t, s) != was {
		t.Errorf("back into the store: %+v", report)
	}

	// A person edits one.
	const name = "preference/2026-01-06-tea.md"
	text := strings.NewReplacer("# Tea", "# Green tea", "No milk.", "No lemon.", "topic_key: \"\"", "topic_key: tea", "\n", "\r\n").Replace(string(files[name].Data))
	s, report := noted(t, map[string]string{name: text})
	if report.Memories.Created != 1 {
		t.Errorf("%+v", report)
	}
	has(t, s, `"title":"Green tea","content":"No lemon.","topic_key":"tea"`)
}

// TestFolderRoundTrip: whatever a user did, the folder read back gives the same
// memories.
func TestFolderRoundTrip(t *testing.T) {
	db, clock := open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		from, to := memstoretest.User(t, db, fmt.Sprint("from", run)), memstoretest.User(t, db, fmt.Sprint("to", run))
		live(t, rt, from, clock)
		files, n := exported(t, from)
		report := taken(t, to, notes(files)())
		if got, want := current(written(t, to)), current(written(t, from)); got != want || report.Memories.Created != n.Memories {
			rt.Fatalf("%+v: the folder gives\n%s\nnot\n%s", report, got, want)
		}
		was := written(t, from)
		taken(t, from, notes(files)())
		if now := written(t, from); now != was {
			rt.Fatalf("back into the store it came from:\n%s\nnot\n%s", now, was)
		}
	})
}

// TestFileNames: names are good on every system.
func TestFileNames(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	at := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	for i, title := range []string{
		"CON", "nul.txt", "a/b\\c:d*e?f\"g<h>i|j", "..", "   x   ", "Straße", "STRASSE", "ſtrasse", "日本語", "नमस्ते", "😀", strings.Repeat("漢", 200), strings.Repeat("a ", 100), "café",
	} {
		read(t, s, fmt.Sprintf(`{"type":"pattern","title":%q,"content":"c%d","created_at":%q}`, title, i, at.Format(time.RFC3339)))
	}
	files, _ := exported(t, s)
	seen := map[string]string{}
	for name := range files {
		base := path.Base(name)
		if len(base) > 255 || strings.ContainsAny(base, `<>:"/\|?*`) || strings.HasSuffix(base, ".") || !strings.HasSuffix(base, ".md") {
			t.Errorf("%q", name)
		}
		folded := strings.ToLower(strings.NewReplacer("ß", "ss", "ſ", "s").Replace(name))
		if seen[folded] != "" {
			t.Errorf("%q and %q are the same to some systems", name, seen[folded])
		}
		seen[folded] = name
	}
	if len(files) != 15 {
		t.Errorf("%d files", len(files))
	}
}

// TestLongHistory: a file stays one that can be read.
func TestLongHistory(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	var file strings.Builder
	file.WriteString(`{"id":7,"type":"decision","title":"t","content":"c","revision":200,"created_at":"2026-01-05T10:00:00Z"}` + "\n")
	for i := 1; i < 120; i++ {
		fmt.Fprintf(&file, `{"kind":"revision","id":7,"revision":%d,"type":"decision","title":"t","content":"%s"}`+"\n", i, strings.Repeat("x", 60<<10))
	}
	read(t, s, file.String())
	files, _ := exported(t, s)
	if text := string(files["decision/2026-01-05-t.md"].Data); len(text) > transfer.MaxNote || !strings.Contains(text, "more, which an export as JSON Lines has") {
		t.Errorf("%d bytes", len(text))
	}
	if report := taken(t, memstoretest.User(t, db, "bob"), transfer.NewMarkdown(files, ".", "p", privacy.New())); report.Memories.Created != 1 || report.Skipped > 0 {
		t.Errorf("%+v", report)
	}
}
