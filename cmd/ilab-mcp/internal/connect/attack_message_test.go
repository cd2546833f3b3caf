package connect

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestForgedMessages: messages that two readers could understand in two ways, or
// that try to name a user, over every transport.
func TestForgedMessages(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	alice.save(alice.begin(), "Alice's", "the plan")
	session := bob.begin()
	stream, path := bob.events()

	for what, line := range map[string]string{
		"a user among the arguments":   callLine(1, "mem_search", `{"query":"plan","user_id":"alice"}`),
		"the same, in other words":     callLine(1, "mem_search", `{"query":"plan","user":"alice","tenant":"alice"}`),
		"a user in params":             `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_search","arguments":{"query":"plan","userId":"alice"},"user_id":"alice"}}`,
		"an argument twice":            callLine(1, "mem_search", `{"query":"plan","query":"plan"}`),
		"an argument in another case":  callLine(1, "mem_search", `{"QUERY":"plan"}`),
		"arguments twice":              `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_search","arguments":{"query":"x"},"arguments":{"query":"plan"}}}`,
		"arguments in another case":    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_search","ARGUMENTS":{"query":"plan"}}}`,
		"two tools":                    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_stats","name":"mem_search","arguments":{"query":"plan"}}}`,
		"two tools, one long s":        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mem_search","argument\u017f":{"query":"plan"}}}`,
		"the method twice":             `{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"mem_search","arguments":{"query":"plan"}}}`,
		"the method in another case":   `{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":{"name":"mem_search","arguments":{"query":"plan"}}}`,
		"an id twice":                  `{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}`,
		"a batch":                      `[` + callLine(1, "mem_search", `{"query":"plan"}`) + `]`,
		"a batch of one, with a space": ` [` + callLine(1, "mem_search", `{"query":"plan"}`) + `]`,
		"not UTF-8":                    callLine(1, "mem_search", "{\"query\":\"plan\xff\"}"),
		"half a surrogate pair":        callLine(1, "mem_search", `{"query":"plan\ud800"}`),
		"not JSON":                     `{"jsonrpc":"2.0"`,
		"two messages":                 callLine(1, "mem_stats", `{}`) + callLine(2, "mem_search", `{"query":"plan"}`),
		"nothing":                      ``,
		"null":                         `null`,
		"another user's initialize":    strings.Replace(hello, `"capabilities"`, `"user":"alice","userId":"alice","capabilities"`, 1),
	} {
		a := bob.ask("POST", "/mcp", line, session)
		if strings.Contains(a.body, "Alice's") || strings.Contains(a.body, "userId") {
			t.Errorf("%s: %+v", what, a)
		}
		if refused := strings.Contains(a.body, `"error"`) || strings.Contains(a.body, `"isError":true`); !refused && !strings.Contains(what, "initialize") {
			t.Errorf("%s was taken: %+v", what, a)
		}
		if a := bob.ask("POST", path, line); a.status == http.StatusAccepted {
			data, ok := stream.next()
			if !ok || strings.Contains(data, "Alice's") || !strings.Contains(what, "initialize") && !strings.Contains(data, `"error"`) && !strings.Contains(data, `"isError":true`) {
				t.Errorf("%s, at the stream: %s", what, data)
			}
		} else if a.status != http.StatusBadRequest {
			t.Errorf("%s, at the stream: %+v", what, a)
		}
	}
}

