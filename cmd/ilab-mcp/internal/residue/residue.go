// Package residue looks for what is left of erased texts in files, byte by
// byte: it does not ask whoever erased them.
//
// Of each text it keeps short fragments, and slides windows of their length over
// whatever it is given, as Rabin and Karp's algorithm does ("Efficient randomized
// pattern-matching algorithms", 1987). It is no proof that cannot fail: a text of
// fewer than eight bytes is not looked for, and of a long one only a fragment in
// each half kilobyte.
package residue

import (
	"bufio"
	"errors"
	"io"
	"slices"
)

// Lengths of fragments, in bytes: of texts, and of those that are shorter.
const (
	long  = 24
	short = 8
	step  = 512 // from one fragment of a text to the next
)

// Fragments are pieces of texts to look for. The zero value holds none.
type Fragments struct {
	sizes [2]pieces // long, short
}

// pieces are fragments of one length.
type pieces struct {
	size  int
	power uint64 // base^(size-1)
	byKey map[uint64][]string
	maybe [1 << 13]uint64 // a bit for the low 19 of each key: most windows go no further
	count int
}

const base = 1_099_511_628_211 // a large odd number: FNV's prime

// Add keeps fragments of a text.
func (f *Fragments) Add(text string) {
	switch {
	case len(text) >= long:
		for at := 0; at < len(text)-long; at += step {
			f.sizes[0].add(long, text[at:at+long])
		}
		f.sizes[0].add(long, text[len(text)-long:])
	case len(text) >= short:
		f.sizes[1].add(short, text[:short])
		f.sizes[1].add(short, text[len(text)-short:])
	}
}

// AddAll keeps all fragments of another.
func (f *Fragments) AddAll(other *Fragments) {
	for i := range other.sizes {
		for _, all := range other.sizes[i].byKey {
			for _, s := range all {
				f.sizes[i].add(len(s), s)
			}
		}
	}
}

// Len is how many different fragments there are.
func (f *Fragments) Len() int { return f.sizes[0].count + f.sizes[1].count }

func (p *pieces) add(size int, s string) {
	if p.byKey == nil {
		p.size, p.power, p.byKey = size, 1, map[uint64][]string{}
		for range size - 1 {
			p.power *= base
		}
	}
	key := keyOf(s)
	if p.has(key, s) {
		return
	}
	p.byKey[key] = append(p.byKey[key], s)
	p.maybe[key>>6&(1<<13-1)] |= 1 << (key & 63)
	p.count++
}

func keyOf(s string) uint64 {
	var key uint64
	for i := range len(s) {
		key = key*base + uint64(s[i])
	}
	return key
}

// Find reads all of r and gives the fragments that stand in it.
func (f *Fragments) Find(r io.Reader) (*Fragments, error) {
	found := &Fragments{}
	in := bufio.NewReaderSize(r, 64<<10)
	var windows [len(f.sizes)]window
	for {
		b, err := in.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return found, err
		}
		for i := range f.sizes {
			if p := &f.sizes[i]; p.count > 0 {
				if s, ok := windows[i].slide(p, b); ok {
					found.sizes[i].add(p.size, s)
				}
			}
		}
	}
}

// Without is what is in f and not in other.
func (f *Fragments) Without(other *Fragments) *Fragments {
	left := &Fragments{}
	for i := range f.sizes {
		for key, all := range f.sizes[i].byKey {
			for _, s := range all {
				if !other.sizes[i].has(key, s) {
					left.sizes[i].add(len(s), s)
				}
			}
		}
	}
	return left
}

// has takes key for keyOf(s).
func (p *pieces) has(key uint64, s string) bool {
	return slices.Contains(p.byKey[key], s)
}

// window is the last bytes that were read.
type window struct {
	ring [long]byte
	at   int
	read int
	key  uint64
}

// slide takes one byte in, and gives the fragment that the window holds, if any.
func (w *window) slide(p *pieces, b byte) (string, bool) {
	if w.read >= p.size {
		w.key -= uint64(w.ring[w.at]) * p.power
	} else {
		w.read++
	}
	w.key = w.key*base + uint64(b)
	w.ring[w.at] = b
	if w.at++; w.at == p.size {
		w.at = 0
	}
	if w.read < p.size || p.maybe[w.key>>6&(1<<13-1)]&(1<<(w.key&63)) == 0 {
		return "", false
	}
	s := string(w.ring[w.at:p.size]) + string(w.ring[:w.at])
	return s, p.has(w.key, s)
}
