package recall

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
)

// Doc is what the index needs to know of one memory.
type Doc struct {
	Kind     uint8 // the memory's type, opaque here, < 16; higher bits are dropped
	Personal bool  // it says what its user is, or wants: a profile or a preference
	Session  string
	Updated  int64 // Unix microseconds
	Terms    Terms
}

// The layout of a blob. Integers without a size are unsigned varints.
//
//	version   1 byte
//	checksum  4 bytes, little-endian: CRC-32C of all that follows
//	kind      1 byte
//	updated   8 bytes, little-endian
//	session   length, bytes
//	traits    1 byte
//	words     how many words say something (not stop words): in the title, in
//	          the topic key, in all
//	title, topic  how many tokens they have
//	terms     count; then, in the order of their first token: length, bytes
//	tokens    count; then for each, title first, then topic, then content: the
//	          number of its term, twice, plus one where it stands at the same
//	          place as the one before
const (
	sumAt    = 1
	kindAt   = 5
	factsLen = 14 // up to and with updated
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
		byWord: make(map[string]uint32, words),
		byTerm: make(map[string]uint32, words),
		tokens: make([]byte, 0, len(content)/3+16),
	}
	p.language = languageOf(title, content)
	p.emit = p.add
	p.scan(title)
	titleTokens, titleWords := p.count, p.words
	p.gap()
	p.scan(topicKey)
	topicTokens, topicWords := p.count-titleTokens, p.words-titleWords
	p.gap()
	p.manner.on = true
	p.scan(content)
	p.manner.found |= namesWithin(content, title)
	if endsAsking(content) {
		p.manner.found |= asking
	}

	b := make([]byte, 0, 20+len(p.terms)+len(p.tokens))
	b = append(b, byte(p.manner.found))
	for _, n := range []int{titleWords, topicWords, p.words, titleTokens, topicTokens, len(p.byTerm)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = append(b, p.terms...)
	b = binary.AppendUvarint(b, uint64(p.count))
	return Terms{b: append(b, p.tokens...)}
}

// Pack packs a memory's terms, and the facts that ranking needs, into a blob
// for [Index.Put]. It is made when the memory is saved and stored beside it; the
// id is not in it.
func Pack(d Doc) []byte {
	b := make([]byte, factsLen, factsLen+len(d.Session)+5+len(d.Terms.b))
	b[0] = Version
	b[kindAt] = d.Kind % maxKinds
	binary.LittleEndian.PutUint64(b[kindAt+1:], uint64(d.Updated))
	b = binary.AppendUvarint(b, uint64(len(d.Session)))
	b = append(b, d.Session...)
	at := len(b)
	b = append(b, d.Terms.b...)
	if d.Personal && len(d.Terms.b) > 0 {
		b[at] |= byte(preferring)
	}
	binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[kindAt:], castagnoli))
	return b
}

// Current says whether a blob was made by this version of the analyser. Another
// must be made again from the text.
func Current(blob []byte) bool { return len(blob) > 0 && blob[0] == Version }

// A packer gathers the terms of one memory.
type packer struct {
	analyser
	byWord map[string]uint32 // folded word -> term, so that each is stemmed once
	byTerm map[string]uint32
	terms  []byte // packed
	tokens []byte // packed
	count  int    // tokens
	words  int    // places with a word that says something
	next   uint32 // the last token's place + 1
	spoken uint32 // the last place that is counted in words + 1
	manner manner
}

// gap leaves a place free, so that what ends one field and what begins the next
// never stand at the same.
func (p *packer) gap() { p.pos++ }

func (p *packer) add(t token) {
	i, ok := p.byWord[string(t.word)]
	if !ok {
		text := p.stem(t.word)
		if i, ok = p.byTerm[text]; !ok {
			i = uint32(len(p.byTerm))
			p.terms = binary.AppendUvarint(p.terms, uint64(len(text)))
			p.terms = append(p.terms, text...)
			p.byTerm[text] = i
		}
		p.byWord[string(t.word)] = i
	}
	same := p.next == t.pos+1
	if p.manner.on {
		p.manner.word(string(t.word), same)
	}
	p.next = t.pos + 1
	if p.spoken != p.next && !p.language.stopWord(t.word) {
		p.spoken = p.next
		p.words++
	}
	p.tokens = appendToken(p.tokens, i, same)
	p.count++
}

var (
	errVersion = errors.New("recall: terms of another version")
	errDamaged = errors.New("recall: damaged terms")
)

// facts is a blob without its terms.
type facts struct {
	kind    uint8
	traits  traits
	updated int64
	session uint32 // a hash of its name
	words   uint32 // that say something
	title   uint8  // of those, in the title; 255 for more
	topic   uint8
	titled  uint32 // a hash of the title's terms
}

// termRef is one term of a blob: b[at:end].
type termRef struct {
	at, end uint32
	use     uint8  // see postings
	list    uint32 // for Put
}

// unpack checks a blob and reads it, appending its terms to refs. tokens is the
// packed rest of the blob. Nothing is copied.
func unpack(blob []byte, refs []termRef) (f facts, _ []termRef, tokens []byte, err error) {
	if !Current(blob) {
		return f, refs, nil, errVersion
	}
	if len(blob) < factsLen || len(blob) > math.MaxInt32 ||
		binary.LittleEndian.Uint32(blob[sumAt:]) != crc32.Checksum(blob[kindAt:], castagnoli) {
		return f, refs, nil, errDamaged
	}
	r := reader{b: blob, at: factsLen}
	f.kind = blob[kindAt]
	f.updated = int64(binary.LittleEndian.Uint64(blob[kindAt+1:]))
	f.session = crc32.Checksum(r.bytes(r.uvarint()), castagnoli)
	f.traits = traits(r.byte())
	titleWords, topicWords, words := r.uvarint(), r.uvarint(), r.uvarint()
	title, topic, terms := r.uvarint(), r.uvarint(), r.uvarint()
	size := uint64(len(blob))
	if r.bad || f.kind >= maxKinds || max(titleWords, topicWords, words, title, topic, terms) > size {
		return f, refs, nil, errDamaged
	}
	f.words, f.title, f.topic = uint32(words), uint8(min(titleWords, 255)), uint8(min(topicWords, 255))
	for ; terms > 0; terms-- {
		n := r.uvarint()
		at := uint32(r.at)
		if text := r.bytes(n); len(text) == 0 || len(text) > maxTermBytes {
			return f, refs, nil, errDamaged
		}
		refs = append(refs, termRef{at: at, end: uint32(r.at)})
	}
	count := r.uvarint()
	tokens = blob[r.at:]
	if title+topic > count {
		return f, refs, nil, errDamaged
	}
	for i := range count {
		t := r.uvarint() >> 1
		if r.bad || t >= uint64(len(refs)) {
			return f, refs, nil, errDamaged
		}
		ref := &refs[t]
		if ref.use&maxTF < maxTF {
			ref.use++
		}
		if i < title {
			ref.use |= inTitle
			f.titled = crc32.Update(f.titled, castagnoli, blob[ref.at:ref.end])
		} else if i < title+topic {
			ref.use |= inTopic
		}
	}
	for i := range refs {
		if refs[i].use == 0 { // a term that is nowhere
			return f, refs, nil, errDamaged
		}
	}
	if r.bad || r.at != len(blob) {
		return f, refs, nil, errDamaged
	}
	return f, refs, tokens, nil
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

func (r *reader) byte() byte {
	if r.at == len(r.b) {
		r.bad = true
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)-r.at) {
		r.bad = true
		return nil
	}
	r.at += int(n)
	return r.b[r.at-int(n) : r.at]
}
