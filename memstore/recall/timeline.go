package recall

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// The timeline is all memories in the order of their times (then of their ids).
// Neighbours in it belong to one conversation while their session is the same,
// or, where one session follows the other, while little time lies between.
// Ranking looks for a question's words in a memory's neighbours too, because
// people do not repeat in each sentence what they are talking about.
type timeline struct {
	order  []uint32 // slots, by time
	at     []uint32 // by slot: its place in order
	talk   []uint32 // by place in order: the number of its conversation
	starts []uint32 // by number of conversation: its first place

	// What changes have left to be done, if stale: order is right up to place
	// sound, and lacks the slots in late.
	stale atomic.Bool
	sound uint32
	late  []uint32
	mu    sync.Mutex // held while a search settles it
}

// pause is the longest time between two sessions that are one conversation, in
// microseconds.
const pause = 10 * 60 * 1e6

// noPlace is the place of a slot that is not in order yet.
const noPlace = 1<<32 - 1

// place takes the newest slot in: at the end at once if that is its place.
func (x *Index) place(slot uint32) {
	t := &x.time
	t.at = append(t.at, noPlace)
	if n := len(t.order); !t.stale.Load() && (n == 0 || x.compareTime(t.order[n-1], slot) < 0) {
		x.extend(slot)
		return
	}
	x.unsettle(uint32(x.placeOf(slot)))
	t.late = append(t.late, slot)
}

// placeOf finds where in the sound part of order a slot belongs.
func (x *Index) placeOf(slot uint32) int {
	sound := x.time.order
	if x.time.stale.Load() {
		sound = sound[:x.time.sound]
	}
	at, _ := slices.BinarySearchFunc(sound, slot, x.compareTime)
	return at
}

// unsettle marks the places from this one on as not right any more.
func (x *Index) unsettle(from uint32) {
	t := &x.time
	if !t.stale.Load() {
		t.sound = from
		t.stale.Store(true)
	}
	t.sound = min(t.sound, from)
}

// compareTime orders slots by time. No two are equal.
func (x *Index) compareTime(a, b uint32) int {
	da, db := &x.docs[a], &x.docs[b]
	return cmp.Or(cmp.Compare(da.updated, db.updated), cmp.Compare(da.id, db.id))
}

// extend puts a slot at the end of order.
func (x *Index) extend(slot uint32) {
	t := &x.time
	n := len(t.order)
	if n == 0 || !x.together(t.order[n-1], slot) {
		t.starts = append(t.starts, uint32(n))
	}
	t.at[slot] = uint32(n)
	t.order = append(t.order, slot)
	t.talk = append(t.talk, uint32(len(t.starts)-1))
}

// together reports whether two neighbours are of one conversation.
func (x *Index) together(a, b uint32) bool {
	da, db := &x.docs[a], &x.docs[b]
	return da.session == db.session || db.updated-da.updated <= pause
}

// settle makes the timeline right again from where changes have left it stale.
// It is called by searches, of which several may run at once.
func (x *Index) settle() {
	t := &x.time
	if !t.stale.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stale.Load() {
		return
	}
	rest := append(slices.Clone(t.order[t.sound:]), t.late...)
	rest = slices.DeleteFunc(rest, func(slot uint32) bool { return x.kinds[slot] == 0 })
	if !slices.IsSortedFunc(rest, x.compareTime) {
		slices.SortFunc(rest, x.compareTime)
	}
	t.order, t.talk, t.late = t.order[:t.sound], t.talk[:t.sound], nil
	for n := len(t.starts); n > 0 && t.starts[n-1] >= t.sound; n-- {
		t.starts = t.starts[:n-1]
	}
	for _, slot := range rest {
		x.extend(slot)
	}
	t.stale.Store(false)
}

// anew forgets the timeline, for the slots of live memories as they are now.
func (x *Index) anew() {
	t := &x.time
	t.order, t.talk, t.starts, t.sound = nil, nil, nil, 0
	t.at = make([]uint32, len(x.docs))
	t.late = make([]uint32, len(x.docs))
	for slot := range t.late {
		t.at[slot], t.late[slot] = noPlace, uint32(slot)
	}
	t.stale.Store(true)
}

// conversation gives the places from the first to behind the last of the
// conversation that a place is in.
func (t *timeline) conversation(place uint32) (from, to uint32) {
	n := t.talk[place]
	from, to = t.starts[n], uint32(len(t.order))
	if int(n)+1 < len(t.starts) {
		to = t.starts[n+1]
	}
	return from, to
}
