package recall

import (
	"encoding/binary"
	"hash/maphash"
)

// dict finds a term's place in lists. It is a hash table of its own, and not a
// map, because building an index looks up some forty terms for every memory.
// The first eight bytes of a term stand in its entry, which tells most terms
// apart, and most terms whole, without going to their text in lists.
//
// Collisions go to the next free entry (linear probing); an entry that is
// removed is filled by moving later ones back (Knuth, The Art of Computer
// Programming 3, 6.4, algorithm R), so there are no marks to sweep.
type dict struct {
	seed    maphash.Seed
	entries []dictEntry // a power of two of them
	used    int
}

type dictEntry struct {
	head uint64 // the first bytes, zeros behind; no term has a zero byte
	hash uint32 // the low half
	list uint32 // place in lists + 1; 0: free
}

// headOf reads the eight bytes at once, from what lies behind a short text too:
// a text in a blob mostly has something there.
func headOf(text []byte) uint64 {
	n := len(text)
	switch {
	case n >= 8:
		return binary.LittleEndian.Uint64(text)
	case cap(text) >= 8:
		return binary.LittleEndian.Uint64(text[:8]) & (1<<(8*n) - 1)
	}
	var b [8]byte
	copy(b[:], text)
	return binary.LittleEndian.Uint64(b[:])
}

const (
	dictEntryBytes = 16
	dictMin        = 64 // entries
)

func newDict() dict { return dict{seed: maphash.MakeSeed(), entries: make([]dictEntry, dictMin)} }

func (d *dict) len() int { return d.used }

// room is how many texts fit without the table growing.
func (d *dict) room() int { return len(d.entries) / 2 }

func (d *dict) bytes() int64 { return int64(len(d.entries)) * dictEntryBytes }

// find returns the place in lists of text.
func (d *dict) find(lists []postings, text []byte) (list uint32, ok bool) {
	h, head := uint32(maphash.Bytes(d.seed, text)), headOf(text)
	mask := uint32(len(d.entries) - 1)
	for i := h & mask; d.entries[i].list != 0; i = (i + 1) & mask {
		e := &d.entries[i]
		if e.head != head || e.hash != h {
			continue
		}
		// A text of up to seven bytes has a zero in its head, so equal heads
		// are equal texts.
		if len(text) < 8 || lists[e.list-1].text == string(text) {
			return e.list - 1, true
		}
	}
	return 0, false
}

// add enters a text that is not there.
func (d *dict) add(text string, list uint32) {
	if d.used*2 >= len(d.entries) {
		d.resize(2 * len(d.entries))
	}
	d.used++
	d.put(dictEntry{head: headOf([]byte(text)), hash: uint32(maphash.String(d.seed, text)), list: list + 1})
}

func (d *dict) put(e dictEntry) {
	mask := uint32(len(d.entries) - 1)
	i := e.hash & mask
	for d.entries[i].list != 0 {
		i = (i + 1) & mask
	}
	d.entries[i] = e
}

// remove takes out a text that is there at that place.
func (d *dict) remove(text string, list uint32) {
	mask := uint32(len(d.entries) - 1)
	i := uint32(maphash.String(d.seed, text)) & mask
	for d.entries[i].list != list+1 {
		i = (i + 1) & mask
	}
	d.used--
	for hole := i; ; {
		d.entries[hole] = dictEntry{}
		for {
			i = (i + 1) & mask
			e := d.entries[i]
			if e.list == 0 {
				return
			}
			// An entry may move back to the hole unless its own place lies
			// behind the hole, cyclically.
			if (i-e.hash&mask)&mask >= (i-hole)&mask {
				d.entries[hole] = e
				hole = i
				break
			}
		}
	}
}

// move changes the place in lists of a text that is there.
func (d *dict) move(text string, from, to uint32) {
	mask := uint32(len(d.entries) - 1)
	i := uint32(maphash.String(d.seed, text)) & mask
	for d.entries[i].list != from+1 {
		i = (i + 1) & mask
	}
	d.entries[i].list = to + 1
}

// fit gives back the room that is more than slack times what is needed.
func (d *dict) fit(slack int) {
	need := dictMin
	for need < 2*d.used {
		need *= 2
	}
	if len(d.entries) > 2*slack*need {
		d.resize(need)
	}
}

func (d *dict) resize(n int) {
	old := d.entries
	d.entries = make([]dictEntry, n)
	for _, e := range old {
		if e.list != 0 {
			d.put(e)
		}
	}
}
