package recall

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/clipperhouse/uax29/v2/words"
)

// A token is one word of a text, folded but not stemmed.
type token struct {
	word []byte // only until the next token
	pos  uint32 // its place among the text's words; an identifier stands at its first part's place
	at   int    // where it begins in the text, in bytes
	stop bool   // says nothing in a query (only known when parsing one)
}

// An analyser cuts texts into tokens. It holds buffers, so it is used by one
// goroutine at a time and then thrown away.
type analyser struct {
	query    bool     // parse as a query: stop words are marked, CJK runs give pairs only
	language language // of the words to be stemmed
	emit     func(token)
	pos      uint32 // the next word's place
	base     int    // added to token.at

	text                      string // being scanned
	start, end                int    // the identifier being gathered in text; start < 0: none
	runStart, runEnd          int    // likewise the run of unspaced script
	buf, glued                []byte
	decomposed, folded, runes []byte
	env                       *snowballstem.Env
}

// scan emits the tokens of s.
func (a *analyser) scan(s string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	a.text, a.start, a.runStart = s, -1, -1
	joint := -1 // where a word must begin to be one with the identifier before it
	for it := words.FromString(s); it.Next(); {
		w, at := it.Value(), it.Start()
		switch c := w[0]; {
		case alnum(c) || c == '_':
			if end := at + len(w); ascii(w) {
				a.addWord(at, end, joint)
			} else {
				a.addMixed(at, end, joint)
			}
			joint = -1
		case c >= utf8.RuneSelf && !hyphen(w):
			a.addMixed(at, at+len(w), joint)
			joint = -1
		case a.start >= 0 && a.end == at && joint < 0 && (len(w) == 1 && connects(c) || hyphen(w)):
			joint = at + len(w)
		default:
			if a.start >= 0 && a.end == at {
				a.languageName(at)
			}
			a.flush()
			joint = -1
		}
	}
	a.flush()
}

// addWord adds the word text[at:end], which is of a spaced script, to the
// identifier being gathered if it begins at joint; else it begins another.
func (a *analyser) addWord(at, end, joint int) {
	if a.start >= 0 && joint == at {
		a.end = end
		return
	}
	a.flush()
	a.start, a.end = at, end
}

// addMixed adds text[at:end], a segment which may be of several scripts.
func (a *analyser) addMixed(at, end, joint int) {
	for at < end {
		r, n := utf8.DecodeRuneInString(a.text[at:end])
		in, i := unspaced(r), at+n
		for i < end {
			r, n = utf8.DecodeRuneInString(a.text[i:end])
			if unspaced(r) != in && !ignorable(r) {
				break
			}
			i += n
		}
		switch {
		case !in:
			a.addWord(at, i, joint)
		case a.runStart >= 0 && a.runEnd == at:
			a.runEnd = i
		default:
			a.flush()
			a.runStart, a.runEnd = at, i
		}
		at = i
	}
}

// flush emits what has been gathered.
func (a *analyser) flush() {
	if a.start >= 0 {
		a.identifier(a.text[a.start:a.end], a.base+a.start, 0)
		a.start = -1
	}
	if a.runStart >= 0 {
		a.unspacedRun(a.text[a.runStart:a.runEnd], a.base+a.runStart)
		a.runStart = -1
	}
}

// word emits s as the next word, or nothing if there is no letter or digit in it.
func (a *analyser) word(s string, at int) {
	a.buf = a.fold(a.buf[:0], s, maxTermRunes)
	if !hasLetter(a.buf) {
		return
	}
	a.emit(token{word: a.buf, pos: a.pos, at: at, stop: a.query && a.language.stopWord(a.buf)})
	a.pos++
}

// stem reduces a folded word to its term. Words of ASCII letters have their
// stem taken, by the rules of the text's language; all others are their own term.
func (a *analyser) stem(word []byte) string {
	s := string(word)
	if a.language == inEnglish {
		s = regular(s)
	}
	if !stemmed(s) {
		return s
	}
	if a.env == nil {
		a.env = snowballstem.NewEnv("")
	}
	a.env.SetCurrent(s)
	a.language.stem(a.env)
	return a.env.Current()
}

// stemmed reports whether a folded word is one that the stemmers know.
func stemmed(word string) bool {
	for i := range len(word) {
		if c := word[i]; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(word) > 2
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
