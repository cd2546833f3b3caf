package recall

import (
	"math"
)

// Hit is a memory that a search found.
type Hit struct {
	ID    int64
	Score float64 // in (0, 1]
	Seq   int64   // the change that put it into the index
}

// Search returns the memories that have something of q and a kind in kinds (bit
// k is kind k), best first, at most limit of them, and total, the number of all
// that it found; with them it counts some standing instructions that are not
// given, whatever the limit, for want of room among each ten.
//
// It goes in steps, each told where it is done:
//
//	seek     what of the query does the index know, and what does each word say?
//	gather   which memories have these words, and how much of them (BM25)?
//	recount  which are of the times that the query names, or meant for all times?
//	deepen   where do words of the query stand side by side?
//	visit    these and their neighbours: what else speaks for each?
//	rank     the best of them.
//
// A memory is only found for something of its own: a word, a word near it in its
// conversation, a date, or a standing instruction for a question. The score is
// half for a memory of mean length that has each word of the query once and
// nothing else; it grows with what the memory has, and is not to be compared
// between queries. Equal scores are ordered by Updated, then by ID, the higher
// first. The same live memories give the same scores and order, bit for bit,
// whatever changes led to them.
func (x *Index) Search(q Query, kinds uint16, limit int) (hits []Hit, total int) {
	if len(x.slots) == 0 || kinds == 0 || q.Empty() {
		return nil, 0
	}
	x.settle()
	s, _ := x.scratch.Get().(*search)
	if s == nil {
		s = new(search)
	}
	s.begin(x, &q, kinds)
	s.seek()
	s.gather()
	s.recount()
	s.deepen()
	best := ranking{limit: max(limit, 0)}
	total = s.visit(&best)
	hits = s.hits(&best)
	s.end()
	x.scratch.Put(s)
	return hits, total
}

// search is the work of one Search. Its buffers are by place in the timeline, so
// that neighbours stand side by side, and all zero between two searches.
type search struct {
	x *Index
	q *Query
	w weights

	kinds uint16 // those that are wanted

	sought []sought // what is looked for, the rarest first
	pairs  []pair
	sum    float64 // the values of all words of the query, unknown ones too
	all    uint64  // all of sought
	strong uint64  // those which are not vague

	perNear float64 // what one of near counts

	words  []uint64  // which of sought a memory has
	base   []float64 // BM25, and what stands side by side
	titles []uint8   // how many words of the query its title has
	topics []uint8   // and its topic key
	dates  []float64 // how well it fits the query's dates; empty where it has none
	talks  []talk    // by conversation

	touched []uint32 // places where one of the above is not zero
	chosen  []uint32 // those to be looked at closely
	best    []uint32 // those to be read, and listened around
	stamps  []uint32 // by place: the round in which it was visited
	round   uint32
}

// talk is what the best memories of a conversation have.
type talk struct{ first, second, third float64 }

func (t *talk) add(base float64) {
	switch {
	case base > t.first:
		t.first, t.second, t.third = base, t.first, t.second
	case base > t.second:
		t.second, t.third = base, t.second
	case base > t.third:
		t.third = base
	}
}

func (t *talk) sum() float64 {
	return t.first + float64(secondShare*t.second) + float64(thirdShare*t.third)
}

func (s *search) begin(x *Index, q *Query, kinds uint16) {
	s.x, s.q, s.kinds = x, q, kinds
	if n := len(x.time.order); len(s.words) < n {
		n += n / 8
		s.words, s.base = make([]uint64, n), make([]float64, n)
		s.titles, s.topics = make([]uint8, n), make([]uint8, n)
		s.talks, s.stamps, s.round = make([]talk, n), make([]uint32, n), 0
	}
	s.round++
	if s.round == 0 { // after four billion searches
		clear(s.stamps)
		s.round = 1
	}
	s.w = weightsFor(q.question, x.meanWords())
}

func (s *search) end() {
	at := s.x.time.talk
	for _, p := range s.touched {
		s.words[p], s.base[p], s.titles[p], s.topics[p] = 0, 0, 0, 0
		s.talks[at[p]] = talk{}
	}
	s.sought, s.pairs, s.touched, s.chosen = s.sought[:0], s.pairs[:0], s.touched[:0], s.chosen[:0]
	s.best = s.best[:0]
	s.dates = s.dates[:0]
	s.x, s.q = nil, nil
}

// meanWords is how many words that say something a memory has in the mean.
func (x *Index) meanWords() float64 { return float64(x.words) / float64(len(x.slots)) }

// grain is to what a value is rounded. Logarithms and powers are in assembly on
// some machines and may differ in their last bit; rounded, they are the same on
// all, and 2^-20 is far below anything that matters to a rank.
const grain = 1 << 20

func rounded(v float64) float64 { return math.Round(v*grain) / grain }

// idf is the value of a word by how few memories have it: ln(1+r²)/2 with
// r = (N−df+½)/(df+½). For rare words that is the idf of Robertson and Spärck
// Jones, ln r; it nears zero, and does not go below, for one that most have.
func (x *Index) idf(df uint32) float64 {
	n, d := float64(len(x.slots)), float64(df)
	r := (n - d + .5) / (d + .5)
	return max(rounded(math.Log1p(r*r)/2), 1./grain)
}
