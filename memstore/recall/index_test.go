package recall

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

const allKinds = ^uint16(0)

// put packs and puts a memory.
func put(t testing.TB, x *Index, seq int64, d note) {
	t.Helper()
	if err := x.Put(seq, d.ID, pack(d)); err != nil {
		t.Fatalf("Put(%d): %v", d.ID, err)
	}
}

// check holds the index's counts against its postings.
func check(t testing.TB, x *Index) {
	t.Helper()
	words := int64(0)
	has := map[uint32]uint32{} // list -> memories that have it
	for slot, d := range x.docs {
		if x.kinds[slot] == 0 {
			if d != (doc{}) {
				t.Fatalf("slot %d is dead and keeps %+v", slot, d)
			}
			continue
		}
		words += int64(d.words)
		if code := lengthCode(d.words); x.lengths[slot] != code {
			t.Fatalf("slot %d: length %d for %d words", slot, x.lengths[slot], d.words)
		}
		seen := map[uint32]bool{}
		for tok := (tokens{x.forward.get(d.terms)}); ; {
			list, _, ok := tok.next()
			if !ok {
				break
			}
			if !seen[list] {
				seen[list] = true
				has[list]++
			}
		}
	}
	if words != x.words {
		t.Fatalf("%d words, counted %d", words, x.words)
	}
	post, text := int64(0), int64(0)
	for i, l := range x.lists {
		if (x.masks[i] == 0) != (l.df == 0) {
			t.Fatalf("%q: mask %b of %d memories", l.text, x.masks[i], l.df)
		}
		if l.df == 0 {
			continue
		}
		if at, ok := x.terms.find(x.lists, []byte(l.text)); !ok || int(at) != i {
			t.Fatalf("%q is at %d, found at %d %v", l.text, i, at, ok)
		}
		df, last := uint32(0), -1
		for w := (walk{packed: l.packed}); ; {
			slot, _, ok := w.next()
			if !ok {
				break
			}
			if int(slot) <= last {
				t.Fatalf("%q: postings not in order", l.text)
			}
			last = int(slot)
			if x.kinds[slot] != 0 {
				df++
			}
		}
		if l.df != df || df != has[uint32(i)] {
			t.Fatalf("%q: df %d, counted %d, in texts %d", l.text, l.df, df, has[uint32(i)])
		}
		post += int64(cap(l.packed))
		text += textBytes(l.text)
	}
	if post != x.postBytes || text != x.termBytes {
		t.Fatalf("bytes %d, counted %d; text %d, counted %d", x.postBytes, post, x.termBytes, text)
	}
	if used := len(x.lists) - len(x.spare); used != x.terms.len() {
		t.Fatalf("%d lists in use for %d terms", used, x.terms.len())
	}
	x.settle()
	checkTimeline(t, x)
}

// checkTimeline holds the timeline against one made at once.
func checkTimeline(t testing.TB, x *Index) {
	t.Helper()
	var order []uint32
	for slot, kind := range x.kinds {
		if kind != 0 {
			order = append(order, uint32(slot))
		}
	}
	slices.SortFunc(order, x.compareTime)
	if !slices.Equal(order, x.time.order) || len(x.time.talk) != len(order) {
		t.Fatalf("order %v, want %v; %d talks", x.time.order, order, len(x.time.talk))
	}
	talk := -1
	for p, slot := range order {
		if p == 0 || !x.together(order[p-1], slot) {
			talk++
			if int(x.time.starts[talk]) != p {
				t.Fatalf("conversation %d starts at %d, want %d", talk, x.time.starts[talk], p)
			}
		}
		if x.time.at[slot] != uint32(p) || int(x.time.talk[p]) != talk {
			t.Fatalf("slot %d: at %d, want %d; in conversation %d, want %d", slot, x.time.at[slot], p, x.time.talk[p], talk)
		}
	}
	if len(x.time.starts) != talk+1 {
		t.Fatalf("%d conversations, want %d", len(x.time.starts), talk+1)
	}
}

