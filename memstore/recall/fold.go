package recall

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold appends to dst the form of s under which it is compared: compatibility
// decomposition (NFKD), without characters that do not show and without
// accents, in one case, composed again (NFC). At most max runes are kept; 0
// keeps all. Folding twice changes nothing more.
func (a *analyser) fold(dst []byte, s string, max int) []byte {
	for i := 0; ; i++ {
		if i == len(s) || i == max && max > 0 {
			return dst
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			return a.foldUnicode(dst[:len(dst)-i], s, max)
		}
		dst = append(dst, lower(c))
	}
}

func (a *analyser) foldUnicode(dst []byte, s string, max int) []byte {
	a.decomposed = norm.NFKD.AppendString(a.decomposed[:0], s)
	a.folded = a.folded[:0]
	for b := a.decomposed; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		b = b[n:]
		if accent(r) || ignorable(r) {
			continue
		}
		if r < utf8.RuneSelf {
			a.folded = append(a.folded, lower(byte(r)))
		} else if plain := plainLetter(r); plain != "" {
			a.folded = append(a.folded, plain...)
		} else {
			// Up and down again, so that ς is σ.
			a.folded = utf8.AppendRune(a.folded, unicode.ToLower(unicode.ToUpper(r)))
		}
	}
	from := len(dst)
	dst = norm.NFC.Append(dst, a.folded...)
	if max > 0 {
		end := from
		for i := 0; i < max && end < len(dst); i++ {
			_, n := utf8.DecodeRune(dst[end:])
			end += n
		}
		dst = dst[:end]
	}
	return dst
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// accent reports whether r is a mark that many writers leave out: the combining
// diacritics of Latin, Greek and Cyrillic, the points of Hebrew and the vowel
// signs of Arabic. The vowel signs of Indic scripts are letters in all but name
// and stay.
func accent(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, 0x591 <= r && r <= 0x5BD, r == 0x5BF, r == 0x5C1, r == 0x5C2, r == 0x5C4, r == 0x5C5, r == 0x5C7,
		0x64B <= r && r <= 0x65F, r == 0x670,
		0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF, 0x20D0 <= r && r <= 0x20FF, 0xFE20 <= r && r <= 0xFE2F:
		return true
	}
	return false
}

// ignorable reports whether r is not shown (Default_Ignorable_Code_Point, and
// every other format character).
func ignorable(r rune) bool {
	return r >= 0xAD && unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// plainLetter is the ASCII spelling of Latin letters whose stroke or shape is
// no combining mark to Unicode; "" for others.
func plainLetter(r rune) string {
	switch r {
	case 'ß', 'ẞ':
		return "ss"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ø', 'Ø':
		return "o"
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d"
	case 'ł', 'Ł':
		return "l"
	case 'ħ', 'Ħ':
		return "h"
	case 'ı':
		return "i"
	case 'þ', 'Þ':
		return "th"
	}
	return ""
}

// wordRune reports whether r can be part of a word.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return alnum(byte(r))
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// hasLetter reports whether b has a letter or a digit, not only marks and signs.
func hasLetter(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r < utf8.RuneSelf && alnum(byte(r)) || r >= utf8.RuneSelf && unicode.In(r, unicode.L, unicode.N) {
			return true
		}
		b = b[n:]
	}
	return false
}

func alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digit(c)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
func upper(c byte) bool { return 'A' <= c && c <= 'Z' }
