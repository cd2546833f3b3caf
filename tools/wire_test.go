package tools_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestWire plays the conversations in testdata/wire: "-> " is what the client
// sends, "<- " what the server answers, "@ " moves the clock, "# " explains.
// "$n" in a request stands for the id of the n-th memory that was saved.
func TestWire(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "wire", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "wire/"+filepath.Base(file), play(t, string(script)))
		})
	}
}

// play runs a conversation and writes it down anew.
func play(t *testing.T, script string) string {
	t.Helper()
	f := newFixture(t)
	p := &peer{
		server:  tools.NewServer(memstoretest.User(t, f.db, "alice"), f.options()),
		session: server.NewInProcessSession("s", nil),
	}
	var out strings.Builder
	var ids []string
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "<- ") {
			continue
		}
		out.WriteString(line + "\n")
		if d, ok := strings.CutPrefix(line, "@ "); ok {
			step, err := time.ParseDuration(d)
			if err != nil {
				t.Fatal(err)
			}
			f.clock.Add(step)
		}
		request, ok := strings.CutPrefix(line, "-> ")
		if !ok {
			continue
		}
		for i, id := range ids {
			request = strings.ReplaceAll(request, "$"+string(rune('1'+i)), id)
		}
		reply := p.send(t, request)
		if reply != "" {
			out.WriteString("<- " + reply + "\n")
		}
		if _, rest, ok := strings.Cut(reply, `"structuredContent":{"id":`); ok && strings.Contains(reply, `"outcome":"created"`) {
			id, _, _ := strings.Cut(rest, ",")
			ids = append(ids, id)
		}
	}
	return out.String()
}
