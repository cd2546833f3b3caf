package recall

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
)

// A word of a query that no memory has may be misspelled, of another language, or
// a part or a whole of a compound that is in one. What is nearly like it is found
// by going through the terms that begin or end alike; their letters, a bit for
// each, tell most of them apart without a look at their text.

// The fewest letters of a word for one letter, or two, to be wrong in it, and of
// a part of a compound.
const (
	oneWrong = 4
	twoWrong = 8
	partOf   = 5
)

// maxLike is how many terms may stand for one word.
const maxLike = 4

// like gives the lists of terms nearly like one that no memory has: its stem by
// another language's rules; else the most alike ones.
func (x *Index) like(t *queryTerm) []uint32 {
	if stems := x.known(otherStems(t.word)); len(stems) > 0 {
		return stems
	}
	text := t.text
	if !wordlike(text) {
		return nil
	}
	type found struct {
		list  uint32
		wrong int
	}
	var all []found
	mask, size := letters([]byte(text)), utf8.RuneCountInString(text)
	allowed := 0
	switch {
	case size >= twoWrong:
		allowed = 2
	case size >= oneWrong:
		allowed = 1
	}
	if allowed == 0 {
		return nil
	}
	german := stemOf(t.word, inGerman) // one word alone does not tell its language
	germanMask := letters([]byte(german))
	for i := range x.ends.near(text, german) {
		m := x.masks[i]
		switch {
		case maybeTypo(m, mask, allowed):
			term := x.lists[i].text
			if wrong := typos(text, term, allowed); wrong <= allowed && wordlike(term) {
				all = append(all, found{i, wrong})
				continue
			}
			fallthrough
		case size >= partOf && (maybePart(m, mask) || maybePart(m, germanMask)):
			if term := x.lists[i].text; size >= partOf && (compound(text, term) || compound(german, term)) {
				all = append(all, found{i, allowed + 1})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.wrong != b.wrong {
			return a.wrong - b.wrong
		}
		la, lb := &x.lists[a.list], &x.lists[b.list]
		if la.df != lb.df {
			return int(lb.df) - int(la.df)
		}
		return strings.Compare(la.text, lb.text)
	})
	all = slices.Compact(all)
	var lists []uint32
	for _, f := range all {
		if f.wrong == all[0].wrong && len(lists) < maxLike {
			lists = append(lists, f.list)
		}
	}
	return lists
}

// compounds gives the lists of terms that a term is a part of, or the other way
// round.
func (x *Index) compounds(text string, not uint32) (lists []uint32) {
	if len(text) < partOf {
		return nil
	}
	mask := letters([]byte(text))
	for i := range x.ends.near(text) {
		if i != not && maybePart(x.masks[i], mask) && compound(text, x.lists[i].text) {
			lists = append(lists, i)
		}
	}
	slices.SortFunc(lists, func(a, b uint32) int { return strings.Compare(x.lists[a].text, x.lists[b].text) })
	lists = slices.Compact(lists)
	return lists[:min(len(lists), maxLike)]
}

// compound reports whether one word begins or ends with the other.
func compound(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	return len(b) >= partOf && len(a) > len(b) && wordlike(a) && (strings.HasPrefix(a, b) || strings.HasSuffix(a, b))
}

// wordlike reports whether a term is a word and not a number, an identifier with
// digits, or of a script without spaces.
func wordlike(term string) bool {
	for _, r := range term {
		if r < 'a' && r != '\'' || r > 'z' && r < 0x80 || unspaced(r) {
			return false
		}
	}
	return true
}

// otherStems are the stems of a word by the rules of all languages.
func otherStems(word string) (stems []string) {
	if !stemmed(word) {
		return nil
	}
	for l := range languages {
		stems = append(stems, stemOf(word, l))
	}
	return stems
}

// stemOf is the stem of a folded word by the rules of a language.
func stemOf(word string, l language) string {
	if !stemmed(word) {
		return word
	}
	env := snowballstem.NewEnv(word)
	l.stem(env)
	return env.Current()
}

// typos counts the letters that are wrong, missing, too many or swapped with
// their neighbour between two words: the restricted Damerau–Levenshtein distance.
// It stops above most.
func typos(a, b string, most int) int {
	if d := len(a) - len(b); d > 2*most+2 || -d > 2*most+2 { // in bytes
		return most + 1
	}
	ra, rb := []rune(a), []rune(b)
	if d := len(ra) - len(rb); d > most || -d > most {
		return most + 1
	}
	var room [3][maxTermRunes + 2]int
	before, last, row := room[0][:len(rb)+1], room[1][:len(rb)+1], room[2][:len(rb)+1]
	for j := range last {
		last[j] = j
	}
	for i, ca := range ra {
		row[0] = i + 1
		least := row[0]
		for j, cb := range rb {
			cost := 1
			if ca == cb {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && ca == rb[j-1] && ra[i-1] == cb {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(rb)]
}

// asciiLetters are those of letters of which one wrong letter changes two; one
// that has several bytes can change more of the others.
const asciiLetters = 1<<26 - 1

// letters tells what is quickly compared of a term: in the lower half its letters,
// a bit for each and some for all other signs; above them its length, its first
// and its last byte. It is never 0.
func letters(text []byte) (m uint64) {
	for _, c := range text {
		if 'a' <= c && c <= 'z' {
			m |= 1 << (c - 'a')
		} else {
			m |= 1 << (26 + c%6)
		}
	}
	n := len(text)
	return m | uint64(min(n, 255))<<32 | uint64(text[0])<<40 | uint64(text[n-1])<<48
}

// maybeTypo reports whether two words may be the same but for so many typos, none
// of them in the first letter, where they are rare. A typo changes two letters at
// most, and the length by up to four bytes.
func maybeTypo(a, b uint64, typos int) bool {
	d := int(uint8(a>>32)) - int(uint8(b>>32))
	return uint8(a>>40) == uint8(b>>40) && bits.OnesCount32((uint32(a)^uint32(b))&asciiLetters) <= 2*typos && d <= 4*typos && -d <= 4*typos
}

// maybePart reports whether one of two words may begin or end with the other.
func maybePart(a, b uint64) bool {
	if uint8(a>>40) != uint8(b>>40) && uint8(a>>48) != uint8(b>>48) {
		return false
	}
	x, y := uint32(a), uint32(b)
	return x&^y == 0 || y&^x == 0
}
