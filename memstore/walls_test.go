package memstore_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// TestForgeries type-checks programs that try to go round the two walls. Each
// must be refused by the compiler; the controls must pass.
func TestForgeries(t *testing.T) {
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	check := func(body string) error {
		src := "package forger\nimport (\n\"context\"\n\"github.com/ilab-mcp/ilab-mcp/memstore\"\n\"github.com/ilab-mcp/ilab-mcp/privacy\"\n)\n" +
			"var _ context.Context\nvar _ privacy.Text\nvar _ memstore.Type\n" + body
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "forger.go", src, 0)
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		conf := types.Config{Importer: imp}
		_, err = conf.Check("forger", fset, []*ast.File{f}, nil)
		return err
	}
	for _, body := range []string{
		`func f(t privacy.Text) memstore.Draft { return memstore.Draft{Type: memstore.Decision, Title: t, Content: t} }`,
		`func f(ctx context.Context, s *memstore.Store) { s.Get(ctx, 7) }`,
		`func f(db *memstore.DB, u memstore.UserID) { db.User(context.Background(), u) }`,
		`var u memstore.UserID`,
	} {
		if err := check(body); err != nil {
			t.Errorf("a control does not compile: %v\n%s", err, body)
		}
	}
	for name, body := range map[string]string{
		"a draft of plain text":         `var d = memstore.Draft{Title: "raw"}`,
		"a draft of converted text":     `var d = memstore.Draft{Title: privacy.Text("raw")}`,
		"a forged Text":                 `var x = privacy.Text{"raw"}`,
		"a Text with its field named":   `var x = privacy.Text{s: "raw"}`,
		"a patch of plain text":         `var p = memstore.Patch{Content: "raw"}`,
		"a query of plain text":         `var q = memstore.Query{Text: "raw"}`,
		"a summary of plain text":       `var n = memstore.Note{Summary: "raw"}`,
		"a user out of a string":        `var u = memstore.UserID("bob")`,
		"a forged user":                 `var u = memstore.UserID{id: "bob"}`,
		"an unkeyed user":               `var u = memstore.UserID{"bob"}`,
		"naming a user to a store":      `func f(ctx context.Context, s *memstore.Store, u memstore.UserID) { s.Get(ctx, u, 7) }`,
		"naming a user to a reader":     `func f(r memstore.Reader, u memstore.UserID) { r.Rows(u, nil) }`,
		"asking a store for its user":   `func f(s *memstore.Store) any { return s.user }`,
		"a store of another user":       `var s = memstore.Store{user: memstore.UserID{}}`,
		"an import of plain text":       `var r = memstore.MemoryRecord{Title: "raw"}`,
		"a row of plain text":           `var p = memstore.PutRow{Title: []byte("raw")}`,
		"a forged sealed text":          `var x = memstore.Sealed{[]byte("raw")}`,
		"a session row of plain text":   `var p = memstore.PutSession{Summary: []byte("raw")}`,
		"a forged key id":               `var x = memstore.KeyID{"raw"}`,
		"a key named in plain text":     `var k = memstore.NewKey{Name: "raw"}`,
		"a forged session name":         `var x = memstore.SessionID{"raw"}`,
		"binding a user by name":        `func f(db *memstore.DB) { db.User(context.Background(), "bob") }`,
		"unmarshalling into a Text":     `func f(x *privacy.Text) { x.UnmarshalJSON([]byte("1")) }`,
		"scanning a column into a Text": `func f(x *privacy.Text) { x.Scan("raw") }`,
	} {
		if check(body) == nil {
			t.Errorf("%s compiles: %s", name, body)
		}
	}
}

// TestWriteTypesHoldOnlyRedactedText walks all that can be written: no string,
// no any, no map, no bare bytes, to any depth. The user's row alone keeps
// bytes: the ids and counts of its last operations.
func TestWriteTypesHoldOnlyRedactedText(t *testing.T) {
	text := reflect.TypeFor[privacy.Text]()
	sealed := reflect.TypeFor[memstore.Sealed]()
	// Names with a maker of their own, which lets letters and digits in only.
	user, key := reflect.TypeFor[memstore.UserID](), reflect.TypeFor[memstore.KeyID]()
	session := reflect.TypeFor[memstore.SessionID]()
	seen := 0
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		seen++
		if typ == text || typ == sealed || typ == session || typ == user || typ == key || typ.PkgPath() == "time" {
			return
		}
		switch typ.Kind() { //nolint:exhaustive // all other kinds hold no text
		case reflect.String, reflect.Interface, reflect.Map, reflect.Func, reflect.UnsafePointer:
			t.Errorf("%s is a %s: it could hold text that was never redacted", path, typ)
		case reflect.Struct:
			for field := range typ.Fields() {
				walk(path+"."+field.Name, field.Type)
			}
		case reflect.Slice:
			if typ.Elem().Kind() == reflect.Uint8 && path != "Mutation.User.Ops" {
				t.Errorf("%s is bare bytes", path)
			}
			walk(path+"[]", typ.Elem())
		case reflect.Pointer, reflect.Array:
			walk(path+"[]", typ.Elem())
		}
	}
	for _, v := range []any{memstore.Draft{}, memstore.Patch{}, memstore.Note{}, memstore.Query{}, memstore.Record{}, memstore.Mutation{}, memstore.NewKey{}} {
		walk(reflect.TypeOf(v).Name(), reflect.TypeOf(v))
	}
	if seen < 50 {
		t.Errorf("only %d fields were seen", seen)
	}
}

// TestNoMethodNamesAUser: no method of a Store, a Reader or a Writer takes a
// user, or a string that could be one.
func TestNoMethodNamesAUser(t *testing.T) {
	user := reflect.TypeFor[memstore.UserID]()
	for _, typ := range []reflect.Type{
		reflect.TypeFor[*memstore.Store](), reflect.TypeFor[memstore.Reader](), reflect.TypeFor[memstore.Writer](),
	} {
		for m := range typ.Methods() {
			for in := range m.Type.Ins() {
				if in == user || in.Kind() == reflect.Map || in.Kind() == reflect.Interface && !strings.HasSuffix(in.String(), "context.Context") {
					t.Errorf("%s.%s takes a %s", typ, m.Name, in)
				}
				// Session names and topic keys are looked up among the user's own.
				if in.Kind() == reflect.String && m.Name != "Session" && m.Name != "Sessions" && m.Name != "Written" && m.Name != "Topics" {
					t.Errorf("%s.%s takes a string", typ, m.Name)
				}
			}
		}
	}
}

func TestParseUserID(t *testing.T) {
	for _, good := range []string{"a", "A9", "0", "alice.b_c-d", strings.Repeat("x", 64)} {
		if u, err := memstore.ParseUserID(good); err != nil || u.String() != good {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", ".a", "-a", "_a", "a b", "a/b", "é", "a\x00", strings.Repeat("x", 65), "me@example.com", "a'b", "a;b"} {
		_, err := memstore.ParseUserID(bad)
		if err == nil {
			t.Errorf("%q was accepted", bad)
		} else if bad != "" && len(bad) > 2 && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats %q: %v", bad, err)
		}
	}
	if _, err := memstore.ParseUserID("me@example.com"); err == nil || !strings.Contains(err.Error(), "--user-email") {
		t.Errorf("an e-mail address: %v", err)
	}
}
