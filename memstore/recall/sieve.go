package recall

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A sieve tells cheaply, from the first letters, that no term of a query is in a
// stretch of text. It never says so of one that is: what it lets through is
// analysed. It leans on what the stemmer does to a word: at most the last two
// letters of a stem are not the word's own, and y becomes i.
type sieve struct {
	second [utf8.RuneSelf]uint64 // by first byte: a bit for each second byte
	terms  []string              // those that begin with ASCII
	runes  []rune                // the first characters of the others
}

const anySecond = ^uint64(0)

// stemChange is how many letters at a stem's end the stemmer may have changed.
const stemChange = 2

func (v *sieve) add(term string) {
	c := term[0]
	if c >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(term)
		v.runes = append(v.runes, r)
		return
	}
	v.terms = append(v.terms, term)
	switch {
	case len(term) == 1:
		v.second[c] |= 1 // no letter's bit, but not nothing
	case len(term) <= stemChange || !alnum(term[1]):
		v.second[c] = anySecond
	default:
		v.second[c] |= 1 << (alike(term[1]) & 63) // shared by some letters, which only lets more through
	}
}

// alike folds a letter of a text or term; y counts as i.
func alike(c byte) byte {
	if c = lower(c); c == 'y' {
		return 'i'
	}
	return c
}

// passes reports whether a term may be in s, which has no white space.
func (v *sieve) passes(s string) bool {
	prev := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if v.passesRune(r, s[i:i+n]) {
				return true
			}
			i += n - 1
		} else if v.second[lower(c)] != 0 && begins(prev, c) && v.passesAt(s[i:]) {
			return true
		}
		prev = c
	}
	return false
}

// begins reports whether a word or a part of one may begin at c, after prev.
func begins(prev, c byte) bool {
	return !alnum(prev) || upper(c) || digit(c) && !digit(prev)
}

// passesAt reports whether a term may begin where s does.
func (v *sieve) passesAt(s string) bool {
	bits := v.second[lower(s[0])]
	if len(s) > 1 && alnum(s[1]) && bits>>(alike(s[1])&63)&1 == 0 {
		return false
	}
	for _, t := range v.terms {
		if t[0] == lower(s[0]) && mayBe(t, s) {
			return true
		}
	}
	return false
}

// mayBe reports whether the term may be made of what s begins with.
func mayBe(term, s string) bool {
	for i := 1; i < len(term)-stemChange; i++ {
		if i == len(s) {
			return false
		}
		c := s[i]
		if !alnum(c) || !alnum(term[i]) {
			return true // an identifier, or folded away: who knows
		}
		if alike(c) != alike(term[i]) {
			return false
		}
	}
	return true
}

// passesRune reports whether a term may begin with r, or be inside what r is
// short for. Most scripts never fold to ASCII; in them only r itself counts.
func (v *sieve) passesRune(r rune, encoded string) bool {
	if r < 0x370 || 0x1D00 <= r && r < 0x3040 || 0x3200 <= r && r < 0x3400 || r >= 0xFB00 {
		return true
	}
	if slices.Contains(v.runes, unicode.ToLower(unicode.ToUpper(r))) {
		return true
	}
	return len(v.runes) > 0 && norm.NFKD.PropertiesString(encoded).Decomposition() != nil
}
