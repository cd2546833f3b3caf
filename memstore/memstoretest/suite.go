package memstoretest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Run runs the conformance suite. Every adapter must pass all of it.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, *fixture)
	}{
		{"SaveRules", testSaveRules},
		{"Update", testUpdate},
		{"Unicode", testUnicode},
		{"Sessions", testSessions},
		{"AutoClose", testAutoClose},
		{"Limits", testLimits},
		{"FullStoreEnds", testFullStoreEnds},
		{"IDs", testIDs},
		{"ClockJumps", testClockJumps},
		{"Isolation", testIsolation},
		{"ScoresAreOnesOwn", testScoresAreOnesOwn},
		{"Search", testSearch},
		{"Similar", testSimilar},
		{"Finding", testFinding},
		{"Topics", testTopics},
		{"ColdEqualsWarm", testColdEqualsWarm},
		{"OtherAnalyser", testOtherAnalyser},
		{"SmallIndex", testSmallIndex},
		{"SearchRacesForget", testSearchRacesForget},
		{"Concurrency", testConcurrency},
		{"Cancelled", testCancelled},
		{"PanicInUpdate", testPanicInUpdate},
		{"ErrorUndoes", testErrorUndoes},
		{"RunAgain", testRunAgain},
		{"ForgetTraces", testForgetTraces},
		{"ForgetAll", testForgetAll},
		{"Copy", testCopy},
		{"ImportSame", testImportSame},
		{"ImportTopics", testImportTopics},
		{"ImportIDs", testImportIDs},
		{"ImportRefused", testImportRefused},
		{"ImportSessions", testImportSessions},
		{"ImportRevisions", testImportRevisions},
		{"ImportFull", testImportFull},
		{"ImportRunAgain", testImportRunAgain},
		{"ImportIsOnesOwn", testImportIsOnesOwn},
		{"Closed", testClosed},
		{"NoUser", testNoUser},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			f := &fixture{clock: clock, backend: open(t), options: Options(clock)}
			f.db = memstore.New(f.backend, f.options)
			c.test(t, f)
		})
	}
}

type fixture struct {
	clock   *Clock
	backend memstore.Backend
	options memstore.Options
	db      *memstore.DB
}

func testSaveRules(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	first := Save(t, s, memstore.Decision, "Engine", "We use SQLite", "arch/engine")
	if first.Outcome != memstore.Created || first.Revision != 1 || first.TopicKey != "arch/engine" || first.Session == "" {
		t.Errorf("first save: %+v", first)
	}
	f.clock.Add(time.Minute)
	same := Save(t, s, memstore.Decision, "Engine", "We use SQLite", "arch/engine")
	if same.Outcome != memstore.Deduped || same.ID != first.ID || same.Revision != 1 {
		t.Errorf("the same again: %+v", same)
	}
	changed := Save(t, s, memstore.Decision, "Engine", "We use PostgreSQL", "arch/engine")
	if changed.Outcome != memstore.Updated || changed.ID != first.ID || changed.Revision != 2 {
		t.Errorf("changed: %+v", changed)
	}
	m, err := s.Get(t.Context(), first.ID)
	if err != nil || m.Content != "We use PostgreSQL" || !m.Created.Equal(f.clock.Now().Add(-time.Minute)) || !m.Updated.Equal(f.clock.Now()) {
		t.Errorf("after the change: %+v %v", m, err)
	}
	revs, total, err := s.History(t.Context(), first.ID, 20)
	if err != nil || total != 2 || len(revs) != 2 || revs[0].Content != "We use PostgreSQL" || revs[1].Content != "We use SQLite" || revs[1].Revision != 1 {
		t.Errorf("history: %+v %d %v", revs, total, err)
	}
	// Without a topic key equal text is the same memory, whoever holds it.
	untopiced := Save(t, s, memstore.Decision, "Engine", "We use PostgreSQL", "")
	if untopiced.Outcome != memstore.Deduped || untopiced.ID != first.ID {
		t.Errorf("equal text without a topic: %+v", untopiced)
	}
	other := Save(t, s, memstore.Pattern, "Engine", "We use PostgreSQL", "")
	if other.Outcome != memstore.Created || other.ID == first.ID {
		t.Errorf("another type: %+v", other)
	}
	// Title and content must not run into each other.
	Save(t, s, memstore.Pattern, "ab", "c", "")
	if x := Save(t, s, memstore.Pattern, "a", "bc", ""); x.Outcome != memstore.Created {
		t.Errorf("ab+c and a+bc are the same: %+v", x)
	}
	d := Draft(t, memstore.Summary, "t", "c", "")
	if _, err := s.Save(t.Context(), d); !errors.Is(err, memstore.ErrInvalid) {
		t.Errorf("a summary by hand: %v", err)
	}
	d.Type = 0
	if _, err := s.Save(t.Context(), d); !errors.Is(err, memstore.ErrInvalid) {
		t.Errorf("no type: %v", err)
	}
}

