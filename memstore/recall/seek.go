package recall

import (
	"cmp"
	"math"
	"slices"
)

// sought is something of the query that the index has: a word, or a group of
// words any of which will do.
type sought struct {
	lists []uint32 // a group
	list  uint32   // one word, where there is no group
	df    uint32   // memories that have it, at most
	value float64
	nth   int  // the word's place in the query
	plain bool // the very word of the query, and not a group in its place
}

// pair is two words that follow each other in the query.
type pair struct {
	a, b  uint32 // their lists
	both  uint64 // which of sought they are
	value float64
}

// seek finds the query's words in the index, of more than maxQueryTerms the
// rarest, and the things of the kinds that it names; for words that no memory
// has, those that are nearly the same.
func (s *search) seek() {
	x, q := s.x, s.q
	s.sum = 0
	compounds := q.language == inGerman
	looks := 0
	for i := range q.terms {
		t := &q.terms[i]
		list, known := x.terms.find(x.lists, []byte(t.text))
		if known {
			s.sought = append(s.sought, sought{list: list, df: x.lists[list].df, nth: i, plain: true})
		} else {
			s.sum += rounded(t.weight() * math.Log(float64(2*len(x.slots)+1)) / 2)
		}
		if !known || compounds {
			looks++
		}
		switch {
		case looks > maxLooks:
		case !known:
			s.group(i, likeWeight, x.like(t))
		case compounds:
			s.group(i, likeWeight, x.compounds(t.text, list))
		}
		s.group(i, categoryWeight, x.known(t.things))
	}
	slices.SortFunc(s.sought, func(a, b sought) int {
		return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.nth, b.nth), cmp.Compare(len(a.lists), len(b.lists)))
	})
	if len(s.sought) > maxQueryTerms {
		s.sought = s.sought[:maxQueryTerms]
	}
	s.strong = 0
	for i := range s.sought {
		w := &s.sought[i]
		if w.plain {
			w.value = x.idf(w.df) * q.terms[w.nth].weight()
			s.sum += w.value
			if !q.terms[w.nth].vague {
				s.strong |= 1 << i
			}
		} else {
			w.value *= x.idf(w.df)
		}
	}
	s.perNear = s.w.near
	if s.sum > 0 {
		s.perNear += s.w.share / s.sum
	}
	s.pair()
}

// group adds words that stand for a word of the query.
func (s *search) group(nth int, weight float64, lists []uint32) {
	if len(lists) == 0 {
		return
	}
	df := uint32(0)
	for _, l := range lists {
		df += s.x.lists[l].df
	}
	df = min(df, uint32(len(s.x.slots)))
	s.sought = append(s.sought, sought{lists: lists, df: df, nth: nth, value: weight * s.q.terms[nth].weight()})
}

// known gives the lists of those terms that the index has.
func (x *Index) known(terms []string) (lists []uint32) {
	for _, t := range terms {
		if l, ok := x.terms.find(x.lists, []byte(t)); ok && !slices.Contains(lists, l) {
			lists = append(lists, l)
		}
	}
	return lists
}

// pair finds the words that follow each other in the query.
func (s *search) pair() {
	var at [maxQueryTerms]int // which of sought, by place in the query, plus one
	bit := func(nth int) int {
		if nth < len(at) {
			return at[nth] - 1
		}
		return -1
	}
	for i := range s.sought {
		if w := &s.sought[i]; w.plain && w.nth < len(at) {
			at[w.nth] = i + 1
		}
	}
	for i := range s.q.terms {
		b := bit(i)
		if b < 0 {
			continue
		}
		for _, before := range s.q.terms[i].after {
			a := bit(int(before))
			if a < 0 {
				continue
			}
			first, second := &s.sought[a], &s.sought[b]
			if value := first.value + second.value; value*leastPair >= s.sum {
				s.pairs = append(s.pairs, pair{
					a: first.list, b: second.list, both: 1<<a | 1<<b,
					value: float64(besideWeight * value / 2),
				})
			}
		}
	}
}
