package recall

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"slices"
	"strings"
)

// Doc is what the index needs to know of one memory.
type Doc struct {
	Kind    uint8 // the memory's type, opaque here, < 16; higher bits are dropped
	Session string
	Created int64 // Unix microseconds
	Updated int64 // Unix microseconds
	Terms   Terms
}

// The layout of a blob. Integers without a size are unsigned varints.
//
//	version         1 byte
//	checksum        4 bytes, little-endian: CRC-32C of all that follows
//	kind            1 byte
//	created, updated 8 bytes each, little-endian
//	session         length, bytes
//	title, topic    how many words they have; their places come first, with
//	                one place left free after each
//	words           how many words there are in all
//	terms           count; then, ascending: length, bytes, tf
//	places          for each term in that order, tf of them: the first, then the
//	                distances to the next
const (
	sumAt    = 1
	kindAt   = 5
	factsLen = 22 // up to and with updated
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Terms are the analysed terms of a memory's text, with their places. They do
// not depend on when or where it was written, so that the work can be done
// before a transaction begins.
type Terms struct{ b []byte }

// Analyse finds the terms of a memory's text.
func Analyse(title, topicKey, content string) Terms {
	words := 8 + len(content)/12 // roughly how many different ones, to save growing
	p := packer{
		byWord: make(map[string]int32, words),
		byTerm: make(map[string]int32, words),
		terms:  make([]packedTerm, 0, words),
		places: make([]place, 0, 2*words),
	}
	p.emit = p.add
	inTitle := p.scan(title)
	p.pos++ // a gap, so that no two words of different fields are neighbours
	inTopic := p.scan(topicKey)
	p.pos++
	inContent := p.scan(content)

	b := make([]byte, 0, 20+16*len(p.terms)+2*len(p.places))
	b = binary.AppendUvarint(b, uint64(inTitle))
	b = binary.AppendUvarint(b, uint64(inTopic))
	b = binary.AppendUvarint(b, uint64(inTitle+inTopic+inContent))
	return Terms{b: p.appendTerms(b)}
}

// Pack packs a memory's terms, and the facts that ranking needs, into a blob
// for [Index.Put]. It is made when the memory is saved and stored beside it; the
// id is not in it.
func Pack(d Doc) []byte {
	b := make([]byte, factsLen, factsLen+len(d.Session)+5+len(d.Terms.b))
	b[0] = Version
	b[kindAt] = d.Kind % maxKinds
	binary.LittleEndian.PutUint64(b[kindAt+1:], uint64(d.Created))
	binary.LittleEndian.PutUint64(b[kindAt+9:], uint64(d.Updated))
	b = binary.AppendUvarint(b, uint64(len(d.Session)))
	b = append(b, d.Session...)
	b = append(b, d.Terms.b...)
	binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[kindAt:], castagnoli))
	return b
}

// Current says whether a blob was made by this version of the analyser. Another
// must be made again from the text.
func Current(blob []byte) bool { return len(blob) > 0 && blob[0] == Version }

// A packer gathers the terms of one memory.
type packer struct {
	analyser
	byWord map[string]int32 // folded word -> term, so that each is stemmed once
	byTerm map[string]int32
	terms  []packedTerm
	places []place
}

type packedTerm struct {
	text string
	n    int32  // places
	last uint32 // the last place + 1
	at   int32  // where its places begin, once sorted
}

type place struct {
	term int32
	pos  uint32
}

func (p *packer) add(t token) {
	i, ok := p.byWord[string(t.word)]
	if !ok {
		text := p.stem(t.word)
		if i, ok = p.byTerm[text]; !ok {
			i = int32(len(p.terms))
			p.terms = append(p.terms, packedTerm{text: text})
			p.byTerm[text] = i
		}
		p.byWord[string(t.word)] = i
	}
	if term := &p.terms[i]; term.last != t.pos+1 {
		term.last = t.pos + 1
		term.n++
		p.places = append(p.places, place{i, t.pos})
	}
}

