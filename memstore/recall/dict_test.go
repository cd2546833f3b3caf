package recall

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestDict does random things to a dict and to a map, which must agree.
func TestDict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDict()
		want := map[string]uint32{}
		var lists []postings
		for range rapid.IntRange(0, 400).Draw(t, "steps") {
			text := fmt.Sprint("t", rapid.IntRange(0, 150).Draw(t, "text"))
			at, ok := want[text]
			switch {
			case !ok:
				lists = append(lists, postings{text: text})
				want[text] = uint32(len(lists) - 1)
				d.add(text, want[text])
			case rapid.Bool().Draw(t, "move"):
				lists = append(lists, postings{text: text})
				want[text] = uint32(len(lists) - 1)
				d.move(text, at, want[text])
			default:
				d.remove(text, at)
				delete(want, text)
				d.fit(1)
			}
		}
		if d.len() != len(want) {
			t.Fatalf("%d entries, want %d", d.len(), len(want))
		}
		for i := range 150 {
			text := fmt.Sprint("t", i)
			at, ok := d.find(lists, []byte(text))
			if w, had := want[text]; ok != had || ok && at != w {
				t.Fatalf("%s is at %d %v, want %d %v", text, at, ok, w, had)
			}
		}
	})
}
