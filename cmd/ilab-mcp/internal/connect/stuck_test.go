package connect

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// TestClientThatDoesNotRead: a client sends, closes its end and never reads
// an answer; the server leaves all the same.
func TestClientThatDoesNotRead(t *testing.T) {
	out, in := io.Pipe()
	err := serve(t.Context(), server.NewMCPServer("test", "1"),
		strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"), in,
		Options{Version: "1", Log: slog.New(slog.DiscardHandler), drain: 50 * time.Millisecond})
	if err != nil {
		t.Error(err)
	}
	if err := out.Close(); err != nil { // let the blocked write go
		t.Error(err)
	}
}
