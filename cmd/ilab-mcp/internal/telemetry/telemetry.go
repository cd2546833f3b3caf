package telemetry

import (
	"context"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// scope names this program as the source of spans and metrics.
const scope = "github.com/ilab-mcp/ilab-mcp"

// Telemetry is where connections report to. [Start] fills all of it but
// Metrics, with what reports to nobody where a signal is off, so that callers
// never ask what is on. The zero value and nil become such by
// [Telemetry.OrNobody].
type Telemetry struct {
	Tracer     trace.Tracer
	Meter      metric.Meter
	Propagator propagation.TextMapPropagator // takes in nothing while traces are off
	Metrics    http.Handler                  // Prometheus's exposition; nil unless asked for

	open *pipelines // nil when no signal is on
}

// Options say what to set up.
type Options struct {
	Version    string              // of this program
	Prometheus bool                // make a handler for scraping
	Getenv     func(string) string // for our decisions; the SDK reads the process's environment. nil: all unset
	Log        *slog.Logger        // nil: nowhere
}

// Start sets up what the operator asked for; see the package's documentation
// for how. Wrong variables give an [*Error]. What is started runs on after ctx,
// until [Telemetry.Shutdown].
//
// What the SDK has to complain about goes through the process-wide handlers of
// the otel package, which Start points to o.Log: use one Telemetry at a time.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	asked, err := ask(ctx, o)
	if err != nil {
		return nil, err
	}
	if !asked.any() {
		return (*Telemetry)(nil).OrNobody(), nil
	}
	otel.SetErrorHandler(errorHandler{o.Log})
	otel.SetLogger(logger(o.Log))
	t, err := asked.start(ctx, o)
	if err != nil {
		return nil, err
	}
	o.Log.InfoContext(ctx, "telemetry is on", slog.Bool("traces", asked.traces), slog.Bool("metrics", asked.metrics),
		slog.Bool("prometheus", asked.prometheus))
	return t, nil
}

// OrNobody gives t with whatever it lacks replaced by what reports to nobody.
func (t *Telemetry) OrNobody() *Telemetry {
	var filled Telemetry
	if t != nil {
		filled = *t
	}
	if filled.Tracer == nil {
		filled.Tracer = tracenoop.NewTracerProvider().Tracer(scope)
	}
	if filled.Meter == nil {
		filled.Meter = metricnoop.NewMeterProvider().Meter(scope)
	}
	if filled.Propagator == nil {
		filled.Propagator = propagation.NewCompositeTextMapPropagator()
	}
	return &filled
}

// Shutdown sends what was not sent yet and ends all sending, within the time
// that ctx gives. What is reported afterwards goes nowhere. Only the first call
// does anything.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	if t == nil || t.open == nil {
		return nil
	}
	return t.open.shutdown(ctx)
}

// wanted is what the operator asked for.
type wanted struct{ traces, metrics, prometheus bool }

func (w wanted) any() bool { return w.traces || w.metrics || w.prometheus }

// ask reads the operator's mind. Nothing is started before all of it is clear.
func ask(ctx context.Context, o Options) (wanted, error) {
	w := wanted{prometheus: o.Prometheus}
	e := environment{getenv: o.Getenv, log: o.Log}
	if e.disabled(ctx) {
		return w, nil
	}
	var err error
	if w.traces, err = e.exports(ctx, traces); err != nil {
		return w, err
	}
	w.metrics, err = e.exports(ctx, metrics)
	return w, err
}
