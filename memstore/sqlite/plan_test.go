package sqlite

import (
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func openTest(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "memory.db"), Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestPlansLeadWithTheUser reads SQLite's plan of every statement: each access
// to a user's table goes through a key or index whose first column is the user,
// by equality. A statement that forgot its user would scan.
func TestPlansLeadWithTheUser(t *testing.T) {
	db := openTest(t)
	c := db.conn(readPragmas)
	if err := c.connect(); err != nil {
		t.Fatal(err)
	}
	accesses := 0
	for q, text := range statements {
		if text == "" {
			t.Errorf("query %d has no text", q)
			continue
		}
		args := make([]any, strings.Count(text, "?")) // more than enough, all NULL
		n := 0
		for _, m := range regexp.MustCompile(`\?(\d+)`).FindAllStringSubmatch(text, -1) {
			n = max(n, int(m[1][0]-'0')*len(m[1])) // parameters run from ?1 to ?16
			if len(m[1]) == 2 {
				n = max(n, 10+int(m[1][1]-'0'))
			}
		}
		if n < len(args) {
			args = args[:n]
		}
		rows, err := c.c.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, detail := range details(t, rows) {
			if !strings.HasPrefix(detail, "SEARCH ") && !strings.HasPrefix(detail, "SCAN ") {
				continue
			}
			if strings.Contains(detail, "json_each") || strings.HasPrefix(detail, "SCAN c") || strings.HasPrefix(detail, "SCAN CONSTANT") {
				continue // the parameter list, and rows made of constants
			}
			accesses++
			if !strings.HasPrefix(detail, "SEARCH ") || !strings.Contains(detail, "(user_id=?") {
				t.Errorf("query %d does not lead with the user: %s\n%s", q, detail, text)
			}
		}
		if !strings.HasPrefix(text, "INSERT INTO") && !strings.Contains(text, "user_id = ?1") {
			t.Errorf("query %d names no user:\n%s", q, text)
		}
	}
	if accesses < 25 {
		t.Errorf("only %d accesses were read", accesses)
	}
}

// details reads the lines of a query plan.
func details(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer func() { _ = rows.Close() }() // a test's read
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		out = append(out, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestKeysLeadWithTheUser: every primary key and index of every table starts
// with user_id, but for two tables: facts about the whole file, and API keys,
// by which a user is found.
func TestKeysLeadWithTheUser(t *testing.T) {
	db := openTest(t)
	c := db.conn(readPragmas)
	if err := c.connect(); err != nil {
		t.Fatal(err)
	}
	rows, err := c.c.QueryContext(t.Context(), `
		SELECT m.name, i.name, (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0)
		FROM sqlite_schema AS m, pragma_index_list(m.name) AS i WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // a test's read
	seen := 0
	for rows.Next() {
		var table, index, first string
		if err := rows.Scan(&table, &index, &first); err != nil {
			t.Fatal(err)
		}
		seen++
		if table != "store" && table != "api_keys" && first != "user_id" {
			t.Errorf("%s of %s starts with %s", index, table, first)
		}
	}
	if err := rows.Err(); err != nil || seen < 10 {
		t.Errorf("%d indexes: %v", seen, err)
	}
}

// TestStatementsStandInOneFile: SQL that reads or writes rows stands in sql.go
// only, where the test above reads its plan.
func TestStatementsStandInOneFile(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\s`)
	for _, name := range files {
		if name == "sql.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && statement.MatchString(strings.Trim(lit.Value, "`\"")) &&
				!strings.Contains(lit.Value, "sqlite_schema") {
				t.Errorf("%s: %s", name, lit.Value)
			}
			return true
		})
	}
}

// TestPragmasOnEveryConnection reads the pragmas back on each connection that
// the file has.
func TestPragmasOnEveryConnection(t *testing.T) {
	db := openTest(t)
	for range 3 {
		if err := verifyPragmas(db.conn(readPragmas)); err != nil {
			t.Error(err)
		}
	}
	if err := verifyPragmas(db.writer.c); err != nil {
		t.Error(err)
	}
	reader := db.conn(readPragmas)
	if err := reader.exec(deleteFact, "x"); err == nil {
		t.Error("a reading connection can write")
	}
}

func TestPathsAreEscaped(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a?b.db", "c&d=e.db", "f%20g.db", "h#i.db", "x?_pragma=synchronous(OFF).db", "spaß 日本.db"} {
		path := filepath.Join(dir, name)
		db, err := Open(t.Context(), path, Options{Program: "test"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var file string
		if err := db.writer.c.queryOne("SELECT file FROM pragma_database_list WHERE name = 'main'", nil, &file); err != nil {
			t.Error(err)
		}
		if resolved, err := filepath.EvalSymlinks(path); err != nil || file != resolved {
			t.Errorf("%s opened %s: %v", path, file, err)
		}
		if err := verifyPragmas(db.writer.c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
