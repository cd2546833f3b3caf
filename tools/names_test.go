package tools_test

import (
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/tools"
)

// TestMadeUpNames: a name that the client made up is in no reply; the legal ones
// are, and the code is the protocol's.
func TestMadeUpNames(t *testing.T) {
	f := newFixture(t)
	p := f.user(t, "alice")
	const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	for _, c := range []struct {
		method, params string
		code           int
		want           string
	}{
		{"tools/call", `{"name":"EVIL","arguments":{}}`, -32602, "mem_save"},
		{"tools/call", `{"name":"mem_save\u0000EVIL"}`, -32602, "mem_save"},
		{"tools/call", `{"name":"mem_save EVIL"}`, -32602, "mem_save"},
		{"tools/call", `{"name":{"EVIL":1}}`, -32600, "the form that tools/call wants"},
		{"tools/call", `{"name":"mem_search","arguments":{"query":"EVIL","limit":1e400}}`, -32600, "the form that tools/call wants"},
		{"tools/call", `"EVIL"`, -32600, "the form that tools/call wants"},
		{"prompts/get", `{"name":"EVIL"}`, -32602, "recall, wrap_up"},
		{"prompts/get", `{"name":"recall","arguments":{"query":"x","EVIL":"x"}}`, -32600, "query, type (optional), topic_key (optional)"},
		{"prompts/get", `{"name":"recall","arguments":{"query":"x","QUERY":"EVIL"}}`, -32600, "query, type (optional)"},
		{"prompts/get", `{"name":"recall","arguments":{"query":["EVIL"]}}`, -32600, "the form that prompts/get wants"},
		{"prompts/get", `{"name":"recall","arguments":{"query":"x","type":"EVIL"}}`, -32600, "profile, preference"},
		{"prompts/get", `{"name":"recall"}`, -32600, "query is missing"},
		{"prompts/get", `{"name":"wrap_up","arguments":{"EVIL":"x"}}`, -32600, "takes no arguments"},
		{"resources/read", `{"uri":"EVIL"}`, -32002, "memory://context"},
		{"resources/read", `{"uri":"memory://context/EVIL"}`, -32002, "memory://context"},
		{"resources/read", `{"uri":"memory://observation/EVIL"}`, -32002, "memory://observation/{id}"},
		{"resources/read", `{"uri":"memory://topic/EVIL"}`, -32002, "memory://topic/{topic_key}"},
		{"resources/read", `{"uri":"memory://topic/"}`, -32002, "memory://topic/{topic_key}"},
		{"resources/read", `{"uri":"memory://observation/01","arguments":{"fetched":"EVIL"}}`, -32002, "memory://"},
		{"resources/read", `{"uri":"EVIL",` + modern + `}`, -32602, "memory://context"},
		{"resources/read", `{"uri":["EVIL"]}`, -32600, "the form that resources/read wants"},
		{"completion/complete", `{"ref":{"type":"EVIL","name":"x"},"argument":{"name":"x","value":""}}`, -32600, "the form that completion/complete wants"},
		{"completion/complete", `{"ref":{"type":"ref/prompt","name":"EVIL"},"argument":{"name":"x","value":""}}`, -32600, "recall, wrap_up"},
		{"completion/complete", `{"ref":{"type":"ref/resource","uri":"EVIL"},"argument":{"name":"x","value":""}}`, -32600, "memory://observation/{id}"},
		{"completion/complete", `{"ref":{"type":"ref/prompt","name":"recall"},"argument":{"name":"EVIL","value":""}}`, -32600, "query, type (optional)"},
		{"tools/list", `{"cursor":"EVIL!"}`, -32600, "cursor"},
		{"EVIL<private>", `{}`, -32600, "not one of MCP"},
		{"logging/setLevel", `{"level":"EVIL"}`, -32601, ""},
		{"resources/subscribe", `{"uri":"EVIL"}`, -32601, ""},
		{"tasks/get", `{"taskId":"EVIL"}`, -32601, ""},
	} {
		r := parse(t, p.request(t, c.method, c.params))
		if r.Error == nil || r.Error.Code != c.code || !strings.Contains(r.Error.Message, c.want) {
			t.Errorf("%s %s: %s", c.method, c.params, r.raw)
		}
		for _, bad := range []string{"EVIL", "Go struct", "mcp."} {
			if strings.Contains(r.raw, bad) {
				t.Errorf("%s %s echoes %s: %s", c.method, c.params, bad, r.raw)
			}
		}
	}
	if strings.Contains(f.log.String(), "EVIL") {
		t.Errorf("the log echoes:\n%s", f.log)
	}
}

// TestKnownMethod: a method is known exactly if mcp-go does not answer that there
// is none, however it answers otherwise.
func TestKnownMethod(t *testing.T) {
	p := newFixture(t).user(t, "alice")
	for _, method := range []string{
		"initialize", "ping", "server/discover", "subscriptions/listen", "logging/setLevel", "resources/list", "resources/templates/list",
		"resources/read", "resources/subscribe", "resources/unsubscribe", "prompts/list", "prompts/get", "tools/list", "tools/call",
		"tasks/get", "tasks/list", "tasks/result", "tasks/cancel", "completion/complete",
		"sampling/createMessage", "elicitation/create", "roots/list", "tools/Call", "tool/call", "",
	} {
		unknown := strings.Contains(p.request(t, method, `{}`), `"Method `)
		if tools.KnownMethod(method) == unknown {
			t.Errorf("%q: known %v", method, !unknown)
		}
	}
}
