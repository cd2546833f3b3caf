package recall

import (
	"cmp"
	"encoding/binary"
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
// that nothing else has. It returns how many postings are dead now with it.
func (x *Index) kill(slot uint32) (posts int) {
	d := &x.docs[slot]
	for b := d.forward; len(b) > 0; posts++ {
		t, n := binary.Uvarint(b)
		b = b[n:]
		l := &x.lists[t]
		if l.df--; l.df == 0 {
			x.terms.remove(l.text, uint32(t))
			x.termBytes -= textBytes(l.text)
			x.postBytes -= int64(cap(l.posts)) * 4
			*l = postings{}
			x.spare = append(x.spare, uint32(t))
		}
	}
	x.peakDocs = max(x.peakDocs, len(x.slots))
	delete(x.slots, d.id)
	x.words -= int64(x.lengths[slot])
	x.formBytes -= int64(cap(d.forward))
	x.kinds[slot] = 0
	*d = doc{}
	return posts
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
			freed += docBytes + slotBytes + scratchBytes + idEntryBytes + 4*int64(x.kill(slot))
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
