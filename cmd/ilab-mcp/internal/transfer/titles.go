package transfer

import (
	"strings"
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// setTitle gives a memory the title that it has elsewhere. One that is too long
// for a title begins the content instead, and what becomes of its beginning is
// seen when it is redacted.
func (o *Observation) setTitle(title string) {
	title = strings.TrimSpace(title)
	o.Title, o.Untitled = title, title == ""
	if utf8.RuneCountInString(title) > memstore.TitleField.MaxChars {
		o.Title, o.Untitled = "", true
		o.Content = strings.TrimSpace(title + "\n\n" + o.Content)
	}
}
