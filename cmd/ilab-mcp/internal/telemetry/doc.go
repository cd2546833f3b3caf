// Package telemetry is what an operator sees of a running server: how many
// calls, how long they took, how they ended, and how much is open. It shows no
// content, and nothing that tells one user from another.
//
// # What is on
//
// Nothing, until it is asked for. Then no goroutine is started and no
// connection is made. Traces and metrics go to an OpenTelemetry collector over
// OTLP when the standard variables say so, and metrics can be scraped in
// Prometheus's format when [Options] say so; both at once are fine.
//
//   - OTEL_SDK_DISABLED=true turns OTLP off, whatever else is set.
//   - OTEL_TRACES_EXPORTER and OTEL_METRICS_EXPORTER are otlp or none. Unset,
//     a signal is on where it has an endpoint: OTEL_EXPORTER_OTLP_ENDPOINT, or
//     OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and ..._METRICS_ENDPOINT.
//   - OTEL_EXPORTER_OTLP_PROTOCOL (..._TRACES_PROTOCOL, ..._METRICS_PROTOCOL)
//     is http/protobuf, also when it is unset.
//
// # What the SDK reads itself
//
// These the SDK takes from the process's environment, and not from
// [Options].Getenv, which serves the decisions above:
//
//   - OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES;
//   - OTEL_EXPORTER_OTLP_ with ENDPOINT, HEADERS, TIMEOUT, COMPRESSION,
//     CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY and INSECURE, and each with
//     TRACES_ or METRICS_ before it; for metrics also
//     OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE and
//     ..._METRICS_DEFAULT_HISTOGRAM_AGGREGATION, which our one histogram does
//     not heed, as its buckets are fixed;
//   - OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG;
//   - OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_EXPORT_TIMEOUT,
//     OTEL_BSP_MAX_QUEUE_SIZE and OTEL_BSP_MAX_EXPORT_BATCH_SIZE;
//   - OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT,
//     OTEL_SPAN_EVENT_COUNT_LIMIT, OTEL_SPAN_LINK_COUNT_LIMIT,
//     OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT, OTEL_LINK_ATTRIBUTE_COUNT_LIMIT, and
//     the general OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT and
//     OTEL_ATTRIBUTE_COUNT_LIMIT;
//   - OTEL_METRIC_EXPORT_INTERVAL and OTEL_METRIC_EXPORT_TIMEOUT;
//   - HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as all of Go does.
//
// Not read: OTEL_PROPAGATORS, because only W3C trace context is taken from
// clients (baggage could carry anything); OTEL_METRICS_EXEMPLAR_FILTER, because
// there are no exemplars; OTEL_LOGS_EXPORTER and OTEL_LOG_LEVEL, because logs
// go to stderr; OTEL_EXPORTER_PROMETHEUS_HOST and ..._PORT, because the handler
// is served by the program.
//
// # What does not get out
//
// Labels of metrics pass an allow-list on their way to any exporter, and a
// label that is not on it is dropped. What goes wrong inside the SDK is logged
// by kind alone: its errors hold endpoints, headers and what collectors said.
// Of the machine and the process nothing is told but what the operator wrote
// into OTEL_RESOURCE_ATTRIBUTES; and, to Prometheus, the Go runtime's and the
// process's figures.
package telemetry
