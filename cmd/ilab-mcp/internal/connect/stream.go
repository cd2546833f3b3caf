package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// Timing of event streams.
const (
	heartbeat    = 25 * time.Second       // proxies close what is silent for a minute
	recheckEvery = 500 * time.Millisecond // how soon a stream ends after its credential did
	sweepEvery   = time.Minute
	writeTime    = 30 * time.Second // a client that takes longer to read has gone
)

// stream is an open answer of server-sent events.
type stream struct {
	access  identity.Access
	session *session
	end     context.CancelFunc
	flush   atomic.Bool // set before end: what is queued is still sent

	w  http.ResponseWriter
	rc *http.ResponseController
}

// stream opens an event stream as the answer, and gives a context that ends
// with the client, the credential, the session or the server. close gives its
// place back.
func (h *hub) stream(w http.ResponseWriter, r *http.Request, a identity.Access, s *session, now time.Time) (st *stream, ctx context.Context, closeStream func(), f *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, nil, nil, shuttingDown()
	}
	m := h.member(a.User, now)
	if h.o.Limits.Streams > 0 && m.streams >= h.o.Limits.Streams {
		return nil, nil, nil, tooMany("too many event streams are open; close one", "streams", 5)
	}
	ctx, cancel := context.WithCancel(r.Context())
	st = &stream{access: a, session: s, end: cancel, w: w, rc: http.NewResponseController(w)}
	m.streams++
	s.streams++
	h.streams[st] = struct{}{}
	return st, ctx, func() {
		cancel()
		h.mu.Lock()
		defer h.mu.Unlock()
		m.streams--
		s.streams--
		delete(h.streams, st)
	}, nil
}

// start sends the head of the answer.
func (st *stream) start() error {
	h := st.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	st.w.WriteHeader(http.StatusOK)
	err := st.rc.Flush()
	// A stream lasts. With a deadline for reading, net/http would take the client
	// for gone; one for writing ends a stream of HTTP/2 also while it is silent.
	_ = st.rc.SetReadDeadline(time.Time{})
	_ = st.rc.SetWriteDeadline(time.Time{})
	return err
}

// event writes one event. data must be one line.
func (st *stream) event(name string, data []byte) error {
	return st.put("event: %s\ndata: %s\n\n", name, data)
}

// comment keeps the connection alive, and finds out whether it is.
func (st *stream) comment() error { return st.put(": \n\n") }

func (st *stream) put(format string, args ...any) error {
	_ = st.rc.SetWriteDeadline(deadline(writeTime))
	if _, err := fmt.Fprintf(st.w, format, args...); err != nil {
		return err
	}
	err := st.rc.Flush()
	_ = st.rc.SetWriteDeadline(time.Time{})
	return err
}

// run writes what comes until the stream's context ends.
func (st *stream) run(ctx context.Context, messages <-chan []byte) error {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case b := <-messages:
			if ctx.Err() != nil && !st.flush.Load() {
				return nil // a credential that has ended gets nothing more
			}
			if err := st.event("message", b); err != nil {
				return err
			}
		case <-tick.C:
			if err := st.comment(); err != nil {
				return err
			}
		case <-ctx.Done():
			return st.rest(messages)
		}
	}
}

// rest sends what was queued when the server went down.
func (st *stream) rest(messages <-chan []byte) error {
	for st.flush.Load() {
		select {
		case b := <-messages:
			if err := st.event("message", b); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

// recheck ends the streams whose credential is not good any more. One question
// is asked for each credential, without the lock.
func (h *hub) recheck(ctx context.Context) {
	h.mu.Lock()
	by := map[identity.Access][]*stream{}
	for st := range h.streams {
		by[st.access] = append(by[st.access], st)
	}
	h.mu.Unlock()
	for a, streams := range by {
		err := h.o.Gate.Recheck(ctx, a)
		if !ended(err) {
			if err != nil && ctx.Err() == nil {
				h.o.Log.WarnContext(ctx, "the credentials of open streams cannot be checked", slog.Any("cause", err))
			}
			continue
		}
		for _, st := range streams {
			st.end()
		}
	}
}

// ended says that a credential is no good any more. One that cannot be checked
// at the moment keeps what it has, and opens nothing new.
func ended(err error) bool {
	r, ok := errors.AsType[*identity.Refusal](err)
	return ok && r.Reason != identity.CannotCheck
}

// deadline is by the system's clock, as connections are.
func deadline(d time.Duration) time.Time { return time.Now().Add(d) }
