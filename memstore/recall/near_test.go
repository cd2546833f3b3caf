package recall

import (
	"fmt"
	"math"
	"math/bits"
	"testing"
)

// gathered does the steps of a search up to the last but one.
func gathered(x *Index, q *Query) *search {
	x.settle()
	s := new(search)
	s.begin(x, q, allKinds)
	s.seek()
	s.gather()
	s.recount()
	s.deepen()
	return s
}

// talkOf puts memories into one conversation, the first as id 1; "|" begins another.
func talkOf(t *testing.T, x *Index, lines ...string) {
	t.Helper()
	at, id := int64(0), int64(0)
	for _, line := range lines {
		if line == "|" {
			at += 100 * minute
			continue
		}
		id++
		at += minute
		put(t, x, id, note{ID: id, Session: fmt.Sprint("at ", at/(50*minute)), Updated: at, Content: line})
	}
}

func same(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// TestNear: each word once, where it is nearest; ¾ is left with each step back,
// 0.45 with each step on.
func TestNear(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		place uint32
		want  func(v func(word string) float64) float64
	}{
		{
			"in itself",
			[]string{"alpha beta gamma", "xyz"},
			0,
			func(v func(string) float64) float64 { return v("alpha") + v("beta") + v("gamma") },
		},
		{
			"around it",
			[]string{"alpha", "xyz", "beta", "xyz", "gamma"},
			2,
			func(v func(string) float64) float64 { return v("beta") + .75*.75*v("alpha") + .45*.45*v("gamma") },
		},
		{
			"nothing of its own",
			[]string{"alpha", "xyz", "beta"},
			1,
			func(v func(string) float64) float64 { return .75*v("alpha") + .45*v("beta") },
		},
		{
			"the nearest counts",
			[]string{"alpha", "alpha beta", "xyz", "beta", "xyz", "alpha"},
			2,
			func(v func(string) float64) float64 { return .75*v("alpha") + .75*v("beta") },
		},
		{
			"one step on is nearer than two back",
			[]string{"alpha", "xyz", "xyz", "alpha"},
			2,
			func(v func(string) float64) float64 { return .45 * v("alpha") },
		},
		{
			"what it has is not heard again",
			[]string{"alpha", "alpha", "alpha"},
			1,
			func(v func(string) float64) float64 { return v("alpha") },
		},
		{
			"not from another conversation",
			[]string{"alpha", "|", "xyz beta", "|", "gamma"},
			1,
			func(v func(string) float64) float64 { return v("beta") },
		},
		{
			"six steps",
			[]string{"alpha", "1", "2", "3", "4", "5", "xyz", "1", "2", "3", "4", "5", "beta"},
			6,
			func(v func(string) float64) float64 { return math.Pow(.75, 6)*v("alpha") + math.Pow(.45, 6)*v("beta") },
		},
		{
			"but not seven",
			[]string{"alpha", "0", "1", "2", "3", "4", "5", "xyz", "1", "2", "3", "4", "5", "6", "beta"},
			7,
			func(func(string) float64) float64 { return 0 },
		},
	} {
		x := NewIndex(1, 0)
		talkOf(t, x, tt.lines...)
		q := parse("alpha beta gamma")
		s := gathered(x, &q)
		value := func(word string) float64 {
			for i := range s.sought {
				if x.lists[s.sought[i].list].text == word {
					return s.sought[i].value
				}
			}
			t.Fatalf("%s: %q is not sought", tt.name, word)
			return 0
		}
		from, to := x.time.conversation(tt.place)
		if got, want := s.near(tt.place, from, to), tt.want(value); !same(got, want) {
			t.Errorf("%s: %v, want %v", tt.name, got, want)
		}
	}
}

