package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Instruments are what connections count. All methods may be called on a nil
// *Instruments.
//
// The values of labels must come from closed sets: names of methods and tools
// that this program knows, and words that it chose. What a client made up, and
// anything about a user, must not be passed.
type Instruments struct {
	meter    metric.Meter
	duration metric.Float64Histogram
	refused  metric.Int64Counter

	servers, sessions, streams, users metric.Int64ObservableGauge
}

// Gauges are what is there at a moment.
type Gauges struct {
	Servers  int64 // MCP servers, one for each user with something open
	Sessions int64 // of MCP clients
	Streams  int64 // open for messages to clients
	Users    int64 // with something open
}

// Instruments makes the instruments. It gives nil for a Telemetry that is nil or
// zero.
func (t *Telemetry) Instruments() (*Instruments, error) {
	if t == nil || t.Meter == nil {
		return nil, nil
	}
	i := &Instruments{meter: t.Meter}
	var errs [6]error
	i.duration, errs[0] = t.Meter.Float64Histogram(durationName, metric.WithUnit("s"),
		metric.WithDescription("How long a request or notification of a client took."))
	i.refused, errs[1] = t.Meter.Int64Counter("ilab.refused", metric.WithUnit("{request}"),
		metric.WithDescription("Requests that were refused before they were looked into."))
	i.servers, errs[2] = gauge(t.Meter, "ilab.servers", "{server}", "MCP servers in memory.")
	i.sessions, errs[3] = gauge(t.Meter, "ilab.sessions", "{session}", "Sessions of MCP clients.")
	i.streams, errs[4] = gauge(t.Meter, "ilab.streams", "{stream}", "Streams open for messages to clients.")
	i.users, errs[5] = gauge(t.Meter, "ilab.users", "{user}", "How many users have something open.")
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return i, nil
}

func gauge(m metric.Meter, name, unit, description string) (metric.Int64ObservableGauge, error) {
	return m.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(description))
}

// Operation counts one request or notification that was carried out. tool is ""
// for other methods than tools/call; outcome is "ok" or the kind of the error.
func (i *Instruments) Operation(ctx context.Context, method, tool, outcome string, took time.Duration) {
	if i == nil || !i.duration.Enabled(ctx) {
		return
	}
	labels := make([]attribute.KeyValue, 1, 3)
	labels[0] = labelMethod.String(method)
	if tool != "" {
		labels = append(labels, labelTool.String(tool))
	}
	if outcome != "ok" {
		labels = append(labels, labelError.String(outcome))
	}
	i.duration.Record(ctx, took.Seconds(), metric.WithAttributeSet(attribute.NewSet(labels...)))
}

// Refused counts a request that was turned away, such as for
// "unauthenticated", "forbidden_host", "forbidden_origin", "too_large" or
// "rate".
func (i *Instruments) Refused(ctx context.Context, reason string) {
	if i == nil || !i.refused.Enabled(ctx) {
		return
	}
	i.refused.Add(ctx, 1, metric.WithAttributes(labelReason.String(reason)))
}

// Observe has f asked for the gauges whenever somebody looks: at a scrape, and
// before metrics are sent. f must be quick and is called from any goroutine.
// Call Observe once; gauges have one source.
func (i *Instruments) Observe(f func() Gauges) error {
	if i == nil {
		return nil
	}
	_, err := i.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		g := f()
		o.ObserveInt64(i.servers, g.Servers)
		o.ObserveInt64(i.sessions, g.Sessions)
		o.ObserveInt64(i.streams, g.Streams)
		o.ObserveInt64(i.users, g.Users)
		return nil
	}, i.servers, i.sessions, i.streams, i.users)
	return err
}
