package connect

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/telemetry"
)

// TestObservation: what an operator sees of requests, in the log and in the
// metrics: what was asked and what became of it; nothing of what was said, and
// no name.
func TestObservation(t *testing.T) {
	watch, err := telemetry.Start(t.Context(), telemetry.Options{Version: "test", Prometheus: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := watch.Shutdown(t.Context()); err != nil {
			t.Log(err) // the test's context has ended
		}
	})
	s := open(t, func(o *HTTPOptions) { o.Telemetry = watch })
	alice := s.user("alice-the-first")
	session := alice.begin()
	stream, path := alice.events()
	const canary = "CANARY"
	alice.save(session, canary+" title", canary+" content")
	alice.titles(session, canary)
	alice.call(session, "mem_save", `{"type":"nonsense`+canary+`","title":"t","content":"c"}`)
	alice.ask("POST", "/mcp", callLine(9, "mem_"+canary, `{"`+canary+`":"`+canary+`"}`), session, "User-Agent: "+canary, "X-"+canary+": x")
	alice.ask("POST", "/mcp", strings.Replace(hello, "tester", canary, 1))
	alice.ask("POST", "/"+canary, "")
	alice.ask("POST", "/mcp?"+canary, "{"+canary)
	alice.ask("POST", path, callLine(8, "mem_search", `{"query":"`+canary+`"}`))
	if _, ok := stream.next(); !ok {
		t.Error("no answer at the stream")
	}
	line, headers := modernCall(3, "mem_search", `{"query":"`+canary+`"}`)
	alice.ask("POST", "/mcp", line, headers...)

	w := httptest.NewRecorder()
	watch.Metrics.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	s.stop()
	metrics, log := w.Body.String(), s.log.String()
	for what, text := range map[string]string{"log": log, "metrics": metrics} {
		for _, never := range []string{canary, "alice", "1.2.3.4", strings.TrimPrefix(session, "Mcp-Session-Id: "), alice.credential} {
			if strings.Contains(text, never) {
				t.Errorf("the %s holds %q:\n%s", what, never, text)
			}
		}
	}
	for _, want := range []string{
		"method=tools/call tool=mem_save", "outcome=tool_error", "outcome=ok", "tool=unknown", "route=/message", "took=", "in=", "out=", "user=" + logName(s.id("alice-the-first")),
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %q:\n%s", want, log)
		}
	}
	for _, want := range []string{
		`mcp_server_operation_duration_seconds_count{gen_ai_tool_name="mem_save",mcp_method_name="tools/call"} 1`,
		`mcp_server_operation_duration_seconds_count{error_type="tool_error",gen_ai_tool_name="mem_save",mcp_method_name="tools/call"} 1`,
		`ilab_sessions 3`, `ilab_streams 1`, `ilab_servers 1`, `ilab_users 1`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s:\n%s", want, metrics)
		}
	}
}
