package telemetry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"regexp"
	"strings"
	"syscall"
)

const kindOther = "other"

// answered finds the status in the one error that has it in its text only.
var answered = regexp.MustCompile(`failed to send (?:metrics )?to \S+: ([1-5][0-9][0-9])\b`)

// kind says in a few words of ours what sort of error it is. An exporter's own
// words hold the endpoint, which may hold a password, and what the collector
// answered.
func kind(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return "none"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case is[*net.DNSError](err):
		return "unknown host"
	case is[*tls.CertificateVerificationError](err), is[tls.RecordHeaderError](err), is[tls.AlertError](err),
		is[x509.UnknownAuthorityError](err), is[x509.HostnameError](err), is[x509.CertificateInvalidError](err):
		return "tls"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "no permission"
	case is[*net.OpError](err):
		return "network"
	}
	text := err.Error()
	if m := answered.FindStringSubmatch(text); m != nil {
		return "HTTP " + m[1]
	}
	switch {
	case strings.Contains(text, "retry-able request failure"):
		return "collector overloaded or away"
	case strings.HasPrefix(text, "OTLP partial success"):
		return "partly rejected"
	case is[*url.Error](err):
		return "HTTP"
	}
	return kindOther
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
