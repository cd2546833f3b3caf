// Package architecture_test holds the import table of docs/ARCHITECTURE.md: who
// may import whom. The linter holds it too; this test needs no linter.
package architecture_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ilab-mcp/ilab-mcp"

// rule says what a package may not import, itself or (deep) through others.
type rule struct {
	pkg  string
	ours []string // packages of this module that it may import directly
	not  []string // direct imports it must not have
	deep []string // packages it must not reach at all
}

var rules = []rule{
	{pkg: "privacy", ours: []string{"privacy/internal/secrets"}, not: []string{"os", "net", "net/http", "database/sql", "time"}, deep: []string{"net", "database/sql"}},
	{pkg: "memstore/recall", ours: nil, not: []string{"os", "net", "database/sql", "math/rand", "math/rand/v2"}, deep: []string{"net", "database/sql"}},
	{
		pkg: "memstore", ours: []string{"privacy", "memstore/recall"},
		not: []string{"os", "net", "net/http", "database/sql"}, deep: []string{"database/sql", "net", "github.com/mark3labs/mcp-go/mcp", "modernc.org/sqlite"},
	},
	{
		pkg: "memstore/sqlite", ours: []string{"memstore"},
		not: []string{"net", "net/http"}, deep: []string{"github.com/mark3labs/mcp-go/mcp", module + "/tools"},
	},
	{
		pkg: "memstore/folder", ours: []string{"memstore", "memstore/sqlite"},
		not: []string{"net", "net/http", "database/sql"}, deep: []string{"github.com/mark3labs/mcp-go/mcp", module + "/tools"},
	},
	{
		pkg: "memstore/postgres", ours: []string{"memstore"},
		not: []string{"os", "net/http"}, deep: []string{"github.com/mark3labs/mcp-go/mcp", "modernc.org/sqlite", module + "/tools"},
	},
	{
		pkg: "tools", ours: []string{"memstore", "privacy"},
		not: []string{"os", "net/http", "database/sql"}, deep: []string{"database/sql", "modernc.org/sqlite"},
	},
	{
		pkg:  "cmd/ilab-mcp/internal/connect",
		ours: []string{"memstore", "tools", "privacy", "cmd/ilab-mcp/internal/identity", "cmd/ilab-mcp/internal/surrogates", "cmd/ilab-mcp/internal/telemetry"},
		not:  []string{"database/sql"}, deep: []string{"database/sql", "modernc.org/sqlite"},
	},
	{
		pkg: "cmd/ilab-mcp/internal/identity", ours: []string{"memstore", "privacy"},
		not: []string{"database/sql"}, deep: []string{"database/sql", "modernc.org/sqlite", "github.com/mark3labs/mcp-go/mcp"},
	},
	{
		pkg: "cmd/ilab-mcp/internal/transfer", ours: []string{"memstore", "privacy", "cmd/ilab-mcp/internal/surrogates"},
		not: []string{"os", "net/http", "database/sql"}, deep: []string{"database/sql", "modernc.org/sqlite", "github.com/mark3labs/mcp-go/mcp"},
	},
	{
		pkg: "cmd/ilab-mcp/internal/transfer/claudemem", ours: []string{"cmd/ilab-mcp/internal/transfer"},
		not: []string{"net", "net/http"}, deep: []string{"github.com/mark3labs/mcp-go/mcp", module + "/memstore/sqlite"},
	},
	{pkg: "cmd/ilab-mcp/internal/measure", ours: nil, not: []string{"os", "net", "net/http", "database/sql"}, deep: []string{"net", "database/sql"}},
	{
		pkg: "cmd/ilab-mcp/internal/telemetry", ours: nil,
		not: []string{"database/sql"}, deep: []string{"database/sql", "github.com/mark3labs/mcp-go/mcp"},
	},
}

func list(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

func TestImports(t *testing.T) {
	for _, r := range rules {
		direct := list(t, "-f", `{{join .Imports "\n"}}`, "./"+r.pkg)
		if len(direct) == 0 {
			t.Errorf("%s imports nothing: is the rule's name right?", r.pkg)
		}
		for _, p := range direct {
			if ours, ok := strings.CutPrefix(p, module+"/"); ok && !slices.Contains(r.ours, ours) {
				t.Errorf("%s must not import %s", r.pkg, ours)
			}
			if slices.Contains(r.not, p) {
				t.Errorf("%s must not import %s", r.pkg, p)
			}
		}
		for _, p := range list(t, "-deps", "./"+r.pkg) {
			if slices.Contains(r.deep, p) {
				t.Errorf("%s must not reach %s", r.pkg, p)
			}
		}
	}
}

// TestSuiteStaysInTests: the conformance suite, which imports testing, is in no
// program.
func TestSuiteStaysInTests(t *testing.T) {
	for _, p := range list(t, "-deps", "./cmd/ilab-mcp") {
		if p == "testing" || strings.HasSuffix(p, "/memstoretest") || strings.HasSuffix(p, "/postgrestest") {
			t.Errorf("the program links %s", p)
		}
	}
}

// files parses the program's own Go files, tests and the conformance suite left
// out.
func files(t *testing.T) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "memstoretest" || len(d.Name()) > 1 && d.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		out[filepath.ToSlash(path)], err = parser.ParseFile(token.NewFileSet(), path, nil, 0)
		return err
	})
	if err != nil || len(out) < 50 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

// TestRankingHasNoClock: what a search finds depends on the time it is given.
func TestRankingHasNoClock(t *testing.T) {
	for path, f := range files(t) {
		if !strings.HasPrefix(path, "memstore/recall/") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick", "Sleep", "Local"}, s.Sel.Name) {
					t.Errorf("%s uses time.%s", path, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestWhoBindsAUser: memstore.DB.User is called in two places: in connect, after
// a credential was checked, and for the commands about a user's data, which
// whoever has the store's file may run. No identity travels in a context.
func TestWhoBindsAUser(t *testing.T) {
	bound := map[string]int{}
	for path, f := range files(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if sel.Sel.Name == "User" && len(call.Args) == 2 {
				bound[path]++
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "context" && sel.Sel.Name == "WithValue" {
				t.Errorf("%s keeps a value in a context", path)
			}
			return true
		})
	}
	if want := map[string]int{"cmd/ilab-mcp/internal/connect/bind.go": 1, "cmd/ilab-mcp/whose.go": 1}; !maps.Equal(bound, want) {
		t.Errorf("a user is bound in %v, want %v", bound, want)
	}
}
