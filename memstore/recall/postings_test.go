package recall

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type posting struct {
	slot uint32
	use  uint8
}

func postingsOf(packed []byte) (all []posting) {
	for w := (walk{packed: packed}); ; {
		slot, use, ok := w.next()
		if !ok {
			return all
		}
		all = append(all, posting{slot, use})
	}
}

// TestPostingBytes holds the packed form against its description.
func TestPostingBytes(t *testing.T) {
	var l postings
	for _, p := range []posting{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {5, 1 | inTitle}, {40, 63 | inTopic | inTitle}, {1 << 20, 1}} {
		l.add(p.slot, p.use)
	}
	want := []byte{
		1 << 2, 1<<2 | 1, 1<<2 | 2, // once to three times
		1<<2 | 3, 4, // four times: a byte more
		2<<2 | 3, 1 | inTitle,
		35<<2&0x7f | 3 | 0x80, 35 << 2 >> 7, 63 | inTopic | inTitle,
	}
	want = binary.AppendUvarint(want, (1<<20-40)<<2)
	if !bytes.Equal(l.packed, want) || l.df != 7 || l.last != 1<<20+1 {
		t.Errorf("got %v, want %v; %d memories, last %d", l.packed, want, l.df, l.last)
	}
}

// TestEveryUse: each count goes through, with and without a place in title or key.
func TestEveryUse(t *testing.T) {
	var l postings
	var want []posting
	for count := uint8(1); count <= maxTF; count++ {
		for _, place := range []uint8{0, inTitle, inTopic, inTitle | inTopic} {
			p := posting{uint32(len(want)) * 37, count | place}
			l.add(p.slot, p.use)
			want = append(want, p)
		}
	}
	if got := postingsOf(l.packed); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestPostingsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.SliceOfDistinct(rapid.Uint32Range(0, maxSlots-1), rapid.ID).Draw(t, "slots")
		slices.Sort(slots)
		var l postings
		var want []posting
		for _, slot := range slots {
			use := rapid.Uint8Range(1, maxTF).Draw(t, "count") | rapid.SampledFrom([]uint8{0, 0, inTitle, inTopic, inTitle | inTopic}).Draw(t, "place")
			l.add(slot, use)
			want = append(want, posting{slot, use})
		}
		if got := postingsOf(l.packed); !slices.Equal(got, want) || int(l.df) != len(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// TestUseOfText: what a text says about a term ends up in its posting.
func TestUseOfText(t *testing.T) {
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "nothing of it"})
	many := bytes.Repeat([]byte("often "), 300)
	put(t, x, 2, note{ID: 2, Title: "Alpha Beta", TopicKey: "alpha/gamma", Content: "alpha delta delta " + string(many)})
	for term, want := range map[string]posting{
		"alpha": {1, 3 | inTitle | inTopic}, "beta": {1, 1 | inTitle}, "gamma": {1, 1 | inTopic}, "delta": {1, 2}, "often": {1, maxTF},
	} {
		list, ok := x.terms.find(x.lists, []byte(term))
		if !ok {
			t.Fatalf("%q is not there", term)
		}
		if got := postingsOf(x.lists[list].packed); !slices.Equal(got, []posting{want}) {
			t.Errorf("%q: %v, want %v", term, got, want)
		}
	}
}

// TestArena: what is kept comes back, over the borders of chunks too.
func TestArena(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena
		var spans []span
		var want [][]byte
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			size := rapid.SampledFrom([]int{0, 1, 127, 128, 3000, firstChunk - 6, firstChunk - 5, firstChunk, fullChunk, fullChunk + 7}).Draw(t, "size")
			b := bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, size)
			spans, want = append(spans, a.add(b)), append(want, b)
		}
		sum := int64(0)
		for i, s := range spans {
			if !bytes.Equal(a.get(s), want[i]) {
				t.Fatalf("the %dth of %d bytes is another", i, len(want[i]))
			}
			sum += int64(len(want[i]))
		}
		if a.bytes() < sum {
			t.Fatalf("%d bytes are told as %d", sum, a.bytes())
		}
	})
}

func TestTokens(t *testing.T) {
	var b []byte
	lists := []uint32{0, 1, 63, 64, 8191, 8192, 1<<31 - 1}
	for i, l := range lists {
		b = binary.AppendUvarint(b, uint64(l)<<1|uint64(i&1))
	}
	tok := tokens{b}
	for i, want := range lists {
		if list, same, ok := tok.next(); !ok || list != want || same != (i&1 == 1) {
			t.Errorf("token %d: %d %v %v, want %d", i, list, same, ok, want)
		}
	}
	if _, _, ok := tok.next(); ok {
		t.Error("there is one more")
	}
}

// TestLengthSteps: short texts exactly, long ones to a sixteenth, never a longer
// text as a shorter one.
func TestLengthSteps(t *testing.T) {
	for words := range uint32(exactLengths) {
		if lengthOf(lengthCode(words)) != words {
			t.Errorf("%d words are %d", words, lengthOf(lengthCode(words)))
		}
	}
	last := uint8(0)
	for words := range uint32(100_000) {
		code := lengthCode(words)
		if got := lengthOf(code); code < last || got > words || words-got > words/16 {
			t.Fatalf("%d words: code %d after %d, %d words", words, code, last, got)
		}
		last = code
	}
	for _, tt := range []struct{ words, want uint32 }{{32, 32}, {33, 32}, {34, 34}, {63, 62}, {64, 64}, {67, 64}, {68, 68}, {10_000, 9728}} {
		if got := lengthOf(lengthCode(tt.words)); got != tt.want {
			t.Errorf("%d words: %d, want %d", tt.words, got, tt.want)
		}
	}
	if code := lengthCode(math.MaxUint32); lengthOf(code) < 1<<18 {
		t.Errorf("the longest: code %d, %d words", code, lengthOf(code))
	}
}
