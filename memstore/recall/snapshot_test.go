package recall

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSnapshot: an index out of a snapshot is the index that it was made of, and
// goes on like it.
func TestSnapshot(t *testing.T) {
	x := corpus(t, 1500, 0)
	put(t, x, 1501, note{ID: 9001, Session: "s", Updated: 5, Title: "Late", TopicKey: "a/b", Content: "Always say w7 when I ask"})
	b := x.Snapshot()
	y, err := LoadSnapshot(slices.Clone(b), 0)
	if err != nil {
		t.Fatal(err)
	}
	same := func() {
		t.Helper()
		check(t, x)
		check(t, y)
		if x.Len() != y.Len() || x.Seq() != y.Seq() || x.Epoch() != y.Epoch() || x.words != y.words {
			t.Fatalf("%d memories of %d, %d of %d", y.Len(), y.Seq(), x.Len(), x.Seq())
		}
		for _, text := range []string{"w1 w4 w30", "what is w7 in May?", "late", "w900 w2100", "a/b"} {
			xs, n := x.Search(parse(text), allKinds, 50)
			ys, m := y.Search(parse(text), allKinds, 50)
			if n != m || !slices.Equal(xs, ys) {
				t.Fatalf("%q: %v of %d, from the snapshot %v of %d", text, xs, n, ys, m)
			}
		}
	}
	same()
	if !bytes.Equal(b, y.Snapshot()) {
		t.Error("a snapshot of the index out of a snapshot is another")
	}
	r := rand.New(rand.NewPCG(4, 4))
	for seq := range int64(700) {
		id := 1 + r.Int64N(1600)
		if r.IntN(3) == 0 {
			x.Remove(2000+seq, id)
			y.Remove(2000+seq, id)
			continue
		}
		d := pack(zipfDoc(r, id))
		if err := x.Put(2000+seq, id, d); err != nil {
			t.Fatal(err)
		}
		if err := y.Put(2000+seq, id, d); err != nil {
			t.Fatal(err)
		}
	}
	same()
}

// TestSnapshotRefused: a damaged or cut one, one of another version, one that is
// too large; and an index that has left memories out has none.
func TestSnapshotRefused(t *testing.T) {
	x := NewIndex(3, 0)
	put(t, x, 1, note{ID: 1, Title: "title", Content: "alpha beta"})
	put(t, x, 2, note{ID: 2, Content: "beta gamma"})
	good := x.Snapshot()
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x41
		if _, err := LoadSnapshot(bad, 0); err == nil {
			t.Fatalf("byte %d damaged: no error", i)
		}
		if _, err := LoadSnapshot(good[:i], 0); err == nil {
			t.Fatalf("cut at %d: no error", i)
		}
	}
	if _, err := LoadSnapshot(good, 100); err == nil {
		t.Error("too large: no error")
	}
	x.Remove(3, 1)
	if len(x.docs) != len(x.slots) && x.Snapshot() != nil {
		t.Error("a snapshot with dead memories")
	}
	if NewIndex(1, 0).Snapshot() != nil {
		t.Error("a snapshot of nothing")
	}
}

func BenchmarkSnapshot(b *testing.B) {
	x := corpus(b, 100_000, 0)
	s := x.Snapshot()
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			s = x.Snapshot()
		}
		b.ReportMetric(float64(len(s))/1e6, "MB")
	})
	b.Run("load", func(b *testing.B) {
		var y *Index
		before := heap()
		for b.Loop() {
			var err error
			if y, err = LoadSnapshot(s, 0); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/1e6, "heap-MB")
		b.ReportMetric(float64(y.Bytes())/1e6, "said-MB")
	})
}
