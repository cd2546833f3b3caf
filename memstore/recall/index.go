package recall

import (
	"encoding/binary"
	"sync"
)

// Index is the inverted index of one user's memories. It is not safe for
// concurrent writers; any number of Search calls may run while nobody writes.
//
// Each memory has a slot, in the order of Put. A term's postings are its slots,
// ascending, with the term's frequency there. Replacing or removing a memory
// only marks its slot dead and takes it out of the counts; dead slots are
// cleared when there are many (see compact). A term that no live memory has is
// freed at once, so no word of an erased memory stays.
type Index struct {
	epoch, seq, maxBytes int64

	terms dict // term -> its place in lists
	lists []postings
	spare []uint32 // free places in lists

	slots   map[int64]uint32 // id -> slot, of live memories
	docs    []doc            // by slot, as are the next two
	lengths []uint32         // in words
	kinds   []uint16         // 1<<kind; 0: dead
	words   int64            // sum of the live lengths

	left map[int64]struct{} // memories left out because of maxBytes

	postBytes, termBytes, formBytes int64 // heap held by postings, term texts, forward lists
	peakDocs                        int   // the most entries of slots; a map does not shrink

	refs    []termRef // buffers of Put
	found   []uint32
	forward []byte
	scratch sync.Pool // *scores, of Search
}

// postings is the posting list of one term.
type postings struct {
	text  string
	posts []uint32 // slot<<tfBits | tf
	df    uint32   // live ones among them
}

// doc is what is rarely needed of a memory.
type doc struct {
	id, updated, seq int64
	forward          []byte // its terms' places in lists, as varints
}

// NewIndex returns an empty index of the given epoch, which the store uses to
// tell an index that was built from rows which are no more. It holds at most
// maxBytes of heap, by its own estimate; 0 is no bound.
func NewIndex(epoch int64, maxBytes int64) *Index {
	return &Index{
		epoch:    epoch,
		maxBytes: maxBytes,
		terms:    newDict(),
		slots:    make(map[int64]uint32),
		left:     make(map[int64]struct{}),
	}
}

// Epoch returns what NewIndex was given.
func (x *Index) Epoch() int64 { return x.epoch }

// Seq returns the change up to which the index is current: the highest seq that
// Put or Remove was given; 0 at first.
func (x *Index) Seq() int64 { return x.seq }

// Len returns the number of memories in the index.
func (x *Index) Len() int { return len(x.slots) }

// Left returns how many memories were left out because of maxBytes. One that is
// removed, or put again, is no longer counted.
func (x *Index) Left() int { return len(x.left) }

// Bytes estimates the heap that the index holds, within about a quarter.
func (x *Index) Bytes() int64 {
	return indexBytes + x.postBytes + x.termBytes + x.formBytes +
		int64(cap(x.docs))*docBytes + int64(cap(x.kinds))*slotBytes + int64(len(x.docs))*scratchBytes +
		int64(cap(x.lists))*listBytes + int64(cap(x.spare))*4 +
		int64(max(x.peakDocs, len(x.slots))+len(x.left))*idEntryBytes +
		x.terms.bytes() +
		int64(cap(x.refs))*12 + int64(cap(x.found))*4 + int64(cap(x.forward))
}

// Put adds memory id, or replaces it, from a blob that [Pack] made, as change
// seq. A blob of another version or with any byte damaged is an error, and the
// index stays as it was. The index keeps nothing of the blob itself.
func (x *Index) Put(seq, id int64, blob []byte) error {
	f, refs, err := unpack(blob, x.refs[:0])
	x.refs = refs
	if err != nil {
		return err
	}
	x.Remove(seq, id)
	slot := uint32(len(x.docs))
	x.forward, x.found = x.forward[:0], x.found[:0]
	for _, ref := range x.refs {
		x.found = append(x.found, x.intern(blob[ref.at:ref.end]))
	}
	// A loop of its own, so that the processor can fetch several lists at once.
	for i, t := range x.found {
		l := &x.lists[t]
		was := cap(l.posts)
		l.posts = append(l.posts, slot<<tfBits|uint32(x.refs[i].tf))
		if now := cap(l.posts); now != was {
			x.postBytes += int64(now-was) * 4
		}
		l.df++
		x.forward = binary.AppendUvarint(x.forward, uint64(t))
	}
	forward := append([]byte(nil), x.forward...)
	x.formBytes += int64(cap(forward))
	x.docs = append(x.docs, doc{id: id, updated: f.updated, seq: seq, forward: forward})
	x.lengths = append(x.lengths, f.words)
	x.kinds = append(x.kinds, 1<<f.kind)
	x.words += int64(f.words)
	x.slots[id] = slot
	x.fit()
	return nil
}

// intern returns the place in lists of a term, which is made if need be.
func (x *Index) intern(text []byte) uint32 {
	if t, ok := x.terms.find(x.lists, text); ok {
		return t
	}
	var t uint32
	if n := len(x.spare); n > 0 {
		t = x.spare[n-1]
		x.spare = x.spare[:n-1]
	} else {
		t = uint32(len(x.lists))
		x.lists = append(x.lists, postings{})
	}
	s := string(text)
	x.lists[t].text = s
	x.terms.add(s, t)
	x.termBytes += textBytes(s)
	return t
}

// textBytes is the heap that a short string takes.
func textBytes(s string) int64 { return int64(len(s)+7) &^ 7 }
