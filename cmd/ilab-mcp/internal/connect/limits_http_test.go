package connect

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// refusedWith checks that an answer says when to come again.
func refusedWith(t *testing.T, a answered, text string) {
	t.Helper()
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || err != nil || wait < 1 || !strings.Contains(a.body, text) {
		t.Errorf("got %+v", a)
	}
}

// TestRate: a user's requests above the rate are refused, over all keys of that
// user together, and nobody else's are.
func TestRate(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) {
		o.Now = clock.Now
		o.Limits.Rate, o.Limits.Burst = 10, 20
	})
	alice, again, bob := s.user("alice"), s.user("alice"), s.user("bob")
	session := alice.begin()
	for i := range 19 {
		who := alice
		if i%2 == 1 {
			who = again
		}
		if a := who.ask("POST", "/mcp", callLine(i, "mem_stats", `{}`), session); a.status != http.StatusOK {
			t.Fatalf("request %d: %+v", i, a)
		}
	}
	refusedWith(t, alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session), "too many requests")
	refusedWith(t, again.ask("GET", "/sse", "", "Content-Type:"), "too many requests")
	if a := bob.ask("POST", "/mcp", hello); a.status != http.StatusOK {
		t.Errorf("Bob: %+v", a)
	}
	clock.Add(100 * time.Millisecond)
	if a := alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusOK {
		t.Errorf("a tenth of a second later: %+v", a)
	}
}

// TestForgets: mem_forget has a limit of its own, over HTTP and over stdio.
func TestForgets(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) {
		o.Now = clock.Now
		o.Limits.Forgets = 3
	})
	alice := s.user("alice")
	session := alice.begin()
	for range 3 {
		alice.call(session, "mem_forget", `{"observation_id":1}`)
	}
	line := callLine(1, "mem_forget", `{"observation_id":1}`)
	refusedWith(t, alice.ask("POST", "/mcp", line, session), "forgotten")
	if a := alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusOK {
		t.Errorf("another tool: %+v", a)
	}
	clock.Add(20 * time.Second)
	alice.call(session, "mem_forget", `{"observation_id":1}`)

	out := runStdio(t, Options{Limits: Limits{Forgets: 1}, Now: clock.Now}, hello, line, strings.Replace(line, `"id":1`, `"id":2`, 1))
	if !strings.Contains(out, `"forgotten":false`) || !strings.Contains(out, `"id":2,"error"`) || !strings.Contains(out, "try again in 60 s") {
		t.Errorf("over stdio: %s", out)
	}
}

// TestCallsAtOnce: a user may have so many calls under way.
func TestCallsAtOnce(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.Limits.Calls = 2 })
	alice, bob := s.user("alice"), s.user("bob")
	session := alice.begin()
	save := func(i int) string {
		return callLine(i, "mem_save", fmt.Sprintf(`{"type":"decision","title":"t%d","content":"c"}`, i))
	}
	second := make(chan answered, 1)
	first := whileLocked(s, func() answered { return alice.ask("POST", "/mcp", save(1), session) }, func() {
		go func() { second <- alice.ask("POST", "/mcp", save(2), session) }()
		s.until(func(h *hub) bool { return h.open == 2 })
		refusedWith(t, alice.ask("POST", "/mcp", save(3), session), "at once")
		if a := bob.ask("POST", "/mcp", hello); a.status != http.StatusOK {
			t.Errorf("Bob: %+v", a)
		}
	})
	if first.status != http.StatusOK || (<-second).status != http.StatusOK {
		t.Errorf("the two that ran: %+v", first)
	}
	if a := alice.ask("POST", "/mcp", save(4), session); a.status != http.StatusOK {
		t.Errorf("afterwards: %+v", a)
	}
}

// TestStreamsAtOnce: a user may have so many streams open, of both kinds
// together; one that ends makes room.
func TestStreamsAtOnce(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.Limits.Streams = 2 })
	alice, bob := s.user("alice"), s.user("bob")
	session := alice.begin()
	stream := alice.listen("/mcp", session)
	alice.events()
	refusedWith(t, alice.ask("GET", "/mcp", "", session, "Content-Type:"), "streams")
	refusedWith(t, alice.ask("GET", "/sse", "", "Content-Type:"), "streams")
	bob.events()
	if err := stream.resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	s.until(func(h *hub) bool { return len(h.streams) == 2 })
	alice.listen("/mcp", session)
}

