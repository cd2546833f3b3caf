package connect

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// site is a server on loopback, as serve runs one: a store in a file, keys, and
// every wall.
type site struct {
	t    testing.TB
	url  string
	path string // of the store
	keys *identity.Keys
	port *sqlite.DB
	db   *memstore.DB
	http *HTTP
	log  *lockedBuffer
	stop func() // as SIGTERM does; waits
}

// open starts a site. change may set options before it does.
func open(t testing.TB, change func(*HTTPOptions)) *site {
	t.Helper()
	s := &site{t: t, path: filepath.Join(t.TempDir(), "memory.db"), log: &lockedBuffer{}}
	var err error
	if s.port, err = sqlite.Open(t.Context(), s.path, sqlite.Options{Program: "test"}); err != nil {
		t.Fatal(err)
	}
	db := memstore.New(s.port, memstore.DefaultOptions())
	s.db = db
	s.keys = identity.NewKeys(s.port.Keys(), time.Now, rand.Reader)
	o := HTTPOptions{
		Options: Options{
			Version: "test", Redactor: privacy.New(), MaxMessage: 1 << 20, Limits: DefaultLimits(),
			Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		},
		Gate:  &identity.Gate{Keys: s.keys},
		Hosts: []string{"localhost", "127.0.0.1", "::1"},
	}
	if change != nil {
		change(&o)
	}
	if s.http, err = NewHTTP(db, o); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(ctx, l) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// client is somebody with a credential.
type client struct {
	site       *site
	t          testing.TB
	credential string
	key        memstore.KeyID
	http       *http.Client
}

// user gives somebody a key.
func (s *site) user(name string) *client { return s.withKey(name, false, time.Time{}) }

func (s *site) id(name string) memstore.UserID {
	s.t.Helper()
	u, err := memstore.ParseUserID(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func (s *site) withKey(name string, readOnly bool, expires time.Time) *client {
	s.t.Helper()
	secret, id, err := s.keys.Issue(s.t.Context(), s.id(name), privacy.Text{}, expires, readOnly)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.with(secret.Reveal(), id)
}

func (s *site) with(credential string, id memstore.KeyID) *client {
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &client{site: s, t: s.t, credential: credential, key: id, http: &http.Client{Transport: transport}}
}

// revoke takes the client's key back, as key revoke does.
func (c *client) revoke() {
	c.t.Helper()
	if err := c.site.port.Keys().Revoke(c.t.Context(), c.key, time.Now()); err != nil {
		c.t.Fatal(err)
	}
}

// answered is an HTTP answer that was read whole.
type answered struct {
	status int
	header http.Header
	body   string
}

// ask sends a request. Each header is "Name: value"; "Name:" leaves one out
// that is sent otherwise.
func (c *client) ask(method, path, body string, headers ...string) answered {
	c.t.Helper()
	a, err := c.try(method, path, body, headers...)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c *client) try(method, path, body string, headers ...string) (answered, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.site.url+path, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	c.dress(r, headers)
	resp, err := c.http.Do(r)
	if err != nil {
		return answered{}, err
	}
	b, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		return answered{}, err
	}
	return answered{resp.StatusCode, resp.Header, string(b)}, err
}

func (c *client) dress(r *http.Request, headers []string) {
	if c.credential != "" {
		r.Header.Set("Authorization", "Bearer "+c.credential)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		switch value = strings.TrimSpace(value); {
		case name == "Host":
			r.Host = value
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
}

// begin opens an MCP session, and gives its header.
func (c *client) begin() string {
	c.t.Helper()
	a := c.ask("POST", "/mcp", hello)
	id := a.header.Get("Mcp-Session-Id")
	if a.status != http.StatusOK || id == "" {
		c.t.Fatalf("initialize: %+v", a)
	}
	return "Mcp-Session-Id: " + id
}

// called is a tool's answer.
type called struct {
	Failed     bool            `json:"isError"`
	Structured json.RawMessage `json:"structuredContent"`
	Content    []struct {
		Text string `json:"text"`
	} `json:"content"`
}

func callLine(id int, tool, arguments string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments)
}

// call calls a tool that must answer.
func (c *client) call(session, tool, arguments string) called {
	c.t.Helper()
	a := c.ask("POST", "/mcp", callLine(1, tool, arguments), session)
	return c.result(a)
}

func (c *client) result(a answered) called {
	c.t.Helper()
	var m struct {
		Result *called `json:"result"`
	}
	if a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &m) != nil || m.Result == nil {
		c.t.Fatalf("%d %s", a.status, a.body)
	}
	return *m.Result
}

// save saves a memory and gives its id.
func (c *client) save(session, title, content string) int64 {
	c.t.Helper()
	r := c.call(session, "mem_save", fmt.Sprintf(`{"type":"decision","title":%q,"content":%q}`, title, content))
	var saved struct {
		ID int64 `json:"id"`
	}
	if r.Failed || json.Unmarshal(r.Structured, &saved) != nil || saved.ID == 0 {
		c.t.Fatalf("save: %+v", r)
	}
	return saved.ID
}

// titles searches, and gives the titles of what was found.
func (c *client) titles(session, query string) []string {
	c.t.Helper()
	r := c.call(session, "mem_search", fmt.Sprintf(`{"query":%q,"limit":100}`, query))
	var found struct {
		Hits []struct {
			Title string `json:"title"`
		} `json:"hits"`
	}
	if r.Failed || json.Unmarshal(r.Structured, &found) != nil {
		c.t.Fatalf("search: %+v", r)
	}
	var titles []string
	for _, h := range found.Hits {
		titles = append(titles, h.Title)
	}
	return titles
}

// eventStream is an open stream of server-sent events.
type eventStream struct {
	t    testing.TB
	resp *http.Response
	r    *bufio.Reader
}

// listen opens a stream.
func (c *client) listen(path string, headers ...string) *eventStream {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.url+path, http.NoBody)
	if err != nil {
		c.t.Fatal(err)
	}
	c.dress(r, append(headers, "Content-Type:"))
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = resp.Body.Close() }) // the test's end
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		b, _ := io.ReadAll(resp.Body)
		c.t.Fatalf("%s: %d %s", path, resp.StatusCode, b)
	}
	return &eventStream{t: c.t, resp: resp, r: bufio.NewReader(resp.Body)}
}

