package memstoretest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// A finder saves memories of one user, each in a session of a day of its own unless
// it is said right after another, and asks for them.
type finder struct {
	*fixture

	t   *testing.T
	s   *memstore.Store
	ids map[string]int64 // by a name that a test gives
}

func (f *finder) save(name string, typ memstore.Type, title, content, topic string) {
	f.t.Helper()
	if _, _, err := f.s.EndSession(f.t.Context(), Note(f.t, "Over")); err != nil && !errors.Is(err, memstore.ErrNoSession) {
		f.t.Fatal(err)
	}
	f.clock.Add(20 * time.Hour)
	f.next(name, typ, title, content, topic)
}

// next is what is said a minute after the one before.
func (f *finder) next(name string, typ memstore.Type, title, content, topic string) {
	f.t.Helper()
	f.clock.Add(time.Minute)
	f.ids[name] = Save(f.t, f.s, typ, title, content, topic).ID
}

// names lists what a search found, in order.
func (f *finder) names(found memstore.Found) (names []string) {
	for _, h := range found.Hits {
		for name, id := range f.ids {
			if id == h.ID {
				names = append(names, name)
			}
		}
	}
	return names
}

// first checks which memory is the first for a query.
func (f *finder) first(query, name string) {
	f.t.Helper()
	found := search(f.t, f.s, query, 10)
	if names := f.names(found); len(names) == 0 || names[0] != name {
		f.t.Errorf("%q: %v, want %s first", query, names, name)
	}
	holdsFound(f.t, found, 10)
}

// nothing checks that a query finds nothing.
func (f *finder) nothing(query string) {
	f.t.Helper()
	if found := search(f.t, f.s, query, 10); len(found.Hits) != 0 || found.Total != 0 {
		f.t.Errorf("%q: %v of %d, want nothing", query, f.names(found), found.Total)
	}
}

// holdsFound holds the result of a search against what it promises.
func holdsFound(t *testing.T, found memstore.Found, limit int) {
	t.Helper()
	if len(found.Hits) != min(limit, found.Total) || !found.Searchable {
		t.Errorf("%d hits of %d, limit %d, searchable %v", len(found.Hits), found.Total, limit, found.Searchable)
	}
	seen := map[int64]bool{}
	for _, h := range found.Hits {
		if seen[h.ID] || !(h.Score > 0 && h.Score <= 1) || utf8.RuneCountInString(h.Snippet) > 300 || h.Snippet == "" {
			t.Errorf("hit %d: score %v, snippet %q, there before: %v", h.ID, h.Score, h.Snippet, seen[h.ID])
		}
		seen[h.ID] = true
	}
}

