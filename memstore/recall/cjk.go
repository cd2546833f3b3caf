package recall

import (
	"unicode"
	"unicode/utf8"
)

// unspaced reports whether r is of a script that writes words without spaces
// between them, or Hangul, where particles stick to the words. UAX #29 leaves
// these to dictionaries; pairs of characters do as well for search and need none.
func unspaced(r rune) bool {
	switch {
	case r < 0x0E00, 0x1E00 <= r && r < 0x2E80:
		return false
	case r == 0x30FC, r == 0xFF70, r == 0xFF9E, r == 0xFF9F, r == 0x3099, r == 0x309A:
		return true // the prolonged sound and voicing marks of kana, whose script is "common"
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && !unicode.IsPunct(r)
}

// unspacedRun emits the characters and the overlapping pairs of a run. A query
// asks for the pairs only, unless there is one character only.
func (a *analyser) unspacedRun(s string, at int) {
	a.runes = a.fold(a.runes[:0], s, 0)
	same := len(a.runes) == len(s)
	run := a.runes
	_, first := utf8.DecodeRune(run)
	alone := first == len(run)
	for i := 0; i < len(run); {
		_, n := utf8.DecodeRune(run[i:])
		t := token{word: run[i : i+n], pos: a.pos, at: at}
		if same {
			t.at += i
		}
		if !a.query || alone {
			a.emit(t)
		}
		if i+n < len(run) {
			_, m := utf8.DecodeRune(run[i+n:])
			t.word = run[i : i+n+m]
			a.emit(t)
		}
		a.pos++
		i += n
	}
}
