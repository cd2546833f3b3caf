package telemetry

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
)

// report does all that a connection does.
func report(ctx context.Context, t *testing.T, tel *Telemetry) {
	t.Helper()
	i := instruments(t, tel)
	i.Operation(ctx, "tools/call", "mem_save", "ok", time.Millisecond)
	i.Operation(ctx, "tools/call", "mem_save", "invalid_argument", time.Millisecond)
	i.Operation(ctx, "ping", "", "ok", time.Microsecond)
	i.Refused(ctx, "rate")
	if err := i.Observe(func() Gauges { return Gauges{Servers: 1, Sessions: 2, Streams: 3, Users: 4} }); err != nil {
		t.Fatal(err)
	}
	if tel == nil {
		return
	}
	_, span := tel.Tracer.Start(ctx, "tools/call mem_save", trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("mcp.method.name", "tools/call")))
	span.End()
}

func TestOffByDefault(t *testing.T) {
	c := newCollector(t)
	before := goleak.IgnoreCurrent()
	for _, o := range []Options{
		{},
		{Getenv: env("")},
		{Getenv: env("OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL)},
		{Getenv: env("OTEL_TRACES_EXPORTER=none OTEL_METRICS_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL)},
	} {
		tel, err := Start(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		report(t.Context(), t, tel)
		goleak.VerifyNone(t, before) // ahead of Shutdown: nothing was started at all
		if tel.Metrics != nil || instruments(t, tel).duration.Enabled(t.Context()) {
			t.Error("metrics are on")
		}
		ctx := tel.Propagator.Extract(t.Context(), parent())
		if _, span := tel.Tracer.Start(ctx, "x"); span.IsRecording() || span.SpanContext().IsValid() {
			t.Error("traces are on")
		}
		shutdown(t, tel)
	}
	if c.count() != 0 {
		t.Error("the collector was called")
	}
}

func TestNilReportsToNobody(t *testing.T) {
	var none *Telemetry
	report(t.Context(), t, none)
	report(t.Context(), t, none.OrNobody())
	report(t.Context(), t, (&Telemetry{}).OrNobody())
	shutdown(t, none)
	shutdown(t, &Telemetry{})
	if i, err := (&Telemetry{}).Instruments(); i != nil || err != nil {
		t.Errorf("got %v, %v", i, err)
	}
}

// TestOrNobodyKeeps what is there, and can be shut down through either.
func TestOrNobodyKeeps(t *testing.T) {
	tel := start(t, Options{Prometheus: true})
	filled := tel.OrNobody()
	if filled.Meter != tel.Meter || filled.Metrics == nil || filled.open != tel.open {
		t.Error("something was replaced")
	}
}

// parent is the header of a client that traces.
func parent() propagation.HeaderCarrier {
	return propagation.HeaderCarrier(http.Header{
		"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
		"Baggage":     {"user=alice"},
	})
}
