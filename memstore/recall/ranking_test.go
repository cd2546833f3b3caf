package recall

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// ranked is what a ranking gives, by sorting everything.
func ranked(all []candidate) (out []candidate) {
	all = slices.Clone(all)
	slices.SortFunc(all, candidate.compare)
	standing := 0
	for len(all) > 0 {
		i := 0
		if standing >= 2*(len(out)/10+1) {
			i = slices.IndexFunc(all, func(c candidate) bool { return !c.alone })
		}
		if i < 0 {
			break
		}
		if all[i].alone {
			standing++
		}
		out = append(out, all[i])
		all = slices.Delete(all, i, i+1)
	}
	return out
}

// TestRanking: the best of those offered, in any order, are the first of all
// sorted; a larger limit only adds to them; and their number is known before.
func TestRanking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		all := make([]candidate, n)
		standing := 0
		share := rapid.IntRange(1, 4).Draw(t, "share")
		for i := range all {
			all[i] = candidate{weight: rapid.Int64Range(1, 20).Draw(t, "weight"), place: uint32(i), alone: rapid.IntRange(0, share).Draw(t, "alone") == 0}
			if all[i].alone {
				standing++
			}
		}
		want := ranked(all)
		if got := withStanding(n-standing, standing); got != len(want) {
			t.Fatalf("%d found and %d standing: %d, want %d", n-standing, standing, got, len(want))
		}
		for limit := range n + 2 {
			r := ranking{limit: limit}
			for _, c := range rapid.Permutation(all).Draw(t, "order") {
				r.offer(c)
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
		hits, total := x.Search(parse("where is the zebra?"), allKinds, 10)
		return fmt.Sprint(ids(hits), total)
	}
	if a, b := search(false), search(true); a != b || a != fmt.Sprint([]int64{n, n - 1}, 2) {
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
		if len(all) != total || total == 0 {
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
