package recall

import (
	"math"
	"slices"
)

// gather finds the memories that have what is sought and adds up their BM25
//
//	Σ value · count·(k1+1) / (count + k1·(1−b+b·length/mean length))
//
// with title, topic key and content as one text. Then it chooses those to be
// looked at closely. The rarest words come first: once these have found enough
// memories, a word that more than a quarter of all have is left out, which
// could bring no new one among the best and would cost more than all others.
func (s *search) gather() {
	x := s.x
	mean := max(x.meanWords(), 1)
	var norm [256]float64
	for code := range norm {
		norm[code] = bm25K1 * (1 - bm25B + float64(bm25B*float64(lengthOf(uint8(code)))/mean))
	}
	for i := range s.sought {
		w := &s.sought[i]
		if int64(w.df)*4 > int64(len(x.slots)) && s.enough() {
			break
		}
		if w.lists == nil {
			s.addWord(i, &norm)
			continue
		}
		for _, l := range w.lists {
			s.addGroup(i, l, &norm)
		}
	}
	s.all = 1<<len(s.sought) - 1
	s.chosen = append(s.chosen, s.strongest(s.touched, maxScored)...)
	if len(s.chosen) < len(s.touched) && slices.ContainsFunc(s.chosen, s.unwanted) {
		s.chooseWanted()
	}
	s.best = append(s.best, s.strongest(s.chosen, maxBest)...)
}

// enough reports whether so many memories of the wanted kinds are found that the
// commonest words can bring no new one among the best.
func (s *search) enough() bool {
	n := 0
	for _, p := range s.touched {
		if !s.unwanted(p) {
			if n++; n >= enoughFound {
				return true
			}
		}
	}
	return false
}

// chooseWanted chooses the strongest of the wanted kinds, where stronger ones of
// other kinds have taken their room; these stay, as neighbours.
func (s *search) chooseWanted() {
	s.chosen = slices.DeleteFunc(s.chosen, func(p uint32) bool { return !s.unwanted(p) })
	wanted := slices.DeleteFunc(slices.Clone(s.touched), s.unwanted)
	s.chosen = append(s.chosen, s.strongest(wanted, maxScored)...)
}

// addWord adds a word's part to the memories that have it. The conversions to
// float64 keep the compiler from fusing multiplications with additions, which
// some machines would do and others would not.
func (s *search) addWord(i int, norm *[256]float64) {
	x, w := s.x, &s.sought[i]
	bit, value := uint64(1)<<i, float64(w.value*(bm25K1+1))
	kinds, at, lengths, words, base := x.kinds, x.time.at, x.lengths, s.words, s.base
	touched := s.touched
	for list := (walk{packed: x.lists[w.list].packed}); ; {
		slot, use, ok := list.next()
		if !ok {
			break
		}
		if kinds[slot] == 0 {
			continue
		}
		p := at[slot]
		if words[p] == 0 {
			touched = append(touched, p)
		}
		words[p] |= bit
		count := float64(use & maxTF)
		base[p] += float64(value*count) / (count + norm[lengths[slot]])
		if use&inTitle != 0 && s.titles[p] < math.MaxUint8 {
			s.titles[p]++
		}
		if use&inTopic != 0 && s.topics[p] < math.MaxUint8 {
			s.topics[p]++
		}
	}
	s.touched = touched
}

// addGroup adds the part of one word of a group to the memories that have none
// of the group's other words.
func (s *search) addGroup(i int, list uint32, norm *[256]float64) {
	x, w := s.x, &s.sought[i]
	bit, value := uint64(1)<<i, float64(w.value*(bm25K1+1))
	for list := (walk{packed: x.lists[list].packed}); ; {
		slot, use, ok := list.next()
		if !ok {
			return
		}
		p := x.time.at[slot]
		if x.kinds[slot] == 0 || s.words[p]&bit != 0 {
			continue
		}
		if s.words[p] == 0 {
			s.touched = append(s.touched, p)
		}
		s.words[p] |= bit
		count := float64(use & maxTF)
		s.base[p] += float64(value*count) / (count + norm[x.lengths[slot]])
	}
}