func testUpdate(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	a := Save(t, s, memstore.Decision, "A", "alpha", "x/a")
	b := Save(t, s, memstore.Decision, "B", "beta", "x/b")
	if _, err := s.Update(t.Context(), b.ID, memstore.Patch{TopicKey: Text(t, memstore.TopicKeyField, "x/a")}); !errors.Is(err, memstore.ErrConflict) || !strings.Contains(err.Error(), fmt.Sprint(a.ID)) {
		t.Errorf("a taken topic key: %v", err)
	}
	if _, err := s.Update(t.Context(), 12345, memstore.Patch{Title: Text(t, memstore.TitleField, "T")}); err == nil || err.Error() != "no memory 12345" {
		t.Errorf("an unknown id: %v", err)
	}
	if _, err := s.Update(t.Context(), a.ID, memstore.Patch{}); !errors.Is(err, memstore.ErrInvalid) {
		t.Errorf("an empty patch: %v", err)
	}
	if _, err := s.Update(t.Context(), a.ID, memstore.Patch{Type: memstore.Summary}); !errors.Is(err, memstore.ErrInvalid) {
		t.Errorf("a patch to summary: %v", err)
	}
	got, err := s.Update(t.Context(), a.ID, memstore.Patch{ClearTopic: true, Type: memstore.Pattern})
	if err != nil || got.Outcome != memstore.Updated || got.TopicKey != "" || got.Revision != 2 {
		t.Errorf("clear the topic: %+v %v", got, err)
	}
	if got, err = s.Update(t.Context(), a.ID, memstore.Patch{Type: memstore.Pattern}); err != nil || got.Outcome != memstore.Deduped || got.Revision != 2 {
		t.Errorf("nothing changes: %+v %v", got, err)
	}
	if got, err = s.Update(t.Context(), b.ID, memstore.Patch{TopicKey: Text(t, memstore.TopicKeyField, "x/a")}); err != nil || got.TopicKey != "x/a" {
		t.Errorf("a topic key that is free again: %+v %v", got, err)
	}
	found, err := s.Search(t.Context(), Query(t, "alpha", 10))
	if err != nil || len(found.Hits) != 2 || found.Hits[0].ID != a.ID || found.Hits[0].Type != memstore.Pattern {
		t.Errorf("search after updates: %+v %v", found, err)
	}
}

func testUnicode(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	for i, text := range []string{"naïve café ☕", "日本語のメモ", "मराठी", "emoji 👩‍👩‍👧‍👦 family", "tab\tand\nline", "quote \" ' ` ; --", "%_\\", strings.Repeat("x", 64<<10)} {
		saved := Save(t, s, memstore.Discovery, fmt.Sprint("t", i), text, "")
		m, err := s.Get(t.Context(), saved.ID)
		if err != nil || m.Content != text {
			t.Errorf("%.20q came back as %.20q, %v", text, m.Content, err)
		}
	}
}

