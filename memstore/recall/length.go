package recall

import "math/bits"

// A memory's length is kept as one byte, for ranking: exact up to 31 words, then
// in steps of a sixteenth. BM25 has no use for more.

const exactLengths = 32

func lengthCode(words uint32) uint8 {
	if words < exactLengths {
		return uint8(words)
	}
	shift := bits.Len32(words) - 5 // 16 to 31 are left
	return uint8(min(shift*16+int(words>>shift), 255))
}

func lengthOf(code uint8) uint32 {
	if code < exactLengths {
		return uint32(code)
	}
	shift := uint32(code)/16 - 1
	return (16 + uint32(code)%16) << shift
}
