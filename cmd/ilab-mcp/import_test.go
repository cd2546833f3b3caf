package main

import (
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
