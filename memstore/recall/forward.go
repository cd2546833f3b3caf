package recall

import "encoding/binary"

// Each memory's terms stand, in the order of its text, in one of few large
// buffers: a varint of the place of the term in Index.lists, twice, plus one for
// a term at the same place of the text as the one before it (an identifier and
// its first part). They are needed to take a memory out of the counts, and to
// see which words stand beside each other.

// Sizes of the buffers, from the first to all later ones.
const (
	firstChunk = 4 << 10
	fullChunk  = 256 << 10
)

// span is where a memory's terms are.
type span struct{ chunk, at uint32 }

// arena holds the buffers. What is dead in them goes when the index is compacted.
type arena struct{ chunks [][]byte }

// add keeps a copy of b.
func (a *arena) add(b []byte) span {
	n := len(a.chunks)
	need := len(b) + binary.MaxVarintLen32
	if n == 0 || cap(a.chunks[n-1])-len(a.chunks[n-1]) < need {
		size := firstChunk
		if n > 0 {
			size = min(2*cap(a.chunks[n-1]), fullChunk)
		}
		a.chunks = append(a.chunks, make([]byte, 0, max(size, need)))
		n++
	}
	c := &a.chunks[n-1]
	s := span{uint32(n - 1), uint32(len(*c))}
	*c = binary.AppendUvarint(*c, uint64(len(b)))
	*c = append(*c, b...)
	return s
}

// get gives what add was given.
func (a *arena) get(s span) []byte {
	b := a.chunks[s.chunk][s.at:]
	size, n := binary.Uvarint(b)
	return b[n : n+int(size)]
}

func (a *arena) bytes() int64 {
	sum := int64(cap(a.chunks)) * 24
	for _, c := range a.chunks {
		sum += int64(cap(c))
	}
	return sum
}

// appendToken writes one of a memory's terms; same says that it stands at the place
// of the one before.
func appendToken(b []byte, term uint32, same bool) []byte {
	v := uint64(term) << 1
	if same {
		v++
	}
	return binary.AppendUvarint(b, v)
}

// tokens goes through a memory's terms.
type tokens struct{ b []byte }

func (t *tokens) next() (list uint32, same, ok bool) {
	if len(t.b) == 0 {
		return 0, false, false
	}
	v, n := uint32(t.b[0]), 1
	if v >= 0x80 {
		v64, m := binary.Uvarint(t.b)
		v, n = uint32(v64), m
	}
	t.b = t.b[n:]
	return v >> 1, v&1 != 0, true
}
