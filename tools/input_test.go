package tools_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestRefusals: what is wrong with a call is said with the argument's name and
// never with what was given, and nothing is written.
func TestRefusals(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	id := p.save(t, "Engine", "We use SQLite", "arch/engine")
	with := func(format string) string { return strings.ReplaceAll(format, "ID", fmt.Sprint(id)) }
	long := strings.Repeat
	for _, c := range []struct{ tool, arguments, want string }{
		// names
		{"mem_save", `{"type":"decision","title":"t","content":"x","SECRET":"SECRET"}`, "type, title, content, topic_key (optional)"},
		{"mem_save", `{"type":"decision","title":"t","content":"x","user_id":"SECRET"}`, "an argument that this does not have"},
		{"mem_save", `{"type":"decision","TITLE":"SECRET","content":"x"}`, "spelled exactly so"},
		{"mem_save", `{"type":"decision","title":"SECRET","title":"SECRET","content":"x"}`, "title is given twice"},
		{"mem_save", `{"type":"decision","title":"SECRET","t\u0069tle":"SECRET","content":"x"}`, "title is given twice"},
		{"mem_save", `{"type":"decision","title":"SECRET","title":null,"content":"x"}`, "title is given twice"},
		{"mem_stats", `{"SECRET":1}`, "takes no arguments"},
		{"mem_session_start", `{"SECRET":null}`, "takes no arguments"},
		// required
		{"mem_save", `{"title":"t","content":"x"}`, "type is missing"},
		{"mem_save", `{"type":"decision","title":null,"content":"x"}`, "title is missing"},
		{"mem_save", `null`, "type is missing"},
		{"mem_search", `{}`, "query is missing"},
		{"mem_session_end", `{}`, "summary is missing"},
		{"mem_update", `{"title":"SECRET"}`, "observation_id is missing"},
		{"mem_update", with(`{"observation_id":ID}`), "nothing to change"},
		{"mem_update", with(`{"observation_id":ID,"title":null,"topic_key":null}`), "nothing to change"},
		// types
		{"mem_save", `"SECRET"`, "must be a JSON object"},
		{"mem_save", `["SECRET"]`, "must be a JSON object"},
		{"mem_save", `{"type":"decision","title":5,"content":"x"}`, "title must be a string"},
		{"mem_save", `{"type":"decision","title":["SECRET"],"content":"x"}`, "title must be a string"},
		{"mem_save", `{"type":"decision","title":"t","content":{"a":"SECRET"}}`, "content must be a string"},
		{"mem_search", `{"query":"x","limit":"SECRET"}`, "limit must be an integer from 1 to 100"},
		{"mem_search", `{"query":"x","limit":1.5}`, "limit must be an integer"},
		{"mem_search", `{"query":"x","types":"SECRET"}`, "types must be a list of strings"},
		{"mem_search", `{"query":"x","types":["decision",5]}`, "types must be a list of strings"},
		{"mem_search", `{"query":"x","types":[null]}`, "types must be a list of strings"},
		{"mem_search", `{"query":"x","types":{"a":"SECRET"}}`, "types must be a list of strings"},
		{"mem_get_observation", `{"observation_id":"SECRET"}`, "observation_id must be an integer"},
		{"mem_get_observation", `{"observation_id":true}`, "observation_id must be an integer"},
		// the types of memories
		{"mem_save", `{"type":"SECRET","title":"t","content":"x"}`, "profile, preference, decision, pattern, discovery"},
		{"mem_save", `{"type":"Decision","title":"t","content":"x"}`, "profile, preference, decision, pattern, discovery"},
		{"mem_save", `{"type":"summary","title":"t","content":"x"}`, "mem_session_summary"},
		{"mem_update", with(`{"observation_id":ID,"type":"summary"}`), "mem_session_summary"},
		{"mem_update", with(`{"observation_id":ID,"type":""}`), "profile, preference, decision, pattern, discovery"},
		{"mem_search", `{"query":"x","types":["SECRET"]}`, "types may hold only profile,"},
		{"mem_search", `{"query":"x","types_exclude":["SECRET"]}`, "types_exclude may hold only profile,"},
		{"mem_search", `{"query":"x","types":["decision"],"types_exclude":["pattern"]}`, "exclude each other"},
		{"mem_search", `{"query":"x","types_exclude":["profile","preference","decision","pattern","discovery","summary"]}`, "leaves no type"},
		// numbers
		{"mem_search", `{"query":"x","limit":0}`, "limit must be an integer from 1 to 100"},
		{"mem_search", `{"query":"x","limit":101}`, "limit must be an integer from 1 to 100"},
		{"mem_search", `{"query":"x","limit":-1}`, "limit must be an integer from 1 to 100"},
		{"mem_search", `{"query":"x","limit":1e300}`, "limit must be an integer from 1 to 100"},
		{"mem_timeline", with(`{"observation_id":ID,"before":51}`), "before must be an integer from 0 to 50"},
		{"mem_timeline", with(`{"observation_id":ID,"after":51}`), "after must be an integer from 0 to 50"},
		{"mem_timeline", with(`{"observation_id":ID,"after":-1}`), "after must be an integer from 0 to 50"},
		{"mem_context", `{"max_tokens":99}`, "max_tokens must be an integer from 100 to 32000"},
		{"mem_context", `{"max_tokens":32001}`, "max_tokens must be an integer from 100 to 32000"},
		{"mem_get_observation", `{"observation_id":0}`, "observation_id must be an integer from 1 to 9007199254740991"},
		{"mem_get_observation", `{"observation_id":9007199254740992}`, "from 1 to 9007199254740991"},
		{"mem_get_observation", `{"observation_id":9007199254740993.0}`, "from 1 to 9007199254740991"},
		{"mem_get_observation", `{"observation_id":1e300}`, "from 1 to 9007199254740991"},
		{"mem_forget", `{"observation_id":99999999999999999999}`, "from 1 to 9007199254740991"},
		// texts
		{"mem_save", `{"type":"decision","title":"` + long("é", 201) + `","content":"x"}`, "title is 201 characters long; the limit is 200"},
		{"mem_save", `{"type":"decision","title":"","content":"x"}`, "title is blank"},
		{"mem_save", `{"type":"decision","title":"  \t ","content":"x"}`, "title is blank"},
		{"mem_save", `{"type":"decision","title":"a\u0000b","content":"x"}`, "title holds a NUL"},
		{"mem_save", `{"type":"decision","title":"<private>SECRET</private>","content":"x"}`, "title held nothing but private text"},
		{"mem_save", `{"type":"decision","title":"t","content":"` + long("x", 65537) + `"}`, "content is 65537 bytes long; the limit is 65536"},
		{"mem_save", `{"type":"decision","title":"t","content":"a\u0000b"}`, "content holds a NUL"},
		{"mem_save", `{"type":"decision","title":"t","content":" <private>SECRET</private> "}`, "content held nothing but private text"},
		{"mem_save", `{"type":"decision","title":"t","content":"x","topic_key":"` + long("k", 201) + `"}`, "topic_key is 201 characters long"},
		{"mem_save", `{"type":"decision","title":"t","content":"x","topic_key":"a/<private>SECRET</private>"}`, "topic_key names a topic"},
		{"mem_update", with(`{"observation_id":ID,"title":""}`), "title is blank"},
		{"mem_update", with(`{"observation_id":ID,"content":"<private>SECRET"}`), "content held nothing but private text"},
		{"mem_update", `{"observation_id":7,"title":"SECRET"}`, "no memory 7"},
		{"mem_session_summary", `{"summary":"` + long("x", 65537) + `"}`, "summary is 65537 bytes long; the limit is 65536"},
		{"mem_session_end", `{"summary":""}`, "summary is blank"},
		{"mem_search", `{"query":"` + long("日", 4001) + `"}`, "query is 4001 characters long; the limit is 4000"},
		{"mem_search", `{"query":" \u200b "}`, "query is blank"},
		{"mem_search", `{"query":"a\u0000b"}`, "query holds a NUL"},
		{"mem_search", `{"query":"<private>SECRET</private>"}`, "query held nothing but private text"},
		{"mem_history", `{"observation_id":7}`, "no memory 7"},
	} {
		before, err := p.store.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := p.refused(t, c.tool, c.arguments)
		if !strings.Contains(got, c.want) || strings.Contains(got, "SECRET") {
			t.Errorf("%s %.100s\n got: %s\nwant: %s", c.tool, c.arguments, got, c.want)
		}
		after, err := p.store.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("%s %.100s was refused and changed %v to %v", c.tool, c.arguments, before, after)
		}
	}
	if revisions, total, err := p.store.History(t.Context(), id, 9); err != nil || total != 1 {
		t.Errorf("the memory was changed: %v %v", revisions, err)
	}
	if strings.Contains(f.log.String(), "SECRET") {
		t.Error("the log holds text")
	}
}

