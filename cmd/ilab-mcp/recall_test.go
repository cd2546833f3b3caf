package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Public conversations with questions and known answers, beside the repository.
// They are not ours to copy: no row of them is in here.
const recallData = "../../../shared/recall-dev"

// reasonable is the share of questions whose evidence must be among the first
// ten hits. It tells a search that works from one that does not, and no more:
// the ranking is measured elsewhere.
const reasonable = 0.6

// TestOneLongConversation is a real conversation as an agent lives it: turn by
// turn, each saved and each searched for first, through an MCP client that is
// not the server's own library's. Then the process ends, and a new one is asked
// what was said.
func TestOneLongConversation(t *testing.T) {
	type turn struct{ ID, User, Title, Content string }
	type question struct {
		User, Query, Category string
		Relevant              []string
	}
	turns := rows[turn](t, "memories.jsonl")
	user := turns[0].User
	turns = slices.DeleteFunc(turns, func(m turn) bool { return m.User != user })
	questions := slices.DeleteFunc(rows[question](t, "queries.jsonl"), func(q question) bool {
		return q.User != user || q.Category == "adversarial"
	})
	if len(turns) < 50 || len(questions) < 20 {
		t.Fatalf("%d turns and %d questions are too few", len(turns), len(questions))
	}

	db := filepath.Join(t.TempDir(), "m.db")
	agent := connectSDK(t, db)
	var start struct {
		SessionID string `json:"session_id"`
	}
	agent.call("mem_session_start", object{}, &start)
	ids := map[string]int64{}
	for i, m := range turns {
		agent.call("mem_search", object{"query": m.Content, "limit": 3}, nil)
		var saved struct {
			ID        int64
			SessionID string `json:"session_id"`
		}
		agent.call("mem_save", object{"type": "discovery", "title": m.Title, "content": m.Content}, &saved)
		if saved.SessionID != start.SessionID {
			t.Fatalf("turn %d was saved in session %s, want %s", i, saved.SessionID, start.SessionID)
		}
		ids[m.ID] = saved.ID
		if i%100 == 99 {
			agent.call("mem_session_summary", object{"summary": "So far they talked about many things."}, nil)
		}
	}
	agent.call("mem_session_end", object{"summary": "A long talk has ended."}, nil)
	agent.close()

	agent = connectSDK(t, db)
	var again struct {
		Sessions []struct {
			ID      string `json:"session_id"`
			Summary string
		} `json:"sessions_context"`
	}
	agent.call("mem_session_start", object{}, &again)
	if len(again.Sessions) != 1 || again.Sessions[0].ID != start.SessionID || again.Sessions[0].Summary != "A long talk has ended." {
		t.Errorf("the new process was told %+v", again)
	}
	found := 0
	for _, q := range questions {
		var r struct{ Hits []struct{ ID int64 } }
		agent.call("mem_search", object{"query": q.Query, "limit": 10}, &r)
		for _, h := range r.Hits {
			if slices.ContainsFunc(q.Relevant, func(name string) bool { return ids[name] == h.ID }) {
				found++
				break
			}
		}
	}
	agent.close()
	share := float64(found) / float64(len(questions))
	t.Logf("%d turns; the evidence was among the first ten hits for %d of %d questions (%.0f %%)", len(turns), found, len(questions), 100*share)
	if share < reasonable {
		t.Errorf("%.2f of the questions is less than %.2f", share, reasonable)
	}
}

// rows reads a file of JSON lines, or skips where the data is not here.
func rows[T any](t *testing.T, name string) []T {
	t.Helper()
	f, err := os.Open(filepath.Join(filepath.FromSlash(recallData), name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public conversations are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// sdk is a client of the official SDK, with a server process of its own.
type sdk struct {
	t       *testing.T
	session *mcp.ClientSession
}

func connectSDK(t *testing.T, db string) *sdk {
	t.Helper()
	c := mcp.NewClient(&mcp.Implementation{Name: "sdk", Version: "1"}, nil)
	s, err := c.Connect(t.Context(), &mcp.CommandTransport{Command: program(t, "stdio", "--user", "me", "--db", db)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &sdk{t, s}
}

func (s *sdk) call(tool string, args object, into any) {
	s.t.Helper()
	r, err := s.session.CallTool(s.t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil || r.IsError || len(r.Content) != 1 {
		s.t.Fatalf("%s: %+v, %v", tool, r, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(r.Content[0].(*mcp.TextContent).Text), into); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sdk) close() {
	s.t.Helper()
	if err := s.session.Close(); err != nil {
		s.t.Fatal(err)
	}
}
