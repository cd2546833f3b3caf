package main

import (
	"archive/zip"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts this program on the PATH of tests: they start it as people do.
// Beside it stand servers without a memory, to compare with.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ilab-mcp": main, "bare-mcp": bareServer, "constant-mcp": constantServer})
}

// TestScripts runs the command line. The scripts' own commands:
//
//	exits CODE program…    runs a program that must end with that code
//	jsonlines              stdout is JSON-RPC messages, one a line, and nothing else
//	answers N              stdout is N lines
//	columns N              no line of stdout is wider
//	nowhere TEXT file…     none of the files holds the text; missing files do not
//	empty DIR              there is nothing in the folder
//	database FILE SQL…     makes a SQLite file of the statements in files
//	zip FILE file…         packs files
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"jsonlines": jsonLines,
			"answers":   answers,
			"columns":   columns,
			"nowhere":   nowhere,
			"empty":     empty,
			"database":  database,
			"zip":       pack,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func jsonLines(ts *testscript.TestScript, _ bool, _ []string) {
	out := ts.ReadFile("stdout")
	if !strings.HasSuffix(out, "\n") {
		ts.Fatalf("stdout does not end with a line's end")
	}
	for line := range strings.Lines(out) {
		var m struct {
			JSONRPC string `json:"jsonrpc"`
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.JSONRPC != "2.0" {
			ts.Fatalf("stdout has %q: %v", line, err)
		}
	}
}

func answers(ts *testscript.TestScript, _ bool, args []string) {
	if got := strings.Count(ts.ReadFile("stdout"), "\n"); strconv.Itoa(got) != args[0] {
		ts.Fatalf("%d lines on stdout, want %s", got, args[0])
	}
}

func columns(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > most {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args[1:] {
		b, err := os.ReadFile(ts.MkAbs(name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			ts.Fatalf("%v", err)
		}
		if strings.Contains(string(b), args[0]) {
			ts.Fatalf("%s holds %q", name, args[0])
		}
	}
}

func empty(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 {
		ts.Fatalf("%s holds %s and %d more", args[0], entries[0].Name(), len(entries)-1)
	}
}

func database(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	for _, name := range args[1:] {
		_, err := db.Exec(ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(db.Close())
}

func pack(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	z := zip.NewWriter(f)
	for _, name := range args[1:] {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = w.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(errors.Join(z.Close(), f.Close()))
}