func TestRemoveAndReplace(t *testing.T) {
	x := NewIndex(7, 0)
	if x.Epoch() != 7 || x.Seq() != 0 || x.Len() != 0 || x.Left() != 0 {
		t.Fatalf("new: epoch %d, seq %d, len %d, left %d", x.Epoch(), x.Seq(), x.Len(), x.Left())
	}
	put(t, x, 1, note{ID: 1, Content: "alpha shared"})
	put(t, x, 2, note{ID: 2, Content: "beta shared"})
	find := func(q string) string {
		hits, total := x.Search(parse(q), allKinds, 10)
		if total != len(hits) {
			t.Fatalf("total %d of %d hits", total, len(hits))
		}
		var ids []string
		for _, h := range hits {
			ids = append(ids, fmt.Sprint(h.ID))
		}
		return strings.Join(ids, " ")
	}
	if got := find("shared"); got != "2 1" {
		t.Errorf("shared: %q", got)
	}
	put(t, x, 3, note{ID: 1, Content: "gamma shared"})
	if find("alpha") != "" || find("gamma") != "1" || x.Len() != 2 || x.Seq() != 3 {
		t.Errorf("after replacing: alpha %q, gamma %q, len %d, seq %d", find("alpha"), find("gamma"), x.Len(), x.Seq())
	}
	x.Remove(4, 1)
	x.Remove(5, 1)
	x.Remove(6, 99)
	if find("gamma shared") != "2" || x.Len() != 1 || x.Seq() != 6 {
		t.Errorf("after removing: %q, len %d, seq %d", find("gamma shared"), x.Len(), x.Seq())
	}
	check(t, x)
	x.Remove(3, 2)
	if x.Seq() != 6 {
		t.Errorf("seq went back to %d", x.Seq())
	}
	if x.terms.len() != 0 || x.Len() != 0 || find("shared") != "" {
		t.Errorf("empty index keeps %d terms", x.terms.len())
	}
}

// TestErasedWordsAreFreed: no word that only an erased memory had stays in the
// index's memory.
func TestErasedWordsAreFreed(t *testing.T) {
	x := NewIndex(1, 0)
	for i := range int64(50) {
		put(t, x, i+1, note{ID: i + 1, Content: "common words"})
	}
	put(t, x, 51, note{ID: 51, Content: "common zanzibar"})
	x.Remove(52, 51)
	if _, ok := x.terms.find(x.lists, []byte("zanzibar")); ok {
		t.Error("the word is in the dictionary")
	}
	for _, l := range x.lists {
		if l.text == "zanzibar" {
			t.Error("the word is in the lists")
		}
	}
	check(t, x)
}

func TestPutRefusesDamage(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "alpha beta"})
	good := pack(note{ID: 1, Kind: 3, Session: "s", Title: "some title", Content: "gamma delta gamma"})
	if !Current(good) || Current(nil) || Current([]byte{Version + 1}) {
		t.Error("Current is wrong")
	}
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x41
		if x.Put(2, 1, bad) == nil {
			t.Fatalf("byte %d damaged: no error", i)
		}
		if x.Put(2, 1, good[:i]) == nil {
			t.Fatalf("cut at %d: no error", i)
		}
	}
	if _, total := x.Search(parse("alpha"), allKinds, 1); total != 1 || x.Seq() != 1 {
		t.Errorf("a refused Put changed the index: %d hits, seq %d", total, x.Seq())
	}
	check(t, x)
}

func FuzzPut(f *testing.F) {
	f.Add([]byte{}, false)
	f.Add([]byte{Version}, true)
	f.Add(pack(note{ID: 1, Kind: 2, Session: "s", Title: "Title", TopicKey: "a/b", Content: "maxBytes of 東京 v1.61.1"}), false)
	f.Add(pack(note{}), true)
	f.Fuzz(func(t *testing.T, blob []byte, mend bool) {
		if mend && len(blob) >= factsLen { // get past the checksum
			blob = slices.Clone(blob)
			blob[0] = Version
			binary.LittleEndian.PutUint32(blob[sumAt:], crc32.Checksum(blob[kindAt:], castagnoli))
		}
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 2, Content: "alpha beta"})
		if err := x.Put(2, 1, blob); err == nil {
			check(t, x)
			x.Search(parse("alpha title 東京 bytes alpah in May 2026?"), allKinds, 10)
		}
		x.Remove(3, 1)
		check(t, x)
		if _, total := x.Search(parse("alpha"), allKinds, 10); total != 1 || x.Len() != 1 {
			t.Fatalf("alpha: %d hits of %d", total, x.Len())
		}
	})
}

// TestHistoryDoesNotMatter: an index that went through any changes answers as
// one built at once from what is left, bit for bit.
func TestHistoryDoesNotMatter(t *testing.T) {
	vocabulary := strings.Fields("alpha beta gamma delta maxBytes v1.2 東京 the running runs database postgres always I prefer when May twice ?")
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 12).Draw(t, "words"), " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		x := NewIndex(1, 0)
		live := map[int64]note{}
		seq := int64(0)
		last := map[int64]int64{} // the last change of each
		for range rapid.IntRange(0, 60).Draw(t, "changes") {
			seq++
			id := rapid.Int64Range(1, 12).Draw(t, "id")
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				x.Remove(seq, id)
				delete(live, id)
				continue
			}
			d := note{
				ID: id, Kind: uint8(id % 3), Updated: rapid.Int64Range(1, 4).Draw(t, "updated") * 400e6,
				Session: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "session"),
				Title:   text.Draw(t, "title"), Content: text.Draw(t, "content"),
			}
			if err := x.Put(seq, id, pack(d)); err != nil {
				t.Fatal(err)
			}
			live[id], last[id] = d, seq
			if rapid.Bool().Draw(t, "search") { // so that the timeline is settled in between
				x.Search(parse("alpha"), allKinds, 3)
			}
		}
		fresh := NewIndex(1, 0)
		ids := make([]int64, 0, len(live))
		for id := range live {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, i := range rapid.Permutation(ids).Draw(t, "order") {
			if err := fresh.Put(last[i], i, pack(live[i])); err != nil {
				t.Fatal(err)
			}
		}
		if x.Len() != len(live) || x.words != fresh.words || x.terms.len() != fresh.terms.len() {
			t.Fatalf("len %d %d, words %d %d, terms %d %d", x.Len(), len(live), x.words, fresh.words, x.terms.len(), fresh.terms.len())
		}
		for range 4 {
			q := parse(text.Draw(t, "query"))
			kinds := rapid.Uint16Range(0, 7).Draw(t, "kinds")
			limit := rapid.IntRange(0, 5).Draw(t, "limit")
			a, n := x.Search(q, kinds, limit)
			b, m := fresh.Search(q, kinds, limit)
			if n != m || !slices.Equal(a, b) {
				t.Fatalf("%v of %d, rebuilt %v of %d", a, n, b, m)
			}
		}
	})
}

