package tools_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// broken is a store of which every call fails in the same way.
type broken struct{ fail func() error }

func (b broken) Get(context.Context, int64) (memstore.Memory, error) {
	return memstore.Memory{}, b.fail()
}

func (b broken) ByTopic(context.Context, memstore.Query) (memstore.Memory, error) {
	return memstore.Memory{}, b.fail()
}
func (b broken) Topics(context.Context, memstore.Query) ([]string, error) { return nil, b.fail() }
func (b broken) Search(context.Context, memstore.Query) (memstore.Found, error) {
	return memstore.Found{}, b.fail()
}

func (b broken) Timeline(context.Context, int64, int, int) ([]memstore.Memory, error) {
	return nil, b.fail()
}

func (b broken) History(context.Context, int64, int) ([]memstore.Revision, int, error) {
	return nil, 0, b.fail()
}

func (b broken) Context(context.Context, int, int) (recent, best []memstore.Scored, err error) {
	return nil, nil, b.fail()
}
func (b broken) Stats(context.Context) (memstore.Stats, error) { return memstore.Stats{}, b.fail() }
func (b broken) StartSession(context.Context, int, int) (memstore.Start, error) {
	return memstore.Start{}, b.fail()
}

func (b broken) Summarize(context.Context, memstore.Note) (memstore.Saved, error) {
	return memstore.Saved{}, b.fail()
}

func (b broken) EndSession(context.Context, memstore.Note) (memstore.Session, bool, error) {
	return memstore.Session{}, false, b.fail()
}

func (b broken) Save(context.Context, memstore.Draft) (memstore.Saved, error) {
	return memstore.Saved{}, b.fail()
}

func (b broken) Update(context.Context, int64, memstore.Patch) (memstore.Saved, error) {
	return memstore.Saved{}, b.fail()
}

func (b broken) Forget(context.Context, int64) (forgotten, wiped bool, err error) {
	return false, false, b.fail()
}

// goodCalls are legal arguments for every tool.
func goodCalls() map[string]string {
	return map[string]string{
		"mem_session_start": `{}`, "mem_session_summary": `{"summary":"s"}`, "mem_session_end": `{"summary":"s"}`,
		"mem_save":   `{"type":"decision","title":"t","content":"c","topic_key":"k"}`,
		"mem_search": `{"query":"q"}`, "mem_get_observation": `{"observation_id":1}`, "mem_timeline": `{"observation_id":1}`,
		"mem_stats": `{}`, "mem_context": `{}`, "mem_update": `{"observation_id":1,"title":"t"}`,
		"mem_history": `{"observation_id":1}`, "mem_forget": `{"observation_id":1}`,
	}
}

// TestFailures: what breaks inside is told in a plain sentence, and its cause
// stands in the log. The server lives on.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		fail   func() error
		want   string
		logged string
	}{
		{"driver", func() error { return errors.New("CAUSE /var/db pq: x") }, "the store failed", "CAUSE"},
		{"panic", func() error { panic("CAUSE") }, "the store failed", "cause=string"},
		{"runtime panic", func() error { var p *memstore.Memory; p.ID++; return nil }, "the store failed", "nil pointer"},
		{"cancelled", func() error { return fmt.Errorf("CAUSE: %w", context.Canceled) }, "given up before it was finished", ""},
		{"too late", func() error { return fmt.Errorf("CAUSE: %w", context.DeadlineExceeded) }, "given up before it was finished", ""},
		{"busy", func() error {
			return &memstore.Error{Kind: memstore.Busy, Msg: "another process holds the store; nothing was saved", Err: errors.New("CAUSE")}
		}, "another process holds the store; nothing was saved", "CAUSE"},
		{"no session", func() error { return memstore.ErrNoSession }, "mem_session_start first", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			p := connect(t, tools.NewServer(broken{c.fail}, tools.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}))
			var replies []string
			for tool, arguments := range goodCalls() {
				if tool == "mem_get_observation" && c.name == "no session" {
					continue // NotFound is an answer there
				}
				said := p.refused(t, tool, arguments)
				if !strings.Contains(said, c.want) {
					t.Errorf("%s: %s", tool, said)
				}
				replies = append(replies, said)
			}
			for method, params := range map[string]string{
				"prompts/get":         `{"name":"recall","arguments":{"query":"q","topic_key":"k"}}`,
				"completion/complete": `{"ref":{"type":"ref/resource","uri":"memory://topic/{topic_key}"},"argument":{"name":"topic_key","value":"k"}}`,
				"resources/read":      `{"uri":"memory://observation/1"}`,
			} {
				r := parse(t, p.request(t, method, params))
				if r.Error == nil || c.name != "no session" && !strings.Contains(r.Error.Message, c.want) {
					t.Errorf("%s: %s", method, r.raw)
				}
				replies = append(replies, r.raw)
			}
			if s := strings.Join(replies, "\n"); strings.Contains(s, "CAUSE") || strings.Contains(s, "goroutine") || strings.Contains(s, "nil pointer") {
				t.Errorf("a reply holds the cause:\n%s", s)
			}
			if !strings.Contains(log.String(), c.logged) || c.name == "panic" && strings.Contains(log.String(), "CAUSE") {
				t.Errorf("the log:\n%s", log.String())
			}
		})
	}
}

// TestReadOnly: without a store to write to there are six tools.
func TestReadOnly(t *testing.T) {
	f := newFixture(t)
	f.user(t, "alice").save(t, "Engine", "SQLite", "")
	p := connect(t, tools.NewReadOnlyServer(f.user(t, "alice").store, f.options()))
	hello := p.request(t, "initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}`)
	if strings.Contains(hello, "mem_save") || strings.Contains(hello, "mem_session") {
		t.Errorf("the instructions speak of what is not there: %s", hello)
	}
	for tool, arguments := range goodCalls() {
		r := p.call(t, tool, arguments)
		if reads := strings.Contains("mem_context mem_search mem_get_observation mem_timeline mem_history mem_stats", tool); reads != (r.Error == nil) {
			t.Errorf("%s: %s", tool, r.raw)
		}
		if r.Error != nil && (r.Error.Code != -32602 || strings.Contains(r.Error.Message, "mem_save")) {
			t.Errorf("%s: %s", tool, r.raw)
		}
	}
	o := f.options()
	o.NoForget = true
	p = connect(t, tools.NewServer(f.user(t, "alice").store, o))
	if r := p.call(t, "mem_forget", `{"observation_id":1}`); r.Error == nil || r.Error.Code != -32602 {
		t.Error(r.raw)
	}
	p.save(t, "Still saves", "x", "")
}
