package privacy

import "strings"

// mark stands where a tagged region was. It holds nothing that could begin,
// end or continue a tag, an entity or a composed character, so that what is on
// its two sides never joins.
const mark = "[REDACTED]"

// cut is a stretch of a text to take out. Whatever looks for things to take out
// gives its findings as cuts, ordered and apart from each other.
type cut struct {
	start, end int    // bytes of the text
	kind       string // what it counts as in the report; "" is not counted
	with       string // what stands in its place
}

// splice returns s with its cuts made, and counts them into the report.
func splice(s string, cuts []cut, report Report) string {
	if len(cuts) == 0 {
		return s
	}
	var b strings.Builder
	kept := 0
	for _, c := range cuts {
		b.WriteString(s[kept:c.start])
		b.WriteString(c.with)
		kept = c.end
		if c.kind != "" {
			report[c.kind]++
		}
	}
	b.WriteString(s[kept:])
	return b.String()
}
