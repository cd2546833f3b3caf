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

// TestSourceWithoutSession: in the stateless era the client's name comes from the
// request, whether or not there is a session to remember it.
func TestSourceWithoutSession(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	long := strings.Repeat("n", 201)
	for i, c := range []struct{ info, want string }{
		{`{"name":"modern","version":"9"}`, "modern 9"},
		{`{"name":"modern"}`, "modern"},
		{`{"name":"<private>x</private>"}`, ""},
		{`{"name":"` + long + `","version":"1"}`, ""},
		{`null`, ""},
	} {
		reply := p.server.HandleMessage(t.Context(), json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
			"name":"mem_save","arguments":{"type":"profile","title":"t%d","content":"x"},"_meta":{
			"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},
			"io.modelcontextprotocol/clientInfo":%s}}}`, i, c.info)))
		var saved struct{ ID int64 }
		if err := json.Unmarshal(parse(t, toJSON(t, reply)).Result.StructuredContent, &saved); err != nil {
			t.Fatalf("%s: %v", toJSON(t, reply), err)
		}
		if m, err := p.store.Get(t.Context(), saved.ID); err != nil || m.Source != c.want {
			t.Errorf("%s: source %q, want %q (%v)", c.info, m.Source, c.want, err)
		}
	}
}

// TestOneURIForOneThing: an id is written in one way only.
func TestOneURIForOneThing(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	id := fmt.Sprint(p.save(t, "Engine", "x", ""))
	for spelling, want := range map[string]bool{id: true, "0" + id: false, "+" + id: false, id + ".0": false, id + "/": false, " " + id: false, "%20" + id: false} {
		r := parse(t, p.request(t, "resources/read", `{"uri":"memory://observation/`+spelling+`"}`))
		if (r.Error == nil) != want {
			t.Errorf("%s: %s", spelling, r.raw)
		}
	}
}

func TestSnippets(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	content := "It begins here. " + strings.Repeat("filler words go on ", 100) + "the zebra stands at the end"
	id := p.save(t, "Long", content, "")
	var found struct {
		Hits []struct{ Snippet string }
	}
	p.do(t, "mem_search", map[string]any{"query": "zebra"}, &found)
	if len(found.Hits) != 1 || !strings.Contains(found.Hits[0].Snippet, "zebra") {
		t.Errorf("%+v", found)
	}
	var line struct {
		Observations []struct{ Snippet string }
	}
	p.do(t, "mem_timeline", map[string]any{"observation_id": id}, &line)
	s := line.Observations[0].Snippet
	if !strings.HasPrefix(s, "It begins here.") || !strings.HasSuffix(s, "…") || len([]rune(s)) > 300 || len([]rune(s)) < 250 {
		t.Errorf("%q", s)
	}
}

func TestStatsByType(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	n := 0
	want := map[string]int{"summary": 0}
	for i, typ := range []string{"profile", "preference", "decision", "pattern", "discovery"} {
		want[typ] = i + 1
		for range i + 1 {
			n++
			p.do(t, "mem_save", map[string]any{"type": typ, "title": fmt.Sprint(n), "content": "x"}, nil)
		}
	}
	var out struct {
		Observations int
		ByType       map[string]int `json:"by_type"`
	}
	p.do(t, "mem_stats", map[string]any{}, &out)
	if fmt.Sprint(out.ByType) != fmt.Sprint(want) || out.Observations != n {
		t.Errorf("%+v, want %v", out, want)
	}
}

func TestSessionEndNotes(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	type ended struct {
		Session struct{ Summary, Status string }
		Note    string
	}
	end := func(p *peer, summary string) (out ended) {
		p.do(t, "mem_session_start", map[string]any{}, nil)
		p.do(t, "mem_session_end", map[string]any{"summary": summary}, &out)
		return out
	}
	if out := end(p, "done"); out.Note != "" || out.Session.Summary != "done" || out.Session.Status != "completed" {
		t.Errorf("%+v", out)
	}
	if out := end(p, "<private>a</private> and <private>b</private>"); out.Note != "redacted parts: 2" || strings.Contains(out.Session.Summary, "<") {
		t.Errorf("%+v", out)
	}
	o := memstoretest.Options(f.clock)
	o.Limits = memstore.Limits{Memories: 1}
	full := connect(t, tools.NewServer(memstoretest.User(t, f.dbWith(t, o), "alice"), f.options()))
	full.save(t, "only one", "x", "")
	if out := end(full, "does not fit"); !strings.Contains(out.Note, "the store is full") || out.Session.Summary != "" {
		t.Errorf("%+v", out)
	}
}

func TestRecallPrompt(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	p.save(t, "Engine", "SQLite it is", "arch/engine")
	p.do(t, "mem_save", map[string]any{"type": "preference", "title": "Taste", "content": "SQLite is liked"}, nil)
	recall := func(arguments string) string {
		r := parse(t, p.request(t, "prompts/get", `{"name":"recall","arguments":`+arguments+`}`))
		if r.Error != nil {
			t.Fatal(r.raw)
		}
		return r.Result.Messages[0].Content.Text
	}
	for arguments, want := range map[string][2]int{
		`{"query":"SQLite"}`:                                               {1, 1},
		`{"query":"SQLite","type":"preference"}`:                           {0, 1},
		`{"query":"SQLite","topic_key":"Arch/Engine"}`:                     {1, 1},
		`{"query":"SQLite","type":"preference","topic_key":"arch/engine"}`: {1, 1},
		`{"query":"zebra","topic_key":"arch/engine"}`:                      {1, 0},
		`{"query":"zebra","topic_key":"not/there"}`:                        {0, 0},
	} {
		text := recall(arguments)
		if got := [2]int{strings.Count(text, "**Engine**"), strings.Count(text, "**Taste**")}; got != want {
			t.Errorf("%s: %v, want %v\n%s", arguments, got, want, text)
		}
	}
}

func TestCompletions(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	for i := range 120 {
		p.save(t, fmt.Sprint("memory ", i), "x", fmt.Sprintf("arch/%03d", i))
	}
	p.save(t, "Other", "x", "arco")
	for _, c := range []struct {
		variable, value string
		want            int
		first           string
	}{
		{"topic_key", "", 100, "arch/000"},
		{"topic_key", "arch/", 100, "arch/000"},
		{"topic_key", "Arch/01", 10, "arch/010"},
		{"topic_key", "arco", 1, "arco"},
		{"topic_key", "arcp", 0, ""},
		{"topic_key", "%", 0, ""},
		{"id", "", 100, ""},
		{"id", "x", 0, ""},
		{"id", "28", 100, ""},
	} {
		uri := map[string]string{"topic_key": "memory://topic/{topic_key}", "id": "memory://observation/{id}"}[c.variable]
		r := parse(t, p.request(t, "completion/complete", toJSON(t, map[string]any{
			"ref": map[string]any{"type": "ref/resource", "uri": uri}, "argument": map[string]any{"name": c.variable, "value": c.value},
		})))
		got := r.Result.Completion
		if len(got.Values) != c.want || got.HasMore != (c.want == 100) || c.first != "" && got.Values[0] != c.first {
			t.Errorf("%s %q: %d values, more %v: %.300s", c.variable, c.value, len(got.Values), got.HasMore, r.raw)
		}
	}
}
