package connect

import (
	"bufio"
	"errors"
	"io"
	"slices"
)

// keptBuffer is how much of a buffer is kept after a long line.
const keptBuffer = 64 << 10

// lines reads lines of bounded length. A longer one is skipped as it is read:
// it never takes more memory than a short one.
type lines struct {
	r   *bufio.Reader
	max int    // bytes, without the line's end; 0: no bound
	buf []byte // a line that does not fit r's buffer
}

func newLines(r io.Reader, longest int) *lines {
	return &lines{r: bufio.NewReaderSize(r, 16<<10), max: longest}
}

// next gives a line with its '\n', or long where there was one over the bound.
// The line is valid until the next call. A last line without its end is a line
// too; after it comes io.EOF.
func (l *lines) next() (line []byte, long bool, err error) {
	if cap(l.buf) > keptBuffer {
		l.buf = nil
	}
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		switch {
		case err == nil && len(l.buf) == 0 && !long:
			l.buf = part[:0:0] // nothing kept: the line is in r's buffer
			return part, l.over(len(part) - 1), nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			if len(part) == 0 && len(l.buf) == 0 && !long {
				return nil, false, err
			}
			part = append(slices.Clip(part), '\n')
			err = nil // comes again at the next call
		}
		n := len(l.buf) + len(part)
		if err == nil {
			n-- // the line's end
		}
		if long = long || l.over(n); long {
			l.buf = l.buf[:0]
		} else {
			l.buf = append(l.buf, part...)
		}
		if err == nil {
			return l.buf, long, nil
		}
	}
}

func (l *lines) over(n int) bool { return l.max > 0 && n > l.max }