// buckets is into how many steps strongest sorts memories by their BM25.
const buckets = 1024

// strongest gives those n of some places that have the most BM25, of equal ones
// the newest.
func (s *search) strongest(places []uint32, n int) []uint32 {
	if len(places) <= n {
		return places
	}
	most := 1. / grain
	for _, p := range places {
		most = max(most, s.base[p])
	}
	bucket := func(p uint32) int { return int(s.base[p] / most * (buckets - 1)) }
	var sizes [buckets]int
	for _, p := range places {
		sizes[bucket(p)]++
	}
	least, above := buckets-1, 0
	for above+sizes[least] < n {
		above += sizes[least]
		least--
	}
	best := make([]uint32, 0, n)
	var edge []uint32
	for _, p := range places {
		switch b := bucket(p); {
		case b > least:
			best = append(best, p)
		case b == least:
			edge = append(edge, p)
		}
	}
	s.partition(edge, n-above)
	return append(best, edge[:n-above]...)
}

// partition brings the n places with the most BM25, of equal ones the newest, to
// the front: Hoare's quickselect.
func (s *search) partition(places []uint32, n int) {
	better := func(a, b uint32) bool { return s.base[a] > s.base[b] || s.base[a] == s.base[b] && a > b }
	for from, to := 0, len(places); to-from > 1; {
		pivot := places[(from+to)/2]
		i, j := from, to-1
		for i <= j {
			for better(places[i], pivot) {
				i++
			}
			for better(pivot, places[j]) {
				j--
			}
			if i <= j {
				places[i], places[j] = places[j], places[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			to = j + 1
		case n >= i:
			from = i
		default:
			return
		}
	}
}

// recount adds the memories that need no word of the query: those of the times
// it names and, for a question, the standing instructions.
func (s *search) recount() {
	x := s.x
	if len(s.q.dates) > 0 {
		s.fitDates()
	}
	if !s.q.question {
		return
	}
	var places []uint32
	for _, slot := range x.advice {
		if x.kinds[slot]&s.kinds != 0 {
			places = append(places, x.time.at[slot])
		}
	}
	if len(places) > maxStanding { // by time: slots are in the order of Put
		slices.Sort(places)
		places = places[len(places)-maxStanding:]
	}
	for _, p := range places {
		s.take(p)
	}
}

// take chooses a memory unless a word or a date has found it, and reports whether
// it did.
func (s *search) take(p uint32) bool {
	if s.words[p] != 0 || len(s.dates) > 0 && s.dates[p] != 0 {
		return false
	}
	s.touched = append(s.touched, p)
	s.chosen = append(s.chosen, p)
	return true
}

// fitDates tells how well each memory fits the query's dates: fully if it is of
// that time, and less the further it is off.
func (s *search) fitDates() {
	x := s.x
	order := x.time.order
	day := func(p int) int { return dayOf(x.docs[order[p]].updated) }
	var all []stretchOfDays
	for _, d := range s.q.dates {
		all = append(all, d.stretches(day(0), day(len(order)-1))...)
	}
	s.dates = slices.Grow(s.dates[:0], len(order))[:len(order)]
	clear(s.dates)
	found := 0
	for p := len(order) - 1; p >= 0 && found < maxDated; p-- {
		fit := 0.0
		for _, d := range all {
			fit = max(fit, d.fit(day(p)))
		}
		if fit < leastDate {
			continue
		}
		if s.take(uint32(p)) && !s.unwanted(uint32(p)) {
			found++
		}
		s.dates[p] = fit
	}
}

// fit is 1 within the stretch and fades outside; before a stretch of several
// days there is nothing.
func (d stretchOfDays) fit(day int) float64 {
	switch {
	case day >= d.from && day <= d.to:
		return 1
	case day > d.to:
		return rounded(math.Exp(-float64(day-d.to) / daysAfter))
	case d.from == d.to:
		return rounded(math.Exp(-float64(d.from-day) / daysBefore))
	}
	return 0
}
