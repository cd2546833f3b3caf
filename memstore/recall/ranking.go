package recall

import (
	"cmp"
	"slices"
)

// candidate is a memory with what speaks for it.
type candidate struct {
	weight int64  // in grains, so that it is the same on all machines
	place  uint32 // in the timeline
}

// compare orders better candidates before worse, of equal ones the newer. No two
// are equal.
func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.place, a.place))
}

// ranking keeps the best candidates of those offered, and apart from them the
// best standing instructions, which weigh more for being such. One may be in both.
type ranking struct {
	limit           int
	found, standing top
}

// merged is both in one order, each memory once, but with no more than
// standingInTen among the first ten that are there for being standing
// instructions, twice that among the first twenty, and so on. The first of many
// are so the same as of few.
func (r *ranking) merged() []candidate {
	if len(r.found) == 0 { // instructions are no answer to what nothing is known of
		return nil
	}
	slices.SortFunc(r.found, candidate.compare)
	slices.SortFunc(r.standing, candidate.compare)
	var out []candidate
	given := func(c candidate) bool {
		return slices.ContainsFunc(out, func(o candidate) bool { return o.place == c.place })
	}
	found, standing, stand := r.found, r.standing, 0
	for len(out) < r.limit {
		for len(found) > 0 && given(found[0]) {
			found = found[1:]
		}
		for len(standing) > 0 && given(standing[0]) {
			standing = standing[1:]
		}
		mayStand := len(standing) > 0 && stand < mayBeStanding(len(out))
		switch {
		case mayStand && (len(found) == 0 || standing[0].compare(found[0]) < 0):
			out, standing = append(out, standing[0]), standing[1:]
			stand++
		case len(found) > 0:
			out, found = append(out, found[0]), found[1:]
		default:
			return out
		}
	}
	return out
}

// mayBeStanding is how many standing instructions there may be with those that
// stand behind n others.
func mayBeStanding(n int) int { return standingInTen * (n/10 + 1) }

// withStanding is how many memories merged gives without a limit, of so many.
func withStanding(found, standing int) int {
	if found == 0 {
		return 0
	}
	given := 0
	for given < standing && given < mayBeStanding(found+given) {
		given++
	}
	return found + given
}

// top is a heap of the best candidates, with the worst of them on top.
type top []candidate

func (t *top) offer(c candidate, limit int) {
	h := *t
	switch {
	case len(h) < limit:
		h = append(h, c)
		*t = h
		for i := len(h) - 1; i > 0; {
			up := (i - 1) / 2
			if h[up].compare(h[i]) > 0 {
				break
			}
			h[up], h[i] = h[i], h[up]
			i = up
		}
	case limit > 0 && c.compare(h[0]) < 0:
		h[0] = c
		h.sink()
	}
}

func (t top) sink() {
	for i := 0; ; {
		worst := 2*i + 1
		if worst >= len(t) {
			return
		}
		if right := worst + 1; right < len(t) && t[right].compare(t[worst]) > 0 {
			worst = right
		}
		if t[worst].compare(t[i]) < 0 {
			return
		}
		t[i], t[worst] = t[worst], t[i]
		i = worst
	}
}

// hits names the memories of a ranking.
func (s *search) hits(r *ranking) []Hit {
	best := r.merged()
	hits := make([]Hit, len(best))
	ideal := s.ideal()
	last := 1.0 // a standing instruction that had to wait has no more than what it stands behind
	for i, c := range best {
		raw := float64(c.weight) / grain
		d := &s.x.docs[s.x.time.order[c.place]]
		last = min(last, max(rounded(raw/(raw+ideal)), 1./grain))
		hits[i] = Hit{ID: d.id, Score: last, Seq: d.seq}
	}
	return hits
}
