package tools

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// The sentences for failures that nobody could word beforehand. Whether a write
// happened is not known then, so they say to look.
const (
	saidFailed    refusal = "the store failed; if this was to change something, look whether it did before trying again. The details are in the server's log"
	saidCancelled refusal = "the call was given up before it was finished; if it was to change something, look whether it did before trying again"
)

// forPeople turns any error into the text that a client may see. Causes go to
// the log only.
func (k *kit) forPeople(ctx context.Context, what string, err error) error {
	var ours refusal
	var field *privacy.FieldError
	switch stored, ok := memstore.ForPeople(err); {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &field):
		return refusal(field.Error())
	case ok:
		if stored.Err != nil {
			k.log.LogAttrs(ctx, slog.LevelWarn, "the store refused a call", slog.String("in", what), slog.String("cause", stored.Err.Error()))
		}
		return refusal(stored.Msg)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return saidCancelled
	}
	k.log.LogAttrs(ctx, slog.LevelError, "a call failed", slog.String("in", what), slog.String("cause", err.Error()))
	return saidFailed
}

// rescue is deferred around everything of ours that a client can set off: a
// panic becomes an error, and the server lives on. What was thrown may hold
// text, so only its type is logged, unless the runtime threw it.
func (k *kit) rescue(ctx context.Context, what string, err *error) {
	thrown := recover()
	if thrown == nil {
		return
	}
	cause := fmt.Sprintf("%T", thrown)
	var fromRuntime runtime.Error
	if e, ok := thrown.(error); ok && errors.As(e, &fromRuntime) {
		cause = fromRuntime.Error()
	}
	k.log.LogAttrs(ctx, slog.LevelError, "a call panicked",
		slog.String("in", what), slog.String("cause", cause), slog.String("stack", string(debug.Stack())))
	*err = saidFailed
}
