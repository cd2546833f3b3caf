package recall

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// likes lists the terms that stand for the words of a query which no memory has.
func likes(x *Index, query string) (terms []string) {
	q := parse(query)
	for i := range q.terms {
		if _, known := x.terms.find(x.lists, []byte(q.terms[i].text)); known {
			continue
		}
		for _, l := range x.like(&q.terms[i]) {
			terms = append(terms, x.lists[l].text)
		}
	}
	return terms
}

func TestLike(t *testing.T) {
	x := NewIndex(1, 0)
	for i, content := range []string{
		"kubernetes cluster", "house mouse", "house hose", "sha256 v1.61.1 12345678", "tea", "Straßenbahn fährt", "Москва", "東京タワー",
		"Usamos los gatos de mi abuela", "Hausverwaltung", "Datenbank", "elephant elephants", "receive", "tree", "widget7", "Vamos a comer con los amigos de mi abuela", "мамаб",
	} {
		put(t, x, int64(i), note{ID: int64(i) + 1, Content: content})
	}
	for query, want := range map[string]string{
		// one letter wrong, missing, too many, swapped
		"clester": "cluster", "custer": "cluster", "cluuster": "cluster", "clutser": "cluster",
		"kuberentes": "kubernet", "koberneted": "kubernet", // two, of a stem of eight letters
		"elefant":  "",                           // two, of a word too short for it
		"elephnat": "eleph", "recieve": "receiv", //nolint:misspell // on purpose
		"mouze": "mous",
		"hause": "hous", // house, and not mouse
		"treee": "tree",
		// too much is wrong
		"clxxter": "", "zzz": "",
		// short words
		"tae": "", "te": "",
		// numbers and identifiers
		"sha257": "", "12345679": "", "widgetz": "",
		// other scripts
		"Масква": "москва", "Мосхва": "москва", "Мосвка": "москва", "мамах": "мамаб", "東京都": "",
		// stems of other languages
		"gatos": "gat", "comeremos": "com",
		// parts and wholes of compounds
		"verwaltung": "hausverwaltung", "datenbankverwaltung": "datenbank", "strassenbahnen": "strassenbahn",
		"bank": "", // four letters are no part
	} {
		got := likes(x, query)
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

// TestLikeOnlyWhereUnknown: a word that a memory has is not taken for another.
func TestLikeOnlyWhereUnknown(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "a horse"})
	put(t, x, 2, note{ID: 2, Content: "a house"})
	if hits, total := x.Search(parse("horse"), allKinds, 10); total != 1 || hits[0].ID != 1 {
		t.Errorf("horse: %v of %d", ids(hits), total)
	}
	x.Remove(3, 1)
	if hits, total := x.Search(parse("horse"), allKinds, 10); total != 1 || hits[0].ID != 2 {
		t.Errorf("horse, of which there is none now: %v of %d", ids(hits), total)
	}
}

// TestMostAlikeFirst: the fewest wrong letters count, of those the terms that most
// memories have, and no more than a few.
func TestMostAlikeFirst(t *testing.T) {
	x := NewIndex(1, 0)
	for i, content := range []string{
		"configure1 balances", "brick", "brack", "brock brack", "brack brock", "bruck", "breck", "bryck", "trick",
		"configuratar", "konfiguratar",
	} {
		put(t, x, int64(i), note{ID: int64(i) + 1, Content: content})
	}
	if got := likes(x, "brxck"); !slices.Equal(got, []string{"brack", "brock", "breck", "brick"}) {
		t.Errorf("brxck: %q", got)
	}
	if got := likes(x, "configuratir"); !slices.Equal(got, []string{"configuratar"}) {
		t.Errorf("configuratir: %q", got)
	}
}

