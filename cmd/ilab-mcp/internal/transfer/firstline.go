package transfer

import (
	"regexp"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// taken is what stands in a redacted text for what was private in it.
var taken = regexp.MustCompile(`\[REDACTED[^\]]*\]`)

// untitled is the title of what has no line that could be one.
const untitled = "Untitled"

// firstLine makes a title of a redacted text: of its first line that says
// something, the beginning.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(strings.TrimLeft(line, "#>*- \t"))
		if strings.TrimSpace(taken.ReplaceAllString(line, "")) != "" {
			return shortened(line, memstore.MaxSummaryTitle)
		}
	}
	return untitled
}

// shortened cuts a text down to so many characters, and marks that.
func shortened(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return strings.TrimSpace(string(runes[:most-1])) + "…"
	}
	return s
}
