package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestSignal ends a server that waits for its client.
func TestSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send")
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		db := filepath.Join(t.TempDir(), "m.db")
		w := begin(t, db)
		w.must("mem_save", object{"type": "discovery", "title": "t", "content": "kept"})
		if err := w.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		w.wait() // exit code 0
		if log := w.stderr.String(); !strings.Contains(log, "msg=done") {
			t.Errorf("%s: the log is %s", signal, log)
		}
		w = begin(t, db)
		if n := w.observations(); n != 1 {
			t.Errorf("%s: %d memories", signal, n)
		}
		w.end()
	}
}

// TestClientDies sends saves and goes away without reading an answer: all pipes
// of the server break. What it read is saved all the same.
func TestClientDies(t *testing.T) {
	const saves = 50
	db := filepath.Join(t.TempDir(), "m.db")
	out, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	log, theirLog, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var in []string
	for id := range saves {
		in = append(in, strings.Replace(saveLine(id, "c"), `"t"`, `"finding `+strings.Repeat("i", id+1)+`"`, 1))
	}
	w := &wire{t: t, lines: make(chan string)}
	close(w.lines)
	w.cmd = program(t, "stdio", "--user", "me", "--db", db, "--log-level", "debug")
	w.cmd.Stdin = strings.NewReader(strings.Join(in, "\n"))
	w.cmd.Stdout, w.cmd.Stderr = theirs, theirLog
	for _, f := range []*os.File{out, log} { // nobody reads, from the beginning
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{theirs, theirLog} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w.wait()
	w = begin(t, db)
	if n := w.observations(); n != saves {
		t.Errorf("%d of %d saves were finished", n, saves)
	}
	w.end()
}