// TestCompounds: a German question finds its word in compounds too, whatever the
// order in which these came; and always the same ones of many.
func TestCompounds(t *testing.T) {
	words := []string{"Verwaltung"}
	for i := range 40 {
		words = append(words, fmt.Sprintf("%c%cverwaltung", 'a'+i%26, 'k'+i/26), fmt.Sprintf("Verwaltung%c%c", 'k'+i/26, 'a'+i%26))
	}
	search := func(t testing.TB, order []string) string {
		t.Helper()
		x := NewIndex(1, 0)
		for _, w := range order {
			id := int64(slices.Index(words, w)) + 1
			put(t, x, id, note{ID: id, Content: "Das ist der Text mit " + w})
		}
		hits, total := x.Search(parse("Wo ist die Verwaltung?"), allKinds, 10)
		if total != 1+maxLike || hits[0].ID != 1 {
			t.Fatalf("%v of %d, want 1 first", ids(hits), total)
		}
		return fmt.Sprint(hits[0].ID, ids(hits), hits[1].Score)
	}
	want := search(t, words)
	rapid.Check(t, func(r *rapid.T) {
		if got := search(t, rapid.Permutation(words).Draw(r, "order")); got != want {
			r.Fatalf("%s, in another order %s", want, got)
		}
	})
}

func TestCompound(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"hausverwaltung", "verwaltung", true},
		{"verwaltung", "hausverwaltung", true},
		{"datenbanktest", "datenbank", true},
		{"datenbank", "datenbank", false},
		{"hausverwaltung", "haus", false},
		{"hausverwaltungen", "verwaltung", false},
		{"v1datenbank", "datenbank", false},
		{"", "", false},
		{"datenbank", "", false},
	} {
		if compound(tt.a, tt.b) != tt.want {
			t.Errorf("%q and %q: not %v", tt.a, tt.b, tt.want)
		}
	}
}

// distance is the restricted Damerau–Levenshtein distance, by its definition.
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestTypos(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"word", "word", 0},
		{"word", "ward", 1},
		{"word", "wod", 1},
		{"word", "words", 1},
		{"word", "wrod", 1},
		{"word", "drow", 3},
		{"ca", "abc", 3},
		{"москва", "масква", 1},
		{"a", "b", 1},
		{"", "ab", 2},
		{"straße", "strase", 1},
	} {
		if got := typos(tt.a, tt.b, 3); got != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("abcдж")), 0, maxTermRunes, -1)
		a := word.Draw(t, "a")
		b := word.Draw(t, "b")
		if rapid.Bool().Draw(t, "near") { // else they hardly ever are
			r := []rune(a)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				if i := rapid.IntRange(0, len(r)).Draw(t, "at"); i < len(r) && rapid.Bool().Draw(t, "drop") {
					r = slices.Delete(r, i, i+1)
				} else if len(r) < maxTermRunes {
					r = slices.Insert(r, i, 'b')
				}
			}
			b = string(r)
		}
		most := rapid.IntRange(1, 2).Draw(t, "most")
		if got, want := min(typos(a, b, most), most+1), min(distance([]rune(a), []rune(b)), most+1); got != want {
			t.Fatalf("%q, %q up to %d: %d, want %d", a, b, most, got, want)
		}
	})
}

// TestLettersLoseNothing: what the letters hold back is no word nearly like it,
// unless its first letter is another.
func TestLettersLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abcdeгд'")), twoWrong, 10, -1)
		a := word.Draw(t, "a")
		r := []rune(a)
		for range 2 {
			r[rapid.IntRange(1, len(r)-1).Draw(t, "at")] = rapid.SampledFrom([]rune("xyzabхщ")).Draw(t, "letter")
		}
		text := string(r)
		if text == a || !wordlike(a) || !wordlike(text) || distance(r, []rune(a)) > 2 {
			t.Skip()
		}
		x := NewIndex(1, 0)
		x.intern([]byte(a))
		if got := x.like(&queryTerm{text: text, word: text}); len(got) != 1 {
			t.Fatalf("%q is not like %q", text, a)
		}
	})
}
