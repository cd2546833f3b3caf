package recall

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func ids(hits []Hit) []int64 {
	var out []int64
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

// TestScoreByHand holds the score of keywords against the formula, by another
// route: three memories, each alone in its conversation.
func TestScoreByHand(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "apple apple pie"})                      // 3 words
	put(t, x, 2, note{ID: 2, Content: "apple banana cherry dates elderberry"}) // 5
	put(t, x, 3, note{ID: 3, Content: "fig"})                                  // 1
	hits, total := x.Search(parse("apples banana kiwi"), allKinds, 10)
	idf := func(df float64) float64 { r := (3 - df + .5) / (df + .5); return math.Log(1+r*r) / 2 }
	part := func(tf, length float64) float64 { return tf * 2.2 / (tf + 1.2*(.5+.5*length/3)) }
	weigh := func(base, near float64) float64 { return .1*base + .45*near + .08*base }
	unknown := math.Log(7) / 2
	ideal := weigh(1, 1) * (idf(2) + idf(1) + unknown)
	both := weigh(idf(2)*part(1, 5)+idf(1)*part(1, 5)+.5*(idf(2)+idf(1))/2, idf(2)+idf(1))
	one := weigh(idf(2)*part(2, 3), idf(2))
	want := []Hit{{ID: 2, Score: both / (both + ideal), Seq: 2}, {ID: 1, Score: one / (one + ideal), Seq: 1}}
	if total != 2 || len(hits) != 2 {
		t.Fatalf("got %v of %d", hits, total)
	}
	for i := range want {
		if hits[i].ID != want[i].ID || hits[i].Seq != want[i].Seq || math.Abs(hits[i].Score-want[i].Score) > 1e-5 {
			t.Errorf("hit %d: %v, want %v", i, hits[i], want[i])
		}
	}
}

func TestScoreIsAtMostOne(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: strings.Repeat("alpha beta ", 5000)})
	put(t, x, 2, note{ID: 2, Content: "alpha beta"})
	for range 50 {
		put(t, x, 9, note{ID: int64(x.Len() + 1), Content: "filler words"})
	}
	hits, _ := x.Search(parse("alpha beta"), allKinds, 10)
	if len(hits) != 2 || hits[0].Score > 1 || hits[0].Score < .5 || hits[1].Score <= 0 {
		t.Errorf("got %v", hits)
	}
}

func TestTies(t *testing.T) {
	x := NewIndex(1, 0)
	for i, d := range []note{{ID: 5, Updated: 10}, {ID: 9, Updated: 10}, {ID: 1, Updated: 30}, {ID: 7, Updated: 20}, {ID: 3, Updated: 10}} {
		d.Content, d.Session = "the same", "one conversation"
		put(t, x, int64(i), d)
	}
	want := []int64{1, 7, 9, 5, 3}
	for limit := range 7 {
		hits, total := x.Search(parse("same"), allKinds, limit)
		if total != 5 || !slices.Equal(ids(hits), want[:min(limit, 5)]) {
			t.Errorf("limit %d: %v of %d", limit, ids(hits), total)
		}
	}
	if hits, total := x.Search(parse("same"), allKinds, -1); len(hits) != 0 || total != 5 {
		t.Errorf("limit -1: %v of %d", hits, total)
	}
}

// TestTopIsTheTopOfAll: a limit cuts the whole order short and changes nothing else.
func TestTopIsTheTopOfAll(t *testing.T) {
	x := corpus(t, 1000, 0)
	q := parse("w1 w3 w17 w200")
	all, total := x.Search(q, allKinds, 1<<20)
	if len(all) > total || len(all) < 300 { // not all are looked at closely
		t.Fatalf("%d hits of %d", len(all), total)
	}
	if !slices.IsSortedFunc(all, func(a, b Hit) int {
		if a.Score > b.Score {
			return -1
		} else if a.Score < b.Score {
			return 1
		}
		return 0
	}) {
		t.Error("not by score")
	}
	for _, limit := range []int{1, 2, 10, 99, len(all) - 1} {
		if hits, n := x.Search(q, allKinds, limit); n != total || !slices.Equal(hits, all[:limit]) {
			t.Errorf("limit %d: another order", limit)
		}
	}
}

