package transfer_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// saved is when the files of tests were changed last.
var saved = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

// folder makes a folder of testdata/notes and more.
func folder(tb testing.TB, more map[string]string) fstest.MapFS {
	tb.Helper()
	files := fstest.MapFS{}
	notes := os.DirFS("testdata/notes")
	err := fs.WalkDir(notes, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(notes, name)
		files[name] = &fstest.MapFile{Data: b, ModTime: saved}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text), ModTime: saved}
	}
	return files
}

func notes(files fs.FS) func() transfer.Source {
	return func() transfer.Source { return transfer.NewMarkdown(files, ".", "me/notes", privacy.New()) }
}

// noted imports notes into a user of their own.
func noted(t *testing.T, more map[string]string) (*memstore.Store, transfer.Report) {
	t.Helper()
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	files := fstest.MapFS{}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text), ModTime: saved}
	}
	return s, twice(t, s, notes(files))
}

// TestMarkdown: notes, the memory of an agent, and instructions to one.
func TestMarkdown(t *testing.T) {
	db, clock := open(t)
	s := memstoretest.User(t, db, "alice")
	files := folder(t, map[string]string{
		".obsidian/x.md": "hidden", ".x.md": "hidden", "empty.md": " \n", "latin.md": "caf\xe9", "picture.png": "x",
		"long.md": strings.Repeat("x", transfer.MaxNote+1), "title.md": "# Only this\n", "private.md": "<private>zebra</private>",
	})
	files["link.md"] = &fstest.MapFile{Data: []byte("CLAUDE.md"), Mode: fs.ModeSymlink}
	report := twice(t, s, notes(files))
	if report.Memories != (transfer.Count{Created: 8}) || report.Redacted.Total() != 1 {
		t.Errorf("%+v", report)
	}
	has(t, s,
		// Cut at headings; lines of the index that name files are left out.
		`"type":"discovery","title":"Memory","content":"- [Dashboard](https://example.com/dash.md) is where alerts go","topic_key":"markdown/me/notes/memory"`,
		`"title":"User","content":"- Writes Go\n- Lives in Lyon","topic_key":"markdown/me/notes/memory#user"`,
		`"title":"User > Hours","content":"Not before ten.","topic_key":"markdown/me/notes/memory#user/hours"`,
		// A private passage goes over a heading.
		`"title":"Access [REDACTED] and this is not.","content":"`+"```"+`\n# no heading\n`+"```"+`"`,
		`"type":"preference","title":"CLAUDE","content":"Always use tabs.","topic_key":"markdown/me/notes/claude"`,
		"\"type\":\"preference\",\"title\":\"Commands\",\"content\":\"- `make test`\\n- `make lint`\",\"topic_key\":\"markdown/me/notes/claude#commands\"",
		`"type":"preference","title":"How tests are run","content":"Integration tests: real database, no mocks\n\nIntegration tests use a real database.\n\n**Why:** a mock hid a broken migration.","topic_key":"markdown/me/notes/feedback_tests","session_id":"import","created_at":"2026-01-10T12:00:00.000000Z"`,
		`"title":"Coffee Brewing Methods","content":"## Observations\n- [method] Pour over is clearer than a French press #brewing\n\n## Relations\n- relates_to [[Tea]]\n\nTags: coffee, brewing, slow","topic_key":"markdown/me/notes/projects/coffee","session_id":"import","created_at":"2026-01-05T00:00:00.000000Z","updated_at":"2026-01-06T08:00:00.000000Z"`,
	)
	skips(t, report, "latin.md: not valid UTF-8", "long.md: longer than 8 MiB", "private.md: nothing but private")
	if got, want := fmt.Sprint(report.Left), "[{1 symbolic link, which"; !strings.HasPrefix(got, want) || len(report.Left) != 5 {
		t.Errorf("left aside: %v", report.Left)
	}
	if strings.Contains(written(t, s), "zebra") {
		t.Error("private text is kept")
	}

	// An edited file becomes a revision.
	clock.Add(time.Hour)
	files["feedback_tests.md"] = &fstest.MapFile{Data: []byte("---\nname: How tests are run\ntype: feedback\n---\nMocks are fine now."), ModTime: saved.Add(time.Minute)}
	if report := twice(t, s, notes(files)); report.Memories != (transfer.Count{Updated: 1, Same: 7}) {
		t.Errorf("an edited file: %+v", report)
	}
	has(t, s, `"content":"Mocks are fine now.","topic_key":"markdown/me/notes/feedback_tests","session_id":"import","created_at":"2026-01-10T12:00:00.000000Z","updated_at":"2026-01-10T12:01:00.000000Z","revision":2`)
}

