package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBrokenPromise: the tour says so, and fails.
func TestBrokenPromise(t *testing.T) {
	var out bytes.Buffer
	walk := &tour{page: newPage(env{stdout: &out, getenv: func(string) string { return "" }})}
	walk.promise(true, "This was kept.")
	walk.promise(false, "This was not.")
	err := walk.verdict()
	if err == nil || !strings.Contains(err.Error(), "1 of 2 promises") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(out.String(), "✓ This was kept.") || !strings.Contains(out.String(), "✗ This was not.") || strings.Contains(out.String(), "All kept") {
		t.Errorf("got %s", out.String())
	}
}

func TestWrap(t *testing.T) {
	for s, want := range map[string]string{
		"":                  "",
		"one":               "one",
		"one two three":     "one two|three",
		"a longlonglong b":  "a|longlonglo|ng b",
		"two\nlines here":   "two|lines here",
		"ééé ééé ééé ééé":   "ééé ééé|ééé ééé",
		"exactly ten chars": "exactly|ten chars",
	} {
		lines := wrap(s, 10)
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 10 {
				t.Errorf("%q: %q is too wide", s, line)
			}
		}
	}
}
