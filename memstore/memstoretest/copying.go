package memstoretest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// exported is all that an export gives.
func exported(tb testing.TB, s *memstore.Store) []memstore.Exported {
	tb.Helper()
	var all []memstore.Exported
	if err := s.Export(tb.Context(), func(e memstore.Exported) error {
		all = append(all, e)
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	return all
}

// told words an export, to compare it with another.
func told(all []memstore.Exported) string {
	var b strings.Builder
	for _, e := range all {
		switch {
		case e.Session != nil:
			fmt.Fprintf(&b, "%+v\n", *e.Session)
		case e.Memory != nil:
			fmt.Fprintf(&b, "%+v\n", *e.Memory)
		default:
			fmt.Fprintf(&b, "%d: %+v\n", e.Of, *e.Revision)
		}
	}
	return b.String()
}

// record makes what was exported ready to be imported.
func record(tb testing.TB, e memstore.Exported) memstore.Record {
	tb.Helper()
	switch {
	case e.Session != nil:
		s := &memstore.SessionRecord{
			Name: Text(tb, memstore.SessionField, e.Session.ID), Started: e.Session.Started,
			LastActivity: e.Session.LastActivity, Ended: e.Session.Ended, Auto: e.Session.Auto,
		}
		if e.Session.Summary != "" {
			s.Summary = Text(tb, memstore.SummaryField, e.Session.Summary)
		}
		return memstore.Record{Session: s}
	case e.Memory != nil:
		m := e.Memory
		return memstore.Record{Memory: &memstore.MemoryRecord{
			ID: m.ID, Type: m.Type, Title: Text(tb, memstore.TitleField, m.Title), Content: Text(tb, memstore.ContentField, m.Content),
			TopicKey: Text(tb, memstore.TopicKeyField, m.TopicKey), Session: Text(tb, memstore.SessionField, m.Session),
			Source: Text(tb, memstore.SourceField, m.Source), Created: m.Created, Updated: m.Updated, Revision: m.Revision,
		}}
	default:
		v := e.Revision
		return memstore.Record{Revision: &memstore.RevisionRecord{
			Of: e.Of, Revision: v.Revision, Type: v.Type, Title: Text(tb, memstore.TitleField, v.Title),
			Content: Text(tb, memstore.ContentField, v.Content), Session: Text(tb, memstore.SessionField, v.Session),
			Source: Text(tb, memstore.SourceField, v.Source), At: v.At,
		}}
	}
}

// copyInto imports an export into a store, in slices of that many records, and
// counts the outcomes.
func copyInto(tb testing.TB, to *memstore.Store, all []memstore.Exported, size int) map[memstore.Outcome]int {
	tb.Helper()
	outcomes := map[memstore.Outcome]int{}
	im := to.NewImport()
	for len(all) > 0 {
		n := min(size, len(all))
		var slice []memstore.Record
		for _, e := range all[:n] {
			slice = append(slice, record(tb, e))
		}
		done, err := im.Write(tb.Context(), slice)
		if err != nil || len(done) != n {
			tb.Fatalf("%d of %d: %v", len(done), n, err)
		}
		for i, d := range done {
			if d.Outcome == 0 {
				tb.Errorf("%s was skipped: %v", told(all[i:i+1]), d.Reason)
			}
			outcomes[d.Outcome]++
		}
		all = all[n:]
	}
	return outcomes
}

// checkBytes counts the user's text in an export: it is what the head says.
func checkBytes(t *testing.T, s *memstore.Store) {
	t.Helper()
	var want int64
	for _, e := range exported(t, s) {
		switch {
		case e.Session != nil:
			want += int64(len(e.Session.ID) + len(e.Session.Summary))
		case e.Memory != nil:
			want += int64(len(e.Memory.Title) + len(e.Memory.Content) + len(e.Memory.TopicKey) + len(e.Memory.Source))
		default:
			want += int64(len(e.Revision.Title) + len(e.Revision.Content) + len(e.Revision.Session) + len(e.Revision.Source))
		}
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Bytes != want {
		t.Errorf("the store counts %d bytes, and holds %d: %v", st.Bytes, want, err)
	}
}

// testCopy: an export has everything, in its order, and an import keeps all of
// it; a second one changes nothing.
func testCopy(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	// More sessions, memories and revisions of one than an export reads at once.
	const days, notes, states = 205, 2, 205
	for i := range days { // sessions close by themselves
		for j := range notes {
			f.clock.Add(time.Minute)
			Save(t, alice, memstore.Discovery, fmt.Sprintf("day %d note %d", i, j), "text", "")
		}
		Save(t, alice, memstore.Decision, "topic", fmt.Sprintf("state %d", i), "a/topic")
		f.clock.Add(30 * time.Hour)
	}
	if _, _, err := alice.EndSession(t.Context(), Note(t, "the end")); err != nil {
		t.Fatal(err)
	}
	all := exported(t, alice)
	if !ordered(all) {
		t.Error("the export is out of order")
	}
	// A summary for each day, and as many sessions.
	if want := days*notes + states + days + days; len(all) != want {
		t.Errorf("%d lines, want %d", len(all), want)
	}
	if got := copyInto(t, bob, all, 37); got[memstore.Created] != len(all) {
		t.Errorf("a copy into an empty store: %v of %d", got, len(all))
	}
	if a, b := told(all), told(exported(t, bob)); a != b {
		t.Errorf("the copy is another:\n%s\nwant\n%s", b, a)
	}
	sa, erra := alice.Stats(t.Context())
	sb, errb := bob.Stats(t.Context())
	if erra != nil || errb != nil || !reflect.DeepEqual(sa, sb) {
		t.Errorf("the copy counts %+v, not %+v: %v %v", sb, sa, erra, errb)
	}
	if got := copyInto(t, bob, all, 200); got[memstore.Deduped] != len(all) {
		t.Errorf("a second copy: %v of %d", got, len(all))
	}
	if again, err := bob.Stats(t.Context()); err != nil || !reflect.DeepEqual(sb, again) || told(all) != told(exported(t, bob)) {
		t.Errorf("a second copy changed something: %+v %v", again, err)
	}
	checkBytes(t, alice)
	if got := search(t, bob, "state 204", 5); len(got.Hits) == 0 || got.Hits[0].Content != "state 204" {
		t.Errorf("a search in the copy: %+v", got)
	}
}

// ordered checks the order of an export.
func ordered(all []memstore.Exported) bool {
	var session, memory *memstore.Exported
	var last int
	for i := range all {
		e := &all[i]
		switch {
		case e.Session != nil:
			if memory != nil || session != nil && session.Session.Started.After(e.Session.Started) {
				return false
			}
			session = e
		case e.Memory != nil:
			if memory != nil && (memory.Memory.Created.After(e.Memory.Created) ||
				memory.Memory.Created.Equal(e.Memory.Created) && memory.Memory.ID >= e.Memory.ID) {
				return false
			}
			memory, last = e, 0
		default:
			if memory == nil || e.Of != memory.Memory.ID || e.Revision.Revision <= last {
				return false
			}
			last = e.Revision.Revision
		}
	}
	return memory != nil
}

// compareCopy imports an export of the user into a store of its own: it is the
// same, but for a session that was active, and a second import changes nothing.
func (r *modelRun) compareCopy(u *modelUser, copied *memstore.Store) {
	all := exported(r.t, u.store)
	got := copyInto(r.t, copied, all, 1+r.rng.IntN(300))
	if got[memstore.Created] != len(all) {
		r.errorf("%s: a copy of %d: %v", u.name, len(all), got)
	}
	first := exported(r.t, copied)
	for _, e := range all {
		if s := e.Session; s != nil && s.Active() {
			s.Ended, s.Auto = s.LastActivity, true
		}
	}
	if a, b := told(all), told(first); a != b {
		r.errorf("%s: the copy is another:\n%s\nwant\n%s", u.name, b, a)
	}
	want, erra := u.store.Stats(r.ctx())
	have, errb := copied.Stats(r.ctx())
	if erra != nil || errb != nil || !reflect.DeepEqual(have, want) {
		r.errorf("%s: the copy counts %+v, not %+v: %v %v", u.name, have, want, erra, errb)
	}
	if got := copyInto(r.t, copied, all, 1+r.rng.IntN(300)); got[memstore.Deduped] != len(all) || told(first) != told(exported(r.t, copied)) {
		r.errorf("%s: a second import of %d: %v", u.name, len(all), got)
	}
}
