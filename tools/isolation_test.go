package tools_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestIsolation: whoever uses another user's id is answered, byte for byte, as
// if there were no such id, and the other's memory does not change.
func TestIsolation(t *testing.T) {
	f := newFixture(t)
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	theirs := alice.save(t, "Alices engine", "Alice uses SQLite", "arch/engine")
	alice.do(t, "mem_update", map[string]any{"observation_id": theirs, "content": "Alice uses SQLite, still"}, nil)
	// Of the same length as an id, and nobody's.
	unknown := theirs - 1
	before := dump(t, alice, theirs)

	for _, c := range []struct{ tool, arguments string }{
		{"mem_get_observation", `{"observation_id":ID}`},
		{"mem_timeline", `{"observation_id":ID,"before":50,"after":50}`},
		{"mem_history", `{"observation_id":ID}`},
		{"mem_update", `{"observation_id":ID,"title":"Bobs"}`},
		{"mem_update", `{"observation_id":ID,"topic_key":""}`},
		{"mem_forget", `{"observation_id":ID}`},
	} {
		ask := func(p *peer, id int64) string {
			return strings.ReplaceAll(p.call(t, c.tool, strings.ReplaceAll(c.arguments, "ID", fmt.Sprint(id))).raw, fmt.Sprint(id), "ID")
		}
		if foreign, none := ask(bob, theirs), ask(bob, unknown); foreign != none {
			t.Errorf("%s\nforeign: %s\nunknown: %s", c.tool, foreign, none)
		}
		if got := dump(t, alice, theirs); got != before {
			t.Errorf("%s changed alice's memory\nfrom %s\nto   %s", c.tool, before, got)
		}
	}
	read := func(p *peer, uri string) string {
		return strings.ReplaceAll(p.request(t, "resources/read", `{"uri":"`+uri+`"}`), fmt.Sprint(theirs), fmt.Sprint(unknown))
	}
	none := read(bob, "memory://observation/"+fmt.Sprint(unknown))
	for _, uri := range []string{"memory://observation/" + fmt.Sprint(theirs), "memory://topic/arch%2Fengine", "memory://topic/arch/engine", "memory://topic/nobodys", "memory://elsewhere"} {
		if got := read(bob, uri); got != none {
			t.Errorf("%s\n%s\n%s", uri, got, none)
		}
		if strings.HasPrefix(uri, "memory://topic/arch") && strings.Contains(read(alice, uri), "error") {
			t.Errorf("alice cannot read %s", uri)
		}
	}
	// Nothing of alice's in anything bob can list, find or complete.
	bob.save(t, "Bobs engine", "Bob uses paper", "bob/paper")
	for _, reply := range []string{
		bob.call(t, "mem_search", `{"query":"alice sqlite engine"}`).raw, bob.call(t, "mem_context", `{}`).raw,
		bob.call(t, "mem_session_start", `{}`).raw, bob.call(t, "mem_stats", `{}`).raw,
		bob.request(t, "resources/read", `{"uri":"memory://context"}`),
		bob.request(t, "prompts/get", `{"name":"recall","arguments":{"query":"alice sqlite","topic_key":"arch/engine"}}`),
		bob.request(t, "completion/complete", `{"ref":{"type":"ref/resource","uri":"memory://topic/{topic_key}"},"argument":{"name":"topic_key","value":""}}`),
		bob.request(t, "completion/complete", `{"ref":{"type":"ref/resource","uri":"memory://observation/{id}"},"argument":{"name":"id","value":""}}`),
	} {
		if strings.Contains(reply, "Alice") || strings.Contains(reply, "arch/engine") || strings.Contains(reply, fmt.Sprint(theirs)) {
			t.Errorf("bob sees alice's: %s", reply)
		}
	}
	if got := bob.call(t, "mem_stats", `{}`).raw; !strings.Contains(got, `"observations":1,"sessions":1`) {
		t.Errorf("bob counts others': %s", got)
	}
}

// dump is all that a user sees of a memory.
func dump(tb testing.TB, p *peer, id int64) string {
	tb.Helper()
	arguments := fmt.Sprintf(`{"observation_id":%d}`, id)
	return p.call(tb, "mem_get_observation", arguments).raw + p.call(tb, "mem_history", arguments).raw + p.call(tb, "mem_stats", "{}").raw
}
