package recall

import (
	"cmp"
	"slices"
)

// What Similar looks at.
const (
	maxProbes   = 8     // of a memory's words, the rarest that another has too
	maxProbed   = 2_048 // memories that have them, in all
	lookedAt    = 8     // of these, the ones that share most
	nearlyEqual = 0.55  // of the value of all words of two memories, in both
	longestPair = 4_000 // words of a memory that is compared
)

// Similar returns the memories, at most limit, that say nearly the same as memory
// id, the most alike first: near-duplicates, not what is about the same matter.
// Their Score is the share of the value of all words in either memory that is in
// both (the weighted Jaccard coefficient), at least nearlyEqual. An unknown id,
// or one without words, has none.
func (x *Index) Similar(id int64, limit int) []Hit {
	slot, ok := x.slots[id]
	if !ok || x.docs[slot].words > longestPair {
		return nil
	}
	own := x.saying(slot)
	probes := x.probes(own)
	shared := map[uint32]int{} // by slot
	for _, t := range probes {
		for w := (walk{packed: x.lists[t].packed}); ; {
			other, _, ok := w.next()
			if !ok {
				break
			}
			if x.kinds[other] != 0 && other != slot {
				shared[other]++
			}
		}
	}
	var candidates []uint32
	for other, n := range shared {
		if 2*n >= len(probes) {
			candidates = append(candidates, other)
		}
	}
	slices.SortFunc(candidates, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), x.compareTime(b, a))
	})
	var hits []Hit
	for _, other := range candidates[:min(len(candidates), lookedAt)] {
		if d := &x.docs[other]; d.words <= longestPair {
			if score := x.overlap(own, x.saying(other)); score >= nearlyEqual {
				hits = append(hits, Hit{ID: d.id, Score: score, Seq: d.seq})
			}
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.ID, a.ID)) })
	return hits[:min(len(hits), limit)]
}

// saying gives the places in lists of a memory's words that say something,
// ascending.
func (x *Index) saying(slot uint32) (lists []uint32) {
	for t := (tokens{x.forward.get(x.docs[slot].terms)}); ; {
		list, _, ok := t.next()
		if !ok {
			break
		}
		if !x.lists[list].stop {
			lists = append(lists, list)
		}
	}
	slices.Sort(lists)
	return slices.Compact(lists)
}

// probes gives the rarest of some words, of those that another memory has too,
// as long as few enough memories have them.
func (x *Index) probes(lists []uint32) []uint32 {
	df := func(l uint32) uint32 { return x.lists[l].df }
	rare := slices.DeleteFunc(slices.Clone(lists), func(l uint32) bool { return df(l) < 2 || df(l) > maxProbed })
	slices.SortFunc(rare, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(df(a), df(b)), cmp.Compare(x.lists[a].text, x.lists[b].text))
	})
	probed := uint32(0)
	for i, l := range rare {
		if probed += df(l); i == maxProbes || probed > maxProbed {
			return rare[:i]
		}
	}
	return rare
}

// overlap is the value of the words in both sets, as a share of those in either.
func (x *Index) overlap(a, b []uint32) float64 {
	both, either := 0.0, 0.0
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			either += x.idf(x.lists[a[0]].df)
			a = a[1:]
		case len(a) == 0 || b[0] < a[0]:
			either += x.idf(x.lists[b[0]].df)
			b = b[1:]
		default:
			v := x.idf(x.lists[a[0]].df)
			both, either = both+v, either+v
			a, b = a[1:], b[1:]
		}
	}
	if either == 0 {
		return 0
	}
	return rounded(both / either)
}
