package connect

import (
	"context"
	"net/http"
)

// The transport of 2024-11-05: the client opens a stream at /sse, learns there
// where to post, and gets every answer as an event of the stream. mcp-go has it
// too, with goroutines that nobody can wait for and a stream that any website
// may read; see docs/adr/0005-http-transports.md.

// events is one such stream, and the client behind it.
type events struct {
	conversation

	out  chan []byte
	done <-chan struct{} // the stream is over
}

// openEvents answers GET /sse.
func (h *HTTP) openEvents(w http.ResponseWriter, r *http.Request, v *visit) *refusal {
	if r.Method != http.MethodGet {
		return notAllowed(w, http.MethodGet)
	}
	sess := &session{events: &events{out: make(chan []byte, 16)}}
	st, ctx, closeStream, f := h.hub.stream(w, r, v.access, sess, v.at)
	if f != nil {
		return f
	}
	defer closeStream()
	sess.events.done = ctx.Done()
	id, f := h.hub.openSession(v.access, sess, v.at)
	if f != nil {
		return f
	}
	defer h.hub.endSession(v.access, id, true)
	v.status = http.StatusOK
	if st.start() != nil || st.event("endpoint", []byte(h.o.BasePath+"/message?sessionId="+id)) != nil {
		return nil
	}
	if err := st.run(ctx, sess.events.out); err != nil {
		h.o.Log.DebugContext(ctx, "a stream broke")
	}
	return nil
}

// messageForStream answers POST /message: it takes a message for one of the
// user's own streams, and answers there.
func (h *HTTP) messageForStream(w http.ResponseWriter, r *http.Request, v *visit) *refusal {
	if r.Method != http.MethodPost {
		return notAllowed(w, http.MethodPost)
	}
	sess := h.hub.session(v.access, r.URL.Query().Get("sessionId"), true, v.at)
	if sess == nil {
		return refused(http.StatusNotFound, "there is no such session; open a stream at /sse first", "session")
	}
	m, body, f := h.read(w, r, v)
	if f != nil {
		if f.id == nil {
			return f
		}
		return h.post(w, v, sess.events, f) // its sender waits at the stream
	}
	v.status = http.StatusAccepted
	if !passesOn(m) {
		w.WriteHeader(v.status)
		return nil
	}
	s, end, f := h.hub.begin(r.Context(), v.access, m)
	if f != nil {
		f.id = m.id
		if f.code != codeRefused { // an answer like any other
			return h.post(w, v, sess.events, f)
		}
		return f
	}
	w.WriteHeader(v.status)
	v.later = true
	go h.answerAtStream(r.Context(), s, sess.events, body, v, end)
	return nil
}

// answerAtStream carries out one call. The client may be gone by then; what it
// asked for is finished all the same.
func (h *HTTP) answerAtStream(ctx context.Context, s *seated, to *events, body []byte, v *visit, end func()) {
	defer end()
	defer h.rescue(ctx)
	ctx, stop := h.callContext(ctx)
	defer stop()
	reply := s.server.HandleMessage(s.server.WithContext(ctx, to), body)
	if reply == nil {
		h.report(ctx, v)
		return
	}
	line, err := encode(reply)
	v.outcome, v.out = outcomeOf(reply), len(line)
	if err != nil {
		f := unwritable(v.message)
		line = f.message()
		v.refused(f)
	}
	v.status = http.StatusAccepted
	h.report(ctx, v)
	select {
	case to.out <- line:
	case <-to.done:
	}
}

// post puts a refusal into the stream. It does not wait for a client that does
// not read: messages that are refused are not bounded like calls, and each may
// be long.
func (h *HTTP) post(w http.ResponseWriter, v *visit, to *events, f *refusal) *refusal {
	select {
	case to.out <- f.message():
		v.refused(f)
		v.status = http.StatusAccepted
		w.WriteHeader(v.status)
		return nil
	case <-to.done:
		return refused(http.StatusNotFound, "the stream has ended", "session")
	default:
		return tooMany("the answers at the stream are not being read; read them first", "streams", 1)
	}
}
