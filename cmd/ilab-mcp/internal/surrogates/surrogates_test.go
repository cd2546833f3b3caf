package surrogates_test

import (
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/surrogates"
)

func TestUnpaired(t *testing.T) {
	for msg, want := range map[string]bool{
		`"plain"`: false, `"\ud83d\ude00"`: false, `"\\ud83d"`: false, `"\u00e9\n"`: false, `"\\\ud83d"`: true,
		`"\ud83d"`: true, `"\ude00"`: true, `"\ud83d\ud83d\ude00"`: true, `"\ude00\ud83d"`: true, `"\ud83dx"`: true, `"\ud83d\\ude00"`: true,
	} {
		if got := surrogates.Unpaired([]byte(msg)); got != want {
			t.Errorf("%s: %v", msg, got)
		}
	}
}
