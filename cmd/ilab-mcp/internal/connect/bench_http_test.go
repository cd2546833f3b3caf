package connect

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// BenchmarkHTTP measures calls over Streamable HTTP from 32 clients on the same
// machine. Memory: 16 users with 1,000 memories each, four searches to a save,
// without limits. Ping: the same server with nothing to do. Empty: an empty tool
// on mcp-go's own transport, without credentials, users or a store.
func BenchmarkHTTP(b *testing.B) {
	b.Run("Empty", func(b *testing.B) {
		s := server.NewMCPServer("empty", "1", server.WithToolCapabilities(false))
		s.AddTool(mcp.NewTool("mem_search", mcp.WithString("query")), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText("nothing"), nil
		})
		ts := httptest.NewServer(server.NewStreamableHTTPServer(s, server.WithStreamableHTTPLogger(slog.New(slog.DiscardHandler))))
		defer ts.Close()
		session := post(b, http.DefaultClient, ts.URL+"/mcp", "", "", hello).Get("Mcp-Session-Id")
		crowd(b, func(int) (url, key, in string) { return ts.URL + "/mcp", "", session }, func(int) string {
			return callLine(1, "mem_search", `{"query":"what did we decide about the storage engine"}`)
		})
	})
	for _, what := range []string{"Ping", "Memory"} {
		b.Run(what, func(b *testing.B) { benchServer(b, what) })
	}
}

// benchServer measures this server: with calls that do nothing, or with
// searches and saves.
func benchServer(b *testing.B, what string) {
	s := open(b, func(o *HTTPOptions) {
		o.Limits = Limits{}
		o.Log = slog.New(slog.DiscardHandler)
	})
	const users = 16
	clients, sessions := make([]*client, users), make([]string, users)
	for u := range users {
		clients[u] = s.user(fmt.Sprintf("user%d", u))
		sessions[u] = clients[u].begin()
		memstoretest.Fill(b, memstoretest.User(b, s.db, fmt.Sprintf("user%d", u)), 1000)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	queries, notes := make([]string, 512), make([]string, 512)
	for i := range queries {
		queries[i], notes[i] = memstoretest.Words(rng, 5), memstoretest.Words(rng, 50)
	}
	var n atomic.Int64
	who := func(c int) (url, key, in string) {
		u := c % users
		return s.url + "/mcp", clients[u].credential, strings.TrimPrefix(sessions[u], "Mcp-Session-Id: ")
	}
	if what == "Ping" {
		crowd(b, who, func(int) string { return `{"jsonrpc":"2.0","id":1,"method":"ping"}` })
		return
	}
	crowd(b, who, func(i int) string {
		if i%5 == 0 {
			return callLine(1, "mem_save", fmt.Sprintf(`{"type":"decision","title":"New %d","content":%q}`, n.Add(1), notes[i%len(notes)]))
		}
		return callLine(1, "mem_search", fmt.Sprintf(`{"query":%q}`, queries[i%len(queries)]))
	})
}

// crowd runs b.N calls from 32 clients, each on a connection of its own.
func crowd(b *testing.B, who func(c int) (url, key, session string), line func(i int) string) {
	const clients = 32
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	c := &http.Client{Transport: transport}
	var next atomic.Int64
	b.ResetTimer()
	var all sync.WaitGroup
	for n := range clients {
		all.Go(func() {
			url, key, session := who(n)
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				post(b, c, url, key, session, line(int(i)))
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func post(b *testing.B, c *http.Client, url, key, session, body string) http.Header {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header["Content-Type"] = []string{"application/json"}
	if key != "" {
		r.Header["Authorization"] = []string{"Bearer " + key}
	}
	if session != "" {
		r.Header["Mcp-Session-Id"] = []string{session}
	}
	resp, err := c.Do(r)
	if err != nil {
		b.Error(err)
		return nil
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close() // it was read
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Errorf("%d %v", resp.StatusCode, err)
	}
	return resp.Header
}
