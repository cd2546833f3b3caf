package recall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// terms lists the terms of a text with their places: "max_byt@0".
func terms(text string, query bool) []string {
	var out []string
	a := analyser{query: query}
	a.emit = func(t token) { out = append(out, fmt.Sprintf("%s@%d", a.stem(t.word), t.pos)) }
	a.scan(text)
	return out
}

func TestAnalyse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"Running the migrations", "run@0 the@1 migrat@2"},
		{"maxBytes", "maxbyt@0 maximum@0 byte@1"},
		{"MaxBytes max_bytes max-bytes MAX_BYTES", "maxbyt@0 maximum@0 byte@1 maxbyt@2 maximum@2 byte@3 maxbyt@4 maximum@4 byte@5 maxbyt@6 maximum@6 byte@7"},
		{"HTTPServer parseJSONFile", "httpserver@0 http@0 server@1 parsejsonfil@2 pars@2 json@3 file@4"},
		{"APIs IDs", "api@0 id@1"},
		{"iPhone", "iphon@0 phone@1"},
		{"Utf8String sha256", "utf8string@0 utf8@0 string@1 sha256@2"},
		{"memstore/sqlite/open.go", "memstoresqliteopengo@0 memstor@0 sqlite@1 opengo@2 open@2 go@3"},
		{`C:\Users\me`, "c@0 usersm@1 user@1 me@2"},
		{"v1.61.1", "v1.61.1@0 v1@0 1.61.1@0 1@0 61@1 1@2"},
		{"1.61.1", "1.61.1@0 1@0 61@1 1@2"},
		{"Go1.26", "go1.26@0 go1@0 go@0 1.26@1 1@1 26@2"},
		{"foo-1.2.3", "foo1.2.3@0 foo@0 1.2.3@1 1@1 2@2 3@3"},
		{"2026-01-05", "2026-01-05@0 2026@0 01@1 05@2"},
		{"10,000 10_000", "10000@0 10@0 000@1 10000@2 10@2 000@3"},
		{"E0382 SQLITE_BUSY", "e0382@0 sqlitebusi@1 sqlite@1 busi@2"},
		{"j.doe@example.org", "jdoeexampleorg@0 jdoe@0 j@0 doe@1 exampleorg@2 exampl@2 org@3"},
		{"https://example.org/a?b=1", "https@0 exampleorga@1 exampleorg@1 exampl@1 org@2 a@3 b@4 1@5"},
		{"don't can’t user's O'Reilly", "dont@0 don@0 t@1 cant@2 can@2 t@3 user@4 oreilli@5 o@5 reilli@6"},
		{"e-mail email", "email@0 e@0 mail@1 email@2"},
		{"C++ c# C", "c++@0 c@0 c#@1 c@1 c@2"},
		{"note:this end.Next", "notethi@0 note@0 this@1 endnext@2 end@2 next@3"},
		{"(quoted) \"words\", _under_ ...", "quot@0 word@1 under@2"},
		{"Café CAFE\u0301 cafe", "cafe@0 cafe@1 cafe@2"},
		{"Müller Straße STRASSE Ærø Łódź", "muller@0 strass@1 strass@2 aero@3 lodz@4"},
		{"Ёлка ΣΟΦΌΣ σοφός", "елка@0 σοφοσ@1 σοφοσ@2"},
		{"ﬁle ＡＢＣ", "file@0 abc@1"},
		{"pass\u00adword pass\u2060word", "password@0 password@1"},
		{"東京", "東@0 東京@0 京@1"},
		{"東京タワーです", "東@0 東京@0 京@1 京タ@1 タ@2 タワ@2 ワ@3 ワー@3 ー@4 ーで@4 で@5 です@5 す@6"},
		{"ｶﾞｷﾞ", "ガ@0 ガギ@0 ギ@1"},
		{"한국어", "한@0 한국@0 국@1 국어@1 어@2"},
		{"Go언어 SQLite数据库", "go@0 언@1 언어@1 어@2 sqlite@3 sq@3 lite@4 数@5 数据@5 据@6 据库@6 库@7"},
		{"ไทย", "ไ@0 ไท@0 ท@1 ทย@1 ย@2"},
		{"हिन्दी", "हिन्दी@0"},
		{"👍🏽 🇩🇪 → — © ...", ""},
		{"1️⃣ ①", "1@0 1@1"},
		{"a\xffb\xc3", "a@0 b@1"},
		{"\u3164\u200b\ufeff", ""},
		{"a-b-", "ab@0 a@0 b@1"},
		{"foo--bar foo...bar", "foo@0 bar@1 foo@2 bar@3"},
	} {
		got := terms(tt.text, false)
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, strings.Join(got, " "), tt.want)
		}
	}
}