func testSessions(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	if _, _, err := s.EndSession(t.Context(), Note(t, "x")); !errors.Is(err, memstore.ErrNoSession) {
		t.Errorf("end without a session: %v", err)
	}
	start, err := s.StartSession(t.Context(), 5, 10)
	if err != nil || !start.New || len(start.Session) != 36 {
		t.Errorf("start: %+v %v", start, err)
	}
	again, err := s.StartSession(t.Context(), 5, 10)
	if err != nil || again.New || again.Session != start.Session {
		t.Errorf("start again: %+v %v", again, err)
	}
	long := strings.Repeat("word ", 40) + "\nsecond line"
	sum, err := s.Summarize(t.Context(), Note(t, long))
	if err != nil || sum.Session != start.Session {
		t.Fatalf("summary: %+v %v", sum, err)
	}
	m, err := s.Get(t.Context(), sum.ID)
	if err != nil || m.Type != memstore.Summary || len([]rune(m.Title)) > memstore.MaxSummaryTitle || !strings.HasSuffix(m.Title, "…") {
		t.Errorf("summary memory: %q %v", m.Title, err)
	}
	f.clock.Add(time.Hour)
	ended, kept, err := s.EndSession(t.Context(), Note(t, "done for today"))
	if err != nil || !kept || ended.Auto || ended.Active() || ended.ID != start.Session || !ended.Ended.Equal(f.clock.Now()) {
		t.Errorf("end: %+v %v %v", ended, kept, err)
	}
	next, err := s.StartSession(t.Context(), 5, 10)
	if err != nil || !next.New || len(next.Sessions) != 1 || next.Sessions[0].Summary != "done for today" {
		t.Errorf("next start: %+v %v", next, err)
	}
	private, err := s.Summarize(t.Context(), Note(t, "<private>x</private>\nwe talked"))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Get(t.Context(), private.ID); err != nil || m.Title == "" {
		t.Errorf("a summary whose first line is private: %+v %v", m, err)
	}
}

func testAutoClose(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	var first memstore.Saved
	for i := range 25 {
		f.clock.Add(time.Minute)
		first = Save(t, s, memstore.Discovery, fmt.Sprintf("finding %d", i), "text", "")
	}
	last := f.clock.Now()
	f.clock.Add(24*time.Hour - time.Microsecond)
	if again := Save(t, s, memstore.Discovery, "finding 24", "text", ""); again.Session != first.Session || again.Outcome != memstore.Deduped {
		t.Errorf("just before the timeout: %+v", again)
	}
	last = last.Add(24*time.Hour - time.Microsecond)
	f.clock.Add(24 * time.Hour)
	next := Save(t, s, memstore.Discovery, "a new day", "text", "")
	if next.Session == first.Session {
		t.Error("a stale session was reused")
	}
	start, err := s.StartSession(t.Context(), 5, 10)
	if err != nil || len(start.Sessions) != 1 {
		t.Fatalf("%+v %v", start, err)
	}
	closed := start.Sessions[0]
	if closed.ID != first.Session || !closed.Auto || !closed.Ended.Equal(last) ||
		strings.Count(closed.Summary, "\n- finding") != 20 || !strings.Contains(closed.Summary, "5 more") {
		t.Errorf("auto-closed: %+v", closed)
	}
	// A session that wrote nothing closes without a summary.
	f.clock.Add(48 * time.Hour)
	if _, err := s.StartSession(t.Context(), 5, 10); err != nil {
		t.Fatal(err)
	}
	f.clock.Add(48 * time.Hour)
	start, err = s.StartSession(t.Context(), 5, 10)
	if err != nil || start.Sessions[0].Summary != "" || !start.Sessions[0].Auto {
		t.Errorf("auto-closed without a save: %+v %v", start.Sessions, err)
	}
}