func (p *packer) appendTerms(b []byte) []byte {
	order := make([]int32, len(p.terms))
	at := int32(0)
	for i := range p.terms {
		order[i] = int32(i)
		p.terms[i].at = at
		at += p.terms[i].n
	}
	slices.SortFunc(order, func(i, j int32) int { return strings.Compare(p.terms[i].text, p.terms[j].text) })
	b = binary.AppendUvarint(b, uint64(len(order)))
	for _, i := range order {
		b = binary.AppendUvarint(b, uint64(len(p.terms[i].text)))
		b = append(b, p.terms[i].text...)
		b = binary.AppendUvarint(b, uint64(p.terms[i].n))
	}
	byTerm := make([]uint32, len(p.places))
	for _, pl := range p.places {
		t := &p.terms[pl.term]
		byTerm[t.at] = pl.pos
		t.at++
	}
	for _, i := range order {
		prev := uint32(0)
		for _, pos := range byTerm[p.terms[i].at-p.terms[i].n : p.terms[i].at] {
			b = binary.AppendUvarint(b, uint64(pos-prev))
			prev = pos
		}
	}
	return b
}

var (
	errVersion = errors.New("recall: terms of another version")
	errDamaged = errors.New("recall: damaged terms")
)

// facts is a blob without its terms.
type facts struct {
	kind    uint8
	created int64
	updated int64
	words   uint32
}

// termRef is one term of a blob: b[at:end], tf times.
type termRef struct {
	at, end uint32
	tf      uint8
}

// unpack checks a blob and reads it, appending its terms to refs. Nothing is
// copied.
func unpack(blob []byte, refs []termRef) (f facts, _ []termRef, err error) {
	if !Current(blob) {
		return f, refs, errVersion
	}
	if len(blob) < factsLen || len(blob) > math.MaxUint32 ||
		binary.LittleEndian.Uint32(blob[sumAt:]) != crc32.Checksum(blob[kindAt:], castagnoli) {
		return f, refs, errDamaged
	}
	r := reader{b: blob, at: factsLen}
	f.kind = blob[kindAt]
	f.created = int64(binary.LittleEndian.Uint64(blob[kindAt+1:]))
	f.updated = int64(binary.LittleEndian.Uint64(blob[kindAt+9:]))
	r.skip(r.uvarint())
	title, topic := r.uvarint(), r.uvarint()
	words, terms := r.uvarint(), r.uvarint()
	if f.kind >= maxKinds || words > math.MaxInt32 || title > words || topic > words-title {
		return f, refs, errDamaged
	}
	f.words = uint32(words)
	var prev []byte
	places := uint64(0)
	for ; terms > 0 && !r.bad; terms-- {
		n := r.uvarint()
		at := r.at
		r.skip(n)
		tf := r.uvarint()
		if r.bad || n == 0 || n > maxTermBytes || tf == 0 || tf > math.MaxInt32 {
			return f, refs, errDamaged
		}
		end := at + int(n)
		if bytes.Compare(prev, blob[at:end]) >= 0 { // ascending, so none is there twice
			return f, refs, errDamaged
		}
		prev = blob[at:end]
		places += tf
		refs = append(refs, termRef{uint32(at), uint32(end), uint8(min(tf, maxTF))})
	}
	// The places are not read here; each takes a byte at least.
	if r.bad || places > uint64(len(blob)-r.at) {
		return f, refs, errDamaged
	}
	return f, refs, nil
}

// reader reads a blob; what is not there is 0, and sets bad.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) uvarint() uint64 {
	if r.at < len(r.b) && r.b[r.at] < 0x80 {
		r.at++
		return uint64(r.b[r.at-1])
	}
	v, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.at += n
	return v
}

func (r *reader) skip(n uint64) {
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return
	}
	r.at += int(n)
}