// TestAtTheLimits: what is exactly at a limit is accepted.
func TestAtTheLimits(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	long := strings.Repeat
	save := func(title, content, topic string) string {
		return toJSON(t, map[string]any{"type": "decision", "title": title, "content": content, "topic_key": topic})
	}
	for _, c := range []struct{ tool, arguments string }{
		{"mem_save", save(long("é", 200), "x", "")},
		{"mem_save", save("t", long("x", 65536), "")},
		{"mem_save", save("t", "x", long("k", 200))},
		{"mem_save", `{"type":"decision","title":"t2","content":"x","topic_key":null}`},
		{"mem_save", `{"t\u0069tle":"escaped names are the same names","type":"decision","content":"x"}`},
		{"mem_session_summary", toJSON(t, map[string]any{"summary": long("x", 65536)})},
		{"mem_search", toJSON(t, map[string]any{"query": long("日", 4000)})},
		{"mem_search", `{"query":"x","limit":1}`},
		{"mem_search", `{"query":"x","limit":100}`},
		{"mem_search", `{"query":"x","limit":10.0,"types":null,"types_exclude":null}`},
		{"mem_search", `{"query":"x","limit":1e1}`},
		{"mem_timeline", `{"observation_id":1,"before":50,"after":50}`},
		{"mem_timeline", `{"observation_id":1,"before":0,"after":0}`},
		{"mem_context", `{"max_tokens":100}`},
		{"mem_context", `{"max_tokens":32000}`},
		{"mem_context", `{"max_tokens":null}`},
		{"mem_get_observation", `{"observation_id":9007199254740991}`},
		{"mem_stats", `null`},
		{"mem_stats", ` { } `},
		{"mem_session_end", toJSON(t, map[string]any{"summary": "x" + long("y", 65535)})},
	} {
		if r := p.call(t, c.tool, c.arguments); r.Error != nil || r.Result.IsError {
			t.Errorf("%s %.100s: %.500s", c.tool, c.arguments, r.raw)
		}
	}
	r := parse(t, p.request(t, "tools/call", `{"name":"mem_stats"}`))
	if r.Error != nil || r.Result.IsError {
		t.Errorf("no arguments at all: %s", r.raw)
	}
}

// TestUpdateTopic: "" takes the key away, null leaves it.
func TestUpdateTopic(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	id := p.save(t, "Engine", "x", "arch/engine")
	var out struct {
		TopicKey string `json:"topic_key"`
		Outcome  string
		Revision int
	}
	p.do(t, "mem_update", map[string]any{"observation_id": id, "title": "Motor", "topic_key": nil}, &out)
	if out.TopicKey != "arch/engine" || out.Outcome != "updated" || out.Revision != 2 {
		t.Errorf("%+v", out)
	}
	p.do(t, "mem_update", map[string]any{"observation_id": id, "topic_key": ""}, &out)
	if out.TopicKey != "" || out.Revision != 3 {
		t.Errorf("%+v", out)
	}
}
