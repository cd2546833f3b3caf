package tools_test

import (
	"runtime"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestIdleUsersAreCheap: an idle user costs no goroutine and less than 20 KB, of
// which the server may take most.
func TestIdleUsersAreCheap(t *testing.T) {
	const users = 500
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	kept := make([]*server.MCPServer, 0, users)
	tools.NewServer(broken{}, tools.Options{}) // what is made once
	goroutines, before := runtime.NumGoroutine(), heap()
	for range users {
		kept = append(kept, tools.NewServer(broken{}, tools.Options{}))
	}
	each := (heap() - before) / users
	t.Logf("%d bytes a user", each)
	if each > 16<<10 || runtime.NumGoroutine() > goroutines {
		t.Errorf("an idle user costs %d bytes and %d goroutines", each, (runtime.NumGoroutine()-goroutines)/users)
	}
	runtime.KeepAlive(kept)
}
