package privacy

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"unicode/utf8"
)

// Text is a text that may be stored: in Unicode normal form C, redacted,
// trimmed, and within the limits of the field it was made for. Only a
// [Redactor] makes one that is not empty; the zero Text is the empty text.
//
// Printing, logging or marshalling a Text gives its size or an error, so that
// text gets into a log or a reply only where somebody wrote String. One way
// around cannot be closed from here: package fmt calls no methods on what sits
// in an unexported field, so a struct that hides a Text in one must not be
// printed as a whole.
//
// Two Texts are equal (==) when they are the same text.
type Text struct{ s string }

// String returns the text itself. It is the only way to get it.
func (t Text) String() string { return t.s }

// Bytes returns the length of the text in bytes of UTF-8.
func (t Text) Bytes() int { return len(t.s) }

// Chars returns the length of the text in Unicode code points.
func (t Text) Chars() int { return utf8.RuneCountInString(t.s) }

// IsZero reports whether the text is empty.
func (t Text) IsZero() bool { return t.s == "" }

// size is what a Text shows of itself when nobody asked for the text.
func (t Text) size() string { return "[" + strconv.Itoa(len(t.s)) + " bytes]" }

// LogValue makes a logged Text show its size.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.size()) }

// Format makes every fmt verb print the size of the text; fmt prefers it over
// String.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.size()) }

// GoString returns the size of the text, for printers that are not fmt.
func (t Text) GoString() string { return t.size() }

// errMarshal is an error and not a size: a reply or a stored row with a size in
// place of its text would be a loss found much later.
var errMarshal = errors.New("a redacted text is not marshalled as it is: call its String method")

// MarshalJSON always fails. What becomes of a text is decided by whoever calls
// String, not by a struct that happens to be marshalled with a Text inside.
func (t Text) MarshalJSON() ([]byte, error) { return nil, errMarshal }

// MarshalText always fails, as MarshalJSON does.
func (t Text) MarshalText() ([]byte, error) { return nil, errMarshal }