func TestKinds(t *testing.T) {
	x := NewIndex(1, 0)
	for i := range int64(maxKinds) {
		put(t, x, i, note{ID: i + 1, Kind: uint8(i), Content: "word"})
	}
	q := parse("word")
	for _, tt := range []struct {
		kinds uint16
		want  []int64
	}{{0, nil}, {1, []int64{1}}, {1<<15 | 1<<4, []int64{16, 5}}} {
		hits, total := x.Search(q, tt.kinds, 10)
		if total != len(tt.want) || !slices.Equal(ids(hits), tt.want) {
			t.Errorf("kinds %b: %v of %d", tt.kinds, ids(hits), total)
		}
	}
	if hits, total := x.Search(q, allKinds, 3); len(hits) != 3 || total != maxKinds {
		t.Errorf("all kinds: %d hits of %d", len(hits), total)
	}
}

func TestStopWords(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "to be or not to be"})
	put(t, x, 2, note{ID: 2, Content: "the database is there"})
	for _, tt := range []struct {
		query string
		want  []int64
	}{
		{"to be or not", []int64{1, 2}}, // is is a form of be
		{"what is the database not", []int64{2}},
		{"the", []int64{2}},
	} {
		if hits, _ := x.Search(parse(tt.query), allKinds, 10); !slices.Equal(ids(hits), tt.want) {
			t.Errorf("%q: %v", tt.query, ids(hits))
		}
	}
}

// TestRarestTermsCount: of more than 64 words the rarest count, and unknown ones
// do not push out those that find something.
func TestRarestTermsCount(t *testing.T) {
	x := NewIndex(1, 0)
	var unknown, rare strings.Builder
	for i := range 80 {
		unknown.WriteString(" unknown" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
		rare.WriteString(" rare" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
	}
	put(t, x, 1, note{ID: 1, Content: "common needle"})
	put(t, x, 2, note{ID: 2, Content: "common" + rare.String()})
	put(t, x, 3, note{ID: 3, Content: "common"})
	hits, _ := x.Search(parse(unknown.String()+" needle"), allKinds, 10)
	if !slices.Equal(ids(hits), []int64{1}) {
		t.Errorf("needle among unknown words: %v", hits)
	}
	if _, total := x.Search(parse(rare.String()+" common"), allKinds, 10); total != 1 {
		t.Errorf("a common word counted among 81: %d hits", total)
	}
}

// TestOthersDoNotMatter: two users' indexes share nothing.
func TestOthersDoNotMatter(t *testing.T) {
	a, b := NewIndex(1, 0), NewIndex(1, 0)
	put(t, a, 1, note{ID: 1, Content: "alpha beta"})
	put(t, a, 2, note{ID: 2, Content: "alpha"})
	q := parse("alpha beta")
	before, _ := a.Search(q, allKinds, 10)
	put(t, b, 1, note{ID: 1, Content: "alpha alpha alpha beta"})
	if after, _ := a.Search(q, allKinds, 10); !slices.Equal(before, after) {
		t.Errorf("%v, then %v", before, after)
	}
}

func TestSearchOfNothing(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "!!! 👍"})
	put(t, x, 2, note{ID: 2})
	for _, q := range []Query{{}, parse(""), parse("👍 !"), parse("unknown")} {
		if hits, total := x.Search(q, allKinds, 10); len(hits) != 0 || total != 0 {
			t.Errorf("%v: %v of %d", termTexts(q), hits, total)
		}
	}
	if _, total := NewIndex(1, 0).Search(parse("word"), allKinds, 10); total != 0 {
		t.Error("an empty index found something")
	}
}
