package privacy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const canary = "7KQCANARYQ7"

// chooser takes decisions from fuzz input; when that is used up it takes the
// first choice.
type chooser struct{ rest []byte }

func (c *chooser) pick(n int) int {
	if len(c.rest) == 0 {
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return int(b) % n
}

func (c *chooser) one(options ...string) string { return options[c.pick(len(options))] }

// spell writes a character in one of the ways that read as it.
func (c *chooser) spell(r rune) string {
	if unicode.IsLetter(r) && c.pick(2) == 1 {
		r = unicode.ToUpper(r)
	}
	named := map[rune]string{'<': "lt", '>': "gt", '/': "sol", '"': "quot"}[r]
	if named == "" {
		named = fmt.Sprintf("#%d", r)
	}
	switch c.pick(10) {
	case 1:
		return "&" + named + ";"
	case 2:
		return "&amp;" + named + ";"
	case 3:
		return fmt.Sprintf("&#x%x;", r)
	case 4:
		return fmt.Sprintf("&#38;#%04d;", r)
	case 5:
		return string(r + 0xFF01 - '!') // full width
	case 6:
		return c.one("\u200B", "\u00AD", "\u2060", "\U000E0041", "\u034F", "&shy;") + string(r)
	case 7:
		return fmt.Sprintf("&#x%X;", r+0xFF01-'!')
	}
	return string(r)
}

func (c *chooser) space() string {
	return c.one("", "", " ", "\n", "\t ", "\u00A0", "\u3000", "&nbsp;", "&#32;", "\u200B", " \u202E ")
}

func (c *chooser) tag(closer bool) string {
	var b strings.Builder
	b.WriteString(c.spell('<') + c.space())
	if closer {
		b.WriteString(c.spell('/') + c.space())
	}
	for _, r := range tagName {
		b.WriteString(c.spell(r))
	}
	b.WriteString(c.one("", "", " ", "\n", "/", " x", " x=1", ` x="y > z"`, " x='</private>'", " don't") + c.space())
	b.WriteString(c.spell('>'))
	return b.String()
}

// wrap puts the canary into a tagged region.
func (c *chooser) wrap() string {
	switch c.pick(5) {
	case 1: // nested before
		return c.tag(false) + "a" + c.tag(false) + "b" + c.tag(true) + canary + c.tag(true)
	case 2: // nested around
		return c.tag(false) + c.tag(false) + canary + c.tag(true) + canary + c.tag(true)
	case 3: // no closer
		return c.tag(false) + canary
	case 4: // in the tag itself
		opener := c.tag(false)
		return strings.TrimSuffix(opener, ">") + " " + canary + ">" + canary + c.tag(true)
	}
	return c.tag(false) + canary + c.tag(true)
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		"", "plain", "a < b && c > d", "x<private_count", "</private>", "<private", "<", "&", "&amp;",
		"<</private>private>", "<<</private>/private>private>x", "&l</private>t;private>", "&Lt;private>",
		"<\u0338private>", "</private>\u0338", "\u0301\u0301", strings.Repeat("\u0301", 40), "e" + strings.Repeat("\u0323\u0301", 20),
		"[REDACTED]", "&#x3c", "&#0060private", "\uFF1Cprivate\uFF1E", "İ ı", "\xff", "a\x00b", `<private x="`, "</private '",
		"</private <private>", "<private </private>", "<private&real", "</private&itKey>", "&amp;lt;private&amp;gt;", "  \u200B ", "\u1100\u1161\u11A8", "<prⅳate",
	} {
		f.Add(s, s, []byte(nil))
		f.Add(s, "b", []byte("\x01\x05\x02\x03\x09\x07\x04\x06\x08\x01\x02\x00\x05"+s))
	}
	r := New()
	fields := []Field{
		{Name: "content"},
		{Name: "query", Optional: true},
		{Name: "topic_key", Key: true},
		{Name: "title", MaxChars: 20, MaxBytes: 60},
	}
	f.Fuzz(func(t *testing.T, before, after string, choices []byte) {
		for _, field := range fields {
			text, report, err := r.Redact(field, before+after)
			if report == nil {
				t.Error("the report is nil")
			}
			if err != nil {
				if !text.IsZero() {
					t.Error("an error and a text")
				}
				checkQuotesNothing(t, field, err)
				continue
			}
			if text.IsZero() {
				if !field.Optional {
					t.Error("no text and no error")
				}
				continue
			}
			checkStorable(t, field, text)
		}
		checkBenign(t, r, before+after)

		c := &chooser{rest: choices}
		before, after = strings.ReplaceAll(before, canary, ""), strings.ReplaceAll(after, canary, "")
		planted := before + c.wrap() + after
		if !utf8.ValidString(planted) || strings.ContainsRune(planted, 0) {
			return
		}
		for _, field := range fields {
			text, report, _ := r.Redact(field, planted)
			if strings.Contains(strings.ToUpper(text.String()), canary) {
				t.Errorf("%s: the canary survived\n in %+q\nout %+q", field.Name, planted, text.String())
			}
			if report.Total() == 0 {
				t.Errorf("%s: nothing was counted in %+q", field.Name, planted)
			}
			if field.Key && !text.IsZero() {
				t.Errorf("a key was made of %+q", planted)
			}
		}
	})
}

func checkQuotesNothing(t *testing.T, f Field, err error) {
	t.Helper()
	fe := &FieldError{}
	ok := errors.As(err, &fe)
	if !ok {
		t.Fatalf("not a FieldError: %T", err)
	}
	if fe.Field != f.Name || !strings.HasPrefix(err.Error(), f.Name+" ") {
		t.Errorf("the error does not name the field: %v", err)
	}
	for _, r := range err.Error() {
		if r > unicode.MaxASCII {
			t.Errorf("the error quotes %q", r)
		}
	}
}

// checkBenign checks that a text in which no tag can begin is only composed and
// trimmed.
func checkBenign(t *testing.T, r *Redactor, s string) {
	t.Helper()
	s = strings.Map(func(r rune) rune {
		if strings.ContainsAny(norm.NFKC.String(string(r)), "<&\x00") {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	text, report, err := r.Redact(Field{Name: "query", Optional: true}, s)
	if err != nil && strings.Contains(s, mark) {
		return
	}
	if err != nil || report.Total() != 0 {
		t.Fatalf("benign %+q: %v, %v", s, report, err)
	}
	if want := strings.TrimSpace(norm.NFC.String(s)); text.String() != want && !blank(want) {
		t.Errorf("benign %+q became %+q", s, text.String())
	}
}
