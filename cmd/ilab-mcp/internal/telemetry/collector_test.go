package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metricpb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

func TestMain(m *testing.M) {
	// Whoever runs the tests may be observed himself.
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "OTEL_") {
			_ = os.Unsetenv(name)
		}
	}
	goleak.VerifyTestMain(m)
}

// collector stands for an OpenTelemetry collector.
type collector struct {
	*httptest.Server
	refuse func(http.ResponseWriter, *http.Request) bool // nil: takes everything

	mu       sync.Mutex
	requests []*http.Request
	traces   []*tracepb.ResourceSpans
	metrics  []*metricpb.ResourceMetrics
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if c.refuse != nil && c.refuse(w, r) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r)
	switch {
	case strings.HasSuffix(r.URL.Path, "/v1/traces"):
		var m coltrace.ExportTraceServiceRequest
		err = proto.Unmarshal(raw, &m)
		c.traces = append(c.traces, m.GetResourceSpans()...)
	case strings.HasSuffix(r.URL.Path, "/v1/metrics"):
		var m colmetrics.ExportMetricsServiceRequest
		err = proto.Unmarshal(raw, &m)
		c.metrics = append(c.metrics, m.GetResourceMetrics()...)
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (c *collector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.requests)
}

// spans gives all spans that came.
func (c *collector) spans() []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*tracepb.Span
	for _, r := range c.traces {
		for _, s := range r.GetScopeSpans() {
			all = append(all, s.GetSpans()...)
		}
	}
	return all
}

// metric gives the metric of a name as it came last, or nil.
func (c *collector) metric(name string) *metricpb.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	var last *metricpb.Metric
	for _, r := range c.metrics {
		for _, s := range r.GetScopeMetrics() {
			for _, m := range s.GetMetrics() {
				if m.GetName() == name {
					last = m
				}
			}
		}
	}
	return last
}

func pairs(attributes []*common.KeyValue) map[string]string {
	m := map[string]string{}
	for _, a := range attributes {
		m[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return m
}

// journal is a log to look into.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// start starts under the process's environment and shuts down at the end.
func start(t *testing.T, o Options) *Telemetry {
	t.Helper()
	o.Version, o.Getenv = "1.2.3", os.Getenv
	tel, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second) //nolint:usetesting // t.Context is over here
		defer cancel()
		_ = tel.Shutdown(ctx)
	})
	return tel
}

func instruments(t *testing.T, tel *Telemetry) *Instruments {
	t.Helper()
	i, err := tel.Instruments()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func shutdown(t *testing.T, tel *Telemetry) {
	t.Helper()
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
}
