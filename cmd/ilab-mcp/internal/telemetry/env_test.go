package telemetry

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func env(pairs string) func(string) string {
	m := map[string]string{}
	for pair := range strings.FieldsSeq(pairs) {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return func(name string) string { return m[name] }
}

func TestWhatIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		env  string
		prom bool
		want wanted
	}{
		{"", false, wanted{}},
		{"", true, wanted{prometheus: true}},
		{"OTEL_TRACES_EXPORTER=otlp", false, wanted{traces: true}},
		{"OTEL_METRICS_EXPORTER=OTLP", false, wanted{metrics: true}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", false, wanted{traces: true, metrics: true}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", true, wanted{traces: true, metrics: true, prometheus: true}},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://c/v1/traces", false, wanted{traces: true}},
		{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://c/v1/metrics", false, wanted{metrics: true}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_TRACES_EXPORTER=none", false, wanted{metrics: true}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_METRICS_EXPORTER=none", false, wanted{traces: true}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_SDK_DISABLED=True", true, wanted{prometheus: true}},
		{"OTEL_SDK_DISABLED=true OTEL_TRACES_EXPORTER=zipkin", false, wanted{}},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_SDK_DISABLED=1", false, wanted{traces: true, metrics: true}},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", false, wanted{traces: true}},
		// What concerns no signal that is on is nobody's business.
		{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_HEADERS=a=b", false, wanted{}},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", false, wanted{traces: true}},
	} {
		got, err := ask(t.Context(), Options{Getenv: env(c.env), Prometheus: c.prom, Log: slog.New(slog.DiscardHandler)})
		if err != nil || got != c.want {
			t.Errorf("%q: got %+v, %v, want %+v", c.env, got, err, c.want)
		}
	}
}

func TestWrongVariables(t *testing.T) {
	const (
		exporters = "\n  Set it to otlp or none, or leave it out: then it is otlp where OTEL_EXPORTER_OTLP_ENDPOINT is set."
		protocols = "\n  Set it to http/protobuf, or leave it out. Collectors usually take http/protobuf on port 4318, and grpc on 4317."
		urls      = " is not the URL of a collector\n  Write it with http:// or https:// and a host, such as http://localhost:4318."
	)
	for _, c := range []struct{ env, variable, want string }{
		{"OTEL_TRACES_EXPORTER=zipkin", "OTEL_TRACES_EXPORTER", `OTEL_TRACES_EXPORTER cannot be "zipkin"` + exporters},
		{"OTEL_METRICS_EXPORTER=console", "OTEL_METRICS_EXPORTER", `OTEL_METRICS_EXPORTER cannot be "console"` + exporters},
		{"OTEL_TRACES_EXPORTER=otlp,jaeger", "OTEL_TRACES_EXPORTER", `OTEL_TRACES_EXPORTER cannot be "otlp,jaeger"` + exporters},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_PROTOCOL", `OTEL_EXPORTER_OTLP_PROTOCOL cannot be "grpc"` + protocols},
		{"OTEL_METRICS_EXPORTER=otlp OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL cannot be "http/json"` + protocols},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=hunter2.example:4318", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT" + urls},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://me:hunter2@%zz", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" + urls},
		{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=unix:///hunter2", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" + urls},
	} {
		var j journal
		tel, err := Start(t.Context(), Options{Getenv: env(c.env), Prometheus: true, Log: j.log()})
		told, ok := errors.AsType[*Error](err)
		if !ok || tel != nil {
			t.Errorf("%s: got %v", c.env, err)
			continue
		}
		if told.Variable != c.variable || told.Error() != c.want {
			t.Errorf("%s: got %s: %s\nwant %s", c.env, told.Variable, told, c.want)
		}
		if strings.Contains(told.Error()+j.String(), "hunter2") {
			t.Errorf("%s: the endpoint is shown", c.env)
		}
	}
}

func TestDisabledIsTrueOrFalse(t *testing.T) {
	for value, warns := range map[string]bool{"": false, "false": false, "TRUE": false, "yes": true} {
		var j journal
		if _, err := Start(t.Context(), Options{Getenv: env("OTEL_SDK_DISABLED=" + value), Log: j.log()}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(j.String(), "OTEL_SDK_DISABLED is neither"); got != warns {
			t.Errorf("%q: got %q", value, j.String())
		}
	}
}

// TestCertificateNeedsHTTPS: the exporter's own refusal is told without it.
func TestCertificateNeedsHTTPS(t *testing.T) {
	c := newCollector(t)
	file := certificateFile(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", file)
	_, err := Start(t.Context(), Options{Getenv: env("OTEL_TRACES_EXPORTER=otlp")})
	if told, ok := errors.AsType[*Error](err); !ok || !strings.Contains(told.Do, "https://") || strings.Contains(told.Error(), c.URL) {
		t.Errorf("got %v", err)
	}
}
