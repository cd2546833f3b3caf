package recall

import (
	"iter"
	"slices"
)

// ends are the terms by their first byte and by their last: what is nearly like a
// word shares one of them, so a look for it goes through a tenth of all terms.
type ends struct{ first, last map[byte][]uint32 }

func newEnds() ends { return ends{make(map[byte][]uint32), make(map[byte][]uint32)} }

func (e ends) add(text string, list uint32) {
	a, z := text[0], text[len(text)-1]
	e.first[a], e.last[z] = append(e.first[a], list), append(e.last[z], list)
}

func (e ends) remove(text string, list uint32) {
	without(e.first, text[0], list)
	without(e.last, text[len(text)-1], list)
}

func without(m map[byte][]uint32, c byte, list uint32) {
	all := m[c]
	i, n := slices.Index(all, list), len(all)-1
	all[i] = all[n]
	if all = all[:n]; n == 0 {
		delete(m, c)
	} else {
		m[c] = all
	}
}

// near gives the terms that begin or end as one of some words does. One may come
// several times.
func (e ends) near(words ...string) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, w := range words {
			a, z := w[0], w[len(w)-1]
			before := words[:i]
			if !slices.ContainsFunc(before, func(o string) bool { return o[0] == a }) && !each(e.first[a], yield) {
				return
			}
			if !slices.ContainsFunc(before, func(o string) bool { return o[len(o)-1] == z }) && !each(e.last[z], yield) {
				return
			}
		}
	}
}

func each(lists []uint32, yield func(uint32) bool) bool {
	for _, l := range lists {
		if !yield(l) {
			return false
		}
	}
	return true
}
