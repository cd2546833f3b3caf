package connect

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// Sessions are names, not capabilities: these are the attacks of somebody with
// a good key of their own who knows the session ids and the request ids of
// somebody else.

// TestForeignSession: Bob comes with Alice's session id.
func TestForeignSession(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	session := alice.begin()
	alice.save(session, "Alice's", "the plan")
	stream := alice.listen("/mcp", session)

	// He posts with it, and meets what an unknown session meets, byte for byte.
	foreign := bob.ask("POST", "/mcp", callLine(1, "mem_search", `{"query":"plan"}`), session)
	unknown := bob.ask("POST", "/mcp", callLine(1, "mem_search", `{"query":"plan"}`), "Mcp-Session-Id: NOSUCHSESSION")
	if foreign.status != http.StatusNotFound || foreign.body != unknown.body || unknown.status != foreign.status {
		t.Errorf("a post: %+v, and of an unknown one: %+v", foreign, unknown)
	}
	// He listens to it.
	if a := bob.ask("GET", "/mcp", "", session, "Content-Type:"); a.status != http.StatusNotFound {
		t.Errorf("a stream: %+v", a)
	}
	// He ends it.
	if a := bob.ask("DELETE", "/mcp", "", session); a.status != http.StatusNotFound {
		t.Errorf("an end: %+v", a)
	}
	// He begins one of his own under that name: initialize gives another.
	if a := bob.ask("POST", "/mcp", hello, session); "Mcp-Session-Id: "+a.header.Get("Mcp-Session-Id") == session {
		t.Errorf("initialize: %+v", a)
	}
	// Alice's session, stream and memory are as they were.
	if titles := alice.titles(session, "plan"); !slices.Equal(titles, []string{"Alice's"}) {
		t.Errorf("Alice finds %v", titles)
	}
	if a := alice.ask("DELETE", "/mcp", "", session); a.status != http.StatusNoContent {
		t.Errorf("her own end: %+v", a)
	}
	stream.over()
}

// TestSessionOfAnotherScope: a session that began with a key that may write is
// not continued with one that may only read; their tools differ.
func TestSessionOfAnotherScope(t *testing.T) {
	s := open(t, nil)
	full, reader := s.user("alice"), s.withKey("alice", true, time.Time{})
	session := full.begin()
	if a := reader.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusNotFound {
		t.Errorf("continued: %+v", a)
	}
	mine := reader.begin()
	if a := reader.ask("POST", "/mcp", callLine(1, "mem_save", `{"type":"decision","title":"t","content":"c"}`), mine); !strings.Contains(a.body, "no such tool") {
		t.Errorf("a save with a reading key: %+v", a)
	}
	list := reader.ask("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, mine)
	for _, tool := range []string{"mem_save", "mem_update", "mem_forget", "mem_session_start", "mem_session_end", "mem_session_summary"} {
		if strings.Contains(list.body, `"`+tool+`"`) {
			t.Errorf("a reading key lists %s", tool)
		}
	}
	if titles := reader.titles(mine, "anything"); len(titles) != 0 {
		t.Errorf("found %v", titles)
	}
}

// TestReadOnlyServer: what the operator takes away, no credential gives back.
func TestReadOnlyServer(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.ReadOnly = true })
	alice := s.user("alice")
	session := alice.begin()
	line, modern := modernCall(1, "mem_save", `{"type":"decision","title":"t","content":"c"}`)
	for _, a := range []answered{
		alice.ask("POST", "/mcp", callLine(1, "mem_save", `{"type":"decision","title":"t","content":"c"}`), session),
		alice.ask("POST", "/mcp", line, modern...),
	} {
		if !strings.Contains(a.body, "no such tool here; there are mem_context, ") || strings.Contains(a.body, "mem_forget") {
			t.Errorf("a save: %+v", a)
		}
	}
	if titles := alice.titles(session, "anything"); len(titles) != 0 {
		t.Errorf("found %v", titles)
	}
}

