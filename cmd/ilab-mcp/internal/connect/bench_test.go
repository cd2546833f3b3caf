package connect

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// BenchmarkRoundTrip is what an idle client waits for an empty tool.
func BenchmarkRoundTrip(b *testing.B) {
	bench := newBench()
	in, client := io.Pipe()
	fromServer, out := io.Pipe()
	done := bench.start(b.Context(), in, out)
	lines := bufio.NewReader(fromServer)
	call := []byte(toolCall(1, "whoami") + "\n")
	for b.Loop() {
		if _, err := client.Write(call); err != nil {
			b.Fatal(err)
		}
		if _, err := lines.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
	}
	if err := client.Close(); err != nil {
		b.Fatal(err)
	}
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkInspect is what the guard adds to a message of 1 KiB.
func BenchmarkInspect(b *testing.B) {
	line := []byte(`{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"mem_save","arguments":{"content":"` + strings.Repeat("a word ", 140) + `"}}}`)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, f := inspect(line); f != nil {
			b.Fatal(f.text)
		}
	}
}
