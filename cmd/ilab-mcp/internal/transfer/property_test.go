package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// TestRoundTrip: whatever a user did, an export that is imported into an empty
// store exports the same bytes, and importing it again changes nothing.
func TestRoundTrip(t *testing.T) {
	db, clock := open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		from, to := memstoretest.User(t, db, fmt.Sprint("from", run)), memstoretest.User(t, db, fmt.Sprint("to", run))
		live(t, rt, from, clock)
		// An active session arrives closed; all else is the same.
		if _, _, err := from.EndSession(t.Context(), memstoretest.Note(t, "the end")); err != nil && rapid.Bool().Draw(rt, "wait") {
			rt.Log("there was no session")
		}
		first := written(t, from)
		read(t, to, first)
		if second := written(t, to); second != first {
			rt.Fatalf("the copy exports\n%s\nnot\n%s", second, first)
		}
		report := read(t, to, first)
		if n := report.Memories.Same + report.Revisions.Same + report.Sessions.Same; n != strings.Count(first, "\n") || written(t, to) != first {
			rt.Fatalf("a second import: %+v", report)
		}
		// Back into the store it came from: everything is there.
		report = read(t, from, first)
		if n := report.Memories.Same + report.Revisions.Same + report.Sessions.Same; n != strings.Count(first, "\n") || written(t, from) != first {
			rt.Fatalf("an import into the store it came from: %+v", report)
		}
	})
}

// live has a user do this and that.
func live(t *testing.T, rt *rapid.T, s *memstore.Store, clock *memstoretest.Clock) {
	t.Helper()
	words := rapid.SampledFrom([]string{"amber", "birch", "naïve café", "日本語", "quote \" ' \\", "line\nline", "<b>&amp;</b>", "tab\there", "a\u2028b", "x"})
	topics := rapid.SampledFrom([]string{"", "", "a/b", "c", "d-é"})
	var ids []int64
	id := func() int64 {
		if len(ids) == 0 {
			return 1
		}
		return rapid.SampledFrom(ids).Draw(rt, "id")
	}
	typ := func() memstore.Type { return memstore.Type(rapid.IntRange(1, 5).Draw(rt, "type")) }
	ctx := t.Context()
	for range rapid.IntRange(0, 40).Draw(rt, "steps") {
		clock.Add(time.Duration(rapid.IntRange(1, 6*3600*1e6).Draw(rt, "µs")) * time.Microsecond)
		switch rapid.IntRange(0, 9).Draw(rt, "step") {
		case 0, 1, 2, 3:
			d := memstoretest.Draft(t, typ(), words.Draw(rt, "title"), words.Draw(rt, "content"), topics.Draw(rt, "topic"))
			d.Source = memstoretest.Text(t, memstore.SourceField, rapid.SampledFrom([]string{"", "client 1.0"}).Draw(rt, "source"))
			saved, err := s.Save(ctx, d)
			if err != nil {
				rt.Fatal(err)
			}
			ids = append(ids, saved.ID)
		case 4, 5:
			p := memstore.Patch{Title: memstoretest.Text(t, memstore.TitleField, words.Draw(rt, "title")), ClearTopic: rapid.Bool().Draw(rt, "clear")}
			_, _ = s.Update(ctx, id(), p) // it may be gone
		case 6:
			if _, _, err := s.Forget(ctx, id()); err != nil {
				rt.Fatal(err)
			}
		case 7:
			if saved, err := s.Summarize(ctx, memstoretest.Note(t, words.Draw(rt, "summary"))); err == nil {
				ids = append(ids, saved.ID)
			}
		case 8:
			_, _, _ = s.EndSession(ctx, memstoretest.Note(t, words.Draw(rt, "summary"))) // there may be none
		case 9:
			clock.Add(time.Duration(rapid.IntRange(1, 48).Draw(rt, "hours")) * time.Hour)
		}
	}
}
