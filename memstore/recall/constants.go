package recall

// Version is the version of the analyser and of the packed format. It changes
// whenever the terms of any text or the layout of a blob change (also when a
// new release of the stemmer, the segmenter or the Unicode tables does it:
// TestGolden notices); blobs of other versions are made again from the text.
const Version = 1

const (
	// k1 and b of BM25: Robertson & Zaragoza, "The Probabilistic Relevance
	// Framework: BM25 and Beyond" (2009), section 3.4; the values are those
	// which RECALL.md's experiments settled on (short notes: a low k1, and
	// length matters less than for documents).
	bm25K1 = 0.9
	bm25B  = 0.4

	// idfScale is the grain to which an idf is rounded. The logarithm is in
	// assembly on some machines and may differ in its last bit; rounded, it is
	// the same on all, and 2^-20 is far below anything that matters to a rank.
	idfScale = 1 << 20

	// maxQueryTerms is how many terms of a query count, the rarest first
	// (SPEC.md, section 10).
	maxQueryTerms = 64

	// maxTermRunes is where a longer word is cut. Nobody types more; it bounds
	// what a base64 blob costs.
	maxTermRunes = 64
	// maxTermBytes follows: a rune has at most 4 bytes.
	maxTermBytes = 4 * maxTermRunes

	// maxKinds is the number of kinds, so that a set of them is a uint16.
	maxKinds = 16

	// A posting is slot<<tfBits | tf in a uint32. tf stops at maxTF, where BM25
	// has long stopped listening, and an index ends at maxSlots memories.
	tfBits   = 8
	maxTF    = 1<<tfBits - 1
	maxSlots = 1 << (32 - tfBits)
)

const (
	// Dead slots are cleared when they are more than one in compactShare.
	compactShare = 4
	// An index over its bound is brought evictShare-th below it, so that it
	// is not brought there again by the next memory.
	evictShare = 16
)

// Sizes for Index.Bytes, in bytes, measured on 64-bit Go 1.26 (TestBytesAreHonest).
const (
	indexBytes   = 1 << 10 // an empty index
	docBytes     = 48      // doc
	slotBytes    = 4 + 2   // its length and kind
	scratchBytes = 8 + 4   // its share of one Search's score and touched list
	listBytes    = 48      // postings
	idEntryBytes = 26      // an entry of map[int64]uint32, at the mean load
)
