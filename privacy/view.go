package privacy

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// glyph is one code point as it is read, and the bytes of the text it was read
// from. One source can be read as several glyphs (ⅳ reads as i, v), and many
// code points as one (&amp;lt; reads as <).
type glyph struct {
	r          rune
	entity     bool // decoded from an entity
	start, end int
}

// reading is the view of a text in which tags are looked for.
type reading struct {
	source string
	glyphs []glyph
	steps  int // work done, so that a test can see how it grows
}

// tagStarts are the spellings of the only two characters a tag can begin with:
// "<", and "&" for an entity. The others are their compatibility forms.
var tagStarts = [...]string{"<", "&", "\uFF1C", "\uFE64", "\uFF06", "\uFE60"}

// firstTagStart returns where the first tag of s could begin, or -1. Most texts
// hold no such place and need no reading.
func firstTagStart(s string) int {
	first := -1
	for _, c := range tagStarts {
		if i := strings.Index(s, c); i >= 0 {
			first = i
			s = s[:i] // only an earlier one is of interest
		}
	}
	return first
}

// entityDepth is how often a text may have been escaped: by the model that
// wrote it, and by the client that sent it.
const entityDepth = 2

// read returns the reading of s from the byte offset from on.
func read(s string, from int) reading {
	v := reading{source: s, glyphs: make([]glyph, 0, len(s)-from)}
	for i := from; i < len(s); {
		v.steps++
		if c := s[i]; c < utf8.RuneSelf {
			v.glyphs = append(v.glyphs, glyph{r: rune(c), start: i, end: i + 1})
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		v.glyphs = appendRune(v.glyphs, glyph{r: r, start: i, end: i + n})
		i += n
	}
	for range entityDepth {
		if !v.decode() {
			break
		}
	}
	return v
}

// appendRune appends what g is read as: its NFKC form, without ignorable code
// points.
//
// It works on single code points. Composing a letter with a mark that follows
// could only hide a letter of a tag, and the text is in normal form C already:
// what still could compose is kept apart by something unseen.
func appendRune(glyphs []glyph, g glyph) []glyph {
	if g.r < utf8.RuneSelf {
		return append(glyphs, g)
	}
	if ignorable(g.r) {
		return glyphs
	}
	var buf [utf8.UTFMax]byte
	b := buf[:utf8.EncodeRune(buf[:], g.r)]
	parts := norm.NFKD.Properties(b).Decomposition()
	if parts == nil {
		return append(glyphs, g)
	}
	first, n := utf8.DecodeRune(parts)
	if n < len(parts) && bytes.Equal(parts, norm.NFD.Properties(b).Decomposition()) {
		return append(glyphs, g) // é is é, not e and an accent
	}
	if first >= utf8.RuneSelf && !unicode.IsSpace(first) {
		// No tag or entity has this in it, so only how it begins matters: it may
		// continue a name. One code point can stand for eighteen.
		parts = parts[:n]
	}
	for len(parts) > 0 {
		g.r, n = utf8.DecodeRune(parts)
		parts = parts[n:]
		if !ignorable(g.r) {
			glyphs = append(glyphs, g)
		}
	}
	return glyphs
}