// TestFrontMatter: what people and programs write there.
func TestFrontMatter(t *testing.T) {
	for name, c := range map[string]struct{ note, want string }{
		"none":                {"text", `"title":"n","content":"text"`},
		"a heading":           {"# The title #\n\ntext", `"title":"The title","content":"text"`},
		"both":                {"---\ntitle: One\n---\n# Two\ntext", `"title":"One","content":"# Two\ntext"`},
		"a colon":             {"---\ntitle: Deploys: never on Fridays\n---\ntext", `"title":"Deploys: never on Fridays"`},
		"quotes":              {"---\ntitle: \"A \\\"b\\\" \\u00e9: c\" # why\n---\ntext", `"title":"A \"b\" é: c"`},
		"single quotes":       {"---\ntitle: 'it''s'\n---\ntext", `"title":"it's"`},
		"a bad quotation":     {"---\ntitle: \"a\\qb\"\n---\ntext", `"title":"a\\qb"`},
		"a comment":           {"---\n# c\ntitle: a # b\n---\ntext", `"title":"a"`},
		"over lines":          {"---\ntitle: one\n  two\n---\ntext", `"title":"one two"`},
		"folded":              {"---\ndescription: >-\n  one\n  two\n---\ntext", `"content":"one two\n\ntext"`},
		"Windows":             {"---\r\ntitle: a\r\n---\r\none\r\ntwo\r\n", `"title":"a","content":"one\ntwo"`},
		"byte order mark":     {"\uFEFF---\ntitle: a\n---\ntext", `"title":"a","content":"text"`},
		"never ends":          {"---\ntitle: a\n\ntext", `"title":"n","content":"---\ntitle: a\n\ntext"`},
		"a topic":             {"---\ntopic_key: My Topic\n---\ntext", `"topic_key":"my-topic"`},
		"a type":              {"---\ntype: Decision\n---\ntext", `"type":"decision"`},
		"tags in a line":      {"---\ntags: [a, 'b, c']\n---\ntext", `"content":"text\n\nTags: a, b, c"`},
		"tags with commas":    {"---\ntags: a, b\n---\ntext", `"content":"text\n\nTags: a, b"`},
		"a date before":       {"---\ndate: 2026-03-01\nupdated: 2026-02-01\n---\ntext", `"created_at":"2026-03-01T00:00:00.000000Z","updated_at":"2026-03-01T00:00:00.000000Z"`},
		"a date that is none": {"---\ndate: yesterday\n---\ntext", `"created_at":"2026-01-10T12:00:00.000000Z"`},
		"no name":             {"---\n: a\n- b\n\n---\ntext", `"title":"n","content":"text"`},
		"nothing in a name":   {"---\ntitle: ~\ntype: null\n---\ntext", `"type":"discovery","title":"n"`},
		"private in a key":    {"---\ntopic_key: a <private>zebra</private>\n---\ntext", `"topic_key":"a-[redacted]"`},
	} {
		s, report := noted(t, map[string]string{"n.md": c.note})
		if report.Memories.Created != 1 {
			t.Errorf("%s: %+v", name, report)
		}
		if got := written(t, s); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %s in\n%s", name, c.want, got)
		}
	}
}

// TestLongNote: what is too long for one memory is cut where a new thought
// begins, and nothing of it is lost.
func TestLongNote(t *testing.T) {
	item := "- " + strings.Repeat("ж", 500) + "\n"
	s, report := noted(t, map[string]string{
		"list.md":   "---\ntags: [a]\n---\n" + strings.Repeat(item, 100),
		"word.md":   strings.Repeat("ж", 40<<10),
		"parts.md":  "# One\n" + strings.Repeat("a b\n", 10<<10) + "# Two\n" + strings.Repeat("c d\n", 10<<10),
		"CLAUDE.md": "# " + strings.Repeat("T", 300) + "\n" + strings.Repeat(item, 70),
	})
	if report.Memories.Created != 8 || report.Skipped != 0 {
		t.Errorf("%+v", report)
	}
	out := written(t, s)
	if n := strings.Count(out, "ж"); n != 500*170+40<<10 {
		t.Errorf("%d characters are left", n)
	}
	has(t, s, `"title":"list (2)","content":"- жж`, `"topic_key":"markdown/me/notes/list/2"`, `\n\nTags: a","topic_key":"markdown/me/notes/list"`, `T… (2)"`, `"title":"One"`, `"title":"Two"`)
}

// TestTopHeadings: the first heading of a collection is its title, unless it is
// one of several.
func TestTopHeadings(t *testing.T) {
	s, _ := noted(t, map[string]string{"a/CLAUDE.md": "# All\nx\n## B\ny", "b/CLAUDE.md": "# A\nx\n# B\ny"})
	has(t, s, `"title":"All","content":"x","topic_key":"markdown/me/notes/a/claude"`, `"title":"B","content":"y","topic_key":"markdown/me/notes/a/claude#b"`,
		`"title":"A","content":"x","topic_key":"markdown/me/notes/b/claude#a"`, `"title":"B","content":"y","topic_key":"markdown/me/notes/b/claude#b"`)
}

// TestTwoNamesAlike: headings and files whose names differ in nothing that counts
// are not taken for states of one memory.
func TestTwoNamesAlike(t *testing.T) {
	_, report := noted(t, map[string]string{"a b.md": "one", "A-B.md": "two", "CLAUDE.md": "## X\none\n## X\ntwo\n", strings.Repeat("n", 250) + ".md": "no key is that long"})
	if report.Memories != (transfer.Count{Created: 5}) || report.Revisions != (transfer.Count{}) {
		t.Errorf("%+v", report)
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("---\ntitle: \"a\ntags: [a, 'b\n - c\n x: |\n---\n# h\n```\n# x\n- [a](b.md)\n")
	f.Add(strings.Repeat("é", 70<<10))
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"n.md", "MEMORY.md"} {
			src := transfer.NewMarkdown(fstest.MapFS{name: &fstest.MapFile{Data: []byte(text)}}, ".", "p", privacy.New())
			drain(t, src)
		}
	})
}

// drain reads a source to its end, which must be near.
func drain(t *testing.T, src transfer.Source) {
	t.Helper()
	for range 1 << 20 {
		if _, err := src.Next(); err != nil {
			if _, ok := problem(err); !ok {
				return
			}
		}
	}
	t.Fatal("it does not end")
}