// testFinding: what people ask for, and which memory they mean.
func testFinding(t *testing.T, f *fixture) {
	u := &finder{t: t, fixture: f, s: User(t, f.db, "alice"), ids: map[string]int64{}}
	u.save("retries", memstore.Decision, "Retries", "The client gives up after maxRetryCount attempts", "")
	u.save("pragma", memstore.Discovery, "WAL", "memstore/sqlite/open.go sets journal_mode", "")
	u.save("pool", memstore.Discovery, "Pool", "memstore/postgres/open.go sets the size of it", "")
	u.save("sqlite version", memstore.Decision, "Driver", "The driver is pinned to v1.61.1", "")
	u.save("go version", memstore.Decision, "Toolchain", "The toolchain is pinned to 1.61.10", "")
	u.save("borrow", memstore.Discovery, "Compiler", "It refuses the move with E0382", "")
	u.save("busy", memstore.Discovery, "Locks", "Writers see SQLITE_BUSY while a backup runs", "")
	u.save("tls", memstore.Discovery, "Proxy", "Node fails with ERR_TLS_CERT_ALTNAME_INVALID behind the proxy", "")
	u.save("café", memstore.Profile, "Place", "Alice works in a Café on Thursdays", "")
	u.save("Müller", memstore.Profile, "Landlord", "Herr Müller ist für die Hausverwaltung da und hat die Schlüssel", "")
	u.save("chinese", memstore.Discovery, "存储", "我们决定使用数据库来保存记忆", "")
	u.save("japanese", memstore.Discovery, "旅行", "東京タワーに行きました", "")
	u.save("korean", memstore.Discovery, "선택", "데이터베이스를 선택했습니다", "")
	u.save("vegetarian", memstore.Preference, "Food", "She eats in vegetarian restaurants", "food")
	u.save("old restaurant", memstore.Discovery, "Food", "She saw vegetarian restaurants there", "")
	u.save("backup", memstore.Decision, "Backup policy", "Every night, kept for a month", "ops/backup-policy")
	u.save("backup talk", memstore.Discovery, "Meeting", "Somebody asked about the policy, and how a backup is kept elsewhere", "")
	u.save("kubernetes", memstore.Decision, "Cluster", "Services run on kubernetes in Frankfurt", "")
	u.save("colour?", memstore.Discovery, "Alice", "Which colour should the logo have?", "")
	u.next("turquoise", memstore.Discovery, "Bob", "Turquoise, as the old one had", "")
	u.save("emma", memstore.Profile, "Sister", "Emma Schmidt is the sister of Alice", "")
	u.save("car", memstore.Discovery, "Papers", "The insurance of the car ends in winter", "")
	u.save("house", memstore.Discovery, "Papers", "The insurance of the house goes on", "")
	u.save("license", memstore.Decision, "Legal", "The code is under the MIT license", "")
	u.save("licenses", memstore.Decision, "Legal", "Every license of a dependency is listed in a file", "")

	for query, name := range map[string]string{
		"maxRetryCount": "retries", "max_retry_count": "retries", "where is maxRetryCount used?": "retries",
		"memstore/sqlite/open.go": "pragma", "postgres/open.go": "pool",
		"v1.61.1": "sqlite version", "1.61.10": "go version",
		"E0382": "borrow", "what does error E0382 mean?": "borrow", "SQLITE_BUSY": "busy", "sqlite busy": "busy",
		"ERR_TLS_CERT_ALTNAME_INVALID": "tls",
		"cafe":                         "café", "CAFÉ": "café", "Muller": "Müller", "Wo sind die Schlüssel von Herrn Müller?": "Müller",
		"Verwaltung": "Müller", "Was macht die Verwaltung?": "Müller",
		"数据": "chinese", "東京": "japanese", "데이터베이스": "korean",
		"Can you suggest a restaurant?": "vegetarian",
		"backup policy":                 "backup", "ops/backup-policy": "backup", "What is the backup policy?": "backup",
		"kuberentes": "kubernetes", "Emma Schmidt": "emma", "who is Emma?": "emma",
		"car insurance": "car", "MIT license": "license", "turquoise": "turquoise",
	} {
		u.first(query, name)
	}
	for _, query := range []string{"zzzyx", "qwfpg hjluy", "E0383"} {
		u.nothing(query)
	}
	if found := search(t, u.s, "👍 → !?", 10); found.Searchable || len(found.Hits) != 0 {
		t.Errorf("signs: %+v", found)
	}
	// The reply comes with its question.
	if names := u.names(search(t, u.s, "what colour does the logo have?", 10)); len(names) < 2 || !slices.Contains(names[:2], "turquoise") {
		t.Errorf("the reply: %v", names)
	}
	// A rare word: the memory that has it, then what was said beside it.
	if names := u.names(search(t, u.s, "turquoise", 10)); !slices.Equal(names, []string{"turquoise", "colour?"}) {
		t.Errorf("a rare word: %v", names)
	}
	u.testFilter()
	u.testTimes()
	u.testHuge()
}

// testFilter: a filter finds what there is of its types, and nothing else.
func (f *finder) testFilter() {
	f.t.Helper()
	q := Query(f.t, "restaurants", 10)
	q.Types = memstore.TypeSet(0).With(memstore.Preference)
	found, err := f.s.Search(f.t.Context(), q)
	if names := f.names(found); err != nil || !slices.Equal(names, []string{"vegetarian"}) || found.Total != 1 {
		f.t.Errorf("only preferences: %v of %d: %v", names, found.Total, err)
	}
}

// testTimes: by the store's clock, when a memory was saved.
func (f *finder) testTimes() {
	f.t.Helper()
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC) }
	until := func(at time.Time) { f.clock.Add(at.Sub(f.clock.Now())) }
	until(day(time.May, 11))
	f.save("museum", memstore.Discovery, "Trip", "A visit to the museum", "")
	until(day(time.June, 1))
	f.save("harbour", memstore.Discovery, "Trip", "A visit to the harbour", "")
	until(day(time.July, 7))
	f.save("castle", memstore.Discovery, "Trip", "A visit to the castle", "")
	until(day(time.July, 9)) // a Thursday
	for query, name := range map[string]string{
		"what did we visit in May?": "museum", "which trip was on 2026-06-02": "harbour", "visit June 2": "harbour",
		"what did we visit yesterday?": "castle", "where did we go last Wednesday?": "castle", "in May": "museum",
		"may we see the castle?": "castle",
	} {
		f.first(query, name)
	}
}

// testHuge: the longest memory is found by what only it has, with a snippet of that
// place, and is not in the way of the short ones.
func (f *finder) testHuge() {
	f.t.Helper()
	var b strings.Builder
	for i := 0; b.Len() < 60_000; i++ {
		fmt.Fprintf(&b, "line %d of it tells of kubernetes, a license, the backup policy and the logo. ", i)
		if i == 300 {
			b.WriteString("Here stands the zanzibar needle. ")
		}
	}
	f.save("huge", memstore.Discovery, "Log", b.String(), "")
	f.first("zanzibar needle", "huge")
	if h := search(f.t, f.s, "where is the zanzibar needle?", 1).Hits; len(h) != 1 || !strings.Contains(h[0].Snippet, "zanzibar needle") {
		f.t.Errorf("the needle's snippet: %+v", h)
	}
	f.first("What is the backup policy?", "backup")
	f.first("MIT license", "license")
	f.first("Services on kubernetes in Frankfurt", "kubernetes")
}
