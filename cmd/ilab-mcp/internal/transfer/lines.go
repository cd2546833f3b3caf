package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLine is the longest line that is read, in bytes: a content of 64 KiB in the
// most wasteful escapes takes 384 KiB, and what is private in a text, of which
// the redactor reads 1 MiB, comes on top. A longer one is skipped without being
// kept.
const MaxLine = 8 << 20

// lineReader cuts a file into lines.
type lineReader struct {
	r      *bufio.Reader
	number int
	long   []byte // a line that did not fit the reader's buffer
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 64<<10)} }

var errLongLine = &Problem{Reason: "it is longer than 8 MiB, the most that is read of one"}

// next gives the next line that is not blank, without its end. It is good until
// the next call.
func (l *lineReader) next() ([]byte, error) {
	for {
		line, err := l.read()
		if l.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF")) // some editors begin a file with it
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || err != nil {
			return line, err
		}
	}
}

func (l *lineReader) read() ([]byte, error) {
	l.number++
	l.long = l.long[:0]
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		switch {
		case tooLong:
		case len(l.long)+len(part) > MaxLine+1:
			tooLong, l.long = true, nil
		case err == nil && len(l.long) == 0:
			return part, nil
		default:
			l.long = append(l.long, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if tooLong {
			return nil, errLongLine
		}
		if err != nil && len(l.long) == 0 {
			return nil, err // the end
		}
		return l.long, nil
	}
}
