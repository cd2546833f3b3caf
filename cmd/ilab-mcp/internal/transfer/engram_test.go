package transfer_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

func engram(file string) func() transfer.Source {
	return func() transfer.Source { return transfer.NewEngram(strings.NewReader(file)) }
}

// TestEngram: sessions, observations and dates are kept; what was deleted there
// stays away.
func TestEngram(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	file := sample(t, "engram.json")
	report := twice(t, s, engram("\uFEFF"+file))
	if report.Memories != (transfer.Count{Created: 4}) || report.Redacted.Total() != 2 {
		t.Errorf("%+v", report)
	}
	skips(t, report, "observation with id 3: it was deleted there")
	if want := []transfer.Left{{N: 1, One: "prompt", Many: "prompts"}}; !reflect.DeepEqual(report.Left, want) {
		t.Errorf("left aside: %v", report.Left)
	}
	has(t, s,
		`"id":"s-ended","started_at":"2026-01-05T08:00:00.000000Z","ended_at":"2026-01-05T16:00:00.000000Z","last_activity_at":"2026-01-05T16:00:00.000000Z","summary":"Chose a database.\nNext: migrate.","status":"completed","is_auto_generated":false`,
		`"id":"s-open","started_at":"2026-01-06T08:00:00.000000Z","ended_at":"2026-01-06T13:00:00.000000Z","last_activity_at":"2026-01-06T13:00:00.000000Z","summary":"","status":"completed","is_auto_generated":true`,
		`"type":"summary","title":"Chose a database.","content":"Chose a database.\nNext: migrate.","topic_key":"","session_id":"s-ended","created_at":"2026-01-05T16:00:00.000000Z"`,
		`"type":"decision","title":"Database","content":"We use PostgreSQL [REDACTED]\n\nProject: billing","topic_key":"billing/architecture/database","session_id":"s-ended","created_at":"2026-01-05T10:00:00.000000Z","updated_at":"2026-01-05T12:00:00.000000Z","revision":3`,
		`"title":"Database","content":"We use SQLite\n\nProject: notes","topic_key":"personal/notes/architecture/database","session_id":"s-open"`,
		`"type":"summary","title":"Goal","content":"# [REDACTED]\n## Goal\nTidy up"`,
	)
	if strings.Contains(written(t, s)+fmt.Sprint(report), "zebra") {
		t.Error("private text, or what was deleted, is kept or told")
	}
}

// TestEngramDamaged: one bad entry costs itself; a file that ends too early is
// told, and what came before is kept.
func TestEngramDamaged(t *testing.T) {
	db, _ := open(t)
	s := memstoretest.User(t, db, "alice")
	report := twice(t, s, engram(`{"exported_at":"x","more":{"a":[1,{"b":[]}]},"observations":[7,{"title":"zebra"},{"id":5,"title":"t","title":"t","content":"c"},
		{"id":6,"title":"t","content":"c","created_at":"zebra"},{"title":"\ud83d","content":"c"},{"title":"t","content":"c","updated_at":"2026-01-05 12:00:00","revision_count":"x"}],
		"sessions":[{"id":"s"},{"started_at":"2026-01-05 12:00:00"}],"zebras":[1,2]}`))
	if report.Memories != (transfer.Count{Created: 1}) {
		t.Errorf("%+v", report)
	}
	skips(t, report, "observation 1: not a JSON object", "observation 2: content is missing", "observation 3: a name twice", "observation with id 6: created_at is no date",
		"observation 5: surrogate", "session 1: started_at is missing", "session 2: id is missing")
	if strings.Contains(fmt.Sprint(report), "zebra") {
		t.Errorf("%+v", report)
	}

	file := sample(t, "engram.json")
	for _, at := range []int{strings.Index(file, `"id": 4`), len(file) - 3} {
		cut := memstoretest.User(t, db, fmt.Sprint("cut", at))
		report, err := transfer.Import(t.Context(), cut, engram(file[:at])(), privacy.New())
		if err == nil || !strings.Contains(err.Error(), "damaged or cut off") || report.Memories.Created < 3 {
			t.Errorf("cut at %d: %+v %v", at, report, err)
		}
		if report = taken(t, cut, engram(file)()); report.Memories.Created+report.Memories.Same != 4 {
			t.Errorf("the whole file after one cut at %d: %+v", at, report)
		}
	}
	for _, other := range []string{"", "[]", "prose", `{"sessions":[`, good + good, `{"sessions":[{"id":"` + strings.Repeat("x", 17<<20) + `"}]}`} {
		src := engram(other)()
		if _, err := src.Next(); !isFormatError(err) && !strings.HasPrefix(other, good) {
			t.Errorf("%.20s: %v", other, err)
		}
	}
}

func FuzzEngram(f *testing.F) {
	f.Add(`{"sessions":[{"id":"a","started_at":"2026-01-01"}],"x":{"y":[1]},"observations":[{"content":"c"},null,1],"prompts":[1]}`)
	f.Add("\uFEFF{\"observations\":[{}")
	f.Fuzz(func(t *testing.T, file string) { drain(t, engram(file)()) })
}
