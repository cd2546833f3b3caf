package telemetry

import (
	"log/slog"
	"strings"

	"github.com/go-logr/logr"
)

// errorHandler logs what goes wrong in the SDK while it runs.
type errorHandler struct{ log *slog.Logger }

// Handle implements otel.ErrorHandler.
func (h errorHandler) Handle(err error) {
	h.log.Warn("telemetry was lost", slog.String("kind", kind(err)))
}

// logger is for what the SDK has to say about its settings.
func logger(log *slog.Logger) logr.Logger { return logr.New(sink{log}) }

// sink passes on the SDK's complaints: its own constant words and the kind of
// the error. What it would add, such as the value of a variable, is dropped.
type sink struct{ log *slog.Logger }

// warnings is the SDK's level for them; higher ones are chatter.
const warnings = 1

// Init implements logr.LogSink.
func (s sink) Init(logr.RuntimeInfo) {}

// Enabled implements logr.LogSink.
func (s sink) Enabled(level int) bool { return level <= warnings }

// Info implements logr.LogSink.
func (s sink) Info(_ int, msg string, pairs ...any) { s.warn(msg, "", pairs) }

// Error implements logr.LogSink.
func (s sink) Error(err error, msg string, pairs ...any) { s.warn(msg, kind(err), pairs) }

// WithValues implements logr.LogSink; values are dropped.
func (s sink) WithValues(...any) logr.LogSink { return s }

// WithName implements logr.LogSink.
func (s sink) WithName(string) logr.LogSink { return s }

func (s sink) warn(msg, about string, pairs []any) {
	attrs := []any{slog.String("about", msg)}
	if about != "" {
		attrs = append(attrs, slog.String("kind", about))
	}
	// The name of a variable is the one thing that is let through.
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i+1].(string); ok && pairs[i] == "environment variable" && strings.HasPrefix(name, "OTEL_") {
			attrs = append(attrs, slog.String("variable", name))
		}
	}
	s.log.Warn("telemetry does not run as it was set up", attrs...)
}