// TestVersions: unknown and contradictory protocol versions are refused, and
// what the client wrote is not repeated unless it has the form of a version.
func TestVersions(t *testing.T) {
	s := open(t, nil)
	alice := s.user("alice")
	session := alice.begin()
	line, modern := modernCall(1, "mem_stats", `{}`)
	legacy := callLine(1, "mem_stats", `{}`)
	const canary = "CANARY<private>x"
	for what, c := range map[string]struct {
		line    string
		headers []string
		status  int
		text    string
	}{
		"an unknown old version":             {legacy, []string{session, "Mcp-Protocol-Version: 2020-01-01"}, 400, "speaks"},
		"no version at all, in the header":   {legacy, []string{session, "Mcp-Protocol-Version: " + canary}, 400, "_meta"},
		"a version of the future":            {strings.Replace(line, "2026-07-28", "2099-01-01", 1), append([]string{"Mcp-Protocol-Version: 2099-01-01"}, modern[0], modern[2]), 400, `"supported"`},
		"text for a version":                 {strings.Replace(line, "2026-07-28", "z"+canary, 1), []string{modern[0], modern[2], "Mcp-Protocol-Version: z" + canary}, 400, "date"},
		"header and message differ":          {line, []string{modern[0], modern[2], "Mcp-Protocol-Version: 2099-01-01"}, 400, "differ"},
		"only the message is modern":         {line, []string{modern[0], modern[2]}, 400, "missing"},
		"only the header is modern":          {legacy, modern, 400, "_meta"},
		"the method header is missing":       {line, []string{modern[0], modern[1]}, 400, "Mcp-Method"},
		"the method header says another":     {line, []string{modern[0], modern[1], "Mcp-Method: " + canary}, 400, "Mcp-Method"},
		"the name header says another":       {line, []string{modern[1], modern[2], "Mcp-Name: " + canary}, 400, "Mcp-Name"},
		"a modern session id means nothing":  {line, append([]string{"Mcp-Session-Id: " + canary}, modern...), 200, "structuredContent"},
		"an unknown method, modern":          {strings.Replace(line, "tools/call", canary, 1), []string{modern[0], modern[1], "Mcp-Method: " + canary}, 404, "no such method"},
		"an unknown method":                  {strings.Replace(legacy, "tools/call", canary, 1), []string{session}, 200, "no such method"},
		"no session":                         {legacy, nil, 400, "Mcp-Session-Id"},
		"another content type":               {legacy, []string{session, "Content-Type: text/plain"}, 415, "application/json"},
		"no content type":                    {legacy, []string{session, "Content-Type:"}, 415, "application/json"},
		"a version that initialize knows no": {strings.Replace(hello, "2025-11-25", canary, 1), nil, 200, "protocolVersion"},
	} {
		a := alice.ask("POST", "/mcp", c.line, c.headers...)
		if a.status != c.status || !strings.Contains(a.body, c.text) {
			t.Errorf("%s: %+v", what, a)
		}
		if strings.Contains(a.body, "CANARY") {
			t.Errorf("%s is repeated: %s", what, a.body)
		}
	}
	for _, method := range []string{"GET", "DELETE"} {
		if a := alice.ask(method, "/mcp", "", session, "Mcp-Protocol-Version: 2026-07-28"); a.status != 405 || a.header.Get("Allow") != "POST" {
			t.Errorf("%s in the stateless era: %+v", method, a)
		}
		if a := alice.ask(method, "/mcp", "", session, "Mcp-Protocol-Version: 2020-01-01"); a.status != 400 {
			t.Errorf("%s of an unknown version: %+v", method, a)
		}
	}
	if a := alice.ask("PUT", "/mcp", legacy, session); a.status != 405 || a.header.Get("Allow") == "" {
		t.Errorf("PUT: %+v", a)
	}
	if log := s.log.String(); strings.Contains(log, "CANARY") {
		t.Errorf("the log repeats what was sent:\n%s", log)
	}
}

// TestHugeBodies: a body over the limit is refused, whether it says so or not,
// and the server lives on.
func TestHugeBodies(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.MaxMessage = 64 << 10 })
	alice := s.user("alice")
	session := alice.begin()
	_, path := alice.events()
	fits := callLine(1, "mem_save", `{"type":"decision","title":"t","content":"`+strings.Repeat("x", 60<<10)+`"}`)
	over := strings.Replace(fits, "xxxx", strings.Repeat("x", 8<<10), 1)
	if r := alice.result(alice.ask("POST", "/mcp", fits, session)); r.Failed {
		t.Errorf("what fits: %+v", r)
	}
	for _, where := range []string{"/mcp", path} {
		if a := alice.ask("POST", where, over, session); a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, "65536 bytes") {
			t.Errorf("%s: %+v", where, a)
		}
	}
	// Without a length, and without an end.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mcp", io.MultiReader(strings.NewReader(over), endless{}))
	if err != nil {
		t.Fatal(err)
	}
	alice.dress(r, []string{session})
	resp, err := alice.http.Do(r)
	if err == nil {
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("an endless body: %d", resp.StatusCode)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	if a := alice.ask("POST", "/mcp", callLine(2, "mem_stats", `{}`), session); a.status != http.StatusOK {
		t.Errorf("afterwards: %+v", a)
	}
}

