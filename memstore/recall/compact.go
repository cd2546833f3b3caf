package recall

import "maps"

// compact gives the live memories new slots, in the same order, and clears the
// dead ones out of every list. It costs as much as the index is long, but only
// after a share of it has died: little per removal. What has more than slack times
// the room it needs is made anew.
func (x *Index) compact(slack int) {
	moved := make([]uint32, len(x.docs)) // by slot: its new one + 1; 0: dead
	live := uint32(0)
	for slot, kind := range x.kinds {
		if kind == 0 {
			continue
		}
		x.docs[live], x.kinds[live] = x.docs[slot], kind
		x.lengths[live], x.traits[live] = x.lengths[slot], x.traits[slot]
		x.slots[x.docs[live].id] = live
		live++
		moved[slot] = live
	}
	x.docs, x.kinds = trim(x.docs[:live]), trim(x.kinds[:live])
	x.lengths, x.traits = trim(x.lengths[:live]), trim(x.traits[:live])
	x.advice = x.advice[:0]
	for slot, t := range x.traits {
		if t.instructs() {
			x.advice = append(x.advice, uint32(slot))
		}
	}
	for t := range x.lists {
		x.compactList(&x.lists[t], moved)
	}
	renumbered := x.renumber(slack)
	x.compactForward(renumbered)
	x.anew()
	x.slots, x.peakDocs = shrink(x.slots, x.peakDocs, slack)
	x.terms.fit(slack)
}

// compactList takes the dead slots out of a list.
func (x *Index) compactList(l *postings, moved []uint32) {
	x.postBytes -= int64(cap(l.packed))
	w := walk{packed: l.packed}
	l.packed, l.last, l.df = make([]byte, 0, len(l.packed)), 0, 0
	for {
		slot, use, ok := w.next()
		if !ok {
			break
		}
		if to := moved[slot]; to != 0 {
			l.add(to-1, use)
		}
	}
	l.packed = trim(l.packed)
	x.postBytes += int64(cap(l.packed))
}

// renumber closes the gaps that freed terms have left in lists, if they are
// many. It gives the new place of each list, or nil.
func (x *Index) renumber(slack int) []uint32 {
	if len(x.lists) <= slack*x.terms.len() {
		return nil
	}
	to := make([]uint32, len(x.lists))
	lists := make([]postings, 0, x.terms.len())
	masks := make([]uint64, 0, x.terms.len())
	x.ends = newEnds()
	for t, l := range x.lists {
		if l.df > 0 {
			to[t] = uint32(len(lists))
			x.terms.move(l.text, uint32(t), to[t])
			x.ends.add(l.text, to[t])
			lists, masks = append(lists, l), append(masks, x.masks[t])
		}
	}
	x.lists, x.masks, x.spare = lists, masks, nil
	return to
}

// compactForward writes the live memories' terms one after the other, with the
// lists' new places if there are any.
func (x *Index) compactForward(to []uint32) {
	var fresh arena
	for i := range x.docs {
		b := x.forward.get(x.docs[i].terms)
		if to != nil {
			x.packed = x.packed[:0]
			for t := (tokens{b}); ; {
				list, same, ok := t.next()
				if !ok {
					break
				}
				x.packed = appendToken(x.packed, to[list], same)
			}
			b = x.packed
		}
		x.docs[i].terms = fresh.add(b)
	}
	x.forward = fresh
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
