package tools_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// fixture is one store for several users, with a fixed clock and fixed ids.
type fixture struct {
	clock *memstoretest.Clock
	db    *memstore.DB
	log   *bytes.Buffer
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{clock: memstoretest.NewClock(), log: &bytes.Buffer{}}
	o := memstoretest.Options(f.clock)
	o.Rand = memstoretest.Seeded(1)
	f.db = f.dbWith(tb, o)
	return f
}

// dbWith opens one more store, empty, with its own options.
func (f *fixture) dbWith(tb testing.TB, o memstore.Options) *memstore.DB {
	tb.Helper()
	backend, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "memory.db"), sqlite.Options{Program: "test"})
	if err != nil {
		tb.Fatal(err)
	}
	db := memstore.New(backend, o)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func (f *fixture) options() tools.Options {
	return tools.Options{
		Version: "1.2.3", Now: f.clock.Now,
		Log: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{
			Level: slog.LevelDebug,
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Time(a.Key, time.Time{})
				}
				return a
			},
		})),
	}
}

// user connects a user, who has shaken hands already.
func (f *fixture) user(tb testing.TB, name string) *peer {
	tb.Helper()
	p := connect(tb, tools.NewServer(memstoretest.User(tb, f.db, name), f.options()))
	p.store = memstoretest.User(tb, f.db, name)
	return p
}

// peer speaks JSON-RPC with a server in this process.
type peer struct {
	server  *server.MCPServer
	session server.ClientSession
	store   *memstore.Store
}

func connect(tb testing.TB, s *server.MCPServer) *peer {
	tb.Helper()
	p := &peer{server: s, session: server.NewInProcessSession("s", nil)}
	p.request(tb, "initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"tester","version":"7"}}`)
	return p
}

// send gives the reply to a whole message, as it would stand on the wire.
func (p *peer) send(tb testing.TB, message string) string {
	tb.Helper()
	reply := p.server.HandleMessage(p.server.WithContext(tb.Context(), p.session), json.RawMessage(message))
	if reply == nil {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(reply); err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func (p *peer) request(tb testing.TB, method, params string) string {
	tb.Helper()
	return p.send(tb, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params))
}

// response is a reply, taken apart.
type response struct {
	raw    string
	Result struct {
		Content           []struct{ Text string }
		StructuredContent json.RawMessage
		IsError           bool
		Contents          []struct{ URI, MIMEType, Text string }
		Messages          []struct{ Content struct{ Text string } }
		Completion        struct {
			Values  []string
			HasMore bool
		}
	}
	Error *struct {
		Code    int
		Message string
	}
}

func parse(tb testing.TB, raw string) response {
	tb.Helper()
	r := response{raw: raw}
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		tb.Fatalf("%v in %s", err, raw)
	}
	return r
}

// call calls a tool with raw JSON arguments.
func (p *peer) call(tb testing.TB, tool, arguments string) response {
	tb.Helper()
	return parse(tb, p.request(tb, "tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, tool, arguments)))
}

// do calls a tool, which must succeed, and decodes its result.
func (p *peer) do(tb testing.TB, tool string, arguments, into any) {
	tb.Helper()
	r := p.call(tb, tool, toJSON(tb, arguments))
	if r.Error != nil || r.Result.IsError {
		tb.Fatalf("%s: %s", tool, r.raw)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(r.Result.StructuredContent, into); err != nil {
		tb.Fatal(err)
	}
}

// refused calls a tool, which must refuse, and gives its words.
func (p *peer) refused(tb testing.TB, tool, arguments string) string {
	tb.Helper()
	r := p.call(tb, tool, arguments)
	if !r.Result.IsError || len(r.Result.Content) != 1 || r.Result.StructuredContent != nil {
		tb.Fatalf("%s %.200s was not refused: %.500s", tool, arguments, r.raw)
	}
	return r.Result.Content[0].Text
}

func (p *peer) save(tb testing.TB, title, content, topic string) int64 {
	tb.Helper()
	var out struct{ ID int64 }
	p.do(tb, "mem_save", map[string]any{"type": "decision", "title": title, "content": content, "topic_key": topic}, &out)
	return out.ID
}

func toJSON(tb testing.TB, v any) string {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// golden compares got with a file in testdata, or writes the file with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the tests with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; look at it, then run with -update.\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
