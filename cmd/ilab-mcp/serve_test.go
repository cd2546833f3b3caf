package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// served is a running ilab-mcp serve.
type served struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	log lines

	client *http.Client // nil: the default one
}

// lines is what a process writes to stderr.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// address waits until a server says where it is.
func (l *lines) address(t *testing.T) string {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); runtime.Gosched() {
		if m := regexp.MustCompile(`msg=serving .*address=(\S+) `).FindStringSubmatch(l.String()); m != nil {
			return "http://" + m[1]
		}
	}
	t.Fatalf("the server does not serve: %s", l.String())
	return ""
}

// beginServe starts a server on a store, on a port that is free.
func beginServe(t *testing.T, db string, args ...string) *served {
	t.Helper()
	s := &served{t: t, cmd: program(t, append([]string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() }) // it has ended already where the test went well
	s.url = s.log.address(t)
	return s
}

// key makes a key with the command line, beside whatever runs on the store.
func key(t *testing.T, db, user string) string {
	t.Helper()
	out, err := program(t, "key", "add", "--user", user, "--db", db).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// modern calls a tool in the stateless era.
func (s *served) modern(ctx context.Context, credential, tool string, arguments object) (int, string, error) {
	args, err := json.Marshal(arguments)
	if err != nil {
		return 0, "", err
	}
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{`+
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`, tool, args)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/mcp", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + credential, "Content-Type": "application/json", "Mcp-Protocol-Version": "2026-07-28",
		"Mcp-Method": "tools/call", "Mcp-Name": tool,
	} {
		r.Header.Set(name, value)
	}
	c := s.client
	if c == nil {
		c = http.DefaultClient
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read, or is of no use
	return resp.StatusCode, string(b), err
}

// load saves with several clients until the server has gone, and calls end once
// so many saves were acknowledged; the clients go on meanwhile. It gives the
// titles that were acknowledged, and how clients were told no.
func (s *served) load(round int, keys []string, enough int, end func()) (saved map[string][]string, refusals map[int]int) {
	saved, refusals = map[string][]string{}, map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	acknowledged := 0
	for n, k := range keys {
		all.Go(func() {
			for i := 0; ; i++ {
				title := fmt.Sprintf("round %d client %d save %d", round, n, i)
				status, body, err := s.modern(s.t.Context(), k, "mem_save", object{"type": "discovery", "title": title, "content": title})
				mu.Lock()
				switch {
				case err == nil && status == http.StatusOK && strings.Contains(body, `"outcome":"created"`):
					saved[k] = append(saved[k], title)
					if acknowledged++; acknowledged == enough {
						all.Go(end)
					}
				case err == nil:
					refusals[status]++
				}
				mu.Unlock()
				if err != nil || status != http.StatusOK {
					return
				}
			}
		})
	}
	all.Wait()
	return saved, refusals
}

// check finds every save that was acknowledged.
func (s *served) check(saved map[string][]string) {
	s.t.Helper()
	n := 0
	for k, titles := range saved {
		status, body, err := s.modern(s.t.Context(), k, "mem_stats", object{})
		if err != nil || status != http.StatusOK {
			s.t.Fatalf("%d %s %v", status, body, err)
		}
		var m struct {
			Result struct {
				Structured struct{ Observations int } `json:"structuredContent"`
			} `json:"result"`
		}
		if err := json.Unmarshal([]byte(body), &m); err != nil || m.Result.Structured.Observations < len(titles) {
			s.t.Errorf("%d saves were acknowledged, and there are %d memories: %v", len(titles), m.Result.Structured.Observations, err)
		}
		for _, title := range titles[max(0, len(titles)-3):] {
			if _, body, err := s.modern(s.t.Context(), k, "mem_search", object{"query": title, "limit": 20}); err != nil || !strings.Contains(body, `"`+title+`"`) {
				s.t.Errorf("%q is lost: %v", title, err)
			}
		}
		n += len(titles)
	}
	s.t.Logf("%d acknowledged saves", n)
	if n == 0 {
		s.t.Error("nothing was saved, so nothing was tried")
	}
}

// TestServeKilled kills a server under load, again and again. What it
// acknowledged is there.
func TestServeKilled(t *testing.T) {
	db := filepath.Join(t.TempDir(), "memory.db")
	var keys []string
	for _, user := range []string{"alice", "bob", "alice", "carol"} {
		keys = append(keys, key(t, db, user))
	}
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		s := beginServe(t, db, "--rate", "0")
		saved, _ := s.load(round, keys, 1+round*40, func() {
			if err := s.cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		})
		_ = s.cmd.Wait() // killed
		again := beginServe(t, db, "--rate", "0")
		again.check(saved)
		if err := again.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = again.cmd.Wait() // killed
	}
}

// TestServeStopped ends a server under load as an operator does. What it
// acknowledged is there, its streams end as streams end, and whoever comes too
// late is told to come again.
func TestServeStopped(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send")
	}
	db := filepath.Join(t.TempDir(), "memory.db")
	keys := []string{key(t, db, "alice"), key(t, db, "bob")}
	s := beginServe(t, db, "--rate", "0")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/sse", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+keys[0])
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	saved, refusals := s.load(0, append(keys, keys...), 100, func() {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	})
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream broke: %v", err)
	}
	if err := stream.Body.Close(); err != nil {
		t.Error(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, s.log.String())
	}
	for status := range refusals {
		if status != http.StatusServiceUnavailable {
			t.Errorf("a client was answered %d", status)
		}
	}
	beginServe(t, db, "--rate", "0").check(saved)
}

