package recall

// deepen looks into the text of the best memories that have two words which
// follow each other in the query, and adds for each such pair that does so in the
// memory too; and notes the best of each conversation.
func (s *search) deepen() {
	x := s.x
	for _, p := range s.best {
		has := s.words[p]
		for i := range s.pairs {
			if pr := &s.pairs[i]; has&pr.both == pr.both && x.beside(x.time.order[p], pr.a, pr.b) {
				s.base[p] += pr.value
			}
		}
	}
	for _, p := range s.chosen {
		s.talks[x.time.talk[p]].add(s.base[p])
	}
}

// beside reports whether a memory has the term of list a right before that of
// list b, stop words between them aside.
func (x *Index) beside(slot, a, b uint32) bool {
	const (
		far    = iota
		at     // at the place of a
		behind // at the next place
	)
	where := far
	for t := (tokens{x.forward.get(x.docs[slot].terms)}); ; {
		list, same, ok := t.next()
		if !ok {
			return false
		}
		if !same && where != far && !x.lists[list].stop {
			where = (where + 1) % 3
		}
		switch {
		case list == b && where == behind:
			return true
		case list == a:
			where = at
		}
	}
}
