package recall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// memories is an index of notes whose ids are their places, from 1, each alone in
// its conversation.
func memories(t testing.TB, contents ...string) *Index {
	t.Helper()
	x := NewIndex(1, 0)
	for i, c := range contents {
		put(t, x, int64(i)+1, note{ID: int64(i) + 1, Content: c})
	}
	return x
}

// finds checks which memories a query finds, in their order.
func finds(t testing.TB, x *Index, query string, want ...int64) {
	t.Helper()
	hits, total := x.Search(parse(query), allKinds, 100)
	if !slices.Equal(ids(hits), want) || total != len(want) {
		t.Errorf("%q: %v of %d, want %v", query, ids(hits), total, want)
	}
}

// first checks which memory comes first, and that it is better than the next.
func first(t testing.TB, x *Index, query string, want int64) {
	t.Helper()
	hits, total := x.Search(parse(query), allKinds, 10)
	if total == 0 || hits[0].ID != want || total > 1 && hits[1].Score >= hits[0].Score {
		t.Errorf("%q: %v of %d, want %d first", query, hits, total, want)
	}
}

func TestFindIdentifiers(t *testing.T) {
	x := memories(t,
		"the limit is maxRetryCount in config",           // 1
		"we retry often; the max is high",                // 2
		"see memstore/sqlite/open.go for the pragma",     // 3
		"see memstore/postgres/open.go for the pool",     // 4
		"the Go release is v1.61.1",                      // 5
		"the Go release is 1.61.10",                      // 6
		"the Go release is 11.61",                        // 7
		"the borrow checker says E0382",                  // 8
		"the borrow checker says E0381",                  // 9
		"it fails with SQLITE_BUSY at night",             // 10
		"the sqlite file is small",                       // 11
		"node says ERR_TLS_CERT_ALTNAME_INVALID on call", // 12
		"mail goes to jane.doe@example.org first",        // 13
		"mail goes to john.doe@example.org first",        // 14
		"commit 3f2a9bc broke it",                        // 15
		"id 550e8400-e29b-41d4-a716-446655440000 is bad", // 16
		"compiled in C++ only",                           // 17
		"compiled in C# only",                            // 18
	)
	for query, want := range map[string]int64{
		"maxRetryCount": 1, "max_retry_count": 1, "max-retry-count": 1, "MAXRETRYCOUNT": 1, "where is maxRetryCount?": 1,
		"memstore/sqlite/open.go": 3, "sqlite/open.go": 3, "postgres/open.go": 4,
		"v1.61.1": 5, "1.61.1": 5, "1.61.10": 6, "11.61": 7,
		"E0382": 8, "error e0382": 8, "what does E0381 mean?": 9,
		"SQLITE_BUSY": 10, "sqlite busy": 10, "SqliteBusy": 10,
		"ERR_TLS_CERT_ALTNAME_INVALID": 12, "err tls cert altname invalid": 12, "altname": 12,
		"jane.doe@example.org": 13, "john.doe@example.org": 14, "Jane": 13, "john": 14,
		"3f2a9bc":                              15,
		"550e8400-e29b-41d4-a716-446655440000": 16, "550E8400-E29B-41D4-A716-446655440000": 16,
		"C++": 17, "c#": 18,
	} {
		first(t, x, query, want)
	}
	// A file of that name, of either path.
	if hits, total := x.Search(parse("open.go"), allKinds, 10); total < 2 || hits[0].ID+hits[1].ID != 7 {
		t.Errorf("open.go: %v of %d", ids(hits), total)
	}
}

// TestFindAccents: with and without accents is the same word. "ue" for "ü" is not,
// but one letter more, which a word of four letters or more may have if no memory
// has it.
func TestFindAccents(t *testing.T) {
	x := memories(t, "we meet in the Café", "Frau Müller called", "STRASSE und Ærø", "ein Öl")
	finds(t, x, "cafe", 1)
	finds(t, x, "CAFÉ", 1)
	finds(t, x, "cafe\u0301", 1)
	finds(t, x, "Muller", 2)
	finds(t, x, "müller", 2)
	finds(t, x, "Mueller", 2)
	finds(t, x, "straße", 3)
	finds(t, x, "aero", 3)
	finds(t, x, "Oel") // too short for a letter too many
	put(t, x, 9, note{ID: 9, Content: "Mr Mueller wrote"})
	finds(t, x, "Mueller", 9)
	finds(t, x, "Müller", 2)
}

