package recall

// Version is the version of the analyser and of the packed format. It changes
// whenever the terms of any text or the layout of a blob change (also when a
// new release of the stemmers, the segmenter or the Unicode tables does it:
// TestGolden notices); blobs of other versions are made again from the text.
const Version = 2

const (
	// maxQueryTerms is how many terms of a query count, the rarest first
	// (docs/ARCHITECTURE.md). A set of them is a uint64.
	maxQueryTerms = 64

	// maxTermRunes is where a longer word is cut. Nobody types more; it bounds
	// what a base64 blob costs.
	maxTermRunes = 64
	// maxTermBytes follows: a rune has at most 4 bytes.
	maxTermBytes = 4 * maxTermRunes

	// maxKinds is the number of kinds, so that a set of them is a uint16.
	maxKinds = 16

	// maxSlots bounds an index's memories, so that a slot and what goes with it
	// fit in a posting of 32 bits.
	maxSlots = 1 << 28
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
	indexBytes   = 1 << 10        // an empty index
	docBytes     = 48             // doc
	slotBytes    = 2 + 1 + 1      // its kind, length and traits
	placeBytes   = 4 + 4 + 4      // its place in the timeline
	scratchBytes = 8 + 8 + 2 + 12 // its share of one Search's buffers
	listBytes    = 56 + 8 + 10    // postings, mask and ends
	idEntryBytes = 26             // an entry of map[int64]uint32, at the mean load
)
