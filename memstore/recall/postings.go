package recall

import "encoding/binary"

// postings is the posting list of one term: for each memory that has it, by
// ascending slot, a varint of
//
//	(slot − the slot before) << 2 | min(count, 4) − 1
//
// where a count of 4 stands for "more to tell": a byte follows with the count, at
// most maxTF, and whether the term is in the title or in the topic key. A term of
// ordinary frequency so takes one to two bytes a memory.
type postings struct {
	text   string
	packed []byte
	last   uint32 // the last slot + 1
	df     uint32 // live memories among them
	stop   bool   // a small word, which says nothing
}

const (
	moreToTell = 3
	maxTF      = 1<<6 - 1
	inTitle    = 1 << 6
	inTopic    = 1 << 7
)

// add appends a memory behind all others. use is how often it has the term, and
// inTitle and inTopic.
func (l *postings) add(slot uint32, use uint8) {
	v := uint64(slot+1-l.last) << 2
	if use > moreToTell {
		l.packed = append(binary.AppendUvarint(l.packed, v|moreToTell), use)
	} else {
		l.packed = binary.AppendUvarint(l.packed, v|uint64(use-1))
	}
	l.last = slot + 1
	l.df++
}

// walk goes through a list.
type walk struct {
	packed []byte
	slot   uint32 // + 1
}

// next gives the next posting, while there is one.
func (w *walk) next() (slot uint32, use uint8, ok bool) {
	b := w.packed
	if len(b) == 0 {
		return 0, 0, false
	}
	v, n := uint32(b[0]), 1
	if v >= 0x80 {
		long, m := binary.Uvarint(b)
		v, n = uint32(long), m
	}
	use = uint8(v&3) + 1
	if use > moreToTell {
		use = b[n]
		n++
	}
	w.packed = b[n:]
	w.slot += v >> 2
	return w.slot - 1, use, true
}
