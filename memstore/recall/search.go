package recall

import (
	"cmp"
	"math"
	"slices"
)

// Hit is a memory that a search found.
type Hit struct {
	ID    int64
	Score float64 // in [0, 1]
	Seq   int64   // the change that put it into the index
}

// Search returns the memories that have a word of q and a kind in kinds (bit k
// is kind k), best first, at most limit of them, and total, the number of all
// such memories.
//
// The score is BM25 (Robertson & Zaragoza 2009), with title, topic key and
// content as one text, as a share of what a memory could reach that had every
// word of the query without end:
//
//	score = Σ idf·tf·(k1+1)/(tf+K) / Σ idf·(k1+1),  K = k1·(1−b+b·length/mean length)
//	idf   = ln(1 + (N−df+½)/(df+½))
//
// The upper sum is over the terms which the memory has, the lower over the 64
// rarest of the query, where those nobody used count as much as a word can. A
// memory of mean length with every word once so scores 1/(1+k1) = 0.53. N, df
// and the mean length are those of this index's live memories. Equal scores are
// ordered by Updated, then by ID, the higher first.
func (x *Index) Search(q Query, kinds uint16, limit int) (hits []Hit, total int) {
	var room [maxQueryTerms]weighted
	terms := x.weigh(q, room[:0])
	if len(terms) == 0 || kinds == 0 {
		return nil, 0
	}
	s, _ := x.scratch.Get().(*scores)
	if s == nil {
		s = new(scores)
	}
	if len(s.bySlot) < len(x.docs) {
		s.bySlot = make([]float64, len(x.docs))
	}
	s.touched = s.touched[:0]
	for _, t := range terms {
		x.accumulate(s, t)
	}
	best := ranking{x: x, limit: max(limit, 0)}
	for _, slot := range s.touched {
		score := s.bySlot[slot]
		s.bySlot[slot] = 0
		if x.kinds[slot]&kinds != 0 {
			total++
			best.offer(candidate{score, slot})
		}
	}
	x.scratch.Put(s)
	return best.hits(), total
}

// scores are one search's sums. All are 0 between searches.
type scores struct {
	bySlot  []float64
	touched []uint32 // the slots whose score is not 0
}

// weighted is a term of a query that the index has.
type weighted struct {
	posts  []uint32
	weight float64 // its share of the query's idf
	df     uint32
	nth    int // its place in the query
}

// accumulate adds the term's part to the score of each memory that has it. The
// conversions keep the compiler from fusing multiplications with additions,
// which some machines would and others would not.
func (x *Index) accumulate(s *scores, t weighted) {
	mean := max(float64(x.words)/float64(len(x.slots)), 1)
	fixed, perWord := bm25K1*(1-bm25B), float64(bm25K1*bm25B)/mean
	bySlot, lengths, touched := s.bySlot, x.lengths, s.touched
	for _, p := range t.posts {
		slot, tf := p>>tfBits, float64(p&maxTF)
		was := bySlot[slot]
		if was == 0 { // every part is above 0
			touched = append(touched, slot)
		}
		k := fixed + float64(perWord*float64(lengths[slot]))
		bySlot[slot] = was + float64(float64(t.weight*tf)/(tf+k))
	}
	s.touched = touched
}

// weigh appends the terms of q that the index has, of more than maxQueryTerms
// the rarest, to terms, in the query's order. Unknown terms are the rarest of
// all, but one that finds nothing may not push out one that does.
func (x *Index) weigh(q Query, terms []weighted) []weighted {
	if len(x.slots) == 0 {
		return nil
	}
	for i, text := range q.terms {
		if t, ok := x.terms.find(x.lists, []byte(text)); ok {
			terms = append(terms, weighted{posts: x.lists[t].posts, df: x.lists[t].df, nth: i})
		}
	}
	if len(terms) > maxQueryTerms {
		slices.SortFunc(terms, func(a, b weighted) int { return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.nth, b.nth)) })
		terms = terms[:maxQueryTerms]
		slices.SortFunc(terms, func(a, b weighted) int { return cmp.Compare(a.nth, b.nth) })
	}
	unknown := min(len(q.terms), maxQueryTerms) - len(terms)
	sum := float64(float64(unknown) * x.idf(0))
	for i := range terms {
		terms[i].weight = x.idf(terms[i].df)
		sum += terms[i].weight
	}
	for i := range terms {
		terms[i].weight /= sum
	}
	return terms
}

func (x *Index) idf(df uint32) float64 {
	n, d := float64(len(x.slots)), float64(df)
	return max(math.Round(math.Log(1+(n-d+0.5)/(d+0.5))*idfScale), 1) / idfScale
}

type candidate struct {
	score float64
	slot  uint32
}

// ranking keeps the best candidates of those offered: a heap with the worst of
// them on top.
type ranking struct {
	x     *Index
	limit int
	heap  []candidate
}

// compare orders better candidates before worse. No two are equal.
func (r *ranking) compare(a, b candidate) int {
	if a.score != b.score {
		return cmp.Compare(b.score, a.score)
	}
	da, db := &r.x.docs[a.slot], &r.x.docs[b.slot]
	return cmp.Or(cmp.Compare(db.updated, da.updated), cmp.Compare(db.id, da.id))
}

func (r *ranking) offer(c candidate) {
	if len(r.heap) < r.limit {
		r.heap = append(r.heap, c)
		if len(r.heap) == r.limit {
			for i := r.limit/2 - 1; i >= 0; i-- {
				r.sink(i)
			}
		}
		return
	}
	if r.limit == 0 || c.score < r.heap[0].score || r.compare(c, r.heap[0]) > 0 {
		return
	}
	r.heap[0] = c
	r.sink(0)
}

func (r *ranking) sink(i int) {
	h := r.heap
	for {
		worst := 2*i + 1
		if worst >= len(h) {
			return
		}
		if right := worst + 1; right < len(h) && r.compare(h[right], h[worst]) > 0 {
			worst = right
		}
		if r.compare(h[worst], h[i]) < 0 {
			return
		}
		h[i], h[worst] = h[worst], h[i]
		i = worst
	}
}

func (r *ranking) hits() []Hit {
	slices.SortFunc(r.heap, r.compare)
	hits := make([]Hit, len(r.heap))
	for i, c := range r.heap {
		d := &r.x.docs[c.slot]
		hits[i] = Hit{ID: d.id, Score: c.score, Seq: d.seq}
	}
	return hits
}
