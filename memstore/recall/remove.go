package recall

import (
	"cmp"
	"slices"
)

// Remove takes memory id out of the index, as change seq. Unknown ids are fine.
func (x *Index) Remove(seq, id int64) {
	x.seq = max(x.seq, seq)
	delete(x.left, id)
	slot, ok := x.slots[id]
	if !ok {
		return
	}
	x.kill(slot)
	if dead := len(x.docs) - len(x.slots); dead*compactShare > len(x.docs) {
		x.compact(2)
	}
}

// kill marks a slot dead, takes its memory out of all counts and frees the terms
// that nothing else has. It returns how many bytes are dead now with it.
func (x *Index) kill(slot uint32) (bytes int) {
	d := &x.docs[slot]
	b := x.forward.get(d.terms)
	bytes = len(b)
	x.seen = x.seen[:0]
	for t := (tokens{b}); ; {
		i, _, ok := t.next()
		if !ok {
			break
		}
		x.seen = append(x.seen, i)
	}
	slices.Sort(x.seen)
	x.seen = slices.Compact(x.seen)
	for _, t := range x.seen {
		l := &x.lists[t]
		bytes++ // about one a posting
		if l.df--; l.df == 0 {
			x.terms.remove(l.text, t)
			x.ends.remove(l.text, t)
			x.termBytes -= textBytes(l.text)
			x.postBytes -= int64(cap(l.packed))
			*l = postings{}
			x.masks[t] = 0
			x.spare = append(x.spare, t)
		}
	}
	x.peakDocs = max(x.peakDocs, len(x.slots))
	delete(x.slots, d.id)
	x.words -= int64(d.words)
	x.kinds[slot] = 0
	if at := x.time.at[slot]; at != noPlace {
		x.unsettle(at)
	}
	*d = doc{}
	return bytes
}

// fit leaves memories out, those of the lowest seq first, until the index is
// within its bound. It goes a little below it, for the next ones.
func (x *Index) fit() {
	for x.full() {
		order := make([]uint32, 0, len(x.slots))
		for slot, kind := range x.kinds {
			if kind != 0 {
				order = append(order, uint32(slot))
			}
		}
		slices.SortFunc(order, func(i, j uint32) int {
			return cmp.Or(cmp.Compare(x.docs[i].seq, x.docs[j].seq), cmp.Compare(x.docs[i].id, x.docs[j].id))
		})
		goal := x.maxBytes - x.maxBytes/evictShare
		if x.maxBytes <= 0 { // full of slots, not of bytes
			goal = x.Bytes() - x.Bytes()/evictShare
		}
		freed := int64(0) // what compact will give back
		for _, slot := range order {
			x.left[x.docs[slot].id] = struct{}{}
			terms := x.terms.len()
			freed += docBytes + slotBytes + placeBytes + scratchBytes + idEntryBytes + int64(x.kill(slot))
			freed += int64(terms-x.terms.len()) * (listBytes + 2*dictEntryBytes)
			if x.Bytes()-freed <= goal {
				break
			}
		}
		x.compact(1)
	}
}

func (x *Index) full() bool {
	return len(x.slots) > 0 && (x.maxBytes > 0 && x.Bytes() > x.maxBytes || len(x.docs) >= maxSlots)
}
