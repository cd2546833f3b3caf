package recall

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSnippet(t *testing.T) {
	filler := strings.Repeat("lorem ipsum dolor ", 20) // 360
	for _, tt := range []struct {
		name, text, query string
		max               int
		want              string
	}{
		{"short is whole", "one\n two", "two", 300, "one\n two"},
		{"exactly max", "one two", "two", 7, "one two"},
		{"most words", filler + "needle", "needle lorem ipsum dolor", 30, "…lorem ipsum dolor needle"},
		{"beginning", filler, "ipsum dolor lorem", 30, "lorem ipsum dolor lorem ipsum…"},
		{"no match", filler, "needle", 30, "lorem ipsum dolor lorem ipsum…"},
		{"empty query", filler, "", 30, "lorem ipsum dolor lorem ipsum…"},
		{"middle", filler + "needle " + filler, "needles", 40, "…lorem ipsum dolor needle lorem ipsum…"},
		{"end", filler + "needle", "needle", 30, "…lorem ipsum dolor needle"},
		{"best stretch", "needle alone " + filler + "needle with haystack " + filler, "needle haystack", 40, "…ipsum dolor needle with haystack lorem…"},
		{"tightest", "needle " + strings.Repeat("x ", 20) + "needle with haystack " + filler, "needle haystack", 70, "…" + strings.Repeat("x ", 14) + "needle with haystack lorem ipsum dolor…"},
		{"identifier", filler + "call maxBytes() " + filler, "max_bytes", 40, "…ipsum dolor call maxBytes() lorem…"},
		{"accents", filler + "Ångström " + filler, "angstrom", 40, ""},
		{"CJK", strings.Repeat("甲乙丙丁", 50) + "東京" + strings.Repeat("甲乙丙丁", 50), "東京", 20, "…丁甲乙丙丁甲乙丙丁東京甲乙丙丁甲乙丙…"},
		{"long word", strings.Repeat("x", 500), "xx", 20, strings.Repeat("x", 19) + "…"},
		{"long word before", strings.Repeat("x", 500) + " needle", "needle", 20, "…needle"},
		{"match in a long word", strings.Repeat("x/", 100) + "needle" + strings.Repeat("/x", 100), "needle", 21, ""},
		{"zero", "text", "text", 0, ""},
		{"negative", "text", "text", -1, ""},
		{"one", "text", "text", 1, "…"},
		{"invalid", "a\xff" + filler, "needle", 10, "a\uFFFDlorem…"},
		{"combining", strings.Repeat("e\u0301", 100), "x", 21, strings.Repeat("e\u0301", 10) + "…"},
	} {
		got := Snippet(tt.text, parse(tt.query), tt.max)
		if tt.want != "" && got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		holdsSnippet(t, tt.text, got, tt.max)
		if strings.HasPrefix(tt.name, "match in") && !strings.Contains(got, "needle") || tt.name == "accents" && !strings.Contains(got, "Ångström") {
			t.Errorf("%s: %q does not show the match", tt.name, got)
		}
	}
}

// holdsSnippet checks what is true of every snippet.
func holdsSnippet(t *testing.T, text, got string, max int) {
	t.Helper()
	if n := utf8.RuneCountInString(got); n > max && n > 0 {
		t.Errorf("%d characters of %d: %q", n, max, got)
	}
	if !utf8.ValidString(got) {
		t.Errorf("invalid UTF-8: %q", got)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !strings.Contains(text, strings.TrimSuffix(strings.TrimPrefix(got, ellipsis), ellipsis)) {
		t.Errorf("%q is no part of %q", got, text)
	}
}

// TestSieve: what the sieve holds back has no term of the query, by the analyser.
func TestSieve(t *testing.T) {
	endings := strings.Fields("s es ed ing ies y ly ness ational ization fulness ously ogy ers ying ie ied e able ability '")
	starts := strings.Fields("ski d l t hop cr sk un gener communic arsen relat happ univers news inning out c 1 v2 über Ж й が 가 ﬁ ㎏ ß")
	words := strings.Fields("dying lying tying skis skies idly gently ugly early only singly e-mail max_bytes maxBytes v1.61.1 1.61 O'Neil " +
		"STRASSE straße Ångström naïve ﬁne ＡＢＣ C++ c# 東京タワー 한국어 ภาษา Москва ΣΟΦΟΣ pass\u00adword a/b.c ½ ①2 x²y ée éa")
	for _, s := range starts {
		for _, e := range endings {
			words = append(words, s+e, s+"at"+e, s+"bb"+e)
		}
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 20000 {
		word := words[r.IntN(len(words))]
		chunk := word
		if r.IntN(3) == 0 {
			chunk = []string{"(", "x_", "foo/", "é", "漢", "A", "9"}[r.IntN(7)] + word + []string{"", ".", "Bar", "_z", "漢"}[r.IntN(5)]
		}
		q := parse(words[r.IntN(len(words))] + " " + word)
		found := false
		a := analyser{}
		a.emit = func(tok token) {
			_, ok := q.byTerm[a.stem(tok.word)]
			found = found || ok
		}
		a.scan(chunk)
		if found && !q.sieve.passes(chunk) {
			t.Fatalf("the sieve holds back %q, which has a term of %q", chunk, termTexts(q))
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("where is maxBytes", "in memstore/sqlite/open.go maxBytes v1.61.1", 20)
	f.Add("東京 ภาษา", strings.Repeat("東京タワーです ภาษาไทย ", 10), 18)
	f.Add("\xff\xc3( \u0301", "a\u0301\u0302\xf0\x9f", 3)
	f.Add("don't C++ c# e-mail", strings.Repeat("👍🏽🇩🇪", 10)+"don’t", 17)
	f.Add(strings.Repeat("a.b-c_dE/", 30), strings.Repeat("a", 300), 40)
	f.Fuzz(func(t *testing.T, query, text string, max int) {
		q := parse(query)
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 1, Title: text, Content: query})
		put(t, x, 2, note{ID: 2, Content: text})
		check(t, x)
		hits, total := x.Search(q, allKinds, 10)
		if q.Empty() != (total == 0) || len(hits) > total {
			t.Fatalf("empty %v, but %d found: %q", q.Empty(), total, termTexts(q))
		}
		for _, h := range hits {
			if !(h.Score > 0 && h.Score <= 1) {
				t.Fatalf("score %v", h.Score)
			}
		}
		if max > 1<<20 {
			max = 1 << 20
		}
		holdsSnippet(t, text, Snippet(text, q, max), max)
		holdsSnippet(t, query, Snippet(query, parse(text), max%40), max%40)
	})
}