// next gives the data of the next event; false at the end of the stream.
func (s *eventStream) next() (data string, ok bool) {
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return "", false
		}
		if data, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "data: "); ok {
			return data, true
		}
	}
}

// over reads to the end of the stream, and fails where there is more on it.
func (s *eventStream) over() {
	s.t.Helper()
	if data, ok := s.next(); ok {
		s.t.Errorf("the stream has %s", data)
	}
}

// events opens a stream of the older transport, and gives the path to post to.
func (c *client) events() (*eventStream, string) {
	c.t.Helper()
	s := c.listen("/sse")
	path, ok := s.next()
	if !ok || !strings.HasPrefix(path, "/message?sessionId=") {
		c.t.Fatalf("the endpoint is %q", path)
	}
	return s, path
}

// Requests of the stateless era.
var modernHeaders = []string{"Mcp-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call"}

func modernCall(id int, tool, arguments string) (line string, headers []string) {
	line = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{`+
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},`+
		`"io.modelcontextprotocol/clientInfo":{"name":"modern","version":"9"}}}}`, id, tool, arguments)
	return line, append([]string{"Mcp-Name: " + tool}, modernHeaders...)
}

// runStdio runs lines over stdio, as the user alice, and gives what came out.
func runStdio(t testing.TB, o Options, lines ...string) string {
	t.Helper()
	backend, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "memory.db"), sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	db := memstore.New(backend, memstore.DefaultOptions())
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	user, err := memstore.ParseUserID("alice")
	if err != nil {
		t.Fatal(err)
	}
	o.Version, o.Redactor, o.Log = "test", privacy.New(), slog.New(slog.DiscardHandler)
	var out lockedBuffer
	if err := Stdio(t.Context(), db, user, strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
