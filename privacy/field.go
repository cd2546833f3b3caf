package privacy

import (
	"strings"
	"unicode/utf8"
)

// Field names one text field of a request for people, and bounds it.
type Field struct {
	Name     string // as clients know it, such as "title"
	MaxChars int    // the most Unicode code points; 0 is no limit
	MaxBytes int    // the most bytes of UTF-8; 0 is no limit
	Optional bool   // may be left out: blank input gives the zero Text
	Key      bool   // a topic key: lower case, with "-" for white space, and nothing private in it
}

// Check applies the rules of f to a Text that may have been made for another
// field or under other limits. The error is a *[FieldError].
func (f Field) Check(t Text) error {
	if t.IsZero() {
		if f.Optional {
			return nil
		}
		return f.refuse(fillIn, "is blank")
	}
	if f.Key && foldKey(t.s) != t.s {
		return f.refuse(asKey, "is not written as a topic key")
	}
	return f.limit(t)
}

// limit refuses a text that is too long.
func (f Field) limit(t Text) error {
	if n := t.Bytes(); f.MaxBytes > 0 && n > f.MaxBytes {
		return f.refuse(shorten, "is %d bytes long; the limit is %d", n, f.MaxBytes)
	}
	// A code point is at least a byte: few bytes need no counting.
	if f.MaxChars > 0 && t.Bytes() > f.MaxChars {
		if n := t.Chars(); n > f.MaxChars {
			return f.refuse(shorten, "is %d characters long; the limit is %d", n, f.MaxChars)
		}
	}
	return nil
}

// Raw input may be longer than what is left of it, since private regions and
// white space go; but what a field with a limit is read for is bounded too.
const (
	rawFloor  = 1 << 20 // always read up to this many bytes
	rawFactor = 16      // and up to this many times the field's limit in bytes
)

// admit refuses input that is not worth, or not fit for, reading.
func (f Field) admit(raw string) error {
	limit := f.MaxBytes
	if f.MaxChars > 0 && (limit == 0 || f.MaxChars < limit/utf8.UTFMax) {
		// Divided below rather than multiplied here, so that no limit is too large.
		if len(raw) > rawFloor && len(raw)/rawFactor/utf8.UTFMax > f.MaxChars {
			return f.refuse(shorten, "is %d bytes long with what is private in it; the limit is %d characters without", len(raw), f.MaxChars)
		}
	} else if limit > 0 && len(raw) > rawFloor && len(raw)/rawFactor > limit {
		return f.refuse(shorten, "is %d bytes long with what is private in it; the limit is %d bytes without", len(raw), limit)
	}
	if !utf8.ValidString(raw) {
		return f.refuse(reencode, "is not valid UTF-8")
	}
	if strings.IndexByte(raw, 0) >= 0 {
		return f.refuse(reencode, "holds a NUL character (U+0000), which cannot be stored")
	}
	return nil
}
