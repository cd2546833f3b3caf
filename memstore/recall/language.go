package recall

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/spanish"
)

// A language whose words are reduced to their stems. English is also what is
// assumed of a text that gives no sign of another.
type language uint8

const (
	inEnglish language = iota
	inSpanish
	inGerman
	inFrench
	languages
)

// stem takes the stem of a folded word, by the algorithms of
// snowballstem.org.
func (l language) stem(env *snowballstem.Env) {
	switch l {
	case inSpanish:
		if w, ok := strings.CutSuffix(env.Current(), "cion"); ok { // the rules know it with its accent
			env.SetCurrent(w + "ción")
		}
		spanish.Stem(env)
	case inGerman:
		german.Stem(env)
	case inFrench:
		french.Stem(env)
	case inEnglish, languages:
		english.Stem(env)
	}
}

// enoughWords is how many words of a text tell its language.
const enoughWords = 200

// languageOf tells the language of a text by its small words: which language
// has most of those that are there. A tie is English.
func languageOf(texts ...string) language {
	best, _ := signsOf(texts...)
	return best
}

// languageOfQuery is the same for a query, where one small word is no sign: "car",
// "mit", "man" and "son" are words of English queries, and "die" is in a title.
func languageOfQuery(text string) language {
	if l, signs := signsOf(text); signs > 1 {
		return l
	}
	return inEnglish
}

// signsOf tells the language, and how many small words are of it.
func signsOf(texts ...string) (best language, signs int) {
	var count [languages]int
	seen := 0
	var a analyser
	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0x80 }) {
			if len(word) < 2 || len(word) > maxSmallWord { // a letter alone tells nothing
				continue
			}
			if seen++; seen > enoughWords {
				break
			}
			a.buf = a.fold(a.buf[:0], word, 0)
			for of := smallWords[string(a.buf)]; of != 0; of &= of - 1 {
				count[trailing(of)]++
			}
		}
	}
	best = inEnglish
	for l := range languages {
		if count[l] > count[best] {
			best = l
		}
	}
	return best, count[best]
}

func trailing(of uint8) language {
	for l := range languages {
		if of>>l&1 != 0 {
			return l
		}
	}
	return inEnglish
}

// maxSmallWord is the longest of them, in bytes, with accents.
const maxSmallWord = 12
