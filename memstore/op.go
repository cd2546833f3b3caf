package memstore

import "encoding/binary"

// keptOps is how many operations a user's row remembers.
const keptOps = 8

// op is one finished operation with its result, kept in the user's row. When
// an Update runs again because nobody knows whether its commit succeeded, it
// finds itself here and returns the stored result instead of acting twice.
type op struct {
	id       uint64
	memory   int64
	outcome  Outcome
	revision int
	flag     bool
	session  string
}

// findOp looks for id among the packed operations.
func findOp(packed []byte, id uint64) (op, bool) {
	for len(packed) > 0 {
		o, rest, ok := unpackOp(packed)
		if !ok {
			return op{}, false
		}
		if o.id == id {
			return o, true
		}
		packed = rest
	}
	return op{}, false
}

// pushOp puts o in front and keeps the newest keptOps.
func pushOp(packed []byte, o op) []byte {
	out := packOp(nil, o)
	for range keptOps - 1 {
		_, rest, ok := unpackOp(packed)
		if !ok {
			break
		}
		out = append(out, packed[:len(packed)-len(rest)]...)
		packed = rest
	}
	return out
}

func packOp(b []byte, o op) []byte {
	b = binary.BigEndian.AppendUint64(b, o.id)
	b = binary.AppendUvarint(b, uint64(o.memory))
	b = binary.AppendUvarint(b, uint64(o.revision))
	flag := byte(0)
	if o.flag {
		flag = 1
	}
	b = append(b, byte(o.outcome), flag)
	b = binary.AppendUvarint(b, uint64(len(o.session)))
	return append(b, o.session...)
}

func unpackOp(b []byte) (o op, rest []byte, ok bool) {
	if len(b) < 8 {
		return op{}, nil, false
	}
	o.id, b = binary.BigEndian.Uint64(b), b[8:]
	memory, n := binary.Uvarint(b)
	if n <= 0 {
		return op{}, nil, false
	}
	b = b[n:]
	revision, n := binary.Uvarint(b)
	if n <= 0 || len(b) < n+2 {
		return op{}, nil, false
	}
	b = b[n:]
	o.memory, o.revision, o.outcome, o.flag = int64(memory), int(revision), Outcome(b[0]), b[1] == 1
	size, n := binary.Uvarint(b[2:])
	if n <= 0 || uint64(len(b)-2-n) < size {
		return op{}, nil, false
	}
	b = b[2+n:]
	o.session = string(b[:size])
	return o, b[size:], true
}
