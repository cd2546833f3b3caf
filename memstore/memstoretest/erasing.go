package memstoretest

import (
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// said is everything that a user can read of their memory: an export, which
// holds history and sessions, and what a session begins with.
func said(t *testing.T, s *memstore.Store) string {
	t.Helper()
	var b strings.Builder
	err := s.Export(t.Context(), func(e memstore.Exported) error {
		switch {
		case e.Session != nil:
			b.WriteString("session " + e.Session.Summary + "\n")
		case e.Memory != nil:
			b.WriteString("memory " + e.Memory.Title + "\n" + e.Memory.Content + "\n" + e.Memory.TopicKey + "\n")
		default:
			b.WriteString("revision " + e.Revision.Title + "\n" + e.Revision.Content + "\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// forgotten forgets a memory, after which nothing of it can be read.
func forgotten(t *testing.T, s *memstore.Store, id int64, words ...string) {
	t.Helper()
	before := said(t, s)
	if ok, _, err := s.Forget(t.Context(), id); !ok || err != nil {
		t.Fatalf("forget %d: %v %v", id, ok, err)
	}
	after := said(t, s)
	for _, w := range words {
		if !strings.Contains(before, w) {
			t.Errorf("%q was nowhere, so this proves nothing", w)
		}
		if strings.Contains(after, w) {
			t.Errorf("%q is still there:\n%s", w, after)
		}
		if found, err := s.Search(t.Context(), Query(t, w, 10)); err != nil || strings.Contains(titlesOf(found.Hits), w) {
			t.Errorf("a search for %q: %+v %v", w, found, err)
		}
	}
	counts(t, s)
}

func titlesOf(hits []memstore.Hit) string {
	var b strings.Builder
	for _, h := range hits {
		b.WriteString(h.Title + "\n" + h.Content + "\n")
	}
	return b.String()
}

// counts checks that what the store counts is what an export shows.
func counts(t *testing.T, s *memstore.Store) {
	t.Helper()
	st, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var memories, bytes int64
	err = s.Export(t.Context(), func(e memstore.Exported) error {
		switch {
		case e.Session != nil:
			bytes += int64(len(e.Session.ID) + len(e.Session.Summary))
		case e.Memory != nil:
			memories++
			m := e.Memory
			bytes += int64(len(m.Title) + len(m.Content) + len(m.TopicKey) + len(m.Source))
		default:
			v := e.Revision
			bytes += int64(len(v.Title) + len(v.Content) + len(v.Session) + len(v.Source))
		}
		return nil
	})
	if err != nil || st.Memories != memories || st.Bytes != bytes {
		t.Errorf("the store counts %d memories of %d bytes and has %d of %d: %v", st.Memories, st.Bytes, memories, bytes, err)
	}
}

// testForgetTraces: a forgotten memory is gone from the sessions and summaries
// that repeat it too, whatever became of it and of them in between.
func testForgetTraces(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	newDay := func() {
		t.Helper()
		f.clock.Add(25 * time.Hour)
		if _, err := s.StartSession(t.Context(), 5, 10); err != nil {
			t.Fatal(err)
		}
	}
	update := func(id int64, p memstore.Patch) {
		t.Helper()
		if _, err := s.Update(t.Context(), id, p); err != nil {
			t.Fatal(err)
		}
	}
	content := func(text string) memstore.Patch {
		return memstore.Patch{Content: Text(t, memstore.ContentField, text)}
	}
	end := func(summary string) {
		t.Helper()
		if _, kept, err := s.EndSession(t.Context(), Note(t, summary)); err != nil || !kept {
			t.Fatal(kept, err)
		}
	}
	summaryID := func(text string) int64 {
		t.Helper()
		found, err := s.Search(t.Context(), memstore.Query{Text: Text(t, memstore.QueryField, text), Types: 1 << memstore.Summary, Limit: 1})
		if err != nil || len(found.Hits) != 1 {
			t.Fatalf("%+v %v", found, err)
		}
		return found.Hits[0].ID
	}

	// A title that a generated summary quotes, after the memory got another.
	xylophone := Save(t, s, memstore.Discovery, "xylophone", "first", "").ID
	Save(t, s, memstore.Discovery, "stays", "second", "")
	newDay()
	update(xylophone, memstore.Patch{Title: Text(t, memstore.TitleField, "glockenspiel")})
	newDay()
	forgotten(t, s, xylophone, "xylophone", "glockenspiel")
	if all := said(t, s); strings.Count(all, "- stays") != 2 { // the session's, and the memory's
		t.Errorf("another title went too:\n%s", all)
	}

	// The generated summary itself was changed: its history quotes.
	quagmire := Save(t, s, memstore.Discovery, "quagmire", "third", "").ID
	newDay()
	update(summaryID("memories saved"), content("somebody's own words"))
	forgotten(t, s, quagmire, "quagmire")

	// A summary by hand that was updated, and one that became something else.
	Save(t, s, memstore.Discovery, "work", "fourth", "")
	end("zeppelin flew")
	zeppelin := summaryID("zeppelin")
	Save(t, s, memstore.Discovery, "more work", "fifth", "")
	update(zeppelin, content("airship landed"))
	forgotten(t, s, zeppelin, "zeppelin", "airship")
	Save(t, s, memstore.Discovery, "late work", "sixth", "")
	end("brouhaha ended")
	brouhaha := summaryID("brouhaha")
	Save(t, s, memstore.Discovery, "later work", "seventh", "")
	update(brouhaha, memstore.Patch{Type: memstore.Decision})
	forgotten(t, s, brouhaha, "brouhaha")

	// Two sessions that ended in the same words share one memory.
	for range 2 {
		Save(t, s, memstore.Discovery, "daily work", "eighth", "")
		end("rigmarole again")
	}
	forgotten(t, s, summaryID("rigmarole"), "rigmarole")
}

// testForgetAll: nothing is left of a user, others keep everything, and what
// comes later begins anew.
func testForgetAll(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	for _, s := range []*memstore.Store{alice, bob} {
		Save(t, s, memstore.Discovery, "xylophone", "first", "topic/a")
		Save(t, s, memstore.Discovery, "glockenspiel", "second", "topic/a")
		if _, _, err := s.EndSession(t.Context(), Note(t, "the end")); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Search(t.Context(), Query(t, "glockenspiel", 10)); err != nil || found.Total == 0 {
			t.Fatal(found, err)
		}
	}
	was, _, err := alice.ForgetAll(t.Context())
	if err != nil || was.Memories != 2 || was.Sessions != 1 {
		t.Errorf("forgot %+v, %v", was, err)
	}
	if all := said(t, alice); all != "" {
		t.Errorf("left:\n%s", all)
	}
	if st, err := alice.Stats(t.Context()); err != nil || st.Memories+st.Sessions+st.Bytes != 0 {
		t.Errorf("%+v %v", st, err)
	}
	if found, err := alice.Search(t.Context(), Query(t, "glockenspiel", 10)); err != nil || found.Total != 0 {
		t.Errorf("%+v %v", found, err)
	}
	if again, _, err := alice.ForgetAll(t.Context()); err != nil || again.Memories != 0 {
		t.Errorf("%+v %v", again, err)
	}
	Save(t, alice, memstore.Discovery, "marimba", "third", "topic/a")
	if found, err := alice.Search(t.Context(), Query(t, "marimba glockenspiel", 10)); err != nil || found.Total != 1 {
		t.Errorf("%+v %v", found, err)
	}
	counts(t, alice)
	if found, err := bob.Search(t.Context(), Query(t, "glockenspiel", 10)); err != nil || found.Total == 0 {
		t.Errorf("of another user: %+v %v", found, err)
	}
	counts(t, bob)
}
