package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// bareServer is the least that mcp-go can serve: twelve tools that do nothing.
func bareServer() {
	s := server.NewMCPServer("bare", "1")
	for name := range strings.FieldsSeq("a b c d e f g h i j k l") {
		s.AddTool(mcp.NewTool(name, mcp.WithDescription("does nothing"), mcp.WithString("text")),
			func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText("nothing"), nil
			})
	}
	if err := server.ServeStdio(s); err != nil {
		os.Exit(1)
	}
}

const (
	initialize  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`
	initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	listTools   = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
)

// BenchmarkStart measures from starting a process to its answer to tools/list:
// ours, on a store that exists and on one that does not yet, and a server
// without storage.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	run := func(b *testing.B, name string, args ...string) {
		p := startPipe(b, "", name, args...)
		p.say(listTools)
		b.StopTimer()
		p.end()
		b.StartTimer()
	}
	b.Run("Bare", func(b *testing.B) {
		for b.Loop() {
			run(b, "bare-mcp")
		}
	})
	b.Run("Existing", func(b *testing.B) {
		db := filepath.Join(dir, "existing.db")
		run(b, "ilab-mcp", "stdio", "--user", "me", "--db", db)
		for b.Loop() {
			run(b, "ilab-mcp", "stdio", "--user", "me", "--db", db)
		}
	})
	b.Run("New", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			run(b, "ilab-mcp", "stdio", "--user", "me", "--db", filepath.Join(dir, strconv.Itoa(n), "memory.db"))
		}
	})
}
