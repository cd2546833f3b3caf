package tools_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestResults: what each tool really answers fits its output schema, and the
// text says the same as the structured content.
func TestResults(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	output := map[string]*jsonschema.Schema{}
	for _, l := range list(t) {
		output[l.Name] = compile(t, l.OutputSchema)
	}
	called := map[string]bool{}
	check := func(tool string, arguments any) {
		t.Helper()
		r := p.call(t, tool, toJSON(t, arguments))
		if r.Error != nil || r.Result.IsError {
			t.Fatalf("%s: %s", tool, r.raw)
		}
		called[tool] = true
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(r.Result.StructuredContent)))
		if err != nil {
			t.Fatal(err)
		}
		if err := output[tool].Validate(v); err != nil {
			t.Errorf("%s: %v\n%s", tool, err, r.raw)
		}
		// mcp-go escapes HTML in the structured content on its way out, which
		// changes nothing of what it says.
		if len(r.Result.Content) != 1 || plain(t, r.Result.Content[0].Text) != plain(t, string(r.Result.StructuredContent)) {
			t.Errorf("%s: the text is not the structured content: %s", tool, r.raw)
		}
		if strings.Contains(string(r.Result.StructuredContent), "null") &&
			!strings.Contains(string(r.Result.StructuredContent), `"observation":null`) &&
			!strings.Contains(string(r.Result.StructuredContent), `"oldest":null,"newest":null`) {
			t.Errorf("%s answers null: %s", tool, r.raw)
		}
	}
	none := map[string]any{}
	all := func(id int64) {
		check("mem_session_start", none)
		check("mem_search", map[string]any{"query": "engine <b>"})
		check("mem_search", map[string]any{"query": "!"})
		check("mem_get_observation", map[string]any{"observation_id": id})
		check("mem_timeline", map[string]any{"observation_id": id})
		check("mem_stats", none)
		check("mem_context", none)
	}
	check("mem_stats", none)
	all(1)
	check("mem_forget", map[string]any{"observation_id": 1})
	id := p.save(t, "Engine <b>&amp;</b>", "We use SQLite & <i>nothing</i> else", "arch/engine")
	check("mem_save", map[string]any{"type": "decision", "title": "Engine", "content": "x <private>y</private>", "topic_key": "arch/engine"})
	check("mem_update", map[string]any{"observation_id": id, "title": "Engine <b>"})
	check("mem_session_summary", map[string]any{"summary": "half way"})
	all(id)
	check("mem_history", map[string]any{"observation_id": id})
	check("mem_session_end", map[string]any{"summary": "done <private>x</private>"})
	check("mem_session_start", none)
	check("mem_forget", map[string]any{"observation_id": id})
	if len(called) != len(output) {
		t.Errorf("only %d tools were called", len(called))
	}
}

// plain writes JSON in one way.
func plain(tb testing.TB, s string) string {
	tb.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		tb.Fatal(err)
	}
	if err := e.Encode(v); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// TestNoHTMLEscaping: a model reads "<" and not its JSON escape.
func TestNoHTMLEscaping(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	id := p.save(t, "a <b> & c", "x", "")
	r := p.call(t, "mem_get_observation", toJSON(t, map[string]any{"observation_id": id}))
	if !strings.Contains(r.Result.Content[0].Text, `"title":"a <b> & c"`) {
		t.Error(r.Result.Content[0].Text)
	}
}

func TestTimesAreUTCWithMicroseconds(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	id := p.save(t, "t", "x", "")
	var out struct {
		Observation map[string]any
	}
	p.do(t, "mem_get_observation", map[string]any{"observation_id": id}, &out)
	if out.Observation["created_at"] != "2026-03-14T12:00:00.000000Z" {
		t.Error(out.Observation["created_at"])
	}
	if out.Observation["source"] != "tester 7" {
		t.Errorf("source %q", out.Observation["source"])
	}
}

func TestTimeline(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	var ids []int64
	for _, title := range []string{"a", "b", "c", "d", "e"} {
		ids = append(ids, p.save(t, title, "x", ""))
	}
	var out struct {
		Observations []struct {
			ID     int64
			Anchor bool
		}
	}
	p.do(t, "mem_timeline", map[string]any{"observation_id": ids[2], "before": 1, "after": 0}, &out)
	if len(out.Observations) != 2 || out.Observations[0].ID != ids[1] || out.Observations[0].Anchor ||
		out.Observations[1].ID != ids[2] || !out.Observations[1].Anchor {
		t.Errorf("%+v", out)
	}
	out.Observations = nil
	p.do(t, "mem_timeline", map[string]any{"observation_id": ids[2]}, &out)
	if len(out.Observations) != 5 {
		t.Errorf("%+v", out)
	}
}

func TestSearchNotes(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	p.save(t, "Engine", "We use SQLite", "")
	for query, want := range map[string]string{"zebra": "no memory matches", "?!": "no word"} {
		var out struct {
			Hits []json.RawMessage
			Note string
		}
		p.do(t, "mem_search", map[string]any{"query": query}, &out)
		if len(out.Hits) != 0 || !strings.Contains(out.Note, want) {
			t.Errorf("%q: %+v", query, out)
		}
	}
	for arguments, want := range map[string]int{
		`{"query":"SQLite"}`: 1, `{"query":"SQLite","types":["decision"]}`: 1, `{"query":"SQLite","types":["pattern"]}`: 0,
		`{"query":"SQLite","types_exclude":["decision"]}`: 0, `{"query":"SQLite","types":[],"types_exclude":["summary"]}`: 1,
	} {
		var out struct{ Hits []json.RawMessage }
		p.do(t, "mem_search", json.RawMessage(arguments), &out)
		if len(out.Hits) != want {
			t.Errorf("%s found %d", arguments, len(out.Hits))
		}
	}
}
