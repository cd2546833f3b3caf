package privacy

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reporter is a test of any kind: rapid has its own, which shrinks.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkStorable checks what holds for every Text: it is valid, composed and
// within limits, no tag is in it, and redacting it again changes nothing.
func checkStorable(t reporter, f Field, text Text) {
	t.Helper()
	s := text.String()
	if !utf8.ValidString(s) {
		t.Errorf("not valid UTF-8: %q", s)
	}
	if !norm.NFC.IsNormalString(s) || norm.NFC.String(s) != s {
		t.Errorf("not in normal form C: %q", s)
	}
	if cuts := privateCuts(s); len(cuts) > 0 {
		t.Errorf("tags are left in %q: %v", s, cuts)
	}
	if tag := plainTag(s); tag != "" {
		t.Errorf("package html reads %q as holding %q", s, tag)
	}
	if err := f.Check(text); err != nil {
		t.Errorf("Check: %v", err)
	}
	again, report, err := New().Redact(f, s)
	if err != nil {
		t.Errorf("redacting %q again: %v", s, err)
	} else if again != text {
		t.Errorf("redacting %q again gives %q", s, again.String())
	}
	if report.Total() != 0 {
		t.Errorf("redacting %q again counts %v", s, report)
	}
}

var tagPattern = regexp.MustCompile(`(?i)<[\s\x{85}\pZ]*/?[\s\x{85}\pZ]*private($|[^\pL\p{Nd}\-_.:])`)

// plainTag is a second opinion on whether there is a tag in s, which shares no
// code with the scanner. It misses tags that the scanner finds, such as those
// in entities that package html wants a ";" after, and finds none it does not.
func plainTag(s string) string {
	unseen := func(r rune) rune {
		if derivedIgnorable(r) {
			return -1
		}
		return r
	}
	for range 3 {
		s = strings.Map(unseen, norm.NFKC.String(s))
		if tag := tagPattern.FindString(s); tag != "" {
			return tag
		}
		s = html.UnescapeString(s)
	}
	return ""
}
