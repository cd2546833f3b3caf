package privacy

import (
	"strings"
	"unicode"
)

// foldKey writes a trimmed text as a topic key: lower case, each run of white
// space one hyphen. It is its own fixed point: lower case can change what
// composes, but composing lower-case characters gives lower-case ones.
func foldKey(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			if !space {
				b.WriteByte('-')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(unicode.ToLower(r))
	}
	return compose(b.String())
}
