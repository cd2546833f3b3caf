package main

import (
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// TestRowsAreFoundAgain: after an import it is known which memory each row is,
// also where that is another row's.
func TestRowsAreFoundAgain(t *testing.T) {
	morning := time.Date(2026, 1, 5, 9, 0, 0, 123456789, time.UTC)
	rows := []memoryRow{
		{ID: "a", Content: "tea", at: morning},
		{ID: "same as a", Content: "tea", at: morning},
		{ID: "a later", Content: "tea", at: morning.Add(time.Hour)},
		{ID: "topic", Content: "SQLite", TopicKey: "Data Base", at: morning},
		{ID: "topic, newer", Content: "PostgreSQL", TopicKey: "DATA base", at: morning.Add(time.Hour)},
		{ID: "topic, the same later", Content: "PostgreSQL", TopicKey: "Data Base", at: morning.Add(2 * time.Hour)},
		{ID: "topic, as it was", Content: "SQLite", TopicKey: "data-base", at: morning},
		{ID: "topic, older", Content: "MySQL", TopicKey: "data-base", at: morning},
		{ID: "words of another's topic", Content: "PostgreSQL", at: morning.Add(time.Hour)},
		{ID: "those, later", Content: "PostgreSQL", at: morning.Add(3 * time.Hour)},
		{ID: "private", Content: " key: <private>1234</private>", at: morning},
		{ID: "private, another", Content: "key: <private>5678</private> ", at: morning},
		{ID: "nothing else", Content: "<private>1234</private>", at: morning},
		{ID: "no type", Type: "novel", Content: "It was a dark and stormy night.", at: morning},
		{ID: "last", Content: "end", TopicKey: "end", at: morning},
	}
	for i := range rows {
		rows[i].line, rows[i].Title = i+1, "t"
		if rows[i].Type == "" {
			rows[i].Type = memstore.Discovery.String()
		}
	}
	steps := 0
	done, err := importRows(t.Context(), filepath.Join(t.TempDir(), "m.db"), &asker{id: "me", memories: rows}, func() { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{
		"a": 1, "same as a": 1, "a later": 3,
		"topic": 4, "topic, newer": 4, "topic, the same later": 4, "topic, as it was": 4,
		"words of another's topic": 9, "those, later": 10,
		"private": 11, "private, another": 11, "last": 15,
	}
	if !maps.Equal(done.ids, want) {
		t.Errorf("got %v, want %v", done.ids, want)
	}
	if r := done.report; r.Skipped != 3 || r.Memories.Created != 7 || steps != len(rows) {
		t.Errorf("the import says %+v after %d steps", r, steps)
	}
}

// TestRelevant: rows that are one memory count once, and rows that were skipped
// count.
func TestRelevant(t *testing.T) {
	ids := map[string]int64{"a": 1, "b": 1, "c": 3}
	got := relevant(questionRow{Relevant: []string{"a", "b", "c", "c", "gone", "gone", "lost"}}, ids)
	if len(got) != 4 || !got[1] || !got[3] {
		t.Errorf("got %v", got)
	}
	for id := range got {
		if id == 0 || id == 2 {
			t.Errorf("got %v", got)
		}
	}
}

// TestNameUsers: a user whose name is no legal id gets one that nobody has.
func TestNameUsers(t *testing.T) {
	askers := []*asker{{name: "team-a"}, {name: "Zoë"}, {name: "user-2"}, {name: "me@example.com"}, {name: "-"}}
	nameUsers(askers)
	for i, want := range []string{"team-a", "user-1", "user-2", "user-3", "user-4"} {
		if askers[i].id != want {
			t.Errorf("%s: got %s, want %s", askers[i].name, askers[i].id, want)
		}
	}
}

func TestRowTime(t *testing.T) {
	want := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, s := range []string{"2026-01-05T09:00:00", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00.000"} {
		if got, err := rowTime(s); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "yesterday", "2026-01-05", "2026-13-05T09:00:00Z"} {
		if got, err := rowTime(s); err == nil {
			t.Errorf("%q: got %s", s, got)
		}
	}
}
