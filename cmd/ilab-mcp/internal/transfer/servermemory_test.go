package transfer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// sample reads a file of testdata.
func sample(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// serverMemory is the graph as a source.
func serverMemory(file string) func() transfer.Source {
	return func() transfer.Source { return transfer.NewServerMemory(strings.NewReader(file)) }
}

// TestServerMemory: an entity becomes a memory with all that is said of it, and
// a second import changes nothing.
func TestServerMemory(t *testing.T) {
	db, clock := open(t)
	s := memstoretest.User(t, db, "alice")
	file := sample(t, "server-memory.jsonl")
	report := twice(t, s, serverMemory(file))
	if report.Memories != (transfer.Count{Created: 4}) || report.Redacted.Total() != 1 {
		t.Errorf("%+v", report)
	}
	has(t, s,
		`"type":"profile","title":"Alice Smith","content":"Works on the billing service\nDrinks [REDACTED] tea\nAlice Smith maintains Billing\nEntity type: person","topic_key":"server-memory/alice-smith"`,
		`"type":"discovery","title":"Billing","content":"Written in Go\nAlice Smith maintains Billing\nEntity type: service","topic_key":"server-memory/billing"`,
		`"title":"alice smith","content":"Sleeps on the keyboard\nEntity type: cat","topic_key":"server-memory/alice-smith#2"`,
		`"type":"decision","title":"Use PostgreSQL"`,
	)

	// A later file with more in it: what changed becomes a revision.
	clock.Add(1e9)
	report = twice(t, s, serverMemory(strings.Replace(file, `["Written in Go"]`, `["Written in Go","Has 3 replicas"]`, 1)))
	if report.Memories != (transfer.Count{Updated: 1, Same: 3}) {
		t.Errorf("a later file: %+v", report)
	}
	has(t, s, `"content":"Written in Go\nHas 3 replicas\nAlice Smith maintains Billing\nEntity type: service"`, `"revision":2`)
}

// TestServerMemoryDamaged: what is wrong is told by line, and the rest is taken.
func TestServerMemoryDamaged(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	report := twice(t, s, serverMemory(strings.Join([]string{
		`{"type":"entity","name":"zebra","entityType":"x","observati`,
		`{"type":"entity","name":"ok","entityType":"x","observations":["a","a"]}`,
		`{"type":"entity","entityType":"zebra","observations":["a"]}`,
		`{"type":"entity","name":"zebra","entityType":"x","observations":"a"}`,
		`{"type":"relation","from":"zebra","to":"nobody","relationType":"knows"}`,
		`{"type":"zebra"}`,
		`{"type":"entity","name":"ok","entityType":"x","observations":["b"]}`,
		`{"type":"entity","name":"empty","entityType":"","observations":[]}`,
		`{"type":"entity","name":"<private>zebra</private>","entityType":"x","observations":["a"]}`,
		`{"type":"entity","name":"` + strings.Repeat("long ", 50) + `<private>zebra</private>","entityType":"x","observations":["d"]}`,
		`{"type":"entity","name":"of <private>zebra</private>","entityType":"x","observations":["c"]}`,
	}, "\n")))
	if report.Memories != (transfer.Count{Created: 3}) {
		t.Errorf("%+v", report)
	}
	skips(t, report, "1: it is not a JSON object", "3: name is missing", "4: observations must be a list", "6: neither entity nor relation",
		"8: content is blank", "9: title held nothing but private", "5: neither end")
	has(t, s, `…","content":"long long`, `long [REDACTED]\n\nd\nEntity type: x","topic_key":""`, `"title":"ok","content":"a\nb\nEntity type: x"`, `"title":"of [REDACTED]","content":"c\nEntity type: x","topic_key":""`)
	if strings.Contains(written(t, s)+fmt.Sprint(report), "zebra") {
		t.Error("private text, or what was refused, is kept or told")
	}

	if _, err := transfer.NewServerMemory(strings.NewReader("prose\n{}\n")).Next(); !isFormatError(err) {
		t.Errorf("a file of something else: %v", err)
	}
}

func FuzzServerMemory(f *testing.F) {
	f.Add(`{"type":"entity","name":"a","entityType":"b","observations":["c"]}` + "\n" + `{"type":"relation","from":"a","to":"a","relationType":"is"}`)
	f.Fuzz(func(t *testing.T, file string) { drain(t, serverMemory(file)()) })
}
