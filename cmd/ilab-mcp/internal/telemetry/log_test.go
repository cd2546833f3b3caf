package telemetry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.opentelemetry.io/otel"
)

// certificateFile is a certificate authority's, as a collector may need it.
func certificateFile(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSecretsStayOutOfTheLog: exporters' errors hold the endpoint and what the
// collector said.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		want   string
	}{
		{"refused", http.StatusUnauthorized, `kind="HTTP 401"`},
		{"redirected", http.StatusTemporaryRedirect, `kind=HTTP`},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newCollector(t)
			server.refuse = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Location", "hunter2://hunter2")
				http.Error(w, "no such key: hunter2", c.status)
				return true
			}
			host := strings.TrimPrefix(server.URL, "http://")
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hunter2@"+host+"/hunter2")
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "hunter2,Key=%hunter2")
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "hunter2")
			t.Setenv("OTEL_TRACES_SAMPLER", "hunter2")
			t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "hunter2")
			t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", filepath.Join(t.TempDir(), "hunter2"))
			t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_KEY", filepath.Join(t.TempDir(), "hunter2"))
			var j journal
			tel := start(t, Options{Log: j.log()})
			report(t.Context(), t, tel)
			err := tel.Shutdown(t.Context())
			if err == nil {
				t.Fatal("it was delivered")
			}
			all := j.String() + err.Error()
			if strings.Contains(all, "hunter2") || strings.Contains(all, host) || strings.Contains(all, "me:") {
				t.Errorf("logged %s", all)
			}
			for _, want := range []string{
				c.want, `about="parse headers"`, `about="read tls client cert" kind="no such file"`,
				"variable=OTEL_METRIC_EXPORT_INTERVAL", "OTEL_EXPORTER_OTLP_HEADERS",
			} {
				if !strings.Contains(all, want) {
					t.Errorf("there is no %s in %s", want, all)
				}
			}
			if strings.Contains(j.String(), "level=ERROR") || strings.Contains(j.String(), "level=DEBUG") {
				t.Errorf("logged %s", j.String())
			}
		})
	}
}

func TestErrorsAreLoggedByKind(t *testing.T) {
	var j journal
	start(t, Options{Prometheus: true, Log: j.log()})
	otel.Handle(errors.New("hunter2"))
	if !strings.Contains(j.String(), `level=WARN msg="telemetry was lost" kind=other`) || strings.Contains(j.String(), "hunter2") {
		t.Errorf("logged %s", j.String())
	}
}

func TestKind(t *testing.T) {
	at := func(err error) error { return &url.Error{Op: "Post", URL: "http://hunter2", Err: err} }
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "none"},
		{at(context.DeadlineExceeded), "timeout"},
		{at(os.ErrDeadlineExceeded), "timeout"},
		{at(context.Canceled), "cancelled"},
		{at(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), "connection refused"},
		{at(&net.OpError{Op: "dial", Err: &net.DNSError{Name: "hunter2"}}), "unknown host"},
		{at(&net.OpError{Op: "read", Err: errors.New("reset")}), "network"},
		{at(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "tls"},
		{at(errors.New("stopped after 10 redirects")), "HTTP"},
		{&fs.PathError{Path: "/hunter2", Err: fs.ErrPermission}, "no permission"},
		{errors.New("traces export: failed to send to http://h/401/: 403 Forbidden (body: 500)"), "HTTP 403"},
		{errors.New("failed to send metrics to http://h: 404 Not Found (body: x)"), "HTTP 404"},
		{errors.New("max retry time elapsed: retry-able request failure: body: hunter2"), "collector overloaded or away"},
		{errors.New("OTLP partial success: hunter2 (3 spans rejected)"), "partly rejected"},
		{errors.New("hunter2"), "other"},
	} {
		if got := kind(c.err); got != c.want {
			t.Errorf("%v: got %s, want %s", c.err, got, c.want)
		}
	}
}
