package residue

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFind finds each text wherever it stands, and nothing else.
func TestFind(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.IntN(256))
		}
		return b
	}
	texts := []string{"eight by", "twelve bytes", "exactly twenty-four byte", strings.Repeat("a long text with words ", 100)}
	for _, text := range texts {
		var f, others Fragments
		f.Add(text)
		others.Add("nowhere to be seen, not even once")
		others.Add("nowhere.")
		for _, before := range []int{0, 1, 23, 4096} {
			in := append(append(noise(before), text...), noise(100)...)
			found, err := f.Find(bytes.NewReader(in))
			if err != nil || found.Len() != f.Len() || f.Len() == 0 {
				t.Errorf("%.20q after %d bytes: %d of %d, %v", text, before, found.Len(), f.Len(), err)
			}
			if left := f.Without(found); left.Len() != 0 {
				t.Errorf("%d are left over", left.Len())
			}
			if none, err := others.Find(bytes.NewReader(in)); err != nil || none.Len() != 0 {
				t.Errorf("found %d of another text, %v", none.Len(), err)
			}
		}
	}
	// A piece in the middle of a long text is found by itself.
	var f Fragments
	f.Add(strings.Join(strings.Fields(fmt.Sprint(rng.Perm(1000))), " "))
	var whole Fragments
	whole.Add("too short")
	if f.Len() < 5 || whole.Len() != 2 {
		t.Errorf("%d and %d fragments", f.Len(), whole.Len())
	}
	n := f.Len()
	if f.Add("tiny"); f.Len() != n {
		t.Error("a text of four bytes was kept")
	}
}

func BenchmarkFind(b *testing.B) {
	var f Fragments
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		f.Add(fmt.Sprint(rng.Perm(40)))
	}
	file := bytes.Repeat([]byte("what a file of a store may hold, words and more words; "), 20_000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if found, err := f.Find(bytes.NewReader(file)); err != nil || found.Len() > 0 {
			b.Fatal(found.Len(), err)
		}
	}
}
