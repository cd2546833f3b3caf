package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestBenchLoad: a small measurement has every call in it, and leaves nothing.
// What is set around it is not for its stores.
func TestBenchLoad(t *testing.T) {
	t.Setenv("ILAB_MAX_MEMORIES", "1")
	t.Setenv("ILAB_LISTEN", "nowhere")
	t.Setenv("ILAB_READ_ONLY", "true")
	folder := t.TempDir()
	cmd := program(t, "bench", "load", "--sizes", "0,20", "--turns", "7", "--clients", "3", "--json", "--folder", folder)
	cmd.Env = os.Environ()
	nobody := watchProcesses(t, cmd)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var r loadReport
	if err := json.Unmarshal(out, &r); err != nil || r.Turns != 7 || r.Version == "" || len(r.Measurements) != 4 {
		t.Fatalf("%v: %s", err, out)
	}
	for i, m := range r.Measurements {
		clients := map[string]int{"stdio": 1, "http": 3}[m.Transport]
		if want := [][2]any{{"stdio", 0}, {"http", 0}, {"stdio", 20}, {"http", 20}}[i]; m.Transport != want[0] || m.Memories != want[1] || m.Clients != clients {
			t.Errorf("measurement %d is %s with %d memories and %d clients", i, m.Transport, m.Memories, m.Clients)
		}
		want := map[string]int{"mem_session_start": 1, "mem_search": 7, "mem_get_observation": 3, "mem_save": 7, "mem_session_end": 1}
		calls := 0
		for _, tool := range m.Tools {
			n := tool.Latency.Calls
			// What a search does not find is not read.
			if most := clients * want[tool.Tool]; n > most || n < most && tool.Tool != "mem_get_observation" {
				t.Errorf("%s over %s: %d calls, want %d", tool.Tool, m.Transport, n, most)
			}
			if l := tool.Latency; n > 0 && (l.Median <= 0 || l.Median > l.P95 || l.P95 > l.P99 || l.P99 > l.Max || tool.PerSecond <= 0) {
				t.Errorf("%s over %s: %+v", tool.Tool, m.Transport, tool)
			}
			calls += n
		}
		if m.All.Latency.Calls != calls || m.Seconds <= 0 || len(m.Tools) != len(want) || (m.FillPerSecond > 0) != (m.Memories > 0) {
			t.Errorf("%s: %+v", m.Transport, m)
		}
	}
	nothingIn(t, folder)
	nobody()
}

// TestBenchInterrupted: a benchmark that is told to stop while its agents work
// does so, says so, and leaves nothing.
func TestBenchInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send")
	}
	for _, over := range []string{"stdio", "http"} {
		folder := t.TempDir()
		cmd := program(t, "bench", "load", "--sizes", "0", "--turns", "100000", "--clients", "2", "--over", over, "--folder", folder)
		var log lines
		cmd.Stderr = &log
		nobody := watchProcesses(t, cmd)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended already where the test went well
		working := func() bool {
			found, err := filepath.Glob(filepath.Join(folder, "*", "*", "memory.db-wal"))
			if err != nil || len(found) == 0 {
				return false
			}
			info, err := os.Stat(found[0])
			return err == nil && info.Size() > 1<<20
		}
		for end := time.Now().Add(patience); !working(); runtime.Gosched() {
			if time.Now().After(end) {
				t.Fatalf("%s: the agents do not work: %s", over, log.String())
			}
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // its exit code is looked at
		if code := cmd.ProcessState.ExitCode(); code != exitFailed || !strings.Contains(log.String(), "interrupted, so there is no result") {
			t.Errorf("%s: exit code %d: %s", over, code, log.String())
		}
		nothingIn(t, folder)
		nobody()
	}
}

func nothingIn(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left behind: %v", left, err)
	}
}

// watchProcesses gives a process, before it is started, a pipe that the processes
// which it starts inherit. nobody says whether any of them is there still: then
// the pipe has not ended.
func watchProcesses(t *testing.T, cmd *exec.Cmd) (nobody func()) {
	t.Helper()
	if runtime.GOOS == "windows" { // it has no such files
		return func() {}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(r.Close(), w.Close()) }) // w is closed already where the test went well
	cmd.ExtraFiles = []*os.File{w}
	return func() {
		t.Helper()
		err := errors.Join(w.Close(), r.SetReadDeadline(time.Now().Add(patience)))
		if _, read := r.Read(make([]byte, 1)); err != nil || !errors.Is(read, io.EOF) {
			t.Errorf("a process was left behind: %v, %v", read, err)
		}
	}
}
