package telemetry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func scrape(t *testing.T, tel *Telemetry, accept string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("got %d, %v", w.Code, err)
	}
	return string(body)
}

// families reads an exposition.
func families(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.UTF8Validation)
	f, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPrometheus(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true") // which does not concern it
	tel := start(t, Options{Prometheus: true})
	report(t.Context(), t, tel)
	text := scrape(t, tel, "text/plain")
	for _, line := range []string{
		`mcp_server_operation_duration_seconds_count{gen_ai_tool_name="mem_save",mcp_method_name="tools/call"} 1`,
		`mcp_server_operation_duration_seconds_count{error_type="invalid_argument",gen_ai_tool_name="mem_save",mcp_method_name="tools/call"} 1`,
		`mcp_server_operation_duration_seconds_bucket{mcp_method_name="ping",le="1e-05"} 1`,
		`mcp_server_operation_duration_seconds_bucket{mcp_method_name="ping",le="10"} 1`,
		`ilab_refused_total{reason="rate"} 1`,
		"ilab_servers 1", "ilab_sessions 2", "ilab_streams 3", "ilab_users 4",
		`ilab_build_info{version="1.2.3"} 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no %s in\n%s", line, text)
		}
	}
	if !strings.Contains(text, "\ngo_goroutines ") || !strings.Contains(text, "\nprocess_cpu_seconds_total ") {
		t.Error("the runtime or the process is missing")
	}
	// Traces do not come with it.
	if _, span := tel.Tracer.Start(t.Context(), "x"); span.IsRecording() {
		t.Error("traces are on")
	}
}

// TestPrometheusLabels holds the allow-list of labels, in every format that may
// be asked for.
func TestPrometheusLabels(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL) // both at once
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=alice")
	tel := start(t, Options{Prometheus: true})
	report(t.Context(), t, tel)
	leak(t, tel)
	labels := []string{"mcp_method_name", "gen_ai_tool_name", "error_type", "reason", "version"}
	for _, accept := range []string{"text/plain", "application/openmetrics-text", "text/plain;version=1.0.0;escaping=allow-utf-8"} {
		text := scrape(t, tel, accept)
		if strings.Contains(text, "alice") || strings.Contains(text, "# {") {
			t.Errorf("%s: a user or an exemplar got out", accept)
		}
		var seen []string
		for _, f := range families(t, text) {
			for _, m := range f.GetMetric() {
				for _, l := range m.GetLabel() {
					seen = append(seen, l.GetName())
				}
			}
		}
		slices.Sort(seen)
		seen = slices.Compact(seen)
		want := slices.Sorted(slices.Values(labels))
		if !slices.Equal(seen, want) {
			t.Errorf("%s: got the labels %v, want %v", accept, seen, want)
		}
	}
	shutdown(t, tel)
	if c.metric("ilab.sessions").GetGauge().GetDataPoints()[0].GetAsInt() != 2 {
		t.Error("the collector got nothing")
	}
}

// TestScrapeAfterShutdown still answers, with what is not ours to end.
func TestScrapeAfterShutdown(t *testing.T) {
	var j journal
	tel := start(t, Options{Prometheus: true, Log: j.log()})
	report(t.Context(), t, tel)
	shutdown(t, tel)
	if text := scrape(t, tel, "text/plain"); strings.Contains(text, "ilab_servers") || !strings.Contains(text, "ilab_build_info") {
		t.Errorf("got %s", text)
	}
	if strings.Contains(j.String(), "level=WARN") {
		t.Errorf("logged %s", j.String())
	}
}