// TestSessionAfterRevocation: Alice's key is revoked in the middle of a session.
// The session is worth nothing without it, and nothing to Bob either.
func TestSessionAfterRevocation(t *testing.T) {
	s := open(t, nil)
	alice, again, bob := s.user("alice"), s.user("alice"), s.user("bob")
	session := alice.begin()
	alice.revoke()
	if a := alice.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("with the revoked key: %+v", a)
	}
	if a := bob.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusNotFound {
		t.Errorf("with Bob's key: %+v", a)
	}
	// Another key of hers opens the same memory, and may go on with it.
	if a := again.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusOK {
		t.Errorf("with another key of Alice's: %+v", a)
	}
}

// TestStreamsEndWithTheirKey: streams that were opened with a key are closed
// when it is revoked or expires; those of other keys stay.
func TestStreamsEndWithTheirKey(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	session := alice.begin()
	modern := alice.listen("/mcp", session)
	older, path := alice.events()
	bobs, bobsPath := bob.events()

	alice.revoke()
	modern.over()
	older.over()
	if a := alice.ask("POST", path, callLine(1, "mem_stats", `{}`)); a.status != http.StatusUnauthorized {
		t.Errorf("a post to the closed stream: %+v", a)
	}
	if a := bob.ask("POST", bobsPath, callLine(5, "mem_stats", `{}`)); a.status != http.StatusAccepted {
		t.Errorf("Bob's post: %+v", a)
	}
	if data, ok := bobs.next(); !ok || !strings.Contains(data, `"id":5`) {
		t.Errorf("Bob's stream has %q", data)
	}

	soon := s.withKey("carol", false, time.Now().Add(700*time.Millisecond))
	stream, _ := soon.events()
	stream.over()
	if a := soon.ask("POST", "/mcp", hello); a.status != http.StatusUnauthorized {
		t.Errorf("after the key expired: %+v", a)
	}
}

// TestForeignMessageEndpoint: Bob posts to the endpoint of Alice's stream. The
// answer to his question must not come out of her stream, and hers not out of
// his.
func TestForeignMessageEndpoint(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	alices, alicesPath := alice.events()
	_, bobsPath := bob.events()
	bob.save(bob.begin(), "Bob's", "secret of his")

	foreign := bob.ask("POST", alicesPath, callLine(66, "mem_search", `{"query":"secret"}`))
	unknown := bob.ask("POST", "/message?sessionId=NOSUCH", callLine(66, "mem_search", `{"query":"secret"}`))
	if foreign.status != http.StatusNotFound || foreign.body != unknown.body {
		t.Errorf("Bob at Alice's endpoint: %+v", foreign)
	}
	if a := alice.ask("POST", bobsPath, callLine(67, "mem_search", `{"query":"secret"}`)); a.status != http.StatusNotFound {
		t.Errorf("Alice at Bob's endpoint: %+v", a)
	}
	// The ids of one transport are no sessions of the other.
	id := strings.TrimPrefix(alicesPath, "/message?sessionId=")
	if a := alice.ask("POST", "/mcp", callLine(68, "mem_stats", `{}`), "Mcp-Session-Id: "+id); a.status != http.StatusNotFound {
		t.Errorf("a stream's id at /mcp: %+v", a)
	}
	session := strings.TrimPrefix(alice.begin(), "Mcp-Session-Id: ")
	if a := alice.ask("POST", "/message?sessionId="+session, callLine(69, "mem_stats", `{}`)); a.status != http.StatusNotFound {
		t.Errorf("a session's id at /message: %+v", a)
	}
	// An error about a message comes out of the stream it was sent for, too.
	for what, line := range map[string]string{
		"an unknown tool":   callLine(70, "mem_nonsense", `{}`),
		"an unknown method": `{"jsonrpc":"2.0","id":70,"method":"nonsense"}`,
		"a doubled name":    `{"jsonrpc":"2.0","id":70,"method":"tools/list","params":{"cursor":"","cursor":""}}`,
	} {
		a := alice.ask("POST", alicesPath, line)
		if a.status != http.StatusAccepted {
			t.Errorf("%s: %+v", what, a)
			continue
		}
		if data, ok := alices.next(); !ok || !strings.Contains(data, `"id":70,"error"`) {
			t.Errorf("%s: the stream has %q", what, data)
		}
	}
	// What comes out of Alice's stream is the answer to her own question.
	if a := alice.ask("POST", alicesPath, callLine(1, "mem_search", `{"query":"secret"}`)); a.status != http.StatusAccepted {
		t.Errorf("Alice's post: %+v", a)
	}
	if data, ok := alices.next(); !ok || !strings.Contains(data, `"id":1,`) || strings.Contains(data, "Bob's") {
		t.Errorf("Alice's stream has %q", data)
	}
}

