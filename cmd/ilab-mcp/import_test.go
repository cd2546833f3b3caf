package main

import (
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// TestPlace: the name of a file cannot write on a terminal.
func TestPlace(t *testing.T) {
	for want, s := range map[string]transfer.Skip{
		"line 7": {Line: 7}, "notes/café.md": {Name: "notes/café.md"}, `a\x1b[2J\n"b".md`: {Name: "a\x1b[2J\n\"b\".md"},
	} {
		if got := place(s); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestManySkipped: of many the first are told one by one, and all by reason.
func TestManySkipped(t *testing.T) {
	got := summary(transfer.Report{
		Skipped: 1002, Skips: []transfer.Skip{{Name: "memory 1", Reason: "it was deleted there"}},
		Reasons: []transfer.Reason{{N: 1000, Text: "it was deleted there"}, {N: 2, Text: "content is missing"}},
	})
	const want = "memory 1 was skipped: it was deleted there\nin all, 1002 entries were skipped:\n  1000: it was deleted there\n  2: content is missing\n"
	if !strings.HasSuffix(got, want) {
		t.Error(got)
	}
}
