package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// The signals, as the names of variables have them.
const (
	traces  = "TRACES"
	metrics = "METRICS"
)

// environment is what the operator asked for.
type environment struct {
	getenv func(string) string
	log    *slog.Logger
}

// get gives a variable as the specification reads it: blank is unset.
func (e environment) get(name string) string { return strings.TrimSpace(e.getenv(name)) }

// disabled says whether OpenTelemetry is off altogether.
func (e environment) disabled(ctx context.Context) bool {
	switch strings.ToLower(e.get("OTEL_SDK_DISABLED")) {
	case "true":
		return true
	case "", "false":
	default:
		// The specification wants no error here, and false assumed.
		e.log.WarnContext(ctx, "OTEL_SDK_DISABLED is neither true nor false, and counts as false")
	}
	return false
}

// exports says whether a signal goes to a collector, and checks what the
// exporter would stumble over, or work around without a word.
func (e environment) exports(ctx context.Context, signal string) (bool, error) {
	name := "OTEL_" + signal + "_EXPORTER"
	endpointName, endpoint := e.ofSignal(signal, "ENDPOINT")
	switch value := e.get(name); strings.ToLower(value) {
	case "none":
		return false, nil
	case "":
		if endpoint == "" {
			return false, nil
		}
	case "otlp":
	default:
		return false, &Error{
			Variable: name, What: fmt.Sprintf("%s cannot be %q", name, value),
			Do: "Set it to otlp or none, or leave it out: then it is otlp where OTEL_EXPORTER_OTLP_ENDPOINT is set.",
		}
	}
	if err := e.checkProtocol(signal); err != nil {
		return false, err
	}
	return true, e.checkEndpoint(ctx, endpointName, endpoint)
}

func (e environment) checkProtocol(signal string) error {
	name, value := e.ofSignal(signal, "PROTOCOL")
	switch strings.ToLower(value) {
	case "", "http/protobuf":
		return nil
	}
	return &Error{
		Variable: name, What: fmt.Sprintf("%s cannot be %q", name, value),
		Do: "Set it to http/protobuf, or leave it out. Collectors usually take http/protobuf on port 4318, and grpc on 4317.",
	}
}

// checkEndpoint refuses an endpoint that the exporter would replace by
// localhost. It never shows the endpoint: it may hold a secret.
func (e environment) checkEndpoint(ctx context.Context, name, value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return &Error{
			Variable: name, What: name + " is not the URL of a collector",
			Do: "Write it with http:// or https:// and a host, such as http://localhost:4318.",
		}
	}
	if u.User != nil {
		e.log.WarnContext(ctx, "a user and password in an OTLP endpoint are not sent; use OTEL_EXPORTER_OTLP_HEADERS",
			slog.String("variable", name))
	}
	return nil
}

// ofSignal gives the variable that decides for a signal, and its value: its
// own where it is set, otherwise the one for all signals.
func (e environment) ofSignal(signal, what string) (name, value string) {
	name = "OTEL_EXPORTER_OTLP_" + signal + "_" + what
	if value = e.get(name); value != "" {
		return name, value
	}
	name = "OTEL_EXPORTER_OTLP_" + what
	return name, e.get(name)
}
