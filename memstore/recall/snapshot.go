package recall

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
)

// A snapshot is an index in one piece, to be stored and loaded: for a user with
// many memories much faster than to put them all in again. It holds the words of
// the memories, so who stores one drops it when a memory that it covers is
// erased. Layout, all integers little-endian:
//
//	layout, Version    1 byte each
//	checksum           4 bytes: CRC-32C of all that follows
//	epoch, seq         8 bytes each
//	memories, chunks, terms  4 bytes each
//	memories           first all ids, then all of the next column, and so on
//	chunks             4 bytes with the length, bytes
//	terms              varints with the lengths of text and postings, the number
//	                   of memories and the last slot; then all texts, all postings
const (
	snapshotLayout = 1
	snapshotHead   = 6 + 16 + 12
)

var errSnapshot = errors.New("recall: not a snapshot that can be used")

// Compact clears out what is left of replaced and removed memories. It costs as much
// as the index is long.
func (x *Index) Compact() {
	if !x.compacted() {
		x.compact(1)
	}
}

// compacted reports whether nothing is left of replaced and removed memories.
func (x *Index) compacted() bool { return len(x.docs) == len(x.slots) && len(x.spare) == 0 }

// Snapshot gives the index as a snapshot; nil where it is empty, has left memories
// out, or is not compacted.
func (x *Index) Snapshot() []byte {
	if len(x.left) > 0 || len(x.docs) == 0 || !x.compacted() {
		return nil
	}
	size := snapshotHead + len(x.docs)*snapshotRow + len(x.forward.chunks)*4
	for _, c := range x.forward.chunks {
		size += len(c)
	}
	for i := range x.lists {
		size += 12 + len(x.lists[i].text) + len(x.lists[i].packed)
	}
	le := binary.LittleEndian
	b := make([]byte, 6, size)
	b[0], b[1] = snapshotLayout, Version
	b = le.AppendUint64(le.AppendUint64(b, uint64(x.epoch)), uint64(x.seq))
	for _, n := range []int{len(x.docs), len(x.forward.chunks), len(x.lists)} {
		b = le.AppendUint32(b, uint32(n))
	}
	b = x.appendDocs(b)
	for _, c := range x.forward.chunks {
		b = append(le.AppendUint32(b, uint32(len(c))), c...)
	}
	for i := range x.lists {
		l := &x.lists[i]
		for _, n := range []int{len(l.text), len(l.packed), int(l.df), int(l.last)} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	for i := range x.lists {
		b = append(b, x.lists[i].text...)
	}
	for i := range x.lists {
		b = append(b, x.lists[i].packed...)
	}
	le.PutUint32(b[2:], crc32.Checksum(b[6:], castagnoli))
	return b
}

// snapshotRow is what a memory takes in the columns.
const snapshotRow = 3*8 + 5*4 + 5

func (x *Index) appendDocs(b []byte) []byte {
	le := binary.LittleEndian
	for _, column := range []func(*doc) int64{
		func(d *doc) int64 { return d.id }, func(d *doc) int64 { return d.updated }, func(d *doc) int64 { return d.seq },
	} {
		for i := range x.docs {
			b = le.AppendUint64(b, uint64(column(&x.docs[i])))
		}
	}
	for _, column := range []func(*doc) uint32{
		func(d *doc) uint32 { return d.session }, func(d *doc) uint32 { return d.words }, func(d *doc) uint32 { return d.titled },
		func(d *doc) uint32 { return d.terms.chunk }, func(d *doc) uint32 { return d.terms.at },
	} {
		for i := range x.docs {
			b = le.AppendUint32(b, column(&x.docs[i]))
		}
	}
	for i := range x.docs {
		b = append(b, x.docs[i].title, x.docs[i].topic, byte(x.traits[i]))
		b = le.AppendUint16(b, x.kinds[i])
	}
	return b
}

// LoadSnapshot makes an index of a snapshot, of which it keeps nothing, of at most
// maxBytes. It is an error if the snapshot is of another version, damaged, or
// too large.
func LoadSnapshot(b []byte, maxBytes int64) (*Index, error) {
	le := binary.LittleEndian
	if len(b) < snapshotHead || b[0] != snapshotLayout || b[1] != Version || le.Uint32(b[2:]) != crc32.Checksum(b[6:], castagnoli) {
		return nil, errSnapshot
	}
	docs, chunks, lists := int(le.Uint32(b[22:])), int(le.Uint32(b[26:])), int(le.Uint32(b[30:]))
	if docs == 0 || docs >= maxSlots || docs*snapshotRow+chunks*4+lists*4 > len(b) {
		return nil, errSnapshot
	}
	x := NewIndex(int64(le.Uint64(b[6:])), maxBytes)
	x.seq = int64(le.Uint64(b[14:]))
	x.slots = make(map[int64]uint32, docs)
	r := reader{b: b, at: snapshotHead}
	x.readDocs(&r, docs)
	x.forward.chunks = make([][]byte, 0, chunks+1)
	for range chunks {
		if n := r.bytes(4); !r.bad {
			c := r.bytes(uint64(le.Uint32(n)))
			x.forward.chunks = append(x.forward.chunks, slices.Clone(c))
		}
	}
	x.readLists(&r, lists)
	if r.bad || r.at != len(b) || len(x.slots) != docs {
		return nil, errSnapshot
	}
	x.anew()
	x.settle()
	if x.full() {
		return nil, errSnapshot
	}
	return x, nil
}

func (x *Index) readDocs(r *reader, n int) {
	le := binary.LittleEndian
	column := func(size int) []byte { return r.bytes(uint64(size * n)) }
	ids, updated, seqs := column(8), column(8), column(8)
	sessions, words, titled, chunk, at := column(4), column(4), column(4), column(4), column(4)
	rest := column(5)
	if r.bad {
		return
	}
	x.docs, x.kinds = make([]doc, n), make([]uint16, n)
	x.lengths, x.traits = make([]uint8, n), make([]traits, n)
	for i := range x.docs {
		d := &x.docs[i]
		d.id, d.updated, d.seq = int64(le.Uint64(ids[8*i:])), int64(le.Uint64(updated[8*i:])), int64(le.Uint64(seqs[8*i:]))
		d.session, d.words, d.titled = le.Uint32(sessions[4*i:]), le.Uint32(words[4*i:]), le.Uint32(titled[4*i:])
		d.terms = span{le.Uint32(chunk[4*i:]), le.Uint32(at[4*i:])}
		d.title, d.topic = rest[5*i], rest[5*i+1]
		x.traits[i], x.kinds[i] = traits(rest[5*i+2]), le.Uint16(rest[5*i+3:])
		x.lengths[i] = lengthCode(d.words)
		x.words += int64(d.words)
		x.slots[d.id] = uint32(i)
		if x.traits[i].instructs() {
			x.advice = append(x.advice, uint32(i))
		}
	}
}

func (x *Index) readLists(r *reader, n int) {
	sizes := *r
	for range 4 * n {
		r.uvarint()
	}
	x.lists, x.masks = make([]postings, n), make([]uint64, n)
	for x.terms.room() < n {
		x.terms.resize(2 * len(x.terms.entries))
	}
	type part struct{ text, packed uint64 }
	parts := make([]part, n)
	for i := range x.lists {
		parts[i] = part{sizes.uvarint(), sizes.uvarint()}
		x.lists[i].df, x.lists[i].last = uint32(sizes.uvarint()), uint32(sizes.uvarint())
	}
	for i := range x.lists {
		text := r.bytes(parts[i].text)
		if r.bad {
			return
		}
		l := &x.lists[i]
		l.text, l.stop = string(text), inEnglish.stopWord(text)
		x.masks[i] = letters(text)
		x.terms.add(l.text, uint32(i))
		x.ends.add(l.text, uint32(i))
		x.termBytes += textBytes(l.text)
	}
	all := reader{b: slices.Clone(r.b[r.at:])}
	for i := range x.lists {
		packed := all.bytes(parts[i].packed)
		x.lists[i].packed = slices.Clip(packed)
		x.postBytes += int64(len(packed))
	}
	r.at, r.bad = r.at+all.at, r.bad || all.bad
}