// TestReply: what follows a question gets a bit for that, and a share of what the
// question has; unless both are of one title, which is one speaker's name.
func TestReply(t *testing.T) {
	x := NewIndex(1, 0)
	for i, n := range []note{
		{Title: "Tom", Content: "which alpha now?"},
		{Title: "Emma", Content: "the red one"},
		{Title: "Emma", Content: "or so"},
		{Title: "Tom", Content: "alpha again?"},
		{Title: "Tom", Content: "hm"},
	} {
		n.ID, n.Session, n.Updated = int64(i)+1, "talk", int64(i)*minute
		put(t, x, n.ID, n)
	}
	q := parse("where is the alpha of it")
	s := gathered(x, &q)
	if !q.question || len(s.sought) != 1 {
		t.Fatalf("%d are sought", len(s.sought))
	}
	alpha := s.sought[0].value
	talk := s.w.talk * s.talks[0].sum()
	if !same(s.talks[0].sum(), max(s.base[0], s.base[3])+.5*min(s.base[0], s.base[3])) {
		t.Errorf("of the conversation: %+v of %v and %v", s.talks[0], s.base[0], s.base[3])
	}
	for place, want := range []float64{
		0: s.perNear*alpha + s.w.base*s.base[0] + s.w.best*alpha + s.w.count + talk,
		1: s.perNear*.75*alpha + s.w.asked + s.w.reply*s.base[0] + talk,
		2: s.perNear*.75*.75*alpha + talk, // a step back from 3 would be .45
		3: s.perNear*alpha + s.w.base*s.base[3] + s.w.best*alpha + s.w.count + talk,
		4: s.perNear*.75*alpha + s.w.asked + talk,
	} {
		if place == 2 {
			want = s.perNear*.45*alpha + talk
		}
		if got, alone := s.weigh(uint32(place), 0, 5); !same(got, want) || alone {
			t.Errorf("place %d: %v, want %v", place, got, want)
		}
	}
}

// TestVisitOffersNeighbours: and nobody who hears nothing.
func TestVisitOffersNeighbours(t *testing.T) {
	x := NewIndex(1, 0)
	talkOf(t, x, "x", "x", "x", "x", "x", "x", "x", "x", "x", "needle", "x", "x", "x", "x", "x", "x", "x", "x", "x", "|", "x")
	hits, total := x.Search(parse("needle"), allKinds, 100)
	if want := "[10 11 12 9 13 14 15 8 16 7 6 5 4]"; total != 13 || fmt.Sprint(ids(hits)) != want {
		t.Errorf("%v of %d, want %s", ids(hits), total, want)
	}
}

// TestKindsAndNeighbours: a memory of another kind is not found, but heard.
func TestKindsAndNeighbours(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Kind: 1, Session: "a", Updated: 1, Content: "needle"})
	put(t, x, 2, note{ID: 2, Kind: 2, Session: "a", Updated: 2, Content: "beside it"})
	put(t, x, 3, note{ID: 3, Kind: 2, Session: "b", Updated: 99 * minute, Content: "far off"})
	if hits, total := x.Search(parse("needle"), 1<<2, 10); total != 1 || hits[0].ID != 2 {
		t.Errorf("%v of %d, want what is beside it", ids(hits), total)
	}
}

// TestKindsHaveRoom: many better memories of other kinds leave room for those of
// the kind that is asked for.
func TestKindsHaveRoom(t *testing.T) {
	x := NewIndex(1, 0)
	id := int64(0)
	for range 2 * maxScored {
		id++
		put(t, x, id, note{ID: id, Kind: 1, Content: "zebra zebra"})
		id++
		put(t, x, id, note{ID: id, Kind: 1, Content: "Always tell me something else"})
	}
	for range 3 {
		id++
		put(t, x, id, note{ID: id, Kind: 2, Updated: 1, Content: "one zebra among many other words that make this longer than those"})
	}
	put(t, x, id+1, note{ID: id + 1, Kind: 2, Updated: 1, Content: "Never wake me before noon"})
	for query, want := range map[string]int{
		"zebra":               3,
		"zebra something":     3, // both of which are in a quarter of all
		"where is the zebra?": 4,
	} {
		if hits, total := x.Search(parse(query), 1<<2, 10); total != want || len(hits) != want {
			t.Errorf("%q: %v of %d, want %d", query, ids(hits), total, want)
		}
	}
}

