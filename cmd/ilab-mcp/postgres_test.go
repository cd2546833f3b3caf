package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

// TestOnPostgres runs the commands on a database, as an operator does: keys, an agent
// that saves and searches, a move from a file and back, and erasing.
func TestOnPostgres(t *testing.T) {
	url := postgrestest.Start(t).URL
	dir := t.TempDir()
	run := func(stdin string, code int, args ...string) (stdout, stderr string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "ilab-mcp", args...)
		cmd.Env = append(os.Environ(), "ILAB_DB="+url)
		cmd.Stdin = strings.NewReader(stdin)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run() // its code is looked at
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got, code, out.String(), errs.String())
		}
		return out.String(), errs.String()
	}
	holds := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Fatalf("no %q in\n%s", part, text)
			}
		}
	}
	calls := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_save","arguments":{"type":"decision","title":"Engine","content":"We use PostgreSQL"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"mem_search","arguments":{"query":"which engine do we use?"}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"mem_forget","arguments":{"observation_id":5}}}
`
	out, logged := run(calls, 0, "stdio", "--user", "alice")
	holds(out, `\"outcome\":\"created\"`, `We use PostgreSQL`, `\"forgotten\":false`)
	if strings.Contains(logged, "postgres@") {
		t.Errorf("the log tells the URL: %s", logged)
	}
	out, _ = run("", 0, "key", "add", "--user", "alice", "--name", "laptop")
	holds(out, "ilab_")
	out, _ = run("", 0, "key", "list")
	holds(out, "laptop")
	out, _ = run("", 0, "doctor")
	holds(out, "1 memory of 1 user", "The store is sound")

	file := filepath.Join(dir, "memory.db")
	_, errs := run("", 0, "migrate", "--from", url, "--to", file)
	holds(errs, "moved 1 user and 1 API key")
	before, _ := run("", 0, "export", "--user", "alice", "-")
	after, _ := run("", 0, "export", "--db", file, "--user", "alice", "-")
	if before != after || before == "" {
		t.Errorf("the export of the copy is another:\n%s\n%s", before, after)
	}
	out, _ = run("", 0, "forget", "--user", "alice", "--all", "--yes")
	holds(out, "forgot 1 memory and 1 session and 1 API key of alice", "VACUUM", "backups")
	_, errs = run("", 0, "migrate", "--from", file, "--to", url)
	holds(errs, "moved 1 user and 1 API key")
	again, _ := run("", 0, "export", "--user", "alice", "-")
	if again != before {
		t.Errorf("after a move back:\n%s", again)
	}
	_, errs = run("", 2, "backup", filepath.Join(dir, "copy"))
	holds(errs, "pg_dump")
}
