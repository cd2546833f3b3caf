package sqlite

import (
	"encoding/binary"
	"hash/crc32"
)

// SQLite has no checksums of its own: of sixty random damages to a file it
// missed nineteen. Every row therefore carries a CRC-32C over its values, the
// user included, so that a row which strayed to another user is noticed too.

// rowSum sums a row's values, each with its length.
type rowSum uint32

// sumTable is computed once by the standard library and never changes.
var sumTable = crc32.MakeTable(crc32.Castagnoli)

func (s rowSum) text(v string) rowSum { return s.blob([]byte(v)) }

func (s rowSum) blob(v []byte) rowSum {
	return rowSum(crc32.Update(uint32(s.int(int64(len(v)))), sumTable, v))
}

func (s rowSum) int(v int64) rowSum {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(v))
	return rowSum(crc32.Update(uint32(s), sumTable, b[:]))
}

func sumUser(user string, epoch, seq, lastID, memories, bytes int64, ops []byte) int64 {
	return int64(rowSum(1).text(user).int(epoch).int(seq).int(lastID).int(memories).int(bytes).blob(ops))
}

func sumSession(user, id string, started, last, ended int64, summary []byte, auto bool) int64 {
	flag := int64(0)
	if auto {
		flag = 1
	}
	return int64(rowSum(2).text(user).text(id).int(started).int(last).int(ended).blob(summary).int(flag))
}

func sumFact(name string, value []byte) int64 {
	return int64(rowSum(8).text(name).blob(value))
}

func sumTerms(user string, seq, id int64, blob []byte) int64 {
	return int64(rowSum(4).text(user).int(seq).int(id).blob(blob))
}