func TestAnalyseQuery(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"東", "東@0"},
		{"東京", "東京@0"},
		{"東京都", "東京@0 京都@1"},
		{"第3章", "第@0 3@1 章@2"},
		{"maxBytes", "maxbyt@0 maximum@0 byte@1"},
	} {
		if got := strings.Join(terms(tt.text, true), " "); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func termTexts(q Query) (texts []string) {
	for _, t := range q.terms {
		texts = append(texts, t.text)
	}
	return texts
}

func TestParseQuery(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"?! → 👍 \u200b", ""},
		{"where did we put the deployment notes", "put deploy note"},
		{"to be or not to be", "to be or not"},
		{"what don't they like", "like"},
		{"don't", "dont don t"},
		{"The the THE database databases", "databas"},
		{"up-to-date", "uptod date"},
	} {
		q := parse(tt.text)
		if got := strings.Join(termTexts(q), " "); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
		if q.Empty() != (tt.want == "") {
			t.Errorf("%q: Empty is %v", tt.text, q.Empty())
		}
	}
}

func TestLongWordIsCut(t *testing.T) {
	long := strings.Repeat("xy7", 100)
	got := terms(long, false)
	if len(got) != 1 || got[0] != long[:maxTermRunes]+"@0" {
		t.Errorf("got %q", got)
	}
	for _, term := range terms(strings.Repeat("Ab_9", 1000)+" "+strings.Repeat("é漢", 1000)+strings.Repeat("a\u0301\u0302", 200), false) {
		if word, _, _ := strings.Cut(term, "@"); utf8.RuneCountInString(word) > maxTermRunes {
			t.Errorf("long term %q", term)
		}
	}
}

// TestGolden pins what a text with something of everything is cut into. If it
// goes red after an update of a library or of Go, the terms have changed: raise
// Version, so that old blobs are made again, and pin the new ones.
func TestGolden(t *testing.T) {
	const text = "We decided: deploy ilab-mcp v1.61.1 (Go1.26) from memstore/sqlite/open.go; SQLITE_BUSY isn't fatal. " +
		"Müller's café, naïve Ångström, Москва, Αθήνα, 東京タワー, 한국어, ภาษาไทย, हिन्दी, عَرَبِيّ, ﬁne ½ ㎏ ™ 👍🏽 generously relational skies"
	const want = "we decid deploy ilabmcp ilab mcp v1.61.1 v1 1.61.1 1 61 1 go1.26 go1 go 1.26 1 26 from memstoresqliteopengo memstor sqlite opengo open go " +
		"sqlitebusi sqlite busi isnt isn t fatal muller cafe naiv angstrom москва αθηνα 東 東京 京 京タ タ タワ ワ ワー ー 한 한국 국 국어 어 " +
		"ภ ภา า าษ ษ ษา า าไ ไ ไท ท ทย ย हिन्दी عربي fine 1⁄2 generous relat sky"
	var got []string
	for _, term := range terms(text, false) {
		word, _, _ := strings.Cut(term, "@")
		got = append(got, word)
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("the analyser changed:\n got %s\nwant %s", s, want)
	}
	if Version != 2 {
		t.Error("pin the terms of the new version here")
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	var a analyser
	for r := rune(0); r <= utf8.MaxRune; r++ {
		for _, s := range []string{string(r), "a" + string(r) + "\u0301", string(r) + string(r)} {
			once := string(a.fold(nil, s, 0))
			if twice := string(a.fold(nil, once, 0)); twice != once {
				t.Fatalf("%q (%U): %q, then %q", s, r, once, twice)
			}
		}
	}
}

// TestQueryFindsDocument: a memory of a text is found, whole, by that text.
func TestQueryFindsDocument(t *testing.T) {
	for _, text := range []string{
		"maxBytes", "v1.61.1", "memstore/sqlite/open.go", "E0382", "j.doe@example.org", "東京", "東",
		"café", "don't", "C++", "ไทย", "한국어", "to be or not to be", "a/b-c.d_eF9",
	} {
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 1, Content: "lorem " + text + " ipsum"})
		q := parse(text)
		docTerms := terms("lorem "+text+" ipsum", false)
		for _, term := range termTexts(q) {
			if !slices.ContainsFunc(docTerms, func(s string) bool { w, _, _ := strings.Cut(s, "@"); return w == term }) {
				t.Errorf("%q: term %q of the query is not in the memory", text, term)
			}
		}
		if _, total := x.Search(q, ^uint16(0), 10); total != 1 {
			t.Errorf("%q: not found", text)
		}
	}
}
