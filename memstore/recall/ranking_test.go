package recall

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRanking: the best of those offered, in any order, are the first of all
// sorted, each memory once; a larger limit only adds to them; and their number is
// known before.
func TestRanking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		var found, standing []candidate
		only := 0 // standing, and nothing else
		for p := range n {
			c := candidate{weight: rapid.Int64Range(1, 20).Draw(t, "weight"), place: uint32(p)}
			what := rapid.IntRange(0, 5).Draw(t, "what")
			if what != 0 {
				found = append(found, c)
			} else {
				only++
			}
			if what <= 1 {
				c.weight += 10
				standing = append(standing, c)
			}
		}
		want := (&ranking{limit: 1 << 20, found: slices.Clone(found), standing: slices.Clone(standing)}).merged()
		seen, stood := map[uint32]bool{}, 0
		for i, c := range want {
			if seen[c.place] {
				t.Fatalf("%v is there twice", c)
			}
			seen[c.place] = true
			if !slices.Contains(found, c) {
				if stood++; stood > 2*(i/10+1) {
					t.Fatalf("%d of the first %d are there for being instructions", stood, i+1)
				}
			}
		}
		if len(found) > 0 && len(want) < len(found) || len(found) == 0 && len(want) > 0 {
			t.Fatalf("%d of %d found", len(want), len(found))
		}
		if total := withStanding(len(found), only); len(want) > total {
			t.Fatalf("%d hits of %d", len(want), total)
		}
		for limit := range n + 2 {
			r := ranking{limit: limit}
			for _, c := range rapid.Permutation(found).Draw(t, "found") {
				r.found.offer(c, limit)
			}
			for _, c := range rapid.Permutation(standing).Draw(t, "standing") {
				r.standing.offer(c, limit)
			}
			if got := r.merged(); !slices.Equal(got, want[:min(limit, len(want))]) {
				t.Fatalf("limit %d: %v, want %v", limit, got, want)
			}
		}
	})
}

// TestStandingInTen: of standing instructions that have nothing else to say, at
// most two are among the first ten hits, and four among the first twenty.
func TestStandingInTen(t *testing.T) {
	x := NewIndex(1, 0)
	id := int64(0)
	for range 10 {
		id++
		put(t, x, id, note{ID: id, Content: "Always tell me the exact time"})
	}
	for range 15 {
		id++
		put(t, x, id, note{ID: id, Content: "a zebra in the garden"})
	}
	for _, tt := range []struct {
		limit, standing int
	}{{0, 0}, {1, 1}, {2, 2}, {10, 2}, {11, 3}, {12, 4}, {20, 4}, {100, 4}} {
		hits, total := x.Search(parse("where is the zebra?"), allKinds, tt.limit)
		standing := 0
		for _, h := range hits {
			if h.ID <= 10 {
				standing++
			}
		}
		if standing > tt.standing || len(hits) != min(tt.limit, total) || total != 19 {
			t.Errorf("limit %d: %d hits of %d, %d of them standing", tt.limit, len(hits), total, standing)
		}
	}
	// To keywords they are no answer.
	if hits, total := x.Search(parse("zebra"), allKinds, 100); total != 15 || len(hits) != 15 {
		t.Errorf("keywords: %d of %d", len(hits), total)
	}
	// One that has a word of the question is no such one.
	if hits, total := x.Search(parse("what is the time?"), allKinds, 10); total != 10 || len(hits) != 10 {
		t.Errorf("of the time: %d of %d", len(hits), total)
	}
}

// TestInstructionsDoNotFlood: nor do those that stand between what was found, which
// are there for that as any other memory is; where nothing is found they are no
// answer; and no score is above the one before.
func TestInstructionsDoNotFlood(t *testing.T) {
	x := NewIndex(1, 0)
	for id := int64(1); id <= 40; id++ {
		content := fmt.Sprintf("The service svc%d listens on port %d", id, 7000+id)
		if id%4 == 0 {
			content = fmt.Sprintf("Always answer me in style %d when I ask about matter %d", id, id)
		}
		put(t, x, id, note{ID: id, Session: "one", Updated: id, Content: content})
	}
	for _, query := range []string{"which port does svc7 use?", "svc7 port", "who said so about svc21?"} {
		hits, _ := x.Search(parse(query), allKinds, 20)
		rules := 0
		for i, h := range hits {
			if h.ID%4 == 0 && i < 5 {
				rules++
			}
			if i > 0 && h.Score > hits[i-1].Score {
				t.Errorf("%q: score %v after %v", query, h.Score, hits[i-1].Score)
			}
		}
		if rules > standingInTen {
			t.Errorf("%q: %d of five are instructions: %v", query, rules, ids(hits))
		}
		if i := slices.IndexFunc(hits, func(h Hit) bool { return h.ID%4 != 0 }); i > standingInTen {
			t.Errorf("%q: %d instructions come first", query, i)
		}
	}
	if hits, total := x.Search(parse("what is the capital of Mongolia?"), allKinds, 10); total != 0 {
		t.Errorf("unknown words: %v of %d", ids(hits), total)
	}
}