// TestKindsHaveRoomByDate is the same for what is found for its date alone.
func TestKindsHaveRoomByDate(t *testing.T) {
	x := NewIndex(1, 0)
	noon := int64(day(2026, 5, 12)) * dayMicros
	put(t, x, 1, note{ID: 1, Kind: 2, Updated: noon, Content: "one"})
	for id := int64(2); id < 2*maxScored; id++ {
		put(t, x, id, note{ID: id, Kind: 1, Updated: noon + id, Content: "many"})
	}
	if hits, total := x.Search(parse("2026-05-12"), 1<<2, 10); total != 1 || len(hits) != 1 {
		t.Errorf("%v of %d", ids(hits), total)
	}
}

func TestBeside(t *testing.T) {
	for _, tt := range []struct {
		text, a, b string
		want       bool
	}{
		{"alpha beta", "alpha", "beta", true},
		{"beta alpha", "alpha", "beta", false},
		{"alpha of the beta", "alpha", "beta", true},
		{"alpha gamma beta", "alpha", "beta", false},
		{"alpha alpha beta", "alpha", "beta", true},
		{"alpha gamma alpha beta", "alpha", "beta", true},
		{"alpha maxBytes", "alpha", "byte", false},
		{"alpha maxBytes", "alpha", "maxbyt", true},
		{"alpha maxBytes", "alpha", "maximum", true}, // its first part stands where it stands
		{"maxBytes beta", "byte", "beta", true},
		{"maxBytes beta", "maxbyt", "beta", false}, // a part of it is between
		{"maxBytes", "maximum", "byte", true},
		{"alpha", "alpha", "beta", false},
		{"alpha. Beta", "alpha", "beta", true},
	} {
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 1, Content: tt.text})
		a, b := x.intern([]byte(tt.a)), x.intern([]byte(tt.b))
		if got := x.beside(0, a, b); got != tt.want {
			t.Errorf("%q: %s right before %s is %v", tt.text, tt.a, tt.b, got)
		}
	}
}

// TestBesideRanks: of memories with the same words, the one that has them side by
// side as the query has.
func TestBesideRanks(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "the connection pool is exhausted today"})
	put(t, x, 2, note{ID: 2, Content: "the pool is exhausted, connection today"})
	for id := range int64(20) {
		put(t, x, id+10, note{ID: id + 10, Content: "the filler of it"})
	}
	if hits, _ := x.Search(parse("connection pool"), allKinds, 2); fmt.Sprint(ids(hits)) != "[1 2]" {
		t.Errorf("connection pool: %v", ids(hits))
	}
}

// TestTitleNamed: a query that names the whole title weighs more than one that
// names a part: the share to the power of 3/2.
func TestTitleNamed(t *testing.T) {
	for _, tt := range []struct {
		has, of uint8
		want    float64
	}{{0, 0, 0}, {0, 4, 0}, {1, 4, .125}, {2, 4, .353553}, {4, 4, 1}, {9, 4, 1}, {1, 0, 0}, {255, 255, 1}} {
		d := doc{title: tt.of}
		if got := d.named(tt.has, 0); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("%d of %d: %v, want %v", tt.has, tt.of, got, tt.want)
		}
		d = doc{title: 200, topic: tt.of} // the better of both
		if got := d.named(1, tt.has); got < tt.want-1e-6 {
			t.Errorf("topic, %d of %d: %v, want %v", tt.has, tt.of, got, tt.want)
		}
	}
}

// TestSought: the rarest words first, and the sets of them are as they say.
func TestSought(t *testing.T) {
	x := NewIndex(1, 0)
	talkOf(t, x, "common rare", "common kind", "common", "common")
	q := parse("common rare kind unknown")
	s := gathered(x, &q)
	var got []string
	for _, w := range s.sought {
		got = append(got, x.lists[w.list].text)
	}
	if fmt.Sprint(got) != "[rare kind common]" || s.all != 7 || bits.OnesCount64(s.strong) != 2 || s.strong&2 != 0 {
		t.Errorf("%v, all %b, strong %b", got, s.all, s.strong)
	}
	if s.words[0] != 5 || s.words[1] != 6 || s.words[3] != 4 {
		t.Errorf("sets %b", s.words[:4])
	}
}
