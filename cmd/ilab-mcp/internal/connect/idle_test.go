package connect

import (
	"fmt"
	"runtime"
	"testing"
)

// TestIdleUsers: two thousand users have connected once, and their sessions are
// alive. Each costs less than 20 KB, and no goroutine.
func TestIdleUsers(t *testing.T) {
	const users = 2000
	s := open(t, nil)
	clients := make([]*client, users+1)
	for i := range clients {
		clients[i] = s.user(fmt.Sprintf("user%04d", i))
		clients[i].http = clients[0].http
	}
	visit := func(c *client) { c.titles(c.begin(), "anything") }
	visit(clients[users]) // what is made once is made
	clients[0].http.CloseIdleConnections()
	goroutines, heap := runtime.NumGoroutine(), liveHeap()
	for _, c := range clients[:users] {
		visit(c)
	}
	clients[0].http.CloseIdleConnections()
	s.until(func(h *hub) bool { return len(h.members) == users+1 && len(h.servers) == users+1 && h.open == 0 })
	if each := (liveHeap() - heap) / users; each > 20_000 {
		t.Errorf("an idle user costs %d bytes", each)
	} else {
		t.Logf("an idle user costs %d bytes", each)
	}
	if n := runtime.NumGoroutine(); n > goroutines+10 {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
}
