package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// maxEntry is the most that is read of one entry of a document before it is
// given up: an entry over MaxLine is skipped, but has to be read for that.
const maxEntry = 2 * MaxLine

// document reads a file that is one JSON object with lists in it, entry by entry
// and with no more than one in memory. What else is in the object is passed over.
type document struct {
	d    *json.Decoder
	in   *bounded
	what string // what the file should be, for people

	begun bool
	list  string // the list that is being read; "" between lists
	n     int    // entries of it so far
	given bool   // an entry was given
}

func newDocument(r io.Reader, what string) *document {
	in := &bounded{r: r}
	return &document{d: json.NewDecoder(in), in: in, what: what}
}

// bounded ends a reader that has given too much since it was last looked at.
type bounded struct {
	r     io.Reader
	since int
}

var errEntryLong = errors.New("an entry is longer than 16 MiB")

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.since >= maxEntry {
		return 0, errEntryLong
	}
	n, err := b.r.Read(p[:min(len(p), maxEntry-b.since)])
	b.since += n
	return n, err
}

// next gives the next entry of any list, and that list's name. At the end it
// answers io.EOF.
func (d *document) next() (string, json.RawMessage, error) {
	list, raw, err := d.step()
	if err == nil {
		d.given = true
	} else if !errors.Is(err, io.EOF) {
		err = d.damage(err)
	}
	return list, raw, err
}

func (d *document) step() (string, json.RawMessage, error) {
	for {
		d.in.since = 0
		switch {
		case !d.begun:
			if err := d.open(); err != nil {
				return "", nil, err
			}
		case d.list != "" && d.d.More():
			var raw json.RawMessage
			if err := d.d.Decode(&raw); err != nil {
				return "", nil, whole(err)
			}
			d.n++
			return d.list, raw, nil
		case d.list != "":
			if _, err := d.d.Token(); err != nil {
				return "", nil, whole(err)
			}
			d.list = ""
		case d.d.More():
			if err := d.enter(); err != nil {
				return "", nil, whole(err)
			}
		default:
			if _, err := d.d.Token(); err != nil {
				return "", nil, whole(err)
			}
			return "", nil, io.EOF
		}
	}
}

// open reads the beginning of the object. Decoders do not know the byte order
// mark that some editors begin a file with.
func (d *document) open() error {
	d.begun = true
	var mark [3]byte
	n, err := io.ReadFull(d.in, mark[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if head := mark[:n]; string(head) != "\uFEFF" {
		d.d = json.NewDecoder(io.MultiReader(bytes.NewReader(head), d.in))
	}
	t, err := d.d.Token()
	if err == nil && t != json.Delim('{') {
		err = errNoObject
	}
	return whole(err)
}

// enter reads a name and, if its value is a list, the beginning of that. Another
// value is passed over.
func (d *document) enter() error {
	name, err := d.d.Token()
	if err != nil {
		return err
	}
	depth := 0
	for {
		t, err := d.d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			if depth == 0 && t == json.Delim('[') {
				d.list, d.n = fmt.Sprint(name), 0
				return nil
			}
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// whole makes of an end within the object what it is.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// damage words what is wrong with the file.
func (d *document) damage(err error) error {
	var syntax *json.SyntaxError
	damaged := errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errEntryLong)
	switch {
	case errors.Is(err, errNoObject), damaged && !d.given:
		return &FormatError{Reason: "this is no file of " + d.what + ", or it is damaged from its beginning on"}
	case damaged:
		return fmt.Errorf("the file is damaged or cut off behind entry %d of a list in it. What came before is kept; get the file once more and import it again", d.n)
	}
	return err
}

// entry gives the members of an entry.
func entry(raw json.RawMessage) (*members, error) {
	if len(raw) > MaxLine {
		return nil, errLongLine
	}
	return readMembers(raw)
}

// when takes a time as other programs write it.
func (m *members) when(name string) time.Time {
	s := m.optional(name)
	if s == nil || *s == "" {
		return time.Time{}
	}
	t, ok := readTime(*s)
	if !ok {
		m.fail(name + " is no date that is understood")
	}
	return t
}

// number takes a whole number, or 0 for what is none.
func (m *members) number(name string) int {
	n, err := strconv.Atoi(string(m.value(name)))
	if err != nil {
		return 0
	}
	return n
}
