package recall

import (
	"cmp"
	"slices"
)

// candidate is a memory with what speaks for it.
type candidate struct {
	weight int64  // in grains, so that it is the same on all machines
	place  uint32 // in the timeline
	alone  bool   // only because it is a standing instruction
}

// compare orders better candidates before worse, of equal ones the newer. No two
// are equal.
func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.place, a.place))
}

// ranking keeps the best candidates of those offered, and apart from them the
// best of those that are there for being standing instructions alone.
type ranking struct {
	limit           int
	found, standing top
}

func (r *ranking) offer(c candidate) {
	if c.alone {
		r.standing.offer(c, r.limit)
	} else {
		r.found.offer(c, r.limit)
	}
}

// merged is both in one order, but with no more than standingInTen of the latter
// among the first ten, twice that among the first twenty, and so on. The first of
// many are so the same as of few.
func (r *ranking) merged() []candidate {
	slices.SortFunc(r.found, candidate.compare)
	slices.SortFunc(r.standing, candidate.compare)
	var out []candidate
	found, standing := r.found, r.standing
	given := 0 // of standing
	for len(out) < r.limit {
		mayStand := len(standing) > 0 && given < mayBeStanding(len(out))
		switch {
		case mayStand && (len(found) == 0 || standing[0].compare(found[0]) < 0):
			out, standing = append(out, standing[0]), standing[1:]
			given++
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
	for i, c := range best {
		raw := float64(c.weight) / grain
		d := &s.x.docs[s.x.time.order[c.place]]
		hits[i] = Hit{ID: d.id, Score: max(rounded(raw/(raw+ideal)), 1./grain), Seq: d.seq}
	}
	return hits
}
