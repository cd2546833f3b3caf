package privacy_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// Outside of this package no Text can be made but by a Redactor. The compiler
// keeps that, so the compiler's type checker is what is asked.
func TestForgeriesDoNotCompile(t *testing.T) {
	fset := token.NewFileSet()
	source := importer.ForCompiler(fset, "source", nil)
	compile := func(body string) error {
		file, err := parser.ParseFile(fset, "forger.go", "package forger\n\n"+
			"import \"github.com/ilab-mcp/ilab-mcp/privacy\"\n\n"+body, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&types.Config{Importer: source}).Check("forger", fset, []*ast.File{file}, nil)
		return err
	}
	for name, body := range map[string]string{
		"the maker": `func f(r *privacy.Redactor) privacy.Text { t, _, _ := r.Redact(privacy.Field{}, "x"); return t }`,
		"the zero":  `var _ = privacy.Text{}`,
	} {
		if err := compile(body); err != nil {
			t.Fatalf("%s must compile, or the rest proves nothing: %v", name, err)
		}
	}
	for name, body := range map[string]string{
		"a named field":       `var _ = privacy.Text{s: "x"}`,
		"a field":             `var _ = privacy.Text{"x"}`,
		"a conversion":        `var _ = privacy.Text("x")`,
		"a look-alike":        `var _ = privacy.Text(struct{ s string }{"x"})`,
		"an assignment":       `func f(t *privacy.Text) { t.s = "x" }`,
		"a string for a Text": `var _ privacy.Text = "x"`,
		"a Text for a string": `var _ string = privacy.Text{}`,
		"an embedded Text":    `type T struct{ privacy.Text }; var _ = T{}.s`,
	} {
		if compile(body) == nil {
			t.Errorf("%s compiles: %s", name, body)
		}
	}
}