// TestSessionsAtOnce: a user may have so many sessions. What nobody has used
// for a while makes room for a new one; hosts seldom end theirs.
func TestSessionsAtOnce(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) {
		o.Now = clock.Now
		o.Limits.Sessions = 3
	})
	alice, bob := s.user("alice"), s.user("bob")
	first := alice.begin()
	alice.begin()
	alice.begin()
	refusedWith(t, alice.ask("POST", "/mcp", hello), "sessions")
	refusedWith(t, alice.ask("GET", "/sse", "", "Content-Type:"), "sessions")
	bob.begin()
	clock.Add(11 * time.Minute)
	alice.titles(first, "anything")
	fourth := alice.begin() // in the place of the second
	for _, session := range []string{first, fourth} {
		if a := alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusOK {
			t.Errorf("%s: %+v", session, a)
		}
	}
	if a := alice.ask("DELETE", "/mcp", "", fourth); a.status != http.StatusNoContent {
		t.Errorf("an end: %+v", a)
	}
	alice.begin()
}

// TestSessionsOutliveServers: MCP servers are dropped when they are idle or too
// many, and nobody notices: sessions go on, and so does the client's name.
func TestSessionsOutliveServers(t *testing.T) {
	clock := memstoretest.NewClock()
	s := open(t, func(o *HTTPOptions) {
		o.Now = clock.Now
		o.servers = 2
	})
	alice := s.user("alice")
	session := alice.begin()
	for i := range 5 {
		other := s.user(fmt.Sprintf("user%d", i))
		other.begin()
	}
	s.until(func(h *hub) bool { return len(h.servers) == 2 && len(h.members) == 6 })
	// One that is in use stays, however many come.
	var late []*client
	for i := range 5 {
		late = append(late, s.user(fmt.Sprintf("late%d", i)))
	}
	a := whileLocked(s, func() answered {
		return alice.ask("POST", "/mcp", callLine(1, "mem_save", `{"type":"decision","title":"During","content":"c"}`), session)
	}, func() {
		for _, other := range late {
			other.begin()
		}
		s.until(func(h *hub) bool { return h.servers[seat{user: s.id("alice")}] != nil && len(h.servers) <= 3 })
	})
	if r := alice.result(a); r.Failed {
		t.Errorf("a call while others came: %+v", r)
	}
	id := alice.save(session, "After", "the server was made again")
	r := alice.call(session, "mem_get_observation", fmt.Sprintf(`{"observation_id":%d}`, id))
	if !strings.Contains(string(r.Structured), `"source":"tester 1"`) {
		t.Errorf("its source: %s", r.Structured)
	}
	clock.Add(time.Hour)
	s.http.hub.sweep(clock.Now())
	s.until(func(h *hub) bool { return len(h.servers) == 0 && len(h.members) == 11 })
	alice.titles(session, "anything")
	clock.Add(25 * time.Hour)
	s.http.hub.sweep(clock.Now())
	s.until(func(h *hub) bool { return len(h.members) == 0 })
	if a := alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusNotFound {
		t.Errorf("a day later: %+v", a)
	}
}

// TestAddresses: whose failed attempts are counted, behind proxies that are
// trusted and such that are not.
func TestAddresses(t *testing.T) {
	o := HTTPOptions{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"203.0.113.1:50", nil, "203.0.113.1"},
		{"203.0.113.1:50", []string{"198.51.100.7"}, "203.0.113.1"},
		{"10.1.1.1:50", []string{"198.51.100.7"}, "198.51.100.7"},
		{"10.1.1.1:50", []string{"6.6.6.6, 198.51.100.7"}, "198.51.100.7"},
		{"10.1.1.1:50", []string{"6.6.6.6", "198.51.100.7, 10.2.2.2"}, "198.51.100.7"},
		{"10.1.1.1:50", []string{"nonsense"}, "10.1.1.1"},
		{"10.1.1.1:50", []string{"6.6.6.6, nonsense, 10.3.3.3"}, "10.3.3.3"},
		{"10.1.1.1:50", nil, "10.1.1.1"},
		{"[::1]:50", []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		{"[::ffff:10.1.1.1]:50", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := o.address(r); got.String() != c.want {
			t.Errorf("%s %q: got %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	if network(netip.MustParseAddr("2001:db8:1:2:3::4")) != network(netip.MustParseAddr("2001:db8:1:2:ffff::")) {
		t.Error("two addresses of one network count apart")
	}
	if network(netip.MustParseAddr("198.51.100.7")) == network(netip.MustParseAddr("198.51.100.8")) {
		t.Error("two addresses of version 4 count together")
	}
}
