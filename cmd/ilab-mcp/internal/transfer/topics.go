package transfer

import (
	"strconv"
	"strings"
)

// topics makes topic keys of names, each only once: two names that differ in
// letter case or white space alone would otherwise be one topic, and the second
// a revision of the first.
type topics map[string]int

// key gives the key for a name; for the second of that name, one with #2.
func (t topics) key(name string) string {
	folded := strings.ToLower(strings.Join(strings.Fields(name), "-"))
	t[folded]++
	if n := t[folded]; n > 1 {
		return name + "#" + strconv.Itoa(n)
	}
	return name
}
