package recall

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ellipsis marks where a snippet was cut.
const ellipsis = "…"

// minAround is the length below which a snippet is just the text's beginning:
// with two marks there is no room for a word.
const minAround = 16

// Snippet returns at most max characters (code points) of text: the stretch that
// has the most different words of q, the first such; the beginning where there
// is none. It is cut between words where it can, and each cut is marked "…",
// which counts. Apart from the marks it is a part of the text as it stands, line
// breaks too; a text that fits is returned whole. Invalid UTF-8 becomes U+FFFD.
func Snippet(text string, q Query, max int) string {
	if max <= 0 {
		return ""
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if len(text) <= max {
		return text
	}
	size := utf8.RuneCountInString(text)
	if size <= max {
		return text
	}
	c := cutter{text: text, size: size, max: max}
	if max >= minAround {
		// The width leaves room for the marks and the last word.
		f := finder{q: q, text: text, width: max - 2 - min(max/4, maxTermRunes)}
		if f.find(); f.best > 0 {
			return c.around(f.first, f.last)
		}
	}
	return c.cut(0, 0, 0)
}

// A cutter cuts a text that is too long.
type cutter struct {
	text      string
	size, max int // in characters
}

// around cuts a snippet with the matches in its middle.
func (c cutter) around(first, last match) string {
	spare := max(c.max-2-(last.char-first.char), 0)
	char := first.char - spare/2
	if end := c.size - (c.max - 1); char > end { // as much as the text's end has
		char = end
	}
	if char <= 0 {
		return c.cut(0, 0, last.at)
	}
	from := first.at
	for range first.char - char {
		_, n := utf8.DecodeLastRuneInString(c.text[:from])
		from -= n
	}
	// On to where a word begins, but not over the match.
	for i, n := from, char; i <= first.at; n++ {
		if c.boundary(i) && !c.spaceAt(i) {
			from, char = i, n
			break
		}
		_, size := utf8.DecodeRuneInString(c.text[i:])
		i += size
	}
	return c.cut(from, char, last.at)
}

// cut returns the snippet that begins at text[from], which is the char-th
// character, and tries not to end before text[keep].
func (c cutter) cut(from, char, keep int) string {
	var b strings.Builder
	room := c.max
	if from > 0 {
		b.WriteString(ellipsis)
		room--
	}
	if c.size-char <= room {
		b.WriteString(c.text[from:])
		return b.String()
	}
	to := from
	for range room - 1 { // 1 for the mark
		_, n := utf8.DecodeRuneInString(c.text[to:])
		to += n
	}
	end := to
	for end > from && !c.boundary(end) {
		_, n := utf8.DecodeLastRuneInString(c.text[from:end])
		end -= n
	}
	if end <= max(keep, from) { // one long word
		end = c.wholeCharacter(from, to)
	}
	b.WriteString(strings.TrimRightFunc(c.text[from:end], unicode.IsSpace))
	b.WriteString(ellipsis)
	return b.String()
}

// boundary reports whether the text may be cut at i: at white space, and in
// scripts without any.
func (c cutter) boundary(i int) bool {
	if i == 0 || i == len(c.text) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(c.text[:i])
	after, _ := utf8.DecodeRuneInString(c.text[i:])
	if unicode.IsSpace(before) || unicode.IsSpace(after) {
		return true
	}
	return (unspaced(before) || unspaced(after)) && !joins(after) && !joins(before)
}

func (c cutter) spaceAt(i int) bool {
	r, _ := utf8.DecodeRuneInString(c.text[i:])
	return unicode.IsSpace(r)
}

// joins reports whether r makes one character with its neighbour.
func joins(r rune) bool { return ignorable(r) || unicode.Is(unicode.M, r) }

// wholeCharacter moves to back to where it parts no letter from its accents, if
// there is such a place nearby.
func (c cutter) wholeCharacter(from, to int) int {
	end := to
	for range 8 {
		r, _ := utf8.DecodeRuneInString(c.text[end:])
		if !joins(r) {
			return end
		}
		if _, n := utf8.DecodeLastRuneInString(c.text[from:end]); n > 0 {
			end -= n
		}
	}
	return to
}
