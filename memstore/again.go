package memstore

import (
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// again makes stored text storable once more: that is how it becomes a Text. It
// says what it said, unless the redactor of today finds something in it that the
// one of then did not. Nothing of that may stay, so this does not fail: a topic
// key or a source in which something was found is dropped, a text with nothing
// left says so, and one that its marks make too long is cut.
func (o *Options) again(f privacy.Field, stored string, found privacy.Report) privacy.Text {
	t, report, err := o.Redactor.Redact(f, stored)
	found.Add(report)
	if err == nil || f.Optional {
		return t
	}
	t, _, err = o.Redactor.Redact(f, "Scrubbed: "+stored)
	if err == nil {
		return t
	}
	whole, _, err := o.Redactor.Redact(privacy.Field{Name: f.Name}, stored)
	if err == nil {
		t, _, err = o.Redactor.Redact(f, cut(whole.String(), f))
	}
	if err != nil {
		t, _, err = o.Redactor.Redact(f, "Scrubbed: nothing was left")
	}
	if err != nil {
		panic("memstore: a text of our own is refused: " + err.Error()) // a defect of the redactor
	}
	return t
}

// cut cuts a text to what a field holds, with "…" at its end.
func cut(s string, f privacy.Field) string {
	const mark = "…"
	if f.MaxChars > 0 && utf8.RuneCountInString(s) > f.MaxChars {
		s = string([]rune(s)[:f.MaxChars-1]) + mark
	}
	if f.MaxBytes > 0 && len(s) > f.MaxBytes {
		end := f.MaxBytes - len(mark)
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + mark
	}
	return s
}
