package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestReplySize fills a store with the longest texts there are, of characters
// that take six bytes each in JSON: every reply stays within its bound and says
// what it left out.
func TestReplySize(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	worst := func(n int) string { return strings.Repeat("\x01", n) }
	id := int64(0)
	for i := range 130 {
		title := fmt.Sprintf("needle %03d", i)
		saved := memstoretest.Save(t, p.store, memstore.Decision, title+worst(200-len(title)), "needle "+strings.Repeat("\x01\x01\x01 ", 15_000), fmt.Sprint("k", i)+worst(190))
		if i == 60 {
			id = saved.ID
		}
	}
	for i := range 25 {
		memstoretest.Save(t, p.store, memstore.Decision, "again", fmt.Sprint(i, strings.Repeat("\"", 60_000)), "changing")
	}
	var changing struct{ ID int64 }
	p.do(t, "mem_save", map[string]any{"type": "decision", "title": "last", "content": "x", "topic_key": "changing"}, &changing)
	for i := range 6 {
		if _, _, err := p.store.EndSession(t.Context(), memstoretest.Note(t, fmt.Sprint("s", i, strings.Repeat("\x01", 9_000)))); err != nil {
			t.Fatal(err)
		}
		p.do(t, "mem_session_start", map[string]any{}, nil)
	}
	for _, c := range []struct {
		tool, list string
		arguments  map[string]any
	}{
		{"mem_search", "hits", map[string]any{"query": "needle", "limit": 100}},
		{"mem_timeline", "observations", map[string]any{"observation_id": id, "before": 50, "after": 50}},
		{"mem_history", "revisions", map[string]any{"observation_id": changing.ID}},
		{"mem_session_start", "sessions_context", map[string]any{}},
		{"mem_get_observation", "", map[string]any{"observation_id": id}},
		{"mem_context", "ids", map[string]any{"max_tokens": 32000}},
		{"mem_session_end", "", map[string]any{"summary": worst(65_000)}},
	} {
		var out map[string]json.RawMessage
		r := p.call(t, c.tool, toJSON(t, c.arguments))
		if r.Result.IsError {
			t.Fatalf("%s: %.300s", c.tool, r.raw)
		}
		text := r.Result.Content[0].Text
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-20s %6d bytes, note %s", c.tool, len(text), out["note"])
		if len(text) > tools.MaxReply {
			t.Errorf("%s: %d bytes", c.tool, len(text))
		}
		if len(out["note"]) == 0 {
			t.Errorf("%s does not say what it left out", c.tool)
		}
		var items []json.RawMessage
		if c.list != "" && (json.Unmarshal(out[c.list], &items) != nil || len(items) == 0) {
			t.Errorf("%s shows nothing", c.tool)
		}
	}
	// The timeline keeps what was asked about.
	var line struct{ Observations []struct{ Anchor bool } }
	p.do(t, "mem_timeline", map[string]any{"observation_id": id, "before": 50, "after": 50}, &line)
	anchors := 0
	for _, o := range line.Observations {
		if o.Anchor {
			anchors++
		}
	}
	if anchors != 1 {
		t.Errorf("%d anchors", anchors)
	}
	// Prompts and resources are as small.
	lines := memstoretest.Save(t, p.store, memstore.Decision, "lines", "."+strings.Repeat("\n", 60_000)+".", "lines").ID
	for _, c := range []struct{ method, params, said string }{
		{"resources/read", `{"uri":"memory://context"}`, ""},
		{"resources/read", fmt.Sprintf(`{"uri":"memory://observation/%d"}`, id), "was left out"},
		{"resources/read", fmt.Sprintf(`{"uri":"memory://observation/%d"}`, lines), "was left out"},
		{"resources/read", `{"uri":"memory://topic/lines"}`, "was left out"},
		{"prompts/get", `{"name":"recall","arguments":{"query":"needle","topic_key":"lines"}}`, "was left out"},
	} {
		reply := parse(t, p.request(t, c.method, c.params))
		b, err := json.Marshal(reply.Result) // as mcp-go does, with HTML escaped
		if err != nil || reply.Error != nil || len(b) > tools.MaxReply || !strings.Contains(reply.raw, c.said) {
			t.Errorf("%s %s: %d bytes %v", c.method, c.params, len(b), err)
		}
	}
}