func TestFindOtherScripts(t *testing.T) {
	x := memories(t,
		"我们决定使用数据库来保存记忆",         // 1
		"他们决定使用缓存",               // 2
		"東京タワーに行きました",            // 3
		"京都に行きました",               // 4
		"데이터베이스를 선택했습니다",         // 5
		"Москва слезам не верит", // 6
		"ไปเที่ยวกรุงเทพ",        // 7
		"עברית היא שפה",          // 8
		"أحب القهوة",             // 9
	)
	first(t, x, "数据", 1)
	first(t, x, "缓存", 2)
	finds(t, x, "数据", 1)
	finds(t, x, "决定", 2, 1) // the shorter one
	first(t, x, "東京", 3)
	finds(t, x, "東京タワー", 3)
	first(t, x, "京都", 4)
	finds(t, x, "데이터베이스", 5)
	finds(t, x, "データ")
	finds(t, x, "москва", 6)
	finds(t, x, "กรุงเทพ", 7)
	finds(t, x, "שפה", 8)
	finds(t, x, "القهوة", 9)
	first(t, x, "東", 3)
}

func TestFindGerman(t *testing.T) {
	x := memories(t,
		"Die Hausverwaltung hat uns wegen der Heizung geschrieben", // 1
		"Wir haben die Heizung im Keller",                          // 2
		"Das ist die Geschwindigkeitsbegrenzung auf der Autobahn",  // 3
	)
	first(t, x, "Was hat die Verwaltung geschrieben?", 1)
	first(t, x, "Verwaltung", 1)
	first(t, x, "Gibt es eine Begrenzung auf der Strecke?", 3)
	finds(t, x, "Heizungskeller", 2, 1) // a whole of which a memory has a part
	finds(t, x, "Geschwindigkeitsbegrenzungen", 3)
}

func TestFindDespiteTypos(t *testing.T) {
	x := memories(t, "the kubernetes cluster is in Frankfurt", "authentication is done by tokens", "the restaurant was good")
	finds(t, x, "kuberentes", 1)
	finds(t, x, "authentification", 2)
	finds(t, x, "restuarant", 3) //nolint:misspell // on purpose
	finds(t, x, "where is the kubernetse clustre?", 1)
}

func TestFindByDate(t *testing.T) {
	x := NewIndex(1, 0)
	at := func(month time.Month, day int) int64 {
		return time.Date(2026, month, day, 9, 0, 0, 0, time.UTC).UnixMicro()
	}
	put(t, x, 1, note{ID: 1, Updated: at(5, 12), Content: "we visited the museum"})
	put(t, x, 2, note{ID: 2, Updated: at(6, 2), Content: "we visited the harbour"}) // a Tuesday, yesterday
	put(t, x, 3, note{ID: 3, Updated: at(3, 14), Content: "we visited the castle"})
	for query, want := range map[string]int64{
		"what did we visit in May?": 1, "what did we visit last Tuesday?": 2, "what did we visit yesterday?": 2,
		"visited March 14": 3, "where did we go on 2026-03-14?": 3, "last month": 1, "what happened two days ago": 2,
	} {
		first(t, x, query, want)
	}
	first(t, x, "which castle did we visit in May?", 1) // of that time, and with a word of it
	first(t, x, "may we visit the castle?", 3)          // no month
}

func TestFindPeople(t *testing.T) {
	x := memories(t,
		"Emma Schmidt is the designer", "Emma Jones is the lawyer", "Tom Schmidt is the baker", "my son is called Will", "we will see about it",
	)
	first(t, x, "Emma Schmidt", 1)
	first(t, x, "Who is Emma Jones?", 2)
	first(t, x, "who is Tom?", 3)
	finds(t, x, "Tom's", 3)
	first(t, x, "who is Emma's lawyer", 2)
}

