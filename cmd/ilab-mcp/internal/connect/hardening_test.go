package connect

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// half sends the head of a POST and the first bytes of its body, and gives what
// sends the rest and reads the status.
func (c *client) half(body string, headers ...string) (rest func() int) {
	c.t.Helper()
	conn, err := new(net.Dialer).DialContext(c.t.Context(), "tcp", strings.TrimPrefix(c.site.url, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() }) // the test's end
	if _, err := fmt.Fprintf(conn, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n\r\n%s",
		c.credential, len(body), strings.Join(headers, "\r\n"), body[:5]); err != nil {
		c.t.Fatal(err)
	}
	return func() int {
		if _, err := io.WriteString(conn, body[5:]); err != nil {
			c.t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			c.t.Fatal(err)
		}
		_ = resp.Body.Close() // the status is what is asked for
		return resp.StatusCode
	}
}

// TestRevokedWhileTheBodyComes: a key cannot be used after its revocation by
// sending the head of a request before it, and what it says later.
func TestRevokedWhileTheBodyComes(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) { o.Now = clock.Now })
	alice := s.user("alice")
	line, headers := modernCall(1, "mem_stats", `{}`)
	rest, again := alice.half(line, headers...), alice.half(line, headers...)
	s.until(func(h *hub) bool { m := h.members[s.id("alice")]; return m != nil && m.reading == 2 })
	clock.Add(2 * time.Second)
	if status := again(); status != http.StatusOK {
		t.Errorf("a slow message with a good key: %d", status)
	}
	alice.revoke()
	if status := rest(); status != http.StatusUnauthorized {
		t.Errorf("a message that came after its key was revoked: %d", status)
	}
}

// TestLimitsAreNotTurnedBack: neither a slow request nor the end of an old
// stream brings a limit back to where it was before.
func TestLimitsAreNotTurnedBack(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) { o.Now = clock.Now })
	alice := s.user("alice")
	stream, _ := alice.events()
	line, headers := modernCall(1, "mem_forget", `{"observation_id":7}`)
	var rests []func() int
	for range 10 {
		rests = append(rests, alice.half(line, headers...))
	}
	s.until(func(h *hub) bool { return h.members[s.id("alice")].reading == 10 })
	clock.Add(28 * time.Second)
	forgotten := 0
	forget := func(n int) {
		for range n {
			if alice.ask("POST", "/mcp", line, headers...).status == http.StatusOK {
				forgotten++
			}
		}
	}
	forget(19)
	for _, rest := range rests {
		if rest() == http.StatusOK {
			forgotten++
		}
		forget(8)
	}
	if forgotten != 20 {
		t.Errorf("%d were forgotten at one moment, want 20", forgotten)
	}
	clock.Add(3 * time.Minute)
	forget(30)
	if err := stream.resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	s.until(func(h *hub) bool { return len(h.streams) == 0 && len(h.members[s.id("alice")].sessions) == 0 })
	s.http.hub.sweep(clock.Now())
	forget(30)
	if forgotten != 40 {
		t.Errorf("%d were forgotten, want 40", forgotten)
	}
}

// TestHeldConnections: nobody holds a connection with a body that is announced
// and does not come, whatever is asked for.
func TestHeldConnections(t *testing.T) {
	s := open(t, func(o *HTTPOptions) {
		o.Resource = &Resource{URL: "http://localhost/mcp", Issuer: "https://id.example.com"}
		o.Origins = []string{"https://app.example.com"}
	})
	alice := s.user("alice")
	var all sync.WaitGroup
	mine := "Authorization: Bearer " + alice.credential + "\r\n" + alice.begin() + "\r\n"
	for what, head := range map[string]string{
		"health":           "GET /healthz HTTP/1.1\r\n",
		"health, posted":   "POST /healthz HTTP/1.1\r\n",
		"metadata":         "GET /.well-known/oauth-protected-resource/mcp HTTP/1.1\r\n",
		"a preflight":      "OPTIONS /mcp HTTP/1.1\r\nOrigin: https://app.example.com\r\nAccess-Control-Request-Method: POST\r\n",
		"nowhere":          "GET /nowhere HTTP/1.1\r\n",
		"an end":           "DELETE /mcp HTTP/1.1\r\n" + mine,
		"an older stream":  "GET /sse HTTP/1.1\r\n" + mine,
		"no content type":  "POST /mcp HTTP/1.1\r\n" + mine,
		"an unknown place": "POST /message?sessionId=x HTTP/1.1\r\nContent-Type: application/json\r\n" + mine,
	} {
		all.Go(func() {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }() // the test's end
			if _, err := io.WriteString(conn, head+"Host: localhost\r\nContent-Length: 10\r\n\r\n"); err != nil {
				t.Error(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Error(err)
			}
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				t.Errorf("%s: no answer: %v", what, err)
			}
		})
	}
	all.Wait()
}

