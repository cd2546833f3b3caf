package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// constantReply names the file with what constantServer's tool answers.
const constantReply = "CONSTANT_REPLY"

// constantServer has mem_search as its one tool, which always answers the same.
func constantServer() {
	reply, err := os.ReadFile(os.Getenv(constantReply))
	if err != nil {
		os.Exit(1)
	}
	var said mcp.CallToolResult
	if err := json.Unmarshal(reply, &said); err != nil {
		os.Exit(1)
	}
	s := server.NewMCPServer("constant", "1")
	s.AddTool(mcp.NewTool("mem_search", mcp.WithString("query")), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &said, nil
	})
	if err := server.ServeStdio(s); err != nil {
		os.Exit(1)
	}
}

// pipe is a server process that is asked one thing after the other.
type pipe struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	n   int
}

func startPipe(b *testing.B, env, name string, args ...string) *pipe {
	b.Helper()
	p := &pipe{b: b, cmd: exec.CommandContext(b.Context(), name, args...), n: 1}
	p.cmd.Env = append(os.Environ(), env)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p.say(initialize)
	p.tell(initialized)
	return p
}

func (p *pipe) tell(line string) {
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.b.Fatal(err)
	}
}

func (p *pipe) say(line string) string {
	p.tell(line)
	answer, err := p.out.ReadString('\n')
	if err != nil {
		p.b.Fatal(err)
	}
	return answer
}

func (p *pipe) search(query string) string {
	p.n++
	return p.say(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"mem_search","arguments":{"query":%q}}}`, p.n, query))
}

func (p *pipe) end() {
	if err := p.in.Close(); err != nil {
		p.b.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.b.Fatal(err)
	}
}

// BenchmarkSearchOverStdio measures a whole call of mem_search on 1,000 memories,
// in turn with a server whose tool answers the same without searching.
func BenchmarkSearchOverStdio(b *testing.B) {
	db := filepath.Join(b.TempDir(), "memory.db")
	backend, err := sqlite.Open(b.Context(), db, sqlite.Options{Program: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	store := memstore.New(backend, memstore.DefaultOptions())
	memstoretest.Fill(b, memstoretest.User(b, store, "me"), 1000)
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	queries := make([]string, 64)
	for i := range queries {
		queries[i] = strings.TrimSpace(memstoretest.Words(rng, 5))
	}
	ours := startPipe(b, "", "ilab-mcp", "stdio", "--user", "me", "--db", db)
	defer ours.end()
	var answer struct{ Result json.RawMessage }
	if err := json.Unmarshal([]byte(ours.search(queries[0])), &answer); err != nil {
		b.Fatal(err)
	}
	reply := filepath.Join(b.TempDir(), "reply.json")
	if err := os.WriteFile(reply, answer.Result, 0o600); err != nil {
		b.Fatal(err)
	}
	constant := startPipe(b, constantReply+"="+reply, "constant-mcp")
	defer constant.end()
	for round := range 3 {
		for name, p := range map[string]*pipe{"Search": ours, "Constant": constant} {
			b.Run(fmt.Sprint(name, "/", round), func(b *testing.B) {
				i := 0
				for b.Loop() {
					p.search(queries[i%len(queries)])
					i++
				}
			})
		}
	}
}
