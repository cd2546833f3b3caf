package recall

import (
	"math"
	"math/bits"
)

// visit weighs the chosen memories, and the neighbours of the best of them in
// their conversations, and offers those of the right kinds to the ranking. It
// returns how many it found.
func (s *search) visit(best *ranking) (found int) {
	t := &s.x.time
	standing := 0 // instructions that have nothing else to say
	offer := func(p, from, to uint32) {
		if s.stamps[p] == s.round {
			return
		}
		s.stamps[p] = s.round
		if s.unwanted(p) {
			return
		}
		raw, instructs := s.weigh(p, from, to)
		if raw > 0 {
			found++
			best.found.offer(candidate{weight: int64(raw * grain), place: p}, best.limit)
		}
		if instructs {
			if raw <= 0 {
				standing++
			}
			best.standing.offer(candidate{weight: int64((max(raw, 0) + s.w.standing) * grain), place: p}, best.limit)
		}
	}
	for _, p := range s.chosen {
		from, to := t.conversation(p)
		offer(p, from, to)
	}
	for _, p := range s.best {
		from, to := t.conversation(p)
		for i := max(from, p-min(p, reach)); i < min(to, p+reach+1); i++ {
			offer(i, from, to)
		}
	}
	return withStanding(found+s.unchosen(), standing)
}

// unwanted reports whether the memory at a place is of a kind that is not asked for.
func (s *search) unwanted(p uint32) bool { return s.x.kinds[s.x.time.order[p]]&s.kinds == 0 }

// unchosen counts the memories that have words of the query and were not looked
// at closely.
func (s *search) unchosen() (n int) {
	if len(s.chosen) >= len(s.touched) {
		return 0
	}
	for _, p := range s.touched {
		if s.stamps[p] != s.round && !s.unwanted(p) {
			n++
		}
	}
	return n
}

// ideal is what a memory of mean length weighs that has each word of the query
// once and nothing else.
func (s *search) ideal() float64 {
	rarest := 0.0
	if len(s.sought) > 0 {
		rarest = s.sought[0].value
	}
	return float64(s.w.best*rarest) + float64(s.w.count*float64(bits.OnesCount64(s.strong))) +
		float64((s.w.base+s.w.near+s.w.talk)*s.sum) + s.w.share
}

// weigh adds up what speaks for a memory; nothing if it has nothing of its own. It
// also reports whether it is a standing instruction, asked a question, which may
// be given for that too.
func (s *search) weigh(p, from, to uint32) (sum float64, instructs bool) {
	x, w := s.x, &s.w
	slot := x.time.order[p]
	near, date := s.near(p, from, to), 0.0
	if len(s.dates) > 0 {
		date = s.dates[p]
	}
	traits := x.traits[slot]
	instructs = s.q.question && traits.instructs()
	if near == 0 && date == 0 {
		return 0, instructs
	}
	sum = float64(s.perNear*near) + float64(w.date*date) + float64(w.base*s.base[p])
	if has := s.words[p]; has != 0 {
		sum += float64(w.best*s.rarest(has)) + float64(w.count*float64(bits.OnesCount64(has&s.strong)))
	}
	talk := s.talks[x.time.talk[p]].sum()
	sum += float64(w.talk * talk)
	if s.titles[p]|s.topics[p] != 0 {
		named := x.docs[slot].named(s.titles[p], s.topics[p])
		sum += float64(named * (w.title + float64(w.titleTalk*talk)))
	}
	if p > from {
		if before := x.time.order[p-1]; x.traits[before]&asking != 0 {
			sum += w.asked
			if x.docs[before].titled != x.docs[slot].titled {
				sum += float64(w.reply * s.base[p-1])
			}
		}
	}
	if traits&firstPerson != 0 && (s.q.question || s.words[p] != 0) {
		sum += w.first
	}
	if s.q.advice || s.q.wants != 0 {
		sum += s.answers(traits)
	}
	return sum, instructs
}

// rarest is the greatest value among what a memory has.
func (s *search) rarest(has uint64) (best float64) {
	for ; has != 0; has &= has - 1 {
		best = max(best, s.sought[bits.TrailingZeros64(has)].value)
	}
	return best
}

// named is how much of a memory's title, or of its topic key, the query names:
// the share of its words, to the power of 3/2, because half a name is less than
// half of it.
func (d *doc) named(title, topic uint8) float64 {
	share := max(part(title, d.title), part(topic, d.topic))
	return float64(share * math.Sqrt(share))
}

func part(n, of uint8) float64 {
	if n == 0 || of == 0 {
		return 0
	}
	return min(float64(n)/float64(of), 1)
}

// answers is for memories that may hold the kind of answer that the query wants.
func (s *search) answers(t traits) (sum float64) {
	w, wants := &s.w, s.q.wants
	if s.q.advice && t&preferring != 0 {
		sum += w.preferring
	}
	if wants&aTime != 0 && t&dated != 0 {
		sum += w.when
	}
	if wants&aNumber != 0 && t&counting != 0 {
		sum += w.many
	}
	names := 0.0
	if t&naming != 0 {
		names++
	}
	if t&namingMore != 0 {
		names++
	}
	if wants&aPlace != 0 {
		sum += float64(w.where * names)
	}
	if wants&aPerson != 0 {
		sum += float64(w.who * names)
	}
	return sum
}

// near is the value of the query's words in a memory and in its conversation
// around it, which goes from one place to before another: each word once, where
// it is nearest, less with each step away, and less after the memory than before.
func (s *search) near(p, from, to uint32) (sum float64) {
	missing := s.all &^ s.words[p]
	for w := s.words[p]; w != 0; w &= w - 1 {
		sum += s.sought[bits.TrailingZeros64(w)].value
	}
	before := s.words[max(from, p-min(p, reach)):p]
	after := s.words[p+1 : min(to, p+reach+1)]
	for i := 1; missing != 0 && (i <= len(before) || i <= len(after)); i++ {
		if i <= len(before) {
			if w := before[len(before)-i] & missing; w != 0 {
				missing &^= w
				sum += s.faded(w, fade.before[i])
			}
		}
		if i <= len(after) {
			if w := after[i-1] & missing; w != 0 {
				missing &^= w
				sum += s.faded(w, fade.after[i])
			}
		}
	}
	return sum
}

// faded is what is left of the value of some words.
func (s *search) faded(words uint64, left float64) (sum float64) {
	for ; words != 0; words &= words - 1 {
		sum += float64(s.sought[bits.TrailingZeros64(words)].value * left)
	}
	return sum
}

// fade is what is left of a word's value at a distance.
var fade = func() (f struct{ before, after [reach + 1]float64 }) { //nolint:gochecknoglobals // a table
	f.before[0], f.after[0] = 1, 1
	for i := 1; i <= reach; i++ {
		f.before[i], f.after[i] = f.before[i-1]*fadeBefore, f.after[i-1]*fadeAfter
	}
	return f
}()
