package connect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// TestEncode: what is put together by hand says the same as what the standard
// encoder writes, and HTML characters are left as they are.
func TestEncode(t *testing.T) {
	text := "<b>\"quotes\" & \\ \n\x01   é 日本 </b>"
	raw := json.RawMessage(`{"a":"<b>","n":[1,2,{"x":null}]}`)
	for what, result := range map[string]any{
		"text alone":      &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(text)}},
		"with structure":  &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(text)}, RawStructuredContent: raw},
		"an error":        &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(text)}, IsError: true},
		"of today":        &mcp.CallToolResult{Result: mcp.Result{ResultType: "complete", Meta: &mcp.Meta{AdditionalFields: map[string]any{"k": text}}}, Content: []mcp.Content{mcp.NewTextContent(text)}, RawStructuredContent: raw},
		"two texts":       &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent("a"), mcp.NewTextContent("b")}},
		"no text":         &mcp.CallToolResult{},
		"decoded":         &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(text)}, StructuredContent: map[string]any{"a": 1}},
		"another result":  map[string]any{"x": text},
		"an empty result": struct{}{},
	} {
		for _, id := range []any{int64(7), "<seven>"} {
			reply := mcp.NewJSONRPCResultResponse(mcp.NewRequestId(id), result)
			want, err := json.Marshal(reply)
			if err != nil {
				t.Fatal(err)
			}
			got, err := encode(reply)
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			if json.Unmarshal(want, &a) != nil || json.Unmarshal(got, &b) != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("%s: got %s, want %s", what, got, want)
			}
			// Ids, and what mcp-go writes itself, are escaped all the same.
			byHand := id == any(int64(7)) && (what == "text alone" || what == "with structure" || what == "an error")
			if byHand && strings.Contains(string(got), `\u003c`) || strings.ContainsAny(string(got), "\n\r") {
				t.Errorf("%s: got %s", what, got)
			}
		}
	}
}

// TestModernAnswers: what the stateless era has of its own in an answer.
func TestModernAnswers(t *testing.T) {
	s := open(t, nil)
	alice := s.user("alice")
	ask := func(method, params string, headers ...string) answered {
		line := fmt.Sprintf(`{"jsonrpc":"2.0","id":"x","method":%q,"params":{%s"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`, method, params)
		return alice.ask("POST", "/mcp", line, append([]string{"Mcp-Protocol-Version: 2026-07-28", "Mcp-Method: " + method}, headers...)...)
	}
	for method, want := range map[string]string{"server/discover": `"supportedVersions"`, "tools/list": `"cacheScope":"private"`} {
		if a := ask(method, ""); a.status != http.StatusOK || !strings.Contains(a.body, want) || !strings.Contains(a.body, `"resultType":"complete"`) ||
			!strings.Contains(a.body, `"io.modelcontextprotocol/serverInfo"`) || a.header.Get("Mcp-Session-Id") != "" {
			t.Errorf("%s: %+v", method, a)
		}
	}
	a := ask("tools/call", `"name":"mem_stats","arguments":{},`, "Mcp-Name: mem_stats")
	if a.status != http.StatusOK || !strings.Contains(a.body, `"resultType":"complete"`) || !strings.Contains(a.body, `"io.modelcontextprotocol/serverInfo"`) {
		t.Errorf("a call: %+v", a)
	}
	for method, status := range map[string]int{"ping": 404, "initialize": 404, "logging/setLevel": 404, "nonsense": 404} {
		if a := ask(method, ""); a.status != status || !strings.Contains(a.body, "-32601") || !strings.Contains(a.body, `"id":"x"`) {
			t.Errorf("%s: %+v", method, a)
		}
	}
	if a := ask("tools/list", "", "Last-Event-ID: 1"); a.status != http.StatusBadRequest || !strings.Contains(a.body, "-32020") {
		t.Errorf("a stream resumed: %+v", a)
	}
	for range 20 {
		a := ask("subscriptions/listen", `"notifications":{"toolsListChanged":true},`)
		first, rest, _ := strings.Cut(a.body, "\n\n")
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/event-stream" ||
			!strings.Contains(first, `"notifications/subscriptions/acknowledged"`) || !strings.Contains(first, `subscriptionId":"x"`) || !strings.Contains(rest, `"id":"x","result"`) {
			t.Fatalf("a subscription: %+v", a)
		}
	}
}
