package recall

import (
	"encoding/binary"
	"maps"
)

// compact gives the live memories new slots, in the same order, and clears the
// dead ones out of every list. It costs as much as the index is long, but only
// after a share of it has died: little per removal. What has more than slack times
// the room it needs is made anew.
func (x *Index) compact(slack int) {
	const dead = maxSlots // no slot
	moved := make([]uint32, len(x.docs))
	live := uint32(0)
	for slot, kind := range x.kinds {
		if kind == 0 {
			moved[slot] = dead
			continue
		}
		moved[slot] = live
		x.docs[live], x.lengths[live], x.kinds[live] = x.docs[slot], x.lengths[slot], kind
		x.slots[x.docs[live].id] = live
		live++
	}
	x.docs, x.lengths, x.kinds = trim(x.docs[:live]), trim(x.lengths[:live]), trim(x.kinds[:live])
	for t := range x.lists {
		l := &x.lists[t]
		posts := l.posts[:0]
		for _, p := range l.posts {
			if slot := moved[p>>tfBits]; slot != dead {
				posts = append(posts, slot<<tfBits|p&maxTF)
			}
		}
		was := cap(posts)
		l.posts = trim(posts)
		x.postBytes += int64(cap(l.posts)-was) * 4
	}
	if len(x.lists) > slack*x.terms.len() {
		x.renumber()
	}
	x.slots, x.peakDocs = shrink(x.slots, x.peakDocs, slack)
	x.terms.fit(slack)
}

// renumber closes the gaps that freed terms have left in lists.
func (x *Index) renumber() {
	moved := make([]uint32, len(x.lists))
	lists := make([]postings, 0, x.terms.len())
	for t, l := range x.lists {
		if l.df > 0 {
			moved[t] = uint32(len(lists))
			x.terms.move(l.text, uint32(t), moved[t])
			lists = append(lists, l)
		}
	}
	x.lists, x.spare = lists, nil
	for i := range x.docs {
		d := &x.docs[i]
		x.forward = x.forward[:0]
		for b := d.forward; len(b) > 0; {
			t, n := binary.Uvarint(b)
			b = b[n:]
			x.forward = binary.AppendUvarint(x.forward, uint64(moved[t]))
		}
		// No number has grown, so there is room.
		d.forward = append(d.forward[:0], x.forward...)
	}
}

// trim clears what s has behind its end, and gives it back if it is much.
func trim[E any](s []E) []E {
	if spare := cap(s) - len(s); spare > 16 && spare > len(s)/2 {
		return append([]E(nil), s...)
	}
	clear(s[len(s):cap(s)])
	return s
}

// shrink makes a map anew that once had over slack times the entries, peak, since
// a map does not shrink by itself. It returns the map and its peak from now on.
func shrink[K comparable](m map[K]uint32, peak, slack int) (map[K]uint32, int) {
	if peak <= slack*len(m)+64 {
		return m, peak
	}
	small := make(map[K]uint32, len(m))
	maps.Copy(small, m)
	return small, len(m)
}
