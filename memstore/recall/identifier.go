package recall

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The separators inside an identifier, loosest first: foo-1.2/read_me.txt is a
// path of a "foo-1.2" and a file "read_me.txt".
const (
	sepPath   = iota // / \ @ : &
	sepDot           // a dot, but not between digits
	sepHyphen        // -
	sepUnder         // _ and ' and all others
	sepNumber        // a dot, comma or semicolon between digits
	sepLevels
	noSep = -1
)

// connects reports whether c, alone between two words, makes them one
// identifier. UAX #29 itself joins words at _ and at some dots.
func connects(c byte) bool {
	switch c {
	case '/', '\\', '@', ':', '&', '.', '-':
		return true
	}
	return false
}

// hyphen reports whether w is a hyphen that is not ASCII's.
func hyphen(w string) bool { return w == "\u2010" || w == "\u2011" }

// separator returns the level of the rune r at s[i:i+n], noSep inside words.
func separator(s string, i int, r rune, n int) int {
	switch r {
	case '/', '\\', '@', ':', '&':
		return sepPath
	case '-', '\u2010', '\u2011':
		return sepHyphen
	case '.', ',', ';':
		if i > 0 && i+n < len(s) && digit(s[i-1]) && digit(s[i+n]) {
			return sepNumber
		}
		if r == '.' {
			return sepDot
		}
		return sepUnder
	}
	if wordRune(r) || ignorable(r) {
		return noSep
	}
	return sepUnder
}

// piece returns the first part s[from:to] at or after i of s cut at the
// separators of a level; from == len(s) when there is none.
func piece(s string, i, level int) (from, to int) {
	from = -1
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if separator(s, i, r, n) == level {
			if from >= 0 {
				return from, i
			}
		} else if from < 0 {
			from = i
		}
		i += n
	}
	if from < 0 {
		from = len(s)
	}
	return from, len(s)
}

// identifier emits s, which is a plain word more often than not, and its parts,
// cut at the separators of the level and all tighter ones. The whole stands at
// the place of its first part.
func (a *analyser) identifier(s string, at, level int) {
	if plain(s) {
		a.word(s, at)
		return
	}
	for ; level < sepLevels; level++ {
		if level == sepUnder {
			s = trimPossessive(s)
		}
		from, to := piece(s, 0, level)
		if from == len(s) {
			return
		}
		next, end := piece(s, to, level)
		if next == len(s) { // one piece: what was around it are only signs
			s, at = s[from:to], at+from
			continue
		}
		a.whole(s, at)
		if level == sepNumber && a.version(s, at, to) {
			return
		}
		for from < len(s) {
			a.identifier(s[from:to], at+from, level+1)
			from, to = next, end
			next, end = piece(s, end, level)
		}
		return
	}
	a.camel(s, at)
}

// plain reports whether s is one word of ASCII letters and digits without a
// camel's hump.
func plain(s string) bool {
	lowers, uppers := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			lowers++
		case upper(c):
			uppers++
			if i > 0 && lowers > 0 || uppers != i+1 {
				return false
			}
		case !digit(c):
			return false
		}
	}
	return lowers == 0 || uppers <= 1
}

// version emits the parts of a version or other dotted number that begins with
// letters, as v1.61.1 and go1.26: "v1" and "1.61.1" with their numbers. first is
// the end of its first part.
func (a *analyser) version(s string, at, first int) bool {
	n := 0
	for n < first && alnum(s[n]) && !digit(s[n]) {
		n++
	}
	if n == 0 || n == first || !digit(s[n]) {
		return false
	}
	a.whole(s[:first], at)
	if n > 1 {
		a.word(s[:n], at)
	}
	a.identifier(s[n:], at+n, sepNumber)
	return true
}

// camel emits s, which has no separators, whole and by its humps: maxBytes is
// max and Bytes, HTTPServer is HTTP and Server. A hump of one letter only takes
// up its place. A word too long to be a name has none.
func (a *analyser) camel(s string, at int) {
	from, whole := 0, false
	if utf8.RuneCountInString(s) <= maxTermRunes {
		var prev rune
		for i, r := range s {
			if i > 0 && hump(s, i, prev, r) {
				if !whole {
					a.whole(s, at)
					whole = true
				}
				a.hump(s[from:i], at+from)
				from = i
			}
			prev = r
		}
	}
	if whole {
		a.hump(s[from:], at+from)
	} else {
		a.word(s, at)
	}
}

func (a *analyser) hump(s string, at int) {
	if _, n := utf8.DecodeRuneInString(s); n == len(s) {
		a.pos++
		return
	}
	a.word(s, at)
}

// hump reports whether a new hump begins at s[i:], between prev and r.
func hump(s string, i int, prev, r rune) bool {
	if !unicode.IsUpper(r) {
		return false
	}
	if unicode.IsLower(prev) {
		return true
	}
	// HTTPServer, Utf8String; but not the plural APIs.
	rest := s[i+utf8.RuneLen(r):]
	next, n := utf8.DecodeRuneInString(rest)
	return (unicode.IsUpper(prev) || unicode.IsNumber(prev)) && unicode.IsLower(next) && (next != 's' || len(rest) > n)
}

// whole emits s without its separators, at the place of the word that follows.
// Between digits the separators that tell 1.10 from 11.0 and 2026-01-12 from
// 2026-11-2 stay.
func (a *analyser) whole(s string, at int) {
	a.glued = a.glued[:0]
	stop := a.query // only stop words so far
	part := 0       // where the current part begins
	for i := 0; i < len(s) && len(a.glued) < 2*maxTermBytes; {
		r, n := utf8.DecodeRuneInString(s[i:])
		if separator(s, i, r, n) == noSep {
			a.glued = append(a.glued, s[i:i+n]...)
		} else {
			stop = stop && a.stopPart(s[part:i])
			part = i + n
			if i > 0 && i+n < len(s) && digit(s[i-1]) && digit(s[i+n]) && strings.ContainsRune(".-:/", r) {
				a.glued = append(a.glued, byte(r))
			}
		}
		i += n
	}
	stop = stop && a.stopPart(s[part:])
	a.buf = a.fold(a.buf[:0], string(a.glued), maxTermRunes)
	if hasLetter(a.buf) {
		a.emit(token{word: a.buf, pos: a.pos, at: at, stop: stop})
	}
}

func (a *analyser) stopPart(s string) bool {
	a.buf = a.fold(a.buf[:0], s, maxTermRunes)
	return len(a.buf) == 0 || a.language.stopWord(a.buf)
}

// languageName emits the C++ or C# of which the letter has been gathered and a
// sign at text[at] follows.
func (a *analyser) languageName(at int) {
	end := at + 1
	switch {
	case a.end-a.start > 2:
		return
	case strings.HasPrefix(a.text[at:], "++"):
		end++
	case a.text[at] != '#':
		return
	}
	if end < len(a.text) && (alnum(a.text[end]) || a.text[end] >= utf8.RuneSelf) {
		return
	}
	a.buf = a.fold(a.buf[:0], a.text[a.start:end], maxTermRunes)
	a.emit(token{word: a.buf, pos: a.pos, at: a.base + a.start})
}

// trimPossessive cuts the 's off user's.
func trimPossessive(s string) string {
	for _, suffix := range []string{"'s", "’s", "'S", "’S"} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			return rest
		}
	}
	return s
}
