package recall

import "sync"

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
	masks []uint64 // by place in lists: the term's letters (see letters); 0: free
	spare []uint32 // free places in lists
	ends  ends

	slots   map[int64]uint32 // id -> slot, of live memories
	docs    []doc            // by slot, as are the next three
	kinds   []uint16         // 1<<kind; 0: dead
	lengths []uint8          // see lengthCode
	traits  []traits
	forward arena // the terms of each
	time    timeline
	words   int64    // sum of the live lengths
	advice  []uint32 // slots of standing instructions, the newest last; some may be dead

	left map[int64]struct{} // memories left out because of maxBytes

	postBytes, termBytes int64 // heap held by postings and term texts
	peakDocs             int   // the most entries of slots; a map does not shrink

	refs    []termRef // buffers of Put and Remove
	seen    []uint32
	packed  []byte
	scratch sync.Pool // *search
}

// doc is what is rarely needed of a memory.
type doc struct {
	id, updated, seq int64
	session          uint32 // a hash of its name
	words            uint32 // that say something
	titled           uint32 // a hash of its title
	terms            span
	title, topic     uint8 // words that say something in the title and in the topic key
}

// NewIndex returns an empty index of the given epoch, which the store uses to
// tell an index that was built from rows which are no more. It holds at most
// maxBytes of heap, by its own estimate; 0 is no bound.
func NewIndex(epoch int64, maxBytes int64) *Index {
	return &Index{
		epoch:    epoch,
		maxBytes: maxBytes,
		terms:    newDict(),
		ends:     newEnds(),
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
	return indexBytes + x.postBytes + x.termBytes + x.forward.bytes() +
		int64(cap(x.docs))*docBytes + int64(cap(x.kinds))*slotBytes + int64(cap(x.time.at))*placeBytes +
		int64(len(x.docs))*scratchBytes +
		int64(cap(x.lists))*listBytes + int64(cap(x.spare)+cap(x.advice))*4 +
		int64(max(x.peakDocs, len(x.slots))+len(x.left))*idEntryBytes +
		x.terms.bytes() +
		int64(cap(x.refs))*16 + int64(cap(x.packed))
}

// Put adds memory id, or replaces it, from a blob that [Pack] made, as change
// seq. A blob of another version or with any byte damaged is an error, and the
// index stays as it was. The index keeps nothing of the blob itself.
func (x *Index) Put(seq, id int64, blob []byte) error {
	f, refs, sequence, err := unpack(blob, x.refs[:0])
	x.refs = refs
	if err != nil {
		return err
	}
	x.Remove(seq, id)
	slot := uint32(len(x.docs))
	for i := range refs {
		refs[i].list = x.intern(blob[refs[i].at:refs[i].end])
	}
	// A loop of its own, so that the processor can fetch several lists at once.
	for i := range refs {
		l := &x.lists[refs[i].list]
		was := cap(l.packed)
		l.add(slot, refs[i].use)
		x.postBytes += int64(cap(l.packed) - was)
	}
	x.packed = x.packed[:0]
	for t := (tokens{sequence}); ; {
		i, same, ok := t.next()
		if !ok {
			break
		}
		x.packed = appendToken(x.packed, refs[i].list, same)
	}
	x.docs = append(x.docs, doc{
		id: id, updated: f.updated, seq: seq, session: f.session, words: f.words, titled: f.titled,
		terms: x.forward.add(x.packed), title: f.title, topic: f.topic,
	})
	x.kinds = append(x.kinds, 1<<f.kind)
	x.lengths = append(x.lengths, lengthCode(f.words))
	x.traits = append(x.traits, f.traits)
	if f.traits.instructs() {
		x.advice = append(x.advice, slot)
	}
	x.words += int64(f.words)
	x.slots[id] = slot
	x.place(slot)
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
		x.masks = append(x.masks, 0)
	}
	s := string(text)
	x.lists[t] = postings{text: s, stop: inEnglish.stopWord(text)}
	x.masks[t] = letters(text)
	x.terms.add(s, t)
	x.ends.add(s, t)
	x.termBytes += textBytes(s)
	return t
}

// textBytes is the heap that a short string takes.
func textBytes(s string) int64 { return int64(len(s)+7) &^ 7 }
