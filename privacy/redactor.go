package privacy

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Redactor makes texts that may be stored. It is safe for concurrent use.
type Redactor struct{ secrets Secrets }

// New returns a Redactor that takes secrets out.
func New() *Redactor { return NewWith(TakeSecrets) }

// NewWith returns a Redactor that does with secrets what s says.
func NewWith(s Secrets) *Redactor { return &Redactor{secrets: s} }

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
	s, err := r.takeOut(f, compose(raw), report)
	if err != nil {
		return Text{}, report, err
	}

	s = strings.TrimFunc(s, unicode.IsSpace)
	if rest := withoutMarks(s); blank(rest) {
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
		if s, err = r.takeOut(f, s, Report{}); err != nil {
			return Text{}, report, err
		}
	}

	t := Text{s}
	if err := f.limit(t); err != nil {
		return Text{}, report, err
	}
	return t, report, nil
}

// takeOut is the one place where text is taken out: first what is tagged, then
// secrets in what that leaves.
func (r *Redactor) takeOut(f Field, s string, report Report) (string, error) {
	// A secret between the name of a tag and its end made it another name; with a
	// mark there it is a tag. And what was part of one long value can be one by
	// itself. So it is looked at again, until nothing is found.
	for range takeOutRounds {
		cuts := privateCuts(s)
		s = splice(s, cuts, report)
		if f.Key && len(cuts) > 0 {
			return "", f.refuse(keepOut, "names a topic and cannot hold private text")
		}
		if r.secrets == KeepSecrets {
			return s, nil
		}
		found := secretCuts(s)
		switch {
		case len(found) == 0:
			return s, nil
		case r.secrets == RefuseSecrets:
			return "", f.refuse(keepSafe, "holds what looks like a secret (%s)", found[0].kind)
		case f.Key:
			return "", f.refuse(keepOut, "names a topic and cannot hold a secret (%s)", found[0].kind)
		}
		s = splice(s, found, report)
	}
	return s, nil
}

// takeOutRounds is more than any text of people needs.
const takeOutRounds = 8

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
