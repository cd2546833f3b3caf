package recall

import (
	"strings"
	"unicode/utf8"
)

// match is a place in a text where a term of a query is.
type match struct {
	at, char int // in bytes and in characters
	term     uint32
}

// A finder finds the stretch of a text, at most width characters from its first
// match to its last, that has the most different terms of a query: the first
// such.
type finder struct {
	q     Query
	text  string
	width int

	best        int // different terms in the best stretch; 0: none found
	first, last match

	analyser *analyser // made when needed
	window   []match   // the matches in reach of the latest
	counts   []uint32  // by term, in the window
	most     int       // different terms in the window
	at, char int       // how far the characters have been counted
}

// find goes through the text, word by word; only what passes the sieve is
// analysed. It stops early when it has all terms together.
func (f *finder) find() {
	if f.q.Empty() {
		return
	}
	for i := 0; i < len(f.text) && f.best < len(f.q.terms); {
		if space(f.text[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(f.text) && !space(f.text[end]) {
			end++
		}
		if f.q.sieve.passes(f.text[i:end]) {
			f.analyse(f.text[i:end], i)
		}
		i = end
	}
}

// analyse looks for matches in chunk, which begins at text[at].
func (f *finder) analyse(chunk string, at int) {
	if f.analyser == nil {
		f.analyser = &analyser{emit: f.token, language: f.q.language}
		f.counts = make([]uint32, len(f.q.terms))
	}
	// A plain word, the most common case, is its own only token.
	word := strings.TrimLeft(chunk, "(\"")
	at += len(chunk) - len(word)
	f.analyser.base = at
	if plainWord := strings.TrimRight(word, ".,;:!?)\""); plain(plainWord) {
		f.analyser.word(plainWord, at)
	} else {
		f.analyser.scan(word)
	}
}

// token takes a token of the text, which is a match if the query has its term.
func (f *finder) token(t token) {
	term, ok := f.q.byWord[string(t.word)]
	if !ok {
		term, ok = f.q.byTerm[f.analyser.stem(t.word)]
	}
	if !ok {
		return
	}
	if t.at > f.at {
		f.char += utf8.RuneCountInString(f.text[f.at:t.at])
		f.at = t.at
	}
	f.add(match{f.at, f.char, term})
}

// add moves the window on to a match, and remembers it if it is the best.
func (f *finder) add(m match) {
	if f.counts[m.term]++; f.counts[m.term] == 1 {
		f.most++
	}
	f.window = append(f.window, m)
	w := f.window
	// Out go those out of reach, and those that are there again further on.
	for w[0].char < m.char-f.width || f.counts[w[0].term] > 1 && len(w) > 1 {
		if f.counts[w[0].term]--; f.counts[w[0].term] == 0 {
			f.most--
		}
		w = w[1:]
	}
	f.window = w
	if f.most > f.best {
		f.best, f.first, f.last = f.most, w[0], m
	}
}

// space reports whether c is white space at which UAX #29 always ends a word.
func space(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