func TestConcurrentSearches(t *testing.T) {
	x := corpus(t, 500, 0)
	q := parse("w1 w2 w3 w40 w500")
	want, _ := x.Search(q, allKinds, 10)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got, _ := x.Search(q, allKinds, 10); !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestMaxBytes(t *testing.T) {
	const n = 2000
	free := corpus(t, n, 0)
	bound := free.Bytes() / 2
	x := NewIndex(1, bound)
	for i, b := range blobs(n) {
		left := x.Left()
		if err := x.Put(int64(i+1), int64(i+1), b); err != nil {
			t.Fatal(err)
		}
		if x.Bytes() > bound || x.Left() > left && x.Bytes() < bound*3/4 {
			t.Fatalf("after %d: %d bytes of %d", i+1, x.Bytes(), bound)
		}
	}
	check(t, x)
	if x.Left() == 0 || x.Len()+x.Left() != n || x.Len() < n/4 {
		t.Fatalf("bytes %d of %d, %d in, %d left", x.Bytes(), bound, x.Len(), x.Left())
	}
	left := x.Left()
	for id := range int64(n) {
		if _, in := x.slots[id+1]; in != (id >= int64(left)) {
			t.Fatalf("%d left out, but memory %d in the index: %v", left, id+1, in)
		}
	}
	x.Remove(n+1, 1) // left out
	x.Remove(n+2, n) // in
	x.Remove(n+3, n+100)
	if x.Left() != left-1 {
		t.Errorf("left %d, then %d", left, x.Left())
	}
	put(t, x, n+4, note{ID: 2, Content: "back again"})
	if _, total := x.Search(parse("again"), allKinds, 1); x.Left() != left-2 || total != 1 {
		t.Errorf("left %d, then %d; found %d", left, x.Left(), total)
	}

	tiny := NewIndex(1, indexBytes+1)
	put(t, tiny, 1, note{ID: 1, Content: "alpha beta"})
	if tiny.Len() != 0 || tiny.Left() != 1 || tiny.Seq() != 1 {
		t.Errorf("tiny: %d in, %d left", tiny.Len(), tiny.Left())
	}
}

func TestMaxBytesGoesBySeq(t *testing.T) {
	var docs []note
	r := rand.New(rand.NewPCG(1, 1))
	for i := range int64(400) {
		docs = append(docs, zipfDoc(r, i+1))
	}
	x := NewIndex(1, 60_000)
	for _, i := range r.Perm(len(docs)) {
		put(t, x, docs[i].ID*10, docs[i])
	}
	for i := range docs[:50] { // the highest seqs again: the room goes to them
		d := docs[len(docs)-1-i]
		put(t, x, 10_000+int64(i), d)
		if _, in := x.slots[d.ID]; !in {
			t.Fatalf("the newest memory %d is not in", d.ID)
		}
	}
	check(t, x)
}

func TestBytesAreHonest(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	r := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{1000, 20000} {
		blobs := make([][]byte, n)
		for i := range blobs {
			blobs[i] = pack(zipfDoc(r, int64(i+1)))
		}
		before := heap()
		x := NewIndex(1, 0)
		for i, b := range blobs {
			if err := x.Put(int64(i+1), int64(i+1), b); err != nil {
				t.Fatal(err)
			}
		}
		x.Search(parse("w1 w2"), allKinds, 10)
		ratio := func() float64 { return float64(x.Bytes()) / float64(heap()-before) }
		full := ratio()
		for id := range n * 3 / 4 {
			x.Remove(int64(n), int64(id+1))
		}
		after := ratio()
		if full < .75 || full > 1.25 || after < .7 || after > 1.4 {
			t.Errorf("%d memories: estimate/heap %.2f, after removing most %.2f", n, full, after)
		}
		runtime.KeepAlive(x)
		runtime.KeepAlive(blobs)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