// TestStreamsThatEnded: what was queued for a credential that has ended is not
// sent any more.
func TestStreamsThatEnded(t *testing.T) {
	for range 100 {
		w := httptest.NewRecorder()
		st := &stream{w: w, rc: http.NewResponseController(w)}
		ctx, cancel := context.WithCancel(t.Context())
		queued := make(chan []byte, 1)
		queued <- []byte("later")
		cancel()
		if err := st.run(ctx, queued); err != nil || strings.Contains(w.Body.String(), "later") {
			t.Fatalf("sent %q, %v", w.Body.String(), err)
		}
	}
}

// TestClientsGoAtShutdown: clients go while the server does.
func TestClientsGoAtShutdown(t *testing.T) {
	s := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i := range 6 {
		c := s.user(fmt.Sprintf("user%d", i))
		for range 8 {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/sse", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			c.dress(r, []string{"Content-Type:"})
			resp, err := c.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				_, _ = io.Copy(io.Discard, resp.Body) // it ends, one way or the other
				_ = resp.Body.Close()
			})
		}
	}
	go cancel()
	s.stop()
	all.Wait()
}

// TestCancelledByShutdown: a call that does not end in time is answered with an
// error, and not with nothing.
func TestCancelledByShutdown(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.drain = time.Millisecond })
	alice := s.user("alice")
	line, modern := modernCall(1, "mem_save", `{"type":"decision","title":"a","content":"b"}`)
	a := whileLocked(s, func() answered { return alice.ask("POST", "/mcp", line, modern...) }, func() {
		go s.stop()
		s.until(func(h *hub) bool { return h.closed && h.open == 0 })
	})
	if !strings.Contains(a.body, `"isError":true`) && !strings.Contains(a.body, `"error"`) {
		t.Errorf("got %+v", a)
	}
}

// TestGenuineCredentialsThatEnded: whoever comes with a key that was revoked
// learns so, however often, and from wherever; it is no guess.
func TestGenuineCredentialsThatEnded(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.Limits.Failures = 2 })
	alice := s.user("alice")
	alice.revoke()
	for range 5 {
		if a := alice.ask("POST", "/mcp", hello); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "revoked") || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("got %+v", a)
		}
	}
}

// TestDoor: so many connections at once, so many from one address, and those
// that are gone make room.
func TestDoor(t *testing.T) {
	d := NewDoor(nil, []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}).(*door)
	d.total, d.each = 5, 2
	enter := func(a string) bool { _, ok := d.enter(netip.MustParseAddr(a)); return ok }
	for _, c := range []struct {
		from string
		ok   bool
	}{{"192.0.2.1", true}, {"192.0.2.1", true}, {"192.0.2.1", false}, {"10.0.0.1", true}, {"10.0.0.1", true}, {"10.0.0.1", true}, {"192.0.2.2", false}} {
		if enter(c.from) != c.ok {
			t.Errorf("%s was let in: %v", c.from, !c.ok)
		}
	}
	d.leave(network(netip.MustParseAddr("192.0.2.1")))
	if !enter("192.0.2.2") || len(d.from) != 3 {
		t.Errorf("one that left made no room: %v", d.from)
	}
}
