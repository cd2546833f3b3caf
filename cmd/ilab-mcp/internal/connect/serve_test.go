package connect

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`

func toolCall(id int, name string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q}}`, id, name)
}

// bench is a server under test, with tools that tell what happens to them.
type bench struct {
	began   chan string // a call of "wait" has begun
	release chan struct{}

	mu    sync.Mutex
	order []string // what ended, in order
	log   lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newBench() *bench { return &bench{began: make(chan string, 100), release: make(chan struct{})} }

func (b *bench) server() *server.MCPServer {
	s := server.NewMCPServer("bench", "1", server.WithToolCapabilities(true))
	s.AddTool(mcp.NewTool("wait"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		b.began <- "wait"
		<-b.release
		return b.end("wait", ctx.Err())
	})
	s.AddTool(mcp.NewTool("quick"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { return b.end("quick", nil) })
	s.AddTool(mcp.NewTool("whoami"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		session, _ := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
		return mcp.NewToolResultText(session.GetClientInfo().Name), nil
	})
	s.AddTool(mcp.NewTool("panic"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("the text of a memory")
	})
	return s
}

// end notes that a call was carried out, unless it was cancelled.
func (b *bench) end(what string, cancelled error) (*mcp.CallToolResult, error) {
	if cancelled != nil {
		return nil, cancelled
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.order = append(b.order, what)
	return mcp.NewToolResultText(what), nil
}

func (b *bench) ended() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.order)
}

// start serves in the background; the channel gives how serve ended.
func (b *bench) start(ctx context.Context, in io.Reader, out io.Writer) <-chan error {
	done := make(chan error, 1)
	log := slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	go func() { done <- serve(ctx, b.server(), in, out, Options{Log: log, MaxMessage: 1 << 20}) }()
	return done
}

// replies decodes what was written: JSON lines and nothing else.
func replies(t *testing.T, out string) map[string]map[string]any {
	t.Helper()
	got := map[string]map[string]any{}
	for line := range strings.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || m["jsonrpc"] != "2.0" {
			t.Fatalf("stdout has %q: %v", line, err)
		}
		got[fmt.Sprint(m["id"])] = m
	}
	return got
}

// TestEverythingReadIsAnswered closes the input while one call runs and more
// are waiting. Without the guard, mcp-go cancels the one and drops the others.
func TestEverythingReadIsAnswered(t *testing.T) {
	b := newBench()
	in := []string{hello, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, toolCall(1, "wait")}
	const calls = 100 // more than may be open at once
	for id := 2; id <= calls; id++ {
		in = append(in, toolCall(id, "quick"))
	}
	in = append(in, `{"jsonrpc":"2.0","id":"last","method":"ping"}`)
	var out lockedBuffer
	done := b.start(t.Context(), strings.NewReader(strings.Join(in, "\n")), &out)
	<-b.began
	if b.ended() != 0 || len(done) != 0 {
		t.Error("something overtook the call that runs")
	}
	close(b.release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := replies(t, out.String()); len(got) != calls+2 {
		t.Errorf("%d of %d answers", len(got), calls+2)
	}
	if len(b.order) != calls || b.order[0] != "wait" {
		t.Errorf("%d calls ended, first %q", len(b.order), b.order[0])
	}
}

// TestStopFinishesWhatRuns: a signal ends the service, not the calls.
func TestStopFinishesWhatRuns(t *testing.T) {
	b := newBench()
	ctx, stop := context.WithCancel(t.Context())
	in, client := io.Pipe()
	var out lockedBuffer
	done := b.start(ctx, in, &out)
	for _, line := range []string{hello, toolCall(1, "wait"), toolCall(2, "quick")} {
		if _, err := io.WriteString(client, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	<-b.began
	stop()
	close(b.release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got := replies(t, out.String())
	if text := fmt.Sprint(got["1"]["result"]); !strings.Contains(text, "text:wait") {
		t.Errorf("the call that ran: %s", text)
	}
	if err := client.Close(); err != nil { // the reading goroutine ends
		t.Error(err)
	}
}

// broken is the pipe of a client that is gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestClientGone(t *testing.T) {
	b := newBench()
	close(b.release)
	in := strings.Join([]string{hello, toolCall(1, "quick"), toolCall(2, "wait"), toolCall(3, "quick")}, "\n")
	if err := <-b.start(t.Context(), strings.NewReader(in), broken{}); err != nil {
		t.Error(err)
	}
	if b.ended() != 3 {
		t.Errorf("%d of 3 calls were finished", b.ended())
	}
}

// TestWhoCalls: a call right behind initialize knows the client's name.
func TestWhoCalls(t *testing.T) {
	for range 20 {
		b := newBench()
		var out lockedBuffer
		in := strings.NewReader(hello + "\n" + toolCall(1, "whoami") + "\n")
		if err := <-b.start(t.Context(), in, &out); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(replies(t, out.String())["1"]["result"]); !strings.Contains(text, "text:tester") {
			t.Fatalf("got %s", text)
		}
	}
}

// TestServerLivesOn sends something bad before every good call.
func TestServerLivesOn(t *testing.T) {
	b := newBench()
	in, client := io.Pipe()
	fromServer, out := io.Pipe()
	done := b.start(t.Context(), in, out)
	lines := bufio.NewReader(fromServer)
	ask := func(line string) string {
		t.Helper()
		if _, err := io.WriteString(client, line+"\n"); err != nil {
			t.Fatal(err)
		}
		got, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	ask(hello)
	for i, c := range []struct{ bad, want string }{
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", `"id":null,"error":{"code":-32700`},
		{`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\udc00"}}`, `"id":null,"error":{"code":-32700`},
		{"{\"a\":\"\x00\"}", `"id":null,"error":{"code":-32700`},
		{"{", `"id":null,"error":{"code":-32700`},
		{strings.Repeat("x", 10<<20), `"id":null,"error":{"code":-32700,"message":"the message is longer than 1 MiB`},
		{"[" + toolCall(1, "quick") + "]", `"id":null,"error":{"code":-32600`},
		{`{"jsonrpc":"2.0","id":"x","method":"nosuch"}`, `"id":"x","error":{"code":-32601`},
		{toolCall(1, "nosuch"), `"error":{"code":-32602`},
		{toolCall(1, "panic"), `"id":1,"error":{"code":-32603`},
	} {
		if got := ask(c.bad); !strings.Contains(got, c.want) {
			t.Errorf("%.40q: got %s", c.bad, got)
		}
		if got := ask("\n  \n" + toolCall(100+i, "quick")); !strings.Contains(got, fmt.Sprintf(`"id":%d,"result"`, 100+i)) {
			t.Errorf("after %.40q: got %s", c.bad, got)
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if log := b.log.String(); !strings.Contains(log, "panic recovered") || strings.Contains(log, "memory") {
		t.Errorf("the log: %s", log)
	}
}

// TestListenEndsWithTheInput: a subscription of the stateless era stays open as
// long as the connection, and must not hold its end up.
func TestListenEndsWithTheInput(t *testing.T) {
	b := newBench()
	const listen = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` +
		`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"x","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
	in, client := io.Pipe()
	fromServer, out := io.Pipe()
	done := b.start(t.Context(), in, out)
	lines := bufio.NewReader(fromServer)
	if _, err := io.WriteString(client, listen+"\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := lines.ReadString('\n'); err != nil || !strings.Contains(got, "acknowledged") {
		t.Fatalf("got %s, %v", got, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
}
