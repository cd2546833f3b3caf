package secrets

import (
	"math"
	"strings"
)

// tokenlike reports whether what stands behind a service's prefix is a token and
// not an example of one.
func tokenlike(body string) bool {
	return entropy(body) >= 2.5 && !example(body)
}

// examples are in values that documentation shows instead of a secret.
var examples = needlesOf(
	"example", "xxxx", "0123456789", "1234567890", "abcdefghij", "4ec39hqlyjwdarjtt1zdp7dc", "bqokikjovbii2hlwgh4olfq2",
)

func example(s string) bool { return examples.in(strings.ToLower(s[:min(len(s), looked)])) }

// entropy is Shannon's, in bits a character, by how often each character is there.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// shape is what the characters of a value are.
type shape struct {
	lower, upper, digits, signs, other int
	turns                              int // from a letter to a digit, from lower to upper case, and back
	distinct                           int
}

func shapeOf(s string) (h shape) {
	const (
		none = iota
		isLower
		isUpper
		isDigit
	)
	last := none
	var seen [256]bool
	for i := range len(s) {
		c := s[i]
		if !seen[c] {
			seen[c] = true
			h.distinct++
		}
		kind := none
		switch {
		case c >= 'a' && c <= 'z':
			kind = isLower
			h.lower++
		case c >= 'A' && c <= 'Z':
			kind = isUpper
			h.upper++
		case c >= '0' && c <= '9':
			kind = isDigit
			h.digits++
		case c >= 0x80:
			h.other++
		default:
			h.signs++
		}
		if kind != none {
			// A capital that begins a word is how names are written.
			if last != none && kind != last && (last != isUpper || kind != isLower) {
				h.turns++
			}
			last = kind
		}
	}
	return h
}

func (h shape) letters() int { return h.lower + h.upper }

// random reports whether a value is of characters that follow no rule, as keys
// are and names are not: it often turns from letters to digits or between cases.
func random(s string) bool {
	h := shapeOf(s)
	n := h.letters() + h.digits
	return n >= 10 && h.digits >= 1 && h.letters() >= 2 && h.other == 0 && h.distinct >= 7 &&
		float64(h.turns) >= .17*float64(n) && !dated(s)
}

// dated reports whether a value begins as a date or a time does.
func dated(s string) bool {
	digits := func(from, to int) bool {
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				return false
			}
		}
		return true
	}
	return len(s) >= 10 && digits(0, 4) && s[4] == '-' && digits(5, 7) && s[7] == '-' && digits(8, 10)
}