// TestForeignCancel: Alice's save waits for the store. Bob cancels request ids
// like hers, in both eras and over both transports. Her save succeeds.
func TestForeignCancel(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	session, bobs := alice.begin(), bob.begin()
	_, bobsPath := bob.events()
	const cancel = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"mine"}}`

	attack := func() {
		for _, headers := range [][]string{{session}, {bobs}, {"Mcp-Session-Id:"}} {
			bob.ask("POST", "/mcp", cancel, headers...)
		}
		bob.ask("POST", "/mcp", strings.Replace(cancel, `"requestId"`, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"requestId"`, 1),
			"Mcp-Protocol-Version: 2026-07-28", "Mcp-Method: notifications/cancelled")
		bob.ask("POST", bobsPath, cancel)
	}
	for _, era := range []string{"with sessions", "stateless"} {
		line, headers := callLine(1, "mem_save", `{"type":"decision","title":"Mine `+era+`","content":"kept"}`), []string{session}
		if era == "stateless" {
			line, headers = modernCall(1, "mem_save", `{"type":"decision","title":"Mine `+era+`","content":"kept"}`)
		}
		a := whileLocked(s, func() answered { return alice.ask("POST", "/mcp", line, headers...) }, attack)
		if r := alice.result(a); r.Failed {
			t.Errorf("%s: Alice's save: %+v", era, r)
		}
	}
	if titles := alice.titles(session, "kept"); len(titles) != 2 {
		t.Errorf("Alice has %v", titles)
	}

	// Her own cancellation does reach her own call: it gives up its wait.
	a := whileLocked(s, func() answered {
		return alice.ask("POST", "/mcp", callLine(1, "mem_save", `{"type":"decision","title":"Not this","content":"dropped"}`), session)
	}, func() { alice.ask("POST", "/mcp", cancel, session) })
	if !strings.Contains(a.body, "isError") && !strings.Contains(a.body, `"error"`) {
		t.Errorf("cancelled by herself: %+v", a)
	}
	if titles := alice.titles(session, "dropped"); len(titles) != 0 {
		t.Errorf("saved all the same: %v", titles)
	}
}

// whileLocked runs f while another process, as it were, holds the store. meanwhile
// runs when f's call is there.
func whileLocked(s *site, f func() answered, meanwhile func()) answered {
	s.t.Helper()
	lock := flock.New(s.path + ".lock")
	if err := lock.Lock(); err != nil {
		s.t.Fatal(err)
	}
	done := make(chan answered, 1)
	go func() { done <- f() }()
	s.until(func(h *hub) bool { return h.open > 0 })
	meanwhile()
	if err := lock.Unlock(); err != nil {
		s.t.Fatal(err)
	}
	return <-done
}

// until waits for the hub to be in a state.
func (s *site) until(ready func(*hub) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		h := s.http.hub
		h.mu.Lock()
		ok := ready(h)
		h.mu.Unlock()
		if ok {
			return
		}
		runtime.Gosched()
	}
	s.t.Fatal("the server did not get there")
}
