package connect

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// visit is one HTTP request with a good credential: what the handlers need, and
// what is told of it afterwards. It holds no text.
type visit struct {
	access  identity.Access
	name    string // of the user, in logs
	at      time.Time
	route   string
	span    trace.Span
	message message
	in, out int // bytes of the message, and of its answer
	status  int
	outcome string
	later   bool // the answer comes after the request is over
}

// refused notes that the request was answered with a refusal.
func (v *visit) refused(f *refusal) {
	v.status, v.outcome, v.out = f.status, strconv.Itoa(f.code), len(f.message())
}

// label gives a method or a tool to logs and metrics: those that there are, and
// one name for all others, which clients made up.
func label(known bool, name string) string {
	if known {
		return name
	}
	return "unknown"
}

func (v *visit) method() string {
	m := v.message.method
	return label(tools.KnownMethod(m) || m == string(mcp.MethodNotificationCancelled) || m == string(mcp.MethodNotificationInitialized), m)
}

func (v *visit) tool() string {
	if v.message.tool == "" {
		return ""
	}
	return label(tools.Known(v.message.tool), v.message.tool)
}

// begin starts the span of a request.
func (h *HTTP) begin(r *http.Request, v *visit) context.Context {
	ctx := h.o.Telemetry.Propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	if from := trace.SpanContextFromContext(ctx); from.IsValid() {
		// The numbers of a trace are taken over; its state is text of the client's.
		ctx = trace.ContextWithRemoteSpanContext(ctx, from.WithTraceState(trace.TraceState{}))
	}
	known := r.Method == http.MethodGet || r.Method == http.MethodPost || r.Method == http.MethodDelete
	ctx, v.span = h.o.Telemetry.Tracer.Start(ctx, label(known, r.Method)+" "+v.route, trace.WithSpanKind(trace.SpanKindServer))
	return ctx
}

// report tells of a request: once, without content.
func (h *HTTP) report(ctx context.Context, v *visit) {
	took := h.o.Now().Sub(v.at)
	attrs := []slog.Attr{
		slog.String("user", v.name), slog.String("route", v.route), slog.Int("status", v.status),
		slog.String("outcome", v.outcome), slog.Duration("took", took), slog.Int("in", v.in), slog.Int("out", v.out),
	}
	v.span.SetAttributes(attribute.String("http.route", v.route), attribute.Int("http.response.status_code", v.status))
	if v.message.method != "" {
		method, tool := v.method(), v.tool()
		attrs = append(attrs, slog.String("method", method))
		v.span.SetName(method)
		v.span.SetAttributes(attribute.String("mcp.method.name", method))
		if tool != "" {
			attrs = append(attrs, slog.String("tool", tool))
			v.span.SetName(method + " " + tool)
			v.span.SetAttributes(attribute.String("gen_ai.tool.name", tool))
		}
		h.count.Operation(ctx, method, tool, v.outcome, took)
	}
	if v.outcome != outcomeOK {
		v.span.SetStatus(codes.Error, v.outcome)
	}
	v.span.End()
	h.o.Log.LogAttrs(ctx, slog.LevelInfo, "request", attrs...)
}

// The outcomes of a request, beside the codes of errors.
const (
	outcomeOK        = "ok"
	outcomeToolError = "tool_error"
)

// outcomeOf is what became of a message that mcp-go carried out.
func outcomeOf(reply mcp.JSONRPCMessage) string {
	switch r := reply.(type) {
	case mcp.JSONRPCError:
		return strconv.Itoa(r.Error.Code)
	case mcp.JSONRPCResponse:
		if result, ok := r.Result.(*mcp.CallToolResult); ok && result.IsError {
			return outcomeToolError
		}
	}
	return outcomeOK
}
