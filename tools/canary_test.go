package tools_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestCanary puts a secret of its own, marked private, through every string that
// a client can send. No reply, no log line and no byte of the store's files holds
// it, whole or in part.
func TestCanary(t *testing.T) {
	dir := t.TempDir()
	f := newFixture(t)
	backend, err := sqlite.Open(t.Context(), dir+"/memory.db", sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	f.db = memstore.New(backend, memstoretest.Options(f.clock))
	defer func() {
		if err := f.db.Close(); err != nil {
			t.Error(err)
		}
	}()

	n := 0
	wrap := []string{"<private>%s</private>", "&lt;private&gt;%s&lt;/private&gt;", "<PRIVATE\nx='y'>%s</ private >", "<private>%s"}
	var secrets []string
	secret := func() string {
		n++
		s := fmt.Sprintf("canary%03dof%03dthe%03dmine", n, n*7%1000, n*13%1000)
		secrets = append(secrets, s, s[2:9])
		return fmt.Sprintf(wrap[n%len(wrap)], s)
	}
	replies := map[string]string{}
	p := &peer{server: tools.NewServer(memstoretest.User(t, f.db, "alice"), f.options()), session: server.NewInProcessSession("s", nil)}
	ask := func(method string, params any) {
		what := toJSON(t, params)
		replies[method+" "+what] = p.request(t, method, what)
	}
	client := func() map[string]any { return map[string]any{"name": "host " + secret(), "version": "1 " + secret()} }
	ask("initialize", map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": client()})
	id := p.save(t, "Engine", "We use SQLite", "arch/engine")

	// Each string argument of each tool: inside other text, and alone.
	for _, l := range list(t) {
		var schema struct {
			Properties map[string]struct{ Type string }
		}
		if err := json.Unmarshal(l.InputSchema, &schema); err != nil {
			t.Fatal(err)
		}
		for name, property := range schema.Properties {
			for _, format := range []string{"some words %s and more", "%s"} {
				arguments := map[string]any{}
				if err := json.Unmarshal([]byte(goodCalls()[l.Name]), &arguments); err != nil {
					t.Fatal(err)
				}
				if arguments["observation_id"] != nil {
					arguments["observation_id"] = id
				}
				switch property.Type {
				case "array":
					arguments[name] = []string{fmt.Sprintf(format, secret())}
				default: // a string, or a string where a number belongs
					arguments[name] = fmt.Sprintf(format, secret())
				}
				ask("tools/call", map[string]any{"name": l.Name, "arguments": arguments})
			}
		}
		ask("tools/call", map[string]any{"name": l.Name, "arguments": map[string]any{secret(): secret()}})
	}
	ask("tools/call", map[string]any{"name": secret(), "arguments": map[string]any{}})
	for _, name := range []string{"recall", "wrap_up", secret()} {
		for _, argument := range []string{"query", "type", "topic_key", secret()} {
			ask("prompts/get", map[string]any{"name": name, "arguments": map[string]any{"query": "x", argument: "words " + secret()}})
			ask("completion/complete", map[string]any{
				"ref":      map[string]any{"type": "ref/prompt", "name": name},
				"argument": map[string]any{"name": argument, "value": secret()},
				"context":  map[string]any{"arguments": map[string]any{argument: secret()}},
			})
		}
	}
	for _, prefix := range []string{"memory://context", "memory://observation/", "memory://topic/", "memory://topic/arch/engine", "", "https://x/"} {
		ask("resources/read", map[string]any{"uri": prefix + secret()})
		ask("completion/complete", map[string]any{
			"ref":      map[string]any{"type": "ref/resource", "uri": prefix + secret()},
			"argument": map[string]any{"name": "id", "value": secret()},
		})
	}
	for _, uri := range []string{"memory://observation/{id}", "memory://topic/{topic_key}"} {
		for _, name := range []string{"id", "topic_key"} {
			ask("completion/complete", map[string]any{
				"ref":      map[string]any{"type": "ref/resource", "uri": uri},
				"argument": map[string]any{"name": name, "value": secret()},
			})
		}
	}
	ask("tools/call", map[string]any{
		"name": "mem_save", "arguments": map[string]any{"type": "profile", "title": "modern", "content": "x"},
		"_meta": map[string]any{
			"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": map[string]any{},
			"io.modelcontextprotocol/clientInfo": client(),
		},
	})
	ask("tools/list", map[string]any{"cursor": secret()})

	// What there is to read back.
	for _, tool := range []string{"mem_session_start", "mem_context", "mem_stats"} {
		ask("tools/call", map[string]any{"name": tool, "arguments": map[string]any{}})
	}
	for _, tool := range []string{"mem_get_observation", "mem_history", "mem_timeline"} {
		ask("tools/call", map[string]any{"name": tool, "arguments": map[string]any{"observation_id": id}})
	}
	ask("tools/call", map[string]any{"name": "mem_search", "arguments": map[string]any{"query": "words more canary", "limit": 100}})

	replies["the log"] = f.log.String()
	for _, name := range []string{"memory.db", "memory.db-wal"} {
		b, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		replies[name] = string(b)
	}
	if len(secrets) < 100 || !strings.Contains(replies["memory.db-wal"]+replies["memory.db"], "some words [REDACTED]") {
		t.Fatalf("only %d secrets were sent", len(secrets))
	}
	for what, reply := range replies {
		for _, s := range secrets {
			if strings.Contains(reply, s) {
				t.Errorf("%.300s\nholds %s: %.600s", what, s, reply)
			}
		}
	}
}
