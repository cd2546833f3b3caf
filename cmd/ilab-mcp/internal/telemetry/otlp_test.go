package telemetry

import (
	"context"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	metricpb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

func TestTracesReachTheCollector(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL+"/base")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20abc")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000") // it is Shutdown that sends
	tel := start(t, Options{})

	ctx := tel.Propagator.Extract(t.Context(), parent())
	if baggage.FromContext(ctx).Len() != 0 {
		t.Error("a client's baggage was taken in")
	}
	report(ctx, t, tel)
	shutdown(t, tel)

	spans := c.spans()
	if len(spans) != 1 {
		t.Fatalf("got %d spans", len(spans))
	}
	s := spans[0]
	if s.GetName() != "tools/call mem_save" || int(s.GetKind()) != int(trace.SpanKindServer) ||
		!maps.Equal(pairs(s.GetAttributes()), map[string]string{"mcp.method.name": "tools/call"}) {
		t.Errorf("got %v", s)
	}
	if hex.EncodeToString(s.GetTraceId()) != "0af7651916cd43dd8448eb211c80319c" || hex.EncodeToString(s.GetParentSpanId()) != "b7ad6b7169203331" {
		t.Errorf("it is not the client's child: %v", s)
	}
	if got := c.traces[0].GetScopeSpans()[0].GetScope(); got.GetName() != scope || got.GetVersion() != "1.2.3" {
		t.Errorf("got the scope %v", got)
	}
	if len(c.metrics) != 0 || len(c.requests) != 1 {
		t.Errorf("got %d requests", len(c.requests))
	}
	if r := c.requests[0]; r.URL.Path != "/base/v1/traces" || r.Header.Get("Authorization") != "Bearer abc" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		t.Errorf("got %s, %v", r.URL, r.Header)
	}
}

// TestSamplerOfTheEnvironment is one example of what the SDK reads itself.
func TestSamplerOfTheEnvironment(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL+"/v1/traces")
	t.Setenv("OTEL_TRACES_SAMPLER", "always_off")
	tel := start(t, Options{})
	report(t.Context(), t, tel)
	shutdown(t, tel)
	if c.count() != 0 {
		t.Error("a span was sent")
	}
}

func TestMetricsReachTheCollector(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", c.URL+"/v1/metrics")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "3600000")
	tel := start(t, Options{})
	report(t.Context(), t, tel)
	shutdown(t, tel)

	m := c.metric(durationName)
	if m.GetUnit() != "s" {
		t.Fatalf("got %v", m)
	}
	want := []map[string]string{
		{"mcp.method.name": "tools/call", "gen_ai.tool.name": "mem_save"},
		{"mcp.method.name": "tools/call", "gen_ai.tool.name": "mem_save", "error.type": "invalid_argument"},
		{"mcp.method.name": "ping"},
	}
	points := m.GetHistogram().GetDataPoints()
	if len(points) != len(want) {
		t.Fatalf("got %v", points)
	}
	for _, p := range points {
		got := pairs(p.GetAttributes())
		if !slices.ContainsFunc(want, func(w map[string]string) bool { return maps.Equal(w, got) }) {
			t.Errorf("got the labels %v", got)
		}
		if b := p.GetExplicitBounds(); p.GetCount() != 1 || !slices.IsSorted(b) || b[0] != 10e-6 || b[len(b)-1] != 10 {
			t.Errorf("got %v", p)
		}
	}
	if p := c.metric("ilab.refused").GetSum().GetDataPoints(); len(p) != 1 || p[0].GetAsInt() != 1 || pairs(p[0].GetAttributes())["reason"] != "rate" {
		t.Errorf("got %v", p)
	}
	for name, value := range map[string]int64{"ilab.servers": 1, "ilab.sessions": 2, "ilab.streams": 3, "ilab.users": 4} {
		if p := c.metric(name).GetGauge().GetDataPoints(); len(p) != 1 || p[0].GetAsInt() != value || len(p[0].GetAttributes()) != 0 {
			t.Errorf("%s: got %v", name, p)
		}
	}
}

