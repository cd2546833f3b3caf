package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// ServeHTTP implements http.Handler. Whatever the path, the order is the same:
// host, origin, credential, limits; only then is anything of the request read.
func (h *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.rescueAnswer(w, r)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	setDeadlines(w, r)
	if r.URL.Path == "/healthz" {
		healthy(w, r)
		return
	}
	if f := h.front(w, r); f != nil {
		h.refuse(r.Context(), w, f)
		return
	}
	if r.Method == http.MethodOptions && cors(w, r) {
		return
	}
	var handle func(http.ResponseWriter, *http.Request, *visit) *refusal
	switch r.URL.Path {
	case "/mcp":
		handle = h.mcp
	case "/sse":
		handle = h.openEvents
	case "/message":
		handle = h.messageForStream
	default:
		h.elsewhere(w, r)
		return
	}
	v := &visit{at: h.o.Now(), route: r.URL.Path, outcome: outcomeOK}
	if f := h.admit(w, r, v); f != nil {
		h.refuse(r.Context(), w, f)
		return
	}
	ctx := h.begin(r, v)
	if f := handle(w, r.WithContext(ctx), v); f != nil {
		h.count.Refused(ctx, f.reason)
		f.write(w)
		v.refused(f)
	}
	if !v.later {
		h.report(ctx, v)
	}
}

// front is what is asked of every request, before it is known whose it is.
func (h *HTTP) front(w http.ResponseWriter, r *http.Request) *refusal {
	if f := h.o.wrongHost(r); f != nil {
		return f
	}
	if f := h.o.wrongOrigin(r); f != nil {
		return f
	}
	if r.Method != http.MethodOptions {
		cors(w, r)
	}
	return nil
}

func healthy(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		notAllowed(w, http.MethodGet).write(w)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // whoever asked has gone
}

// elsewhere answers paths that need no credential: where tokens come from, and
// that there is nothing.
func (h *HTTP) elsewhere(w http.ResponseWriter, r *http.Request) {
	if h.o.Resource != nil && strings.HasPrefix(r.URL.Path, metadataPath) {
		h.o.Resource.serve(w, r)
		return
	}
	h.refuse(r.Context(), w, refused(http.StatusNotFound, "there is nothing here; the server is at /mcp, and at /sse for older hosts", "path"))
}

// setDeadlines bounds how long a request can be held by a client that does not
// send the rest of it, or does not read its answer: net/http would take the rest
// off the connection before it answers, for as long as the client likes. What
// has more to wait for sets later ones.
func setDeadlines(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	// Where the transport knows no deadlines, a slow client keeps its own
	// connection busy and nothing else.
	_ = rc.SetWriteDeadline(deadline(writeTime))
	if r.ContentLength != 0 {
		// Not where nothing is to come: net/http would take a client for gone
		// that waits while its credential is checked.
		_ = rc.SetReadDeadline(deadline(restTime))
	}
}

func (h *HTTP) refuse(ctx context.Context, w http.ResponseWriter, f *refusal) {
	h.count.Refused(ctx, f.reason)
	if _, ok := h.refusals.take(h.o.Now()); ok { // strangers must not fill the disk; all are counted
		h.o.Log.LogAttrs(ctx, slog.LevelInfo, "refused", slog.Int("status", f.status), slog.String("reason", f.reason))
	}
	f.write(w)
}

// admit checks the credential of a request.
func (h *HTTP) admit(w http.ResponseWriter, r *http.Request, v *visit) *refusal {
	credential, err := identity.Bearer(r.Header)
	if err == nil {
		v.access, err = h.o.Gate.Verify(r.Context(), credential)
	}
	if err != nil {
		return h.turnAway(w, r, err)
	}
	v.access.ReadOnly = v.access.ReadOnly || h.o.ReadOnly
	var f *refusal
	v.name, f = h.hub.request(v.access)
	return f
}

// turnAway answers a request without a good credential.
func (h *HTTP) turnAway(w http.ResponseWriter, r *http.Request, err error) *refusal {
	why, ok := errors.AsType[*identity.Refusal](err)
	if !ok {
		why = &identity.Refusal{Reason: identity.CannotCheck, Msg: "the credential cannot be checked now; try again later", Err: err}
	}
	switch why.Reason {
	case identity.CannotCheck:
		h.o.Log.WarnContext(r.Context(), "credentials cannot be checked", slog.Any("cause", why.Err))
		f := refused(http.StatusServiceUnavailable, why.Msg, "cannot_check")
		f.retry = 5
		return f
	case identity.TooLittleScope:
		w.Header().Set("WWW-Authenticate", h.challenge(`error="insufficient_scope"`))
		return refused(http.StatusForbidden, why.Msg, "scope")
	case identity.BadCredential:
		if wait, ok := h.failed(r, why); !ok {
			return tooMany("too many failed attempts from this address; try again in a moment", "failures", seconds(wait))
		}
		w.Header().Set("WWW-Authenticate", h.challenge(`error="invalid_token"`))
		return refused(http.StatusUnauthorized, why.Msg, "unauthenticated")
	case identity.NoCredential:
	}
	w.Header().Set("WWW-Authenticate", h.challenge(""))
	return refused(http.StatusUnauthorized, why.Msg, "unauthenticated")
}

// failed counts a credential that was no good. One that was real, and has ended,
// is no guess: its owner must learn that it is to be renewed.
func (h *HTTP) failed(r *http.Request, why *identity.Refusal) (wait time.Duration, ok bool) {
	if why.Genuine {
		return 0, true
	}
	return h.failures.failed(h.o.address(r), h.o.Now())
}

func notAllowed(w http.ResponseWriter, methods string) *refusal {
	w.Header().Set("Allow", methods)
	return refused(http.StatusMethodNotAllowed, "this can only be asked with "+methods, "method")
}

// rescueAnswer keeps what a panic threw, which may be text of a memory, from
// the client and from the log; where it happened is enough to find the fault.
func (h *HTTP) rescueAnswer(w http.ResponseWriter, r *http.Request) {
	if thrown := recover(); thrown != nil {
		if thrown == http.ErrAbortHandler { //nolint:errorlint // net/http compares it this way too
			panic(thrown)
		}
		h.panicked(r.Context())
		refused(http.StatusInternalServerError, "something went wrong in the server; try again", "internal").write(w)
	}
}

// rescue is the same where there is nobody to answer.
func (h *HTTP) rescue(ctx context.Context) {
	if recover() != nil {
		h.panicked(ctx)
	}
}

func (h *HTTP) panicked(ctx context.Context) {
	var at []string
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	for range pcs {
		frame, more := frames.Next()
		at = append(at, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		if !more {
			break
		}
	}
	h.o.Log.ErrorContext(ctx, "a request failed inside", slog.Any("at", at))
}
