package tools_test

import (
	"testing"

	"github.com/ilab-mcp/ilab-mcp/tools"
)

// BenchmarkCall measures what stands between a message and the store.
func BenchmarkCall(b *testing.B) {
	p := connect(b, tools.NewServer(broken{func() error { return nil }}, tools.Options{}))
	for name, arguments := range goodCalls() {
		message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + name + `","arguments":` + arguments + `}}`
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p.send(b, message)
			}
		})
	}
}

// BenchmarkNewServer measures what one more user costs.
func BenchmarkNewServer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		tools.NewServer(broken{func() error { return nil }}, tools.Options{})
	}
}

var _ tools.Store = broken{}