// TestFindSmallWords: where there is nothing else, they are looked for.
func TestFindSmallWords(t *testing.T) {
	x := memories(t, "to be or not to be", "that is the question", "who is The Who")
	first(t, x, "to be or not to be", 1)
	first(t, x, "The Who", 3)
	first(t, x, "that", 2)
	finds(t, x, "yourselves")
}

// TestFindReply: the answer that stands after the question comes before those that
// have nothing to do with it, though it has none of its words.
func TestFindReply(t *testing.T) {
	x := NewIndex(1, 0)
	talkOf(t, x,
		"Which colour should the logo have?", "Turquoise, I think.", "Fine with me, let us go on.",
		"|", "The weather was nice on Sunday", "We had a picnic then",
	)
	hits, _ := x.Search(parse("what colour does the logo have?"), allKinds, 10)
	if got := ids(hits); len(got) < 2 || !slices.Contains(got[:2], 2) {
		t.Errorf("%v, want the answer among the first two", got)
	}
}

// TestFindPreference: asked for advice, what the user prefers counts; asked for
// anything else, it does not.
func TestFindPreference(t *testing.T) {
	x := NewIndex(1, 0)
	text := "restaurants with vegetarian food in the old town"
	for id, personal := range map[int64]bool{1: true, 2: false, 3: false} {
		blob := Pack(Doc{Personal: personal, Session: fmt.Sprint(id), Updated: id * 100 * minute, Terms: Analyse("", "", text)})
		if err := x.Put(id, id, blob); err != nil {
			t.Fatal(err)
		}
	}
	first(t, x, "Can you suggest some restaurants?", 1)
	finds(t, x, "where are the restaurants?", 3, 2, 1)
}

// TestHugeMemory: one of 64 KiB is found by each of its words, with a snippet of
// that place, but is not the first for what a short one says.
func TestHugeMemory(t *testing.T) {
	topics := strings.Fields("database cache queue editor cloud browser license timeout backup deploy")
	var b strings.Builder
	for i := 0; b.Len() < 64<<10; i++ {
		fmt.Fprintf(&b, "line %d of the log mentions the %s again. ", i, topics[i%len(topics)])
		if i == 700 {
			b.WriteString("Here stands the zanzibar needle among them. ")
		}
	}
	contents := []string{b.String()}
	for _, topic := range topics {
		contents = append(contents, "we decided on the "+topic+" in the meeting")
	}
	x := memories(t, contents...)
	for i, topic := range topics {
		first(t, x, "what did we decide on the "+topic+"?", int64(i)+2)
		first(t, x, topic+" decided", int64(i)+2)
	}
	finds(t, x, "zanzibar", 1)
	got := Snippet(contents[0], parse("where is the zanzibar needle"), 300)
	if !strings.Contains(got, "zanzibar needle") || utf8.RuneCountInString(got) > 300 || !strings.HasPrefix(got, ellipsis) || !strings.HasSuffix(got, ellipsis) {
		t.Errorf("snippet %q", got)
	}
}

// TestEqualMemories: ten thousand equal ones are found in the order of their times,
// and counted.
func TestEqualMemories(t *testing.T) {
	const n = 10_000
	x := NewIndex(1, 0)
	for id := int64(1); id <= n; id++ {
		put(t, x, id, note{ID: id, Content: "the very same zebra"})
	}
	for _, q := range []string{"zebra", "where is the zebra?", "zebra unknown", "the"} {
		hits, total := x.Search(parse(q), allKinds, 20)
		if total != n || len(hits) != 20 {
			t.Fatalf("%q: %d hits of %d", q, len(hits), total)
		}
		for i, h := range hits {
			if h.ID != n-int64(i) || h.Score != hits[0].Score || h.Score <= 0 || h.Score > 1 {
				t.Fatalf("%q: hit %d is %v", q, i, h)
			}
		}
	}
}

