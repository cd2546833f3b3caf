package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for something that should be at once.
const patience = 20 * time.Second

// wire is a running ilab-mcp stdio, spoken to in raw lines.
type wire struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan string
	stderr bytes.Buffer
	said   bytes.Buffer // all of stdout
	id     int
}

// program is a run of ilab-mcp, without settings of the surroundings.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ilab-mcp", args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ILAB_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// begin starts a process for the user "me" on a store.
func begin(t *testing.T, db string, args ...string) *wire {
	t.Helper()
	w := &wire{t: t, lines: make(chan string)}
	w.cmd = program(t, append([]string{"stdio", "--user", "me", "--db", db}, args...)...)
	w.cmd.Stderr = &w.stderr
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(w.lines)
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			w.lines <- line
		}
	}()
	t.Cleanup(func() {
		_ = w.cmd.Process.Kill() // it has ended already where the test went well
		for range w.lines {      // lets the reader end
		}
	})
	w.ask(`{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"wire","version":"1"}}}`)
	w.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return w
}

func (w *wire) send(line string) {
	w.t.Helper()
	if _, err := io.WriteString(w.in, line+"\n"); err != nil {
		w.t.Fatalf("the server does not read: %v\n%s", err, w.stderr.String())
	}
}

// read gives the next message, which must be one.
func (w *wire) read() string {
	w.t.Helper()
	select {
	case line, ok := <-w.lines:
		if !ok {
			w.t.Fatalf("the server closed its stdout\n%s", w.stderr.String())
		}
		w.said.WriteString(line)
		if !json.Valid([]byte(line)) {
			w.t.Fatalf("stdout has %q", line)
		}
		return line
	case <-time.After(patience):
		w.t.Fatal("no answer")
		return ""
	}
}

func (w *wire) ask(line string) string {
	w.t.Helper()
	w.send(line)
	return w.read()
}

// tool calls a tool. It gives the text of the reply, and whether it is an error.
func (w *wire) tool(name string, args any) (string, bool) {
	w.t.Helper()
	w.id++
	b, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": w.id, "method": "tools/call", "params": map[string]any{"name": name, "arguments": args},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	line := w.ask(string(b))
	var r struct {
		ID     int
		Result struct {
			Content []struct{ Text string }
			IsError bool
		}
	}
	if err := json.Unmarshal([]byte(line), &r); err != nil || r.ID != w.id || len(r.Result.Content) != 1 {
		w.t.Fatalf("%s: got %s (%v)", name, line, err)
	}
	return r.Result.Content[0].Text, r.Result.IsError
}

// must is tool where an error is none of the test's plan.
func (w *wire) must(name string, args any) string {
	w.t.Helper()
	text, failed := w.tool(name, args)
	if failed {
		w.t.Fatalf("%s: %s", name, text)
	}
	return text
}

// end closes stdin and waits for the process, which must be content.
func (w *wire) end() {
	w.t.Helper()
	if err := w.in.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.wait()
}

func (w *wire) wait() {
	w.t.Helper()
	for line := range w.lines {
		w.said.WriteString(line)
	}
	if err := w.cmd.Wait(); err != nil {
		w.t.Fatalf("%v\n%s", err, w.stderr.String())
	}
}

type object = map[string]any

// everything gives the bytes of all files of a store.
func everything(t *testing.T, db string) []byte {
	t.Helper()
	names, err := filepath.Glob(db + "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	var all []byte
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// observations asks how many memories the user has.
func (w *wire) observations() int {
	w.t.Helper()
	var stats struct{ Observations int }
	if err := json.Unmarshal([]byte(w.must("mem_stats", object{})), &stats); err != nil {
		w.t.Fatal(err)
	}
	return stats.Observations
}

func saveLine(id int, content string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"mem_save","arguments":{"type":"discovery","title":"t","content":"%s"}}}`, id, content)
}

func has(t *testing.T, line string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(line, part) {
			t.Errorf("%.200s has no %s", line, part)
		}
	}
}
