package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// pipelines is what runs between the instruments and the outside.
type pipelines struct {
	spans   *otlptrace.Exporter      // nil: traces are off
	traces  *sdktrace.TracerProvider // nil: traces are off
	metrics *sdkmetric.MeterProvider // nil: metrics are off
	once    sync.Once
	err     error
}

// start builds the pipelines. What starts goroutines comes last, when nothing
// can fail any more.
func (w wanted) start(ctx context.Context, o Options) (*Telemetry, error) {
	p := &pipelines{}
	t := &Telemetry{open: p}
	about := describe(ctx, o)

	var readers []sdkmetric.Option
	if w.prometheus {
		handler, reader, err := newPrometheus(o.Version, o.Log)
		if err != nil {
			return nil, err
		}
		t.Metrics = handler
		readers = append(readers, sdkmetric.WithReader(reader))
	}
	if w.traces {
		var err error
		if p.spans, err = otlptracehttp.New(ctx); err != nil {
			return nil, cannotExport(traces, err)
		}
	}
	if w.metrics {
		exporter, err := otlpmetrichttp.New(ctx)
		if err != nil {
			return nil, cannotExport(metrics, err)
		}
		readers = append(readers, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter)))
	}
	if w.traces {
		p.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(p.spans), sdktrace.WithResource(about))
		t.Tracer = p.traces.Tracer(scope, trace.WithInstrumentationVersion(o.Version))
		t.Propagator = propagation.TraceContext{}
	}
	if len(readers) > 0 {
		p.metrics = sdkmetric.NewMeterProvider(append(readers, sdkmetric.WithResource(about), sdkmetric.WithView(view),
			// An exemplar would carry the labels that the view drops.
			sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter))...)
		t.Meter = p.metrics.Meter(scope, metric.WithInstrumentationVersion(o.Version))
	}
	return t.OrNobody(), nil
}

// describe is what goes out about this process: its name, its version, and
// what the operator wrote. No detector is asked, because they tell command
// lines, users and paths.
func describe(ctx context.Context, o Options) *resource.Resource {
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "ilab-mcp"), attribute.String("service.version", o.Version)),
		resource.WithFromEnv()) // last: the operator's word counts
	if err != nil {
		// What could be read is used; the error holds what could not.
		o.Log.WarnContext(ctx, "a part of OTEL_RESOURCE_ATTRIBUTES is not of the form key=value, and was left out",
			slog.String("variable", "OTEL_RESOURCE_ATTRIBUTES"))
	}
	return about
}

// cannotExport tells that an exporter refused its settings. Its error may hold
// them.
func cannotExport(signal string, err error) error {
	return &Error{
		Variable: "OTEL_EXPORTER_OTLP_" + signal + "_ENDPOINT",
		What:     "the OTLP exporter cannot be set up as the variables OTEL_EXPORTER_OTLP_* say (" + kind(err) + ")",
		Do:       "Check them. A certificate needs an endpoint that begins with https://.",
	}
}

// shutdown flushes both signals side by side: one that hangs must not eat the
// time of the other.
func (p *pipelines) shutdown(ctx context.Context) error {
	p.once.Do(func() {
		var wg sync.WaitGroup
		var spans, points error
		if p.traces != nil {
			wg.Go(func() {
				spans = undelivered("traces", p.traces.Shutdown(ctx))
				// When time ran out an export may still be under way; this cuts it.
				_ = p.spans.Shutdown(context.WithoutCancel(ctx))
			})
		}
		if p.metrics != nil {
			wg.Go(func() { points = undelivered("metrics", p.metrics.Shutdown(ctx)) })
		}
		wg.Wait()
		p.err = errors.Join(spans, points)
	})
	return p.err
}

// undelivered tells of an error at the end without its text.
func undelivered(what string, err error) error {
	if err == nil {
		return nil
	}
	return errors.New("the last " + what + " did not reach the collector: " + kind(err))
}
