package memstore

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// maxID is the largest id: the largest integer that every JSON reader keeps
// exactly (2^53 − 1, RFC 8259 section 6).
const maxID = 1<<53 - 1

const idRandomBits = 12

// idEpoch is 2024-01-01T00:00:00Z in Unix milliseconds.
const idEpoch = 1_704_067_200_000

// nextID makes a memory's id: milliseconds since 2024, then 12 random bits; at
// least last + 1, so that a clock which jumps back changes nothing. Ids of
// several users are distinct in practice and nothing relies on it; an id tells
// its user when it was made and tells nothing about others.
func nextID(now time.Time, last int64, random io.Reader) int64 {
	var b [2]byte
	mustRead(random, b[:])
	id := firstID(now) | int64(binary.BigEndian.Uint16(b[:])&(1<<idRandomBits-1))
	if id > maxID || id <= last {
		return last + 1
	}
	return id
}

// firstID is the lowest id that can be made in a moment.
func firstID(at time.Time) int64 { return max(0, at.UnixMilli()-idEpoch) << idRandomBits }

// lastID is the highest id that can be made in a moment.
func lastID(at time.Time) int64 { return min(firstID(at)|(1<<idRandomBits-1), maxID) }

// newEpoch makes a random epoch, never 0.
func newEpoch(random io.Reader) int64 {
	var b [8]byte
	mustRead(random, b[:])
	return int64(binary.BigEndian.Uint64(b[:])>>1) | 1
}

// newSession makes a random UUID (RFC 9562, version 4).
func newSession(random io.Reader) SessionID {
	var b [16]byte
	mustRead(random, b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return SessionID{id: fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])}
}

func newOp(random io.Reader) uint64 {
	var b [8]byte
	mustRead(random, b[:])
	return binary.BigEndian.Uint64(b[:])
}

// mustRead panics where randomness fails: crypto/rand never does, and an id
// that is not random must not be given.
func mustRead(r io.Reader, b []byte) {
	if _, err := io.ReadFull(r, b); err != nil {
		panic("memstore: no randomness: " + err.Error())
	}
}
