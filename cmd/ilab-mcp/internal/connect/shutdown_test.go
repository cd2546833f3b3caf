package connect

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// TestShutdown: the server is stopped while calls run and streams are open.
// Calls that were taken are answered, over both transports; new ones are sent
// away; streams end as streams end.
func TestShutdown(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	session := alice.begin()
	idle := alice.listen("/mcp", session)
	stream, path := bob.events()

	stopped := make(chan struct{})
	save := func(title string) string {
		return callLine(7, "mem_save", fmt.Sprintf(`{"type":"decision","title":%q,"content":"c"}`, title))
	}
	a := whileLocked(s, func() answered { return alice.ask("POST", "/mcp", save("by post"), session) }, func() {
		if a := bob.ask("POST", path, save("by stream")); a.status != http.StatusAccepted {
			t.Errorf("a post to the stream: %+v", a)
		}
		s.until(func(h *hub) bool { return h.open == 2 })
		go func() {
			defer close(stopped)
			s.stop()
		}()
		s.until(func(h *hub) bool { return h.closed })
		late := alice.ask("POST", "/mcp", save("too late"), session)
		if late.status != http.StatusServiceUnavailable || late.header.Get("Retry-After") == "" {
			t.Errorf("a call that came late: %+v", late)
		}
	})
	if r := alice.result(a); r.Failed {
		t.Errorf("the call that ran: %+v", r)
	}
	if data, ok := stream.next(); !ok || !strings.Contains(data, `"id":7`) || !strings.Contains(data, `"outcome":"created"`) {
		t.Errorf("the stream has %q", data)
	}
	stream.over()
	idle.over()
	<-stopped
}

// TestClientGoes: a client goes away in the middle of a save, over each
// transport. What it asked for is done all the same.
func TestClientGoes(t *testing.T) {
	s := open(t, nil)
	alice := s.user("alice")
	session := alice.begin()
	stream, path := alice.events()
	for _, c := range []struct {
		title string
		post  func(ctx context.Context) *http.Request
		leave func()
	}{
		{"by post", func(ctx context.Context) *http.Request { return alice.request(ctx, "/mcp", session, "by post") }, nil},
		{"by stream", func(ctx context.Context) *http.Request { return alice.request(ctx, path, "X: x", "by stream") }, func() { _ = stream.resp.Body.Close() }},
	} {
		whileLocked(s, func() answered {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				s.until(func(h *hub) bool { return h.open == 1 })
				if c.leave != nil {
					c.leave()
				}
				cancel()
			}()
			resp, err := alice.http.Do(c.post(ctx))
			if err == nil {
				_ = resp.Body.Close() // a stream's post is answered at once
				<-ctx.Done()
			}
			return answered{}
		}, func() {
			s.until(func(h *hub) bool { return h.open == 1 })
		})
		s.until(func(h *hub) bool { return h.open == 0 })
		if titles := alice.titles(session, c.title); len(titles) == 0 || titles[0] != c.title {
			t.Errorf("%s: found %v", c.title, titles)
		}
	}
}

// request is a save, to be sent under a context that ends.
func (c *client) request(ctx context.Context, path, header, title string) *http.Request {
	c.t.Helper()
	body := callLine(1, "mem_save", fmt.Sprintf(`{"type":"decision","title":%q,"content":"c"}`, title))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.site.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	c.dress(r, []string{header})
	return r
}

// panics is a gate that breaks, with text of somebody's in its hands.
type panics struct{}

func (panics) Verify(context.Context, string) (identity.Access, error) { panic("the text of a memory") }
func (panics) Recheck(context.Context, identity.Access) error          { return nil }

// TestPanicIsNotTold: what a panic carries reaches neither the client nor the
// log, and the server lives on.
func TestPanicIsNotTold(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.Gate = panics{} })
	nobody := s.with("x", memstore.KeyID{})
	for range 2 {
		a := nobody.ask("POST", "/mcp", hello)
		if a.status != http.StatusInternalServerError || strings.Contains(a.body, "memory") || !strings.Contains(a.body, "try again") {
			t.Errorf("got %+v", a)
		}
	}
	if log := s.log.String(); strings.Contains(log, "the text") || !strings.Contains(log, "panics") {
		t.Errorf("the log is %s", log)
	}
}
