package architecture_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/tools"
)

var update = flag.Bool("update", false, "rewrite what is made from the code")

// TestReadmeTable: the table of tools in the README is the one that the code
// gives.
func TestReadmeTable(t *testing.T) {
	const begin, end = "compares it -->\n", "<!-- /tools -->"
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	i, j := strings.Index(text, begin)+len(begin), strings.Index(text, end)
	if i < len(begin) || j < i {
		t.Fatal("the README has lost the marks around its table of tools")
	}
	if text[i:j] == tools.Table() {
		return
	}
	if !*update {
		t.Fatal("the README's table of tools is not the code's; run go test . -update")
	}
	if err := os.WriteFile("README.md", []byte(text[:i]+tools.Table()+text[j:]), 0o644); err != nil {
		t.Fatal(err)
	}
}
