package memstoretest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// importing gives a maker of memories to import, and one that imports them.
func importing(t *testing.T, s *memstore.Store) (note func(title, content, topic string) *memstore.MemoryRecord, write func(...*memstore.MemoryRecord) []memstore.Imported) {
	note = func(title, content, topic string) *memstore.MemoryRecord {
		return &memstore.MemoryRecord{
			Type: memstore.Discovery, Title: Text(t, memstore.TitleField, title), Content: Text(t, memstore.ContentField, content),
			TopicKey: Text(t, memstore.TopicKeyField, topic),
		}
	}
	write = func(memories ...*memstore.MemoryRecord) []memstore.Imported {
		t.Helper()
		var slice []memstore.Record
		for _, m := range memories {
			slice = append(slice, memstore.Record{Memory: m})
		}
		done, err := s.NewImport().Write(t.Context(), slice)
		if err != nil || len(done) != len(slice) {
			t.Fatalf("%v %v", done, err)
		}
		return done
	}
	return note, write
}

func outcomes(done []memstore.Imported) string {
	var words []string
	for _, d := range done {
		word := d.Outcome.String()
		if word == "" {
			word = "skipped"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func testImportSame(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, write := importing(t, s)
	day := f.clock.Now().Add(-48 * time.Hour)
	// By id and text, by topic, by text and time; within a slice as well.
	a, b, c, d := note("a", "alpha", ""), note("b", "beta", "k"), note("c", "gamma", ""), note("d", "delta", "")
	a.ID, a.Created = 77, day
	b.Created, c.Created = day, day
	all := []*memstore.MemoryRecord{a, b, c, d, a, b, c, d}
	first := write(all...)
	if got := outcomes(first); got != "created created created created deduped deduped deduped deduped" {
		t.Errorf("within a slice: %s", got)
	}
	for i := range 4 {
		if first[i].ID != first[i+4].ID {
			t.Errorf("%d is %d and then %d", i, first[i].ID, first[i+4].ID)
		}
	}
	f.clock.Add(time.Hour)
	if got := outcomes(write(all[:4]...)); got != "deduped deduped deduped deduped" {
		t.Errorf("a second import: %s", got)
	}
	// An id that agrees while the text does not is another memory.
	other := note("a", "another text", "")
	other.ID, other.Created = 77, day
	done := write(other)
	if outcomes(done) != "created" || done[0].ID == 77 {
		t.Errorf("another text under a taken id: %+v", done)
	}
	if again := write(other); outcomes(again) != "deduped" || again[0].ID != done[0].ID {
		t.Errorf("and again: %+v", again)
	}
	// The same text of another time is another memory; of an unknown one it is not.
	later := note("c", "gamma", "")
	later.Created = day.Add(time.Second)
	if got := outcomes(write(later, note("c", "gamma", ""))); got != "created deduped" {
		t.Errorf("other times: %s", got)
	}
	// So is one that is equal but for its topic key.
	topic := note("b", "beta", "k2")
	topic.Created = day
	if got := outcomes(write(topic)); got != "created" {
		t.Errorf("another topic: %s", got)
	}
}

func testImportTopics(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, write := importing(t, s)
	saved := Save(t, s, memstore.Discovery, "t", "one", "k")
	now := f.clock.Now()
	at := func(content string, updated time.Time) *memstore.MemoryRecord {
		m := note("t", content, "k")
		m.Created, m.Updated, m.Revision = now.Add(-48*time.Hour), updated, 5
		return m
	}
	if got := write(at("older", now.Add(-time.Hour))); outcomes(got) != "skipped" || got[0].Reason == nil {
		t.Errorf("an older text: %+v", got)
	}
	newer := at("newer", now.Add(time.Hour))
	if got := write(newer); outcomes(got) != "updated" || got[0].ID != saved.ID {
		t.Errorf("a newer text: %+v", got)
	}
	m, err := s.Get(t.Context(), saved.ID)
	if err != nil || m.Content != "newer" || m.Revision != 5 || !m.Created.Equal(now) || !m.Updated.Equal(now.Add(time.Hour)) {
		t.Errorf("after a newer text: %+v %v", m, err)
	}
	revs, total, err := s.History(t.Context(), saved.ID, 20)
	if err != nil || total != 2 || revs[1].Content != "one" || revs[1].Revision != 1 {
		t.Errorf("its history: %+v %v", revs, err)
	}
	// What was brought, and what it once said, are there.
	if got := outcomes(write(newer, at("one", now))); got != "deduped deduped" {
		t.Errorf("again: %s", got)
	}
	byID := note("t", "one", "")
	byID.ID = saved.ID
	if got := write(byID); outcomes(got) != "deduped" || got[0].ID != saved.ID {
		t.Errorf("what the memory of that id once said: %+v", got)
	}
	// Three states in one slice: the last one stands, the others are history.
	if got := outcomes(write(at("two", now.Add(2*time.Hour)), at("three", now.Add(3*time.Hour)), at("two", now.Add(2*time.Hour)))); got != "updated updated deduped" {
		t.Errorf("three states: %s", got)
	}
	if _, total, err = s.History(t.Context(), saved.ID, 20); err != nil || total != 4 {
		t.Errorf("%d states, %v", total, err)
	}
	checkBytes(t, s)
}

func testImportIDs(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, write := importing(t, s)
	mine := Save(t, s, memstore.Discovery, "mine", "text", "")
	old, future, low, next := note("old", "text", ""), note("future", "text", ""), note("low", "text", ""), note("next", "text", "")
	old.ID, future.ID = mine.ID-4096, mine.ID+(2<<12)
	day := f.clock.Now().Add(-48 * time.Hour)
	old.Created = day
	// Equal times: the order of the lines is the order of creation.
	low.ID, low.Created, next.ID, next.Created = old.ID-10, day, old.ID-5, day
	done := write(future, old, low, next)
	if outcomes(done) != "created created created created" || done[1].ID != old.ID || done[0].ID == future.ID || done[0].ID <= mine.ID {
		t.Errorf("ids: %+v, after %d", done, mine.ID)
	}
	got, err := s.Timeline(t.Context(), old.ID, 0, 2)
	if err != nil || len(got) != 3 || got[1].Title != "low" || got[2].Title != "next" {
		t.Errorf("the order of equal times: %+v %v", got, err)
	}
	top := note("top", "text", "")
	top.ID = Save(t, s, memstore.Discovery, "yours", "text", "").ID + 50
	f.clock.Add(time.Second)
	if done := write(top); done[0].ID != top.ID {
		t.Errorf("a free id of now: %+v", done)
	}
	f.clock.Add(-time.Second)
	if saved := Save(t, s, memstore.Discovery, "later", "text", ""); saved.ID <= top.ID {
		t.Errorf("a save after an import got id %d, not above %d", saved.ID, top.ID)
	}
}

func testImportRefused(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, write := importing(t, s)
	far, near, back, untyped, blank, long, private := note("far", "c", ""), note("near", "c", ""), note("back", "c", ""), note("untyped", "c", ""), note("blank", "c", ""), note("long", "c", ""), note("private", "c", "")
	now := f.clock.Now()
	far.Created, near.Created = now.Add(24*time.Hour+time.Microsecond), now.Add(24*time.Hour)
	back.Created, back.Updated = now, now.Add(-time.Microsecond)
	untyped.Type = 0
	blank.Content = Text(t, memstore.TopicKeyField, "")
	long.Title = Text(t, memstore.ContentField, strings.Repeat("x", 201))
	private.Session = Text(t, memstore.SessionField, "with <private>x</private>")
	summary := note("summary", "of all", "")
	summary.Type = memstore.Summary
	done := write(far, near, back, untyped, blank, long, private, summary)
	if got := outcomes(done); got != "skipped created skipped skipped skipped skipped skipped created" {
		t.Errorf("got %s", got)
	}
	for _, d := range done {
		if (d.Outcome == 0) != (d.Reason != nil) {
			t.Errorf("%+v", d)
		}
	}
}

func testImportSessions(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, _ := importing(t, s)
	start, err := s.StartSession(t.Context(), 5, 10)
	if err != nil {
		t.Fatal(err)
	}
	day := f.clock.Now().Add(-72 * time.Hour)
	in := func(session string, hours int) memstore.Record {
		m := note(fmt.Sprint(session, hours), "text", "")
		m.Session, m.Created = Text(t, memstore.SessionField, session), day
		m.Updated = day.Add(time.Duration(hours) * time.Hour)
		return memstore.Record{Memory: m}
	}
	f.clock.Add(time.Hour)
	im := s.NewImport()
	write := func(records ...memstore.Record) {
		t.Helper()
		done, err := im.Write(t.Context(), records)
		if err != nil || strings.Contains(outcomes(done), "skipped") {
			t.Fatalf("%+v %v", done, err)
		}
	}
	named := &memstore.SessionRecord{Name: Text(t, memstore.SessionField, "told"), Started: day, Ended: day.Add(time.Hour), Auto: true}
	write(in("made", 2), in("made", 1), in(start.Session, 3), memstore.Record{Session: named}, in("told", 5))
	write(in("made", 4), in("told", 6), in("", 7))
	want := map[string]string{
		"made": "1 4 4 true", "told": "0 1 1 true", "import": "7 7 7 true", start.Session: "72 72 active false",
	}
	check := func() {
		t.Helper()
		seen := 0
		for _, e := range exported(t, s) {
			if e.Session == nil {
				continue
			}
			seen++
			since := func(at time.Time) string { return fmt.Sprint(at.Sub(day).Hours()) }
			ended := "active"
			if !e.Session.Active() {
				ended = since(e.Session.Ended)
			}
			if got := fmt.Sprintf("%s %s %s %v", since(e.Session.Started), since(e.Session.LastActivity), ended, e.Session.Auto); got != want[e.Session.ID] {
				t.Errorf("session %s: %s, want %s", e.Session.ID, got, want[e.Session.ID])
			}
		}
		if seen != len(want) {
			t.Errorf("%d sessions", seen)
		}
	}
	check()
	// One that nobody ended or summarised takes what a later import tells of it.
	named.Name, named.Ended, named.Auto = Text(t, memstore.SessionField, "made"), day.Add(9*time.Hour), false
	named.Summary = Text(t, memstore.SummaryField, "what was done")
	im = s.NewImport()
	write(memstore.Record{Session: named}, in("made", 11))
	want["made"] = "0 9 9 false"
	check()
	// From then on it stays.
	named.Ended, named.Summary = day.Add(10*time.Hour), Text(t, memstore.SummaryField, "something else")
	write(memstore.Record{Session: named})
	check()
	checkBytes(t, s)
	if again, err := s.StartSession(t.Context(), 5, 10); err != nil || again.New || again.Session != start.Session {
		t.Errorf("the active session is another: %+v %v", again, err)
	}
}

func testImportRevisions(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	note, write := importing(t, s)
	m := note("t", "three", "k")
	m.ID, m.Revision = 500, 3
	old := func(of int64, number int, content string) memstore.Record {
		return memstore.Record{Revision: &memstore.RevisionRecord{
			Of: of, Revision: number, Type: memstore.Decision, Title: Text(t, memstore.TitleField, "t"), Content: Text(t, memstore.ContentField, content),
		}}
	}
	bad := note("bad", "text", "")
	bad.ID, bad.Type = 600, 0
	records := []memstore.Record{
		old(500, 1, "one"),
		{Memory: m},
		old(500, 1, "one"), old(500, 2, "two"), old(500, 2, "two"), old(500, 2, "another"),
		old(500, 3, "not old"),
		{Memory: bad},
		old(600, 1, "whose"), old(0, 1, "whose"),
	}
	const first = "skipped created created created deduped skipped skipped skipped skipped skipped"
	done, err := s.NewImport().Write(t.Context(), records)
	if err != nil || outcomes(done) != first {
		t.Fatalf("%s %v", outcomes(done), err)
	}
	// In another import, and in slices of one.
	im := s.NewImport()
	for i, want := range strings.Fields(strings.ReplaceAll(first, "created", "deduped")) {
		if done, err := im.Write(t.Context(), records[i:i+1]); err != nil || outcomes(done) != want {
			t.Errorf("%d again: %+v %v, want %s", i, done, err, want)
		}
	}
	revs, total, err := s.History(t.Context(), 500, 20)
	if err != nil || total != 3 || revs[1].Content != "two" || revs[2].Content != "one" || revs[2].Session != "import" {
		t.Errorf("%+v %d %v", revs, total, err)
	}
	// A memory that got another id takes its revisions with it; one that was
	// there gets those it lacks.
	moved := note("t", "moved", "")
	moved.ID, moved.Revision = 500, 2
	done, err = s.NewImport().Write(t.Context(), []memstore.Record{{Memory: moved}, old(500, 1, "before it moved")})
	if err != nil || outcomes(done) != "created created" || done[0].ID == 500 || done[1].ID != done[0].ID {
		t.Errorf("%+v %v", done, err)
	}
	lacking := note("t", "lacking", "k2")
	lacking.ID, lacking.Revision = 700, 2
	write(lacking)
	before, _ := s.Stats(t.Context())
	done, err = s.NewImport().Write(t.Context(), []memstore.Record{{Memory: lacking}, old(700, 1, "late")})
	if err != nil || outcomes(done) != "deduped created" {
		t.Errorf("%+v %v", done, err)
	}
	if after, _ := s.Stats(t.Context()); after.Bytes-before.Bytes != int64(len("t"+"late"+"import")) {
		t.Errorf("an old revision counts %d bytes", after.Bytes-before.Bytes)
	}
	checkBytes(t, s)
	// What history counts goes with its memory.
	for _, id := range []int64{500, 700, moved.ID} {
		if _, _, err := s.Forget(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	all := exported(t, s)
	for _, e := range all {
		if e.Memory != nil {
			if _, _, err := s.Forget(t.Context(), e.Memory.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Bytes != int64(len("import")) || st.Memories != 0 {
		t.Errorf("an empty store counts %+v %v", st, err)
	}
}

func testImportFull(t *testing.T, f *fixture) {
	o := f.options
	o.Limits = memstore.Limits{Memories: 3, Bytes: 1000}
	s := User(t, memstore.New(f.backend, o), "alice")
	note, _ := importing(t, s)
	var slice []memstore.Record
	for i := range 5 {
		slice = append(slice, memstore.Record{Memory: note(fmt.Sprint("t", i), "text", "")})
	}
	done, err := s.NewImport().Write(t.Context(), slice)
	if !errors.Is(err, memstore.ErrOverLimit) || outcomes(done) != "created created created" {
		t.Errorf("over the limit: %s %v", outcomes(done), err)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 3 || st.Bytes != 3*int64(len("t0text"))+int64(len("import")) {
		t.Errorf("%+v %v", st, err)
	}
	bob := User(t, memstore.New(f.backend, o), "bob")
	fits := 1000 - len("t") - len("import")
	for size, want := range map[int]string{fits + 1: "", fits: "created"} {
		done, err := bob.NewImport().Write(t.Context(), []memstore.Record{{Memory: note("t", strings.Repeat("x", size), "")}})
		if outcomes(done) != want || (err == nil) != (want != "") {
			t.Errorf("%d bytes: %+v %v", size, done, err)
		}
		if want == "" && len(exported(t, bob)) > 0 {
			t.Error("what did not fit left something behind")
		}
		if err == nil {
			break
		}
	}
}

// testImportRunAgain: a rule that runs again after its commit answers as the
// first run did.
func testImportRunAgain(t *testing.T, f *fixture) {
	s := User(t, memstore.New(runTwice{f.backend}, f.options), "alice")
	note, write := importing(t, s)
	m := note("a", "alpha", "k")
	m.ID = 9
	if got := write(m, note("b", "beta", "")); outcomes(got) != "created created" || got[0].ID != 9 {
		t.Errorf("%+v", got)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 2 || st.Sessions != 1 {
		t.Errorf("%+v %v", st, err)
	}
}

// testImportIsOnesOwn: what alice imports meets nothing of bob's.
func testImportIsOnesOwn(t *testing.T, f *fixture) {
	alice, bob := User(t, f.db, "alice"), User(t, f.db, "bob")
	Save(t, bob, memstore.Decision, "beta", "text", "shared/topic")
	Save(t, bob, memstore.Decision, "beta", "text two", "shared/topic")
	if _, _, err := bob.EndSession(t.Context(), Note(t, "the end")); err != nil {
		t.Fatal(err)
	}
	before := exported(t, bob)
	if got := copyInto(t, alice, before, 2); got[memstore.Created] != len(before) {
		t.Errorf("alice's import met bob's: %v", got)
	}
	if len(before) == 0 || told(exported(t, bob)) != told(before) {
		t.Error("bob was changed")
	}
}