// TestSlowBodies: messages that are on their way are bounded like calls, for
// each user; nobody else is kept out, and no call is held by them. Without a
// credential a request is refused before its body is read.
func TestSlowBodies(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	session := bob.begin()
	dial := func(credential string) net.Conn {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() }) // the test's end
		if _, err := fmt.Fprintf(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", credential); err != nil {
			t.Fatal(err)
		}
		return c
	}
	line, err := bufio.NewReader(dial("")).ReadString('\n')
	if err != nil || !strings.Contains(line, "401") {
		t.Errorf("nobody, slowly: %q %v", line, err)
	}
	var slow []net.Conn
	for range 50 {
		slow = append(slow, dial("Authorization: Bearer "+alice.credential+"\r\n"))
	}
	s.until(func(h *hub) bool { return h.members[s.id("alice")].reading == 32 && h.open == 0 })
	if a := bob.ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session); a.status != http.StatusOK {
		t.Errorf("Bob, beside fifty slow ones: %+v", a)
	}
	refusedWith(t, alice.ask("POST", "/mcp", hello), "on")
	for _, c := range slow {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	s.until(func(h *hub) bool { return h.members[s.id("alice")].reading == 0 })
	alice.begin()
}

// TestForgedHosts: the Host and Origin headers of other sites.
func TestForgedHosts(t *testing.T) {
	s := open(t, func(o *HTTPOptions) {
		o.Hosts = append(o.Hosts, "memory.example.com")
		o.Origins = []string{"https://app.example.com"}
	})
	alice := s.user("alice")
	for host, status := range map[string]int{
		"localhost": 200, "LOCALHOST:1234": 200, "127.0.0.1:7437": 200, "[::1]:7437": 200, "memory.example.com": 200, "memory.example.com:443": 200,
		"evil.example.com": 403, "localhost.evil.example.com": 403, "evil.example.com:7437": 403, "127.0.0.1.nip.io": 403, "0.0.0.0": 403,
		"memory.example.com.evil.org": 403,
	} {
		if a := alice.ask("POST", "/mcp", hello, "Host: "+host); a.status != status {
			t.Errorf("Host %s: %+v", host, a)
		}
	}
	for origin, status := range map[string]int{
		"https://app.example.com": 200, "https://APP.example.com": 200,
		"http://app.example.com": 403, "https://app.example.com:8443": 403, "https://app.example.com.evil.org": 403, "null": 403,
		"http://localhost": 403, "http://127.0.0.1": 403, "https://evil.org": 403, "file://": 403, "*": 403,
	} {
		a := alice.ask("POST", "/mcp", hello, "Origin: "+origin)
		if a.status != status {
			t.Errorf("Origin %s: %+v", origin, a)
		}
		if cors := a.header.Get("Access-Control-Allow-Origin"); (cors == origin) != (status == 200) || cors == "*" {
			t.Errorf("Origin %s: a page may read the answer: %q", origin, cors)
		}
		// A page asks first, and without its credential.
		nobody := &client{site: s, t: t, http: alice.http}
		pre := nobody.ask("OPTIONS", "/mcp", "", "Origin: "+origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization, mcp-session-id")
		if (pre.status == http.StatusNoContent) != (status == 200) {
			t.Errorf("Origin %s asks first: %+v", origin, pre)
		}
		if status == 200 && (!strings.Contains(pre.header.Get("Access-Control-Allow-Headers"), "Mcp-Session-Id") || pre.header.Get("Access-Control-Allow-Credentials") != "") {
			t.Errorf("Origin %s asks first: %+v", origin, pre)
		}
	}
	// Also on the stream, where a browser would not ask first.
	if a := alice.ask("GET", "/sse", "", "Origin: https://evil.org", "Content-Type:"); a.status != 403 || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a stream for another page: %+v", a)
	}
	if a := alice.ask("GET", "/healthz", "", "Host: 10.1.2.3:7437"); a.status != 200 || !bytes.Equal([]byte(a.body), []byte("ok\n")) {
		t.Errorf("health: %+v", a)
	}
}