// TestNearDuplicates: of two memories of nearly the same words, the one that says
// what is asked comes first; of two that both do, the newer.
func TestNearDuplicates(t *testing.T) {
	x := memories(t,
		"The staging server runs on port 8080", "The staging server runs on port 9090", "The production server runs on port 8080",
		"The staging server runs on port 8080!",
	)
	first(t, x, "staging port 9090", 2)
	first(t, x, "production server port", 3)
	hits, _ := x.Search(parse("staging server 8080"), allKinds, 2)
	if !slices.Equal(ids(hits), []int64{4, 1}) || hits[0].Score != hits[1].Score {
		t.Errorf("equal ones: %v", hits)
	}
}

// TestRightAmongSimilar: each of a hundred decisions in the same words is the first
// for what it decided, in keywords and as a question.
func TestRightAmongSimilar(t *testing.T) {
	subjects := strings.Fields("parser lexer router scheduler indexer exporter importer cleaner watcher builder")
	choices := strings.Fields("postgres redis kafka sqlite nats memcached mongodb clickhouse duckdb cassandra")
	x := NewIndex(1, 0)
	for i, s := range subjects {
		for j, c := range choices {
			id := int64(i*10 + j + 1)
			put(t, x, id, note{ID: id, Title: "Decision", Content: "We decided that the " + s + " stores its state in " + c + " for now."})
		}
	}
	for i, s := range subjects {
		for j, c := range choices {
			id := int64(i*10 + j + 1)
			first(t, x, s+" "+c, id)
			first(t, x, "Does the "+s+" store its state in "+c+"?", id)
		}
	}
}

// TestTitleAndTopic: a query that names a title, or a topic key, finds that memory
// before those that only have the words somewhere.
func TestTitleAndTopic(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Title: "Release process", Content: "Tag, wait for the pipeline, then announce."})
	put(t, x, 2, note{ID: 2, Title: "Meeting", Content: "The release process was discussed, and the release process of others."})
	put(t, x, 3, note{ID: 3, Title: "Notes", TopicKey: "infra/backup-policy", Content: "Every night, kept for a month."})
	put(t, x, 4, note{ID: 4, Title: "Chat", Content: "somebody asked about the backup policy of the infra team"})
	first(t, x, "release process", 1)
	first(t, x, "what is the release process?", 1)
	first(t, x, "infra/backup-policy", 3)
	first(t, x, "backup policy infra", 3)
}

// TestRareWord: the memory that has it comes first, then what was said beside it.
func TestRareWord(t *testing.T) {
	x := NewIndex(1, 0)
	talkOf(t, x, "good morning", "let us look at the zanzibar project", "it needs a name", "and a plan", "|", "lunch was good", "the plan for dinner")
	finds(t, x, "zanzibar", 2, 3, 4, 1)
}

func TestNothingFound(t *testing.T) {
	x := memories(t, "the database is there", "Always tell me the truth", "emoji 👍 in it")
	for _, q := range []string{"zzzyx", "qwfpg hjluy", "👍", "!?… → ©", "", "   ", "\u200b\ufeff", "\xff\xfe", "0"} {
		finds(t, x, q)
	}
	if !parse("👍 →").Empty() || parse("zzzyx").Empty() {
		t.Error("Empty is wrong")
	}
	finds(t, NewIndex(1, 0), "database in May?")
}

// TestWritersOwnWords: of two that say the same, the one whose writer speaks of
// himself, who asks here.
func TestWritersOwnWords(t *testing.T) {
	x := memories(t, "My dog is called Rex and he barks", "The dog is called Rex and he barks")
	first(t, x, "what is my dog called?", 1)
	first(t, x, "dog", 1)
}

// TestKindOfAnswer: of two that say the same, the one that has the kind of answer.
func TestKindOfAnswer(t *testing.T) {
	for _, tt := range []struct{ question, with, without string }{
		{"when did Emma move?", "Emma moved on Friday with joy", "Emma moved on gladly with joy"},
		{"how many guests did Emma have?", "Emma had twelve guests there", "Emma had lovely guests there"},
		{"where did she move?", "she moved to Paris at last", "she moved to there at last"},
		{"who called her?", "her call was from Peter", "her call was from there"},
	} {
		first(t, memories(t, tt.with, tt.without), tt.question, 1)
		first(t, memories(t, tt.without, tt.with), tt.question, 2)
	}
}
