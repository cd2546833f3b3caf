package connect

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/server"
)

func newTestGuard(in io.Reader, out io.Writer, longest int) *guard {
	log := slog.New(slog.DiscardHandler)
	book := newLedger()
	return &guard{in: newLines(in, longest), out: newWriter(out, book, log), ledger: book, log: log, server: someServer()}
}

// TestEndWaits holds that the end of the input is seen when all is answered.
func TestEndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		g := newTestGuard(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"+`{"jsonrpc":"2.0","id":"1","method":"ping"}`), &out, 0)
		end := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, g)
			end <- err
		}()
		for _, line := range []string{
			`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":1,"result":{}}`,
			`{"jsonrpc":"2.0","method":"notifications/message"}`, `{"jsonrpc":"2.0","id":1,"method":"ping"}`,
		} {
			g.write(t, line)
			synctest.Wait()
			if len(end) != 0 {
				t.Fatalf("it ended after %s", line)
			}
		}
		g.write(t, `{"jsonrpc":"2.0","id":"1","error":{"code":1,"message":"x"}}`)
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}

// write is mcp-go writing a message.
func (g *guard) write(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(g.out, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func TestEndComesAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTestGuard(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`), io.Discard, 0)
		began := time.Now()
		if _, err := io.Copy(io.Discard, g); err != nil || time.Since(began) != drainTime {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
	})
}

// TestListenIsNotWaitedFor: it is answered when the connection ends.
func TestListenIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTestGuard(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}`), io.Discard, 0)
		began := time.Now()
		if n, err := io.Copy(io.Discard, g); n == 0 || err != nil || time.Since(began) != 0 {
			t.Errorf("got %d, %v after %s", n, err, time.Since(began))
		}
	})
}

// TestAnswersAreAwaited: mcp-go would answer an answer that is an error.
func TestAnswersAreAwaited(t *testing.T) {
	const answer = `{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}` + "\n"
	g := newTestGuard(strings.NewReader(answer+answer), io.Discard, 0)
	g.write(t, `{"jsonrpc":"2.0","id":5,"method":"ping"}`)
	if got, err := io.ReadAll(g); err != nil || string(got) != answer {
		t.Errorf("got %q, %v", got, err)
	}
	g = newTestGuard(strings.NewReader(answer), io.Discard, 0)
	if got, err := io.ReadAll(g); err != nil || len(got) != 0 {
		t.Errorf("nobody asked: got %q, %v", got, err)
	}
}

// TestBrokenInput: any failure of reading is the end.
func TestBrokenInput(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
		w.CloseWithError(errors.New("the cable is out"))
	}()
	got, err := io.ReadAll(newTestGuard(r, io.Discard, 0))
	if err != nil || !bytes.Contains(got, []byte("initialized")) {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzGuard feeds anything. What passes is valid, and means to mcp-go's decoder
// what it means to the guard; every line that is not blank is passed on or
// answered, but for those that ask for no answer.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}`,
		"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, "\n\r\n \t\n",
		`{"jsonrpc":"2.0","id":0,"method":"initialize"}` + "\n" + `{"jsonrpc":"2.0","id":1e0,"method":"tools/call"}`,
		`{"jsonrpc":"2.0","ID":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","method":"x"}`,
		strings.Repeat("x", 600) + "\n{}", `{"jsonrpc":"2.0","id":-9007199254740992,"method":"\u0070ing"}`,
		`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`, "\ufeff{}", `{"jsonrpc":"2.0","id":1,"method":"ping","":"` + "\u2028" + `"}`,
	} {
		f.Add([]byte(s))
	}
	const longest = 512
	f.Fuzz(func(t *testing.T, in []byte) {
		var replies bytes.Buffer
		g := newTestGuard(bytes.NewReader(in), &replies, longest)
		passed, silent, wanted := 0, 0, 0
		for line := range bytes.SplitSeq(in, []byte("\n")) {
			if len(line) > longest || len(bytes.TrimSpace(line)) > 0 {
				wanted++
				if m, f := inspect(line); len(line) <= longest && f == nil && m.kind != request && !strings.HasPrefix(m.method, "notifications/") {
					silent++
				}
			}
		}
		out := bufio.NewReader(g)
		for {
			line, err := out.ReadString('\n')
			if err != nil {
				if line != "" {
					t.Fatalf("half a line was passed on: %q", line)
				}
				break
			}
			passed++
			if !utf8.ValidString(line) || strings.Contains(line, "\ufffd") && !bytes.Contains(in, []byte("\ufffd")) {
				t.Fatalf("passed on: %q", line)
			}
			// As mcp-go decodes it.
			var theirs struct {
				JSONRPC string `json:"jsonrpc"`
				Method  string `json:"method"`
				ID      any    `json:"id,omitempty"`
				Result  any    `json:"result,omitempty"`
			}
			if err := json.Unmarshal([]byte(line), &theirs); err != nil || theirs.JSONRPC != "2.0" || theirs.Result != nil {
				t.Fatalf("passed on %q: %v", line, err)
			}
			m, _ := inspect([]byte(line))
			if theirs.Method != m.method || (theirs.ID == nil) != (m.kind == notification) {
				t.Fatalf("%q is %+v to mcp-go and %+v to the guard", line, theirs, m)
			}
			if m.kind == request { // answer it as mcp-go does
				id, err := json.Marshal(theirs.ID)
				if err != nil {
					t.Fatal(err)
				}
				before := g.ledger.count
				g.write(t, `{"jsonrpc":"2.0","id":`+string(id)+`,"result":{}}`)
				if m.method != "subscriptions/listen" && g.ledger.count != before-1 {
					t.Fatalf("the answer to %q was not taken for one", line)
				}
			}
		}
		answered := 0
		for line := range strings.Lines(replies.String()) {
			if !json.Valid([]byte(line)) {
				t.Fatalf("not JSON: %q", line)
			}
			if strings.Contains(line, `"error":{`) {
				answered++
			}
		}
		if passed+answered+silent != wanted {
			t.Fatalf("%q: %d lines, %d passed on, %d answered, %d want no answer", in, wanted, passed, answered, silent)
		}
	})
}

// someServer has tools; which ones does not matter.
var someServer = sync.OnceValue(func() *server.MCPServer { return newBench().server() })
