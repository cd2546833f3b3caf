package recall

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

const minute = int64(60e6)

// conversations lists the ids of each conversation, in the order of their times.
func conversations(x *Index) (all [][]int64) {
	x.settle()
	for _, from := range x.time.starts {
		first, to := x.time.conversation(from)
		var talk []int64
		for p := first; p < to; p++ {
			talk = append(talk, x.docs[x.time.order[p]].id)
		}
		all = append(all, talk)
	}
	return all
}

func TestConversations(t *testing.T) {
	type m struct {
		id, at  int64 // in microseconds
		session string
	}
	for _, tt := range []struct {
		name string
		puts []m
		want string
	}{
		{"none", nil, "[]"},
		{"one", []m{{1, 0, "a"}}, "[[1]]"},
		{"a session is one, however long it pauses", []m{{1, 0, "a"}, {2, 600 * minute, "a"}}, "[[1 2]]"},
		{"two sessions ten minutes apart are one", []m{{1, 0, "a"}, {2, 10 * minute, "b"}}, "[[1 2]]"},
		{"and no longer", []m{{1, 0, "a"}, {2, 10*minute + 1, "b"}}, "[[1] [2]]"},
		{"a session that is interrupted goes on", []m{{1, 0, "a"}, {2, 60 * minute, "b"}, {3, 120 * minute, "a"}}, "[[1] [2] [3]]"},
		{"short pauses add up", []m{{1, 0, "a"}, {2, 9 * minute, "b"}, {3, 18 * minute, "c"}, {4, 27 * minute, "d"}}, "[[1 2 3 4]]"},
		{"the last comes first", []m{{3, 40 * minute, "b"}, {2, 20 * minute, "b"}, {1, 0, "a"}}, "[[1] [2 3]]"},
		{"one put between joins two", []m{{1, 0, "a"}, {2, 16 * minute, "b"}, {3, 8 * minute, "c"}}, "[[1 3 2]]"},
		{"one put between parts a session", []m{{1, 0, "a"}, {2, 60 * minute, "a"}, {3, 30 * minute, "b"}}, "[[1] [3] [2]]"},
		{"equal times go by id", []m{{9, 5, "a"}, {3, 5, "a"}, {7, 5, "a"}}, "[[3 7 9]]"},
		{"replaced at another time", []m{{1, 0, "a"}, {2, minute, "a"}, {1, 2 * minute, "a"}}, "[[2 1]]"},
		{"before 1970", []m{{1, 0, "a"}, {2, -minute, "b"}, {3, -60 * minute, "c"}}, "[[3] [2 1]]"},
	} {
		x := NewIndex(1, 0)
		for i, p := range tt.puts {
			put(t, x, int64(i), note{ID: p.id, Session: p.session, Updated: p.at, Content: "word"})
		}
		if got := fmt.Sprint(conversations(x)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		check(t, x)
	}
}

func TestConversationsAfterRemoval(t *testing.T) {
	x := NewIndex(1, 0)
	for i := range int64(12) { // eight minutes apart: all one conversation
		put(t, x, i, note{ID: i + 1, Session: fmt.Sprint(i), Updated: i * 8 * minute, Content: "word"})
	}
	x.Remove(20, 5)
	if got := fmt.Sprint(conversations(x)); got != "[[1 2 3 4] [6 7 8 9 10 11 12]]" {
		t.Errorf("one removed: %s", got)
	}
	x.Remove(21, 12)
	x.Remove(22, 1)
	if got := fmt.Sprint(conversations(x)); got != "[[2 3 4] [6 7 8 9 10 11]]" {
		t.Errorf("both ends removed: %s", got)
	}
	x.Remove(23, 8) // the fourth of twelve: the slots are new
	if got := fmt.Sprint(conversations(x)); got != "[[2 3 4] [6 7] [9 10 11]]" || len(x.docs) != x.Len() {
		t.Errorf("compacted: %s, %d slots", got, len(x.docs))
	}
	put(t, x, 24, note{ID: 5, Session: "4", Updated: 4 * 8 * minute, Content: "word"})
	if got := fmt.Sprint(conversations(x)); got != "[[2 3 4 5 6 7] [9 10 11]]" {
		t.Errorf("put again: %s", got)
	}
	check(t, x)
	for id := range int64(20) { // no search between, so that nothing is settled
		put(t, x, 30+id, note{ID: 100 + id, Session: "last", Updated: (500 + id) * minute, Content: "word"})
	}
	x.Remove(50, 3)
	x.Remove(51, 110)
	if got := fmt.Sprint(conversations(x)); got != "[[2] [4 5 6 7] [9 10 11] [100 101 102 103 104 105 106 107 108 109 111 112 113 114 115 116 117 118 119]]" {
		t.Errorf("an early one and then a late one removed: %s", got)
	}
	check(t, x)
}

// TestEndAtOnce: the usual case, a new memory at the end, leaves nothing to settle.
func TestEndAtOnce(t *testing.T) {
	x := NewIndex(1, 0)
	for i := range int64(100) {
		put(t, x, i, note{ID: i + 1, Updated: (i + 1) * minute, Content: "word"})
		if x.time.stale.Load() {
			t.Fatalf("memory %d left the timeline stale", i+1)
		}
	}
	put(t, x, 100, note{ID: 200, Updated: 50 * minute, Content: "word"})
	if !x.time.stale.Load() || x.time.sound != 50 {
		t.Errorf("one in the middle: stale %v, sound up to %d", x.time.stale.Load(), x.time.sound)
	}
	check(t, x)
}

// TestTimelineStep: whatever changes come, and whenever it is settled in between,
// the timeline is the one that is made at once.
func TestTimelineStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := NewIndex(1, 0)
		for seq := range rapid.Int64Range(0, 80).Draw(t, "changes") {
			id := rapid.Int64Range(1, 30).Draw(t, "id")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				x.Remove(seq, id)
			case 2:
				x.settle()
			default:
				at := rapid.SampledFrom([]int64{0, 1, 2, 5, 9, 10, 11, 20, 40, 80, -1, -30, math.MaxInt64 / minute / 2}).Draw(t, "at") * minute
				n := note{ID: id, Session: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "session"), Updated: at + id%2, Content: "word"}
				if err := x.Put(seq, id, pack(n)); err != nil {
					t.Fatal(err)
				}
			}
		}
		x.settle()
		late := slices.Clone(x.time.order)
		slices.SortFunc(late, x.compareTime)
		if !slices.Equal(late, x.time.order) || len(late) != x.Len() || len(x.time.late) != 0 {
			t.Fatalf("%d in order of %d, %d late", len(x.time.order), x.Len(), len(x.time.late))
		}
		talk := uint32(0)
		for p, slot := range late {
			if p > 0 && !x.together(late[p-1], slot) {
				talk++
			}
			from, to := x.time.conversation(uint32(p))
			if x.time.at[slot] != uint32(p) || x.time.talk[p] != talk || int(from) > p || int(to) <= p {
				t.Fatalf("place %d: at %d, in %d, want %d, from %d to %d", p, x.time.at[slot], x.time.talk[p], talk, from, to)
			}
		}
	})
}