func testLimits(t *testing.T, f *fixture) {
	o := f.options
	o.Limits = memstore.Limits{Memories: 3, Bytes: 1000}
	s := User(t, memstore.New(f.backend, o), "alice")
	for i := range 3 {
		Save(t, s, memstore.Discovery, fmt.Sprint("t", i), "text", "")
	}
	before, _ := s.Stats(t.Context())
	if _, err := s.Save(t.Context(), Draft(t, memstore.Discovery, "t3", "text", "")); !errors.Is(err, memstore.ErrOverLimit) || !strings.Contains(err.Error(), "3") {
		t.Errorf("one memory over: %v", err)
	}
	if x := Save(t, s, memstore.Discovery, "t2", "text", ""); x.Outcome != memstore.Deduped {
		t.Errorf("deduped at the limit: %+v", x)
	}
	if after, _ := s.Stats(t.Context()); after.Memories != before.Memories || after.Bytes != before.Bytes {
		t.Errorf("a refused save changed %+v to %+v", before, after)
	}
	id := Save(t, s, memstore.Discovery, "t2", "text", "").ID
	if _, _, err := s.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	room := 1000 - (before.Bytes - int64(len("t2text")))
	fits := strings.Repeat("x", int(room)-1)
	if _, err := s.Save(t.Context(), Draft(t, memstore.Discovery, "t", fits+"y", "")); !errors.Is(err, memstore.ErrOverLimit) {
		t.Errorf("one byte over: %v", err)
	}
	Save(t, s, memstore.Discovery, "t", fits, "")
	if st, _ := s.Stats(t.Context()); st.Bytes != 1000 {
		t.Errorf("%d bytes, want exactly 1000", st.Bytes)
	}
}

func testFullStoreEnds(t *testing.T, f *fixture) {
	o := f.options
	o.Limits = memstore.Limits{Memories: 1}
	s := User(t, memstore.New(f.backend, o), "alice")
	Save(t, s, memstore.Discovery, "t", "text", "")
	ended, kept, err := s.EndSession(t.Context(), Note(t, "the end"))
	if err != nil || kept || ended.Active() || ended.Summary != "" {
		t.Errorf("end in a full store: %+v %v %v", ended, kept, err)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 1 {
		t.Errorf("%+v %v", st, err)
	}
	f.clock.Add(72 * time.Hour)
	if start, err := s.StartSession(t.Context(), 5, 10); err != nil || !start.New {
		t.Errorf("start in a full store: %+v %v", start, err)
	}
}

func testIDs(t *testing.T, f *fixture) {
	a, b := User(t, f.db, "alice"), User(t, f.db, "bob")
	var last int64
	for i := range 200 {
		id := Save(t, a, memstore.Discovery, fmt.Sprint(i), "text", "").ID
		if id <= last || id >= 1<<53 {
			t.Fatalf("id %d after %d", id, last)
		}
		last = id
	}
	// Another user's saves must not show in the ids.
	ms := last >> 12
	if id := Save(t, b, memstore.Discovery, "t", "text", "").ID; id>>12 > ms+1 {
		t.Errorf("bob's id %d tells of alice's %d", id, last)
	}
}

func testClockJumps(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	first := Save(t, s, memstore.Discovery, "now", "text", "k")
	f.clock.Add(-365 * 24 * time.Hour)
	second := Save(t, s, memstore.Discovery, "a year back", "text", "")
	if second.ID <= first.ID {
		t.Errorf("id %d after %d", second.ID, first.ID)
	}
	changed := Save(t, s, memstore.Discovery, "changed", "text", "k")
	m, err := s.Get(t.Context(), changed.ID)
	if err != nil || m.Updated.Before(m.Created) {
		t.Errorf("%+v %v", m, err)
	}
	if _, _, err := s.EndSession(t.Context(), Note(t, "end")); err != nil {
		t.Error(err)
	}
	f.clock.Add(2 * 365 * 24 * time.Hour)
	if third := Save(t, s, memstore.Discovery, "a year on", "text", ""); third.ID <= second.ID {
		t.Errorf("id %d after %d", third.ID, second.ID)
	}
}

func testNoUser(t *testing.T, f *fixture) {
	if _, err := f.db.User(t.Context(), memstore.UserID{}); err == nil {
		t.Error("the zero user was bound")
	}
	if err := f.backend.View(t.Context(), memstore.UserID{}, func(memstore.Reader) error { return nil }); err == nil {
		t.Error("View for no user")
	}
	if err := f.backend.Update(t.Context(), memstore.UserID{}, func(memstore.Writer) error { return nil }); err == nil {
		t.Error("Update for no user")
	}
}