// TestOwnWordFirst: to keywords, what has the word comes before what has not,
// whoever wrote it.
func TestOwnWordFirst(t *testing.T) {
	x := NewIndex(1, 0)
	for id, content := range []string{"I like tea", "My editor is vim", "The user is Marta Kowalczyk", "I commit often, with my name", "We deploy on Fridays"} {
		put(t, x, int64(id)+1, note{ID: int64(id) + 1, Session: "one", Updated: int64(id) + 1, Content: content})
	}
	if hits, _ := x.Search(parse("Marta"), allKinds, 10); len(hits) == 0 || hits[0].ID != 3 {
		t.Errorf("Marta: %v", ids(hits))
	}
}

// TestNewestStanding: of more standing instructions than are looked at, the newest
// by their own time, whenever they came into the index.
func TestNewestStanding(t *testing.T) {
	const n = 3 * maxStanding
	search := func(backwards bool) string {
		x := NewIndex(1, 0)
		for i := range int64(n) {
			id := i + 1
			if backwards {
				id = n - i
			}
			put(t, x, id, note{ID: id, Content: fmt.Sprintf("Always tell me about q%dq", id)})
		}
		put(t, x, n+1, note{ID: n + 1, Content: "a zebra"})
		hits, total := x.Search(parse("where is the zebra?"), allKinds, 10)
		return fmt.Sprint(ids(hits), total)
	}
	if a, b := search(false), search(true); a != b || a != fmt.Sprint([]int64{n + 1, n, n - 1}, 3) && a != fmt.Sprint([]int64{n, n - 1, n + 1}, 3) {
		t.Errorf("%s, put backwards %s", a, b)
	}
}

// TestPrefixes: a limit cuts short and changes nothing else, for questions, dates
// and standing instructions too.
func TestPrefixes(t *testing.T) {
	x := NewIndex(1, 0)
	for i := range int64(300) {
		id := i + 1
		content := fmt.Sprintf("the zebra number %d is in the garden", id)
		switch id % 5 {
		case 0:
			content = fmt.Sprintf("Always tell me about %d", id)
		case 1:
			content = "who was that?"
		}
		put(t, x, id, note{ID: id, Session: fmt.Sprint(id / 20), Updated: int64(day(2026, 5, 1))*dayMicros + id*30*minute, Content: content})
	}
	for _, text := range []string{"zebra", "where was the zebra in the garden?", "what was on 2026-05-04?", "zebra in May", "number 77"} {
		q := parse(text)
		all, total := x.Search(q, allKinds, 1000)
		if len(all) > total || len(all) < total-len(x.advice) || total == 0 {
			t.Fatalf("%q: %d of %d", text, len(all), total)
		}
		for limit := range all {
			if hits, n := x.Search(q, allKinds, limit); n != total || !slices.Equal(hits, all[:limit]) {
				t.Fatalf("%q, limit %d: %v of %d, want %v of %d", text, limit, hits, n, all[:limit], total)
			}
		}
	}
}

// TestStrongest: the n with the most BM25, of equal ones the newest.
func TestStrongest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := search{base: rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 1e-9, .1, .10001, 1, 1.0001, 7}), 1, 60).Draw(t, "base")}
		places := make([]uint32, len(s.base))
		for i := range places {
			places[i] = uint32(i)
		}
		n := rapid.IntRange(1, len(places)).Draw(t, "n")
		got := slices.Clone(s.strongest(rapid.Permutation(places).Draw(t, "order"), n))
		slices.SortFunc(places, func(a, b uint32) int {
			if s.base[a] != s.base[b] {
				if s.base[a] > s.base[b] {
					return -1
				}
				return 1
			}
			return int(b) - int(a)
		})
		want := slices.Clone(places[:n])
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d of %v: %v, want %v", n, s.base, got, want)
		}
	})
}
