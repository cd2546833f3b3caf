package privacy

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Redactor makes texts that may be stored. It is safe for concurrent use.
type Redactor struct{}

// New returns a Redactor.
func New() *Redactor { return &Redactor{} }

// Redact makes the Text of a field from what a client sent for it: normal form
// C, then redaction, then trimming, then the field's limits. Redacting the
// result again gives the same Text. It takes time in proportion to the input,
// whatever is in it.
//
// The Report is never nil. The error is a *[FieldError]; with it comes the zero
// Text, and nothing may be stored.
func (r *Redactor) Redact(f Field, raw string) (Text, Report, error) {
	report := Report{}
	if err := f.admit(raw); err != nil {
		return Text{}, report, err
	}
	s := compose(raw)

	// The one place where text is taken out. Another detector runs on what this
	// one leaves, in the same way.
	cuts := privateCuts(s)
	s = splice(s, cuts, report)
	if f.Key && len(cuts) > 0 {
		return Text{}, report, f.refuse(keepOut, "names a topic and cannot hold private text")
	}

	s = strings.TrimFunc(s, unicode.IsSpace)
	if rest := strings.ReplaceAll(s, mark, ""); blank(rest) {
		switch {
		case rest != s || report.Total() > 0:
			return Text{}, report, f.refuse(sayMore, "held nothing but private text, so nothing was done with it")
		case f.Optional:
			return Text{}, report, nil
		default:
			return Text{}, report, f.refuse(fillIn, "is blank")
		}
	}

	if f.Key {
		s = foldKey(s)
		// Lower case can spell a tag that was none: &Lt; is another sign than &lt;.
		if len(privateCuts(s)) > 0 {
			return Text{}, report, f.refuse(keepOut, "names a topic and cannot hold private text")
		}
	}

	t := Text{s}
	if err := f.limit(t); err != nil {
		return Text{}, report, err
	}
	return t, report, nil
}

// compose returns s in normal form C. Where more than 30 combining marks follow
// each other it sets U+034F between them, as Unicode's stream-safe format does;
// without that, one character could be as long as the text.
func compose(s string) string { return norm.NFC.String(s) }

// blank reports whether there is nothing to see in s.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !ignorable(r)
	}) < 0
}