// TestRevokedFromOutside: a key that the command line revokes opens nothing any
// more, at once, and its streams end.
func TestRevokedFromOutside(t *testing.T) {
	db := filepath.Join(t.TempDir(), "memory.db")
	alice := key(t, db, "alice")
	s := beginServe(t, db)
	if status, body, err := s.modern(t.Context(), alice, "mem_stats", object{}); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/sse", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+alice)
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Split(alice, "_")[1]
	if out, err := program(t, "key", "revoke", id, "--db", db).Output(); err != nil || string(out) != "revoked "+id+"\n" {
		t.Fatalf("%s %v", out, err)
	}
	if status, _, err := s.modern(t.Context(), alice, "mem_stats", object{}); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a call with the revoked key: %d %v", status, err)
	}
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream broke: %v", err)
	}
	if err := stream.Body.Close(); err != nil {
		t.Error(err)
	}
	if strings.Contains(s.log.String(), alice) {
		t.Error("the log holds the key")
	}
}

// TestFirstServe: on a new store, a person at a terminal gets a key and what to
// put into a host's configuration, and it works; a program gets the command to
// run, and no key.
func TestFirstServe(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, log lines
		db := filepath.Join(t.TempDir(), "memory.db")
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, env{
				args: []string{"serve", "--db", db, "--listen", "127.0.0.1:0"}, stdin: strings.NewReader(""), stdout: &out, stderr: &log,
				getenv: func(string) string { return "" }, environ: os.Environ, terminal: terminal,
			})
		}()
		s := &served{t: t, url: log.address(t)}
		secret := regexp.MustCompile(`ilab_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}`).FindString(out.String())
		if terminal {
			if status, body, err := s.modern(t.Context(), secret, "mem_stats", object{}); err != nil || status != http.StatusOK {
				t.Errorf("with the key of the page: %d %s %v\n%s", status, body, err, out.String())
			}
			var entry struct {
				Servers map[string]struct {
					Headers map[string]string `json:"headers"`
				} `json:"mcpServers"`
			}
			page := out.String()
			if err := json.Unmarshal([]byte(page[strings.Index(page, "{"):strings.LastIndex(page, "}")+1]), &entry); err != nil ||
				entry.Servers["memory"].Headers["Authorization"] != "Bearer "+secret {
				t.Errorf("the entry on the page: %v\n%s", err, page)
			}
		} else if out.String() != "" || !strings.Contains(log.String(), "ilab-mcp key add --user me --db "+db) {
			t.Errorf("without a terminal: %q, log %s", out.String(), log.String())
		}
		if secret != "" && strings.Contains(log.String(), secret) {
			t.Error("the log holds the key")
		}
		cancel()
		if code := <-ended; code != exitDone {
			t.Errorf("exit code %d: %s", code, log.String())
		}
		http.DefaultClient.CloseIdleConnections()
	}
}