// TestNothingElseIsSent holds the allow-list of labels in what goes out over
// OTLP, also where somebody records others, and exemplars were asked for.
func TestNothingElseIsSent(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	t.Setenv("OTEL_METRICS_EXEMPLAR_FILTER", "always_on")
	tel := start(t, Options{})
	report(t.Context(), t, tel)
	leak(t, tel)
	shutdown(t, tel)

	for _, r := range c.metrics {
		allowed(t, []string{"service.name", "service.version", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"},
			pairs(r.GetResource().GetAttributes()))
		for _, s := range r.GetScopeMetrics() {
			for _, m := range s.GetMetrics() {
				sentLabels(t, m)
			}
		}
		if strings.Contains(r.String(), "alice") {
			t.Error("a user got out")
		}
	}
	for _, r := range c.traces {
		allowed(t, []string{"service.name", "service.version", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"},
			pairs(r.GetResource().GetAttributes()))
	}
	if c.metric("ilab.leak") == nil || len(c.traces) == 0 {
		t.Error("the test saw nothing")
	}
}

// leak records what nobody may.
func leak(t *testing.T, tel *Telemetry) {
	t.Helper()
	n, err := tel.Meter.Int64Counter("ilab.leak")
	if err != nil {
		t.Fatal(err)
	}
	d, err := tel.Meter.Float64Histogram(durationName, metric.WithUnit("s"))
	if err != nil {
		t.Fatal(err)
	}
	user := metric.WithAttributes(attribute.String("user", "alice"), attribute.String("reason", "rate"))
	n.Add(t.Context(), 1, user)
	d.Record(t.Context(), 1, user)
}

func sentLabels(t *testing.T, m *metricpb.Metric) {
	t.Helper()
	labels := []string{"mcp.method.name", "gen_ai.tool.name", "error.type", "reason"}
	for _, p := range m.GetHistogram().GetDataPoints() {
		allowed(t, labels, pairs(p.GetAttributes()))
	}
	for _, p := range slices.Concat(m.GetSum().GetDataPoints(), m.GetGauge().GetDataPoints()) {
		allowed(t, labels, pairs(p.GetAttributes()))
	}
}

func allowed(t *testing.T, list []string, labels map[string]string) {
	t.Helper()
	for name := range labels {
		if !slices.Contains(list, name) {
			t.Errorf("the label %s got out", name)
		}
	}
}

func TestResource(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	for _, r := range []struct{ name, attributes, want string }{
		{"", "", "ilab-mcp"},
		{"", "service.name=a,deployment.environment.name=test", "a"},
		{"b", "service.name=a", "b"},
		{"b", "hunter2", "b"}, // broken: said so, without the value
	} {
		t.Setenv("OTEL_SERVICE_NAME", r.name)
		t.Setenv("OTEL_RESOURCE_ATTRIBUTES", r.attributes)
		var j journal
		tel := start(t, Options{Log: j.log()})
		report(t.Context(), t, tel)
		shutdown(t, tel)
		got := pairs(c.metrics[len(c.metrics)-1].GetResource().GetAttributes())
		if got["service.name"] != r.want || got["service.version"] != "1.2.3" {
			t.Errorf("%+v: got %v", r, got)
		}
		if broken := r.attributes == "hunter2"; strings.Contains(j.String(), "OTEL_RESOURCE_ATTRIBUTES") != broken || strings.Contains(j.String(), "hunter2") {
			t.Errorf("%+v: logged %s", r, j.String())
		}
	}
}

// TestShutdownIsBounded: a collector that does not answer holds nobody up, and
// what waits for it is cut.
func TestShutdownIsBounded(t *testing.T) {
	c := newCollector(t)
	asked, cut := make(chan struct{}, 16), make(chan struct{}, 16)
	c.refuse = func(_ http.ResponseWriter, r *http.Request) bool {
		asked <- struct{}{}
		<-r.Context().Done()
		cut <- struct{}{}
		return true
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_METRIC_EXPORT_TIMEOUT"} {
		t.Setenv(name, "3600000") // none of which may count
	}
	tel := start(t, Options{})
	report(t.Context(), t, tel)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-asked
		<-asked // both hang now
		cancel()
	}()
	err := tel.Shutdown(ctx)
	if err == nil || !strings.Contains(err.Error(), "the last metrics did not reach the collector: cancelled") ||
		!strings.Contains(err.Error(), "the last traces did not reach the collector: cancelled") {
		t.Errorf("got %v", err)
	}
	for range 2 {
		select {
		case <-cut:
		case <-time.After(20 * time.Second):
			c.CloseClientConnections()
			t.Fatal("an export is still under way")
		}
	}
	if again := tel.Shutdown(t.Context()); again == nil || again.Error() != err.Error() {
		t.Errorf("the second time: %v", again)
	}
	_, late := tel.Tracer.Start(t.Context(), "late")
	late.End() // goes nowhere
}
