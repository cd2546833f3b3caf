package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestIndependentClient has the official SDK's client, which shares no code with
// our server, use everything there is.
func TestIndependentClient(t *testing.T) {
	f := newFixture(t)
	s := server.NewStdioServer(tools.NewServer(memstoretest.User(t, f.db, "alice"), f.options()))
	s.SetErrorLogger(slog.NewLogLogger(slog.DiscardHandler, slog.LevelError))
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Listen(ctx, fromClient, toClient)
	}()
	c := mcp.NewClient(&mcp.Implementation{Name: "go-sdk", Version: "1"}, nil)
	session, err := c.Connect(ctx, &mcp.IOTransport{Reader: fromServer, Writer: toServer}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		stop()
		_ = session.Close()
		<-done
	}()

	listed, err := session.ListTools(ctx, nil)
	if err != nil || len(listed.Tools) != 12 || listed.Tools[0].Name != "mem_context" {
		t.Fatalf("%v %v", listed, err)
	}
	call := func(name string, arguments string) map[string]any {
		t.Helper()
		r, err := session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.IsError {
			t.Fatalf("%s: %+v", name, r.Content[0])
		}
		out, ok := r.StructuredContent.(map[string]any)
		if !ok || len(r.Content) != 1 {
			t.Fatalf("%s: %+v", name, r)
		}
		return out
	}
	call("mem_session_start", `{}`)
	saved := call("mem_save", `{"type":"decision","title":"Engine","content":"SQLite","topic_key":"arch/engine"}`)
	id := int64(saved["id"].(float64))
	for tool, arguments := range goodCalls() {
		if tool == "mem_forget" || tool == "mem_session_end" || tool == "mem_save" {
			continue
		}
		call(tool, strings.ReplaceAll(arguments, `"observation_id":1`, fmt.Sprintf(`"observation_id":%d`, id)))
	}
	got := call("mem_get_observation", fmt.Sprintf(`{"observation_id":%d}`, id))["observation"].(map[string]any)
	if got["source"] != "go-sdk 1" || got["title"] != "t" {
		t.Errorf("%v", got)
	}

	resources, err := session.ListResources(ctx, nil)
	if err != nil || len(resources.Resources) != 1 {
		t.Errorf("%v %v", resources, err)
	}
	templates, err := session.ListResourceTemplates(ctx, nil)
	if err != nil || len(templates.ResourceTemplates) != 2 {
		t.Errorf("%v %v", templates, err)
	}
	for _, uri := range []string{"memory://context", fmt.Sprint("memory://observation/", id), "memory://topic/arch%2Fengine"} {
		r, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri})
		if err != nil || len(r.Contents) != 1 || r.Contents[0].URI != uri || !strings.Contains(r.Contents[0].Text, "SQLite") {
			t.Errorf("%s: %+v %v", uri, r, err)
		}
	}
	if _, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "memory://observation/1"}); err == nil {
		t.Error("a resource that is not there was read")
	}
	prompts, err := session.ListPrompts(ctx, nil)
	if err != nil || len(prompts.Prompts) != 2 {
		t.Errorf("%v %v", prompts, err)
	}
	p, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "recall", Arguments: map[string]string{"query": "SQLite"}})
	if err != nil || len(p.Messages) != 1 {
		t.Errorf("%v %v", p, err)
	}
	if _, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "wrap_up"}); err != nil {
		t.Error(err)
	}
	completed, err := session.Complete(ctx, &mcp.CompleteParams{
		Ref:      &mcp.CompleteReference{Type: "ref/resource", URI: "memory://topic/{topic_key}"},
		Argument: mcp.CompleteParamsArgument{Name: "topic_key", Value: "ar"},
	})
	if err != nil || len(completed.Completion.Values) != 1 || completed.Completion.Values[0] != "arch/engine" {
		t.Errorf("%+v %v", completed, err)
	}
	call("mem_session_end", `{"summary":"done"}`)
	if out := call("mem_forget", fmt.Sprintf(`{"observation_id":%d}`, id)); out["forgotten"] != true {
		t.Errorf("%v", out)
	}
}
