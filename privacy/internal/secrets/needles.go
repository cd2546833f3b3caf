package secrets

import "strings"

// needles are strings to be looked for all at once, by their first bytes.
type needles [256][]string

func needlesOf(all ...string) *needles {
	n := new(needles)
	for _, s := range all {
		n[s[0]] = append(n[s[0]], s)
	}
	return n
}

// in reports whether a text has one of the needles.
func (n *needles) in(text string) bool {
	for i := range len(text) {
		for _, s := range n[text[i]] {
			if strings.HasPrefix(text[i:], s) {
				return true
			}
		}
	}
	return false
}

// begin reports whether a text begins with one of the needles.
func (n *needles) begin(text string) bool {
	for _, s := range n[text[0]] {
		if strings.HasPrefix(text, s) {
			return true
		}
	}
	return false
}
