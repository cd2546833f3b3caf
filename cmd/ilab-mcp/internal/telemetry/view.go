package telemetry

import (
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// The labels that a metric may have. Each has few values, and none of them
// tells who somebody is.
const (
	labelMethod = attribute.Key("mcp.method.name")
	labelTool   = attribute.Key("gen_ai.tool.name")
	labelError  = attribute.Key("error.type")
	labelReason = attribute.Key("reason")
)

const durationName = "mcp.server.operation.duration"

// view is what every instrument passes before any exporter sees it. It is a
// wall and not a convenience: a label outside the list gets nowhere, whoever
// records it.
func view(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	s := sdkmetric.Stream{
		Name: i.Name, Description: i.Description, Unit: i.Unit,
		AttributeFilter: attribute.NewAllowKeysFilter(labelMethod, labelTool, labelError, labelReason),
	}
	if i.Name == durationName {
		s.Aggregation = sdkmetric.AggregationExplicitBucketHistogram{Boundaries: durations()}
	}
	return s, true
}

// durations are the bounds of buckets, in seconds: from a read out of memory,
// which takes microseconds, to a call that has long been given up.
func durations() []float64 {
	return []float64{
		.000_01, .000_025, .000_05,
		.000_1, .000_25, .000_5,
		.001, .002_5, .005,
		.01, .025, .05,
		.1, .25, .5,
		1, 2.5, 5,
		10,
	}
}
