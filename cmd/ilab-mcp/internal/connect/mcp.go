package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// forgetTool is the tool with a limit of its own.
const forgetTool = "mem_forget"

// mcp answers /mcp, which is Streamable HTTP in both its eras: with sessions
// (2025-03-26 to 2025-11-25), and without (2026-07-28). mcp-go carries the
// messages out; sessions and streams are the hub's.
func (h *HTTP) mcp(w http.ResponseWriter, r *http.Request, v *visit) *refusal {
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	switch {
	case r.Method == http.MethodPost:
		return h.call(w, r, v)
	case modern, r.Method != http.MethodGet && r.Method != http.MethodDelete:
		methods := "POST, GET, DELETE"
		if modern {
			methods = "POST"
		}
		return notAllowed(w, methods)
	}
	id, f := sessionID(r)
	if f != nil {
		return f
	}
	if r.Method == http.MethodDelete {
		if !h.hub.endSession(v.access, id, false) {
			return noSession()
		}
		w.WriteHeader(http.StatusNoContent)
		v.status = http.StatusNoContent
		return nil
	}
	return h.listen(w, r, v, id)
}

func noSession() *refusal {
	return refused(http.StatusNotFound, "there is no such session; begin a new one with initialize", "session")
}

// listen answers GET: a stream for what the server has to say by itself, which
// so far is that it is there.
func (h *HTTP) listen(w http.ResponseWriter, r *http.Request, v *visit, id string) *refusal {
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		return refused(http.StatusNotAcceptable, "this is an event stream; ask for it with Accept: text/event-stream", "accept")
	}
	s := h.hub.session(v.access, id, false, v.at)
	if s == nil {
		return noSession()
	}
	st, ctx, closeStream, f := h.hub.stream(w, r, v.access, s, v.at)
	if f != nil {
		return f
	}
	defer closeStream()
	v.status = http.StatusOK
	if st.start() == nil && st.run(ctx, nil) != nil {
		h.o.Log.DebugContext(ctx, "a stream broke")
	}
	return nil
}

// call answers POST: one message, and its answer.
func (h *HTTP) call(w http.ResponseWriter, r *http.Request, v *visit) *refusal {
	m, body, f := h.read(w, r, v)
	if f != nil {
		return f
	}
	header := r.Header.Get(mcp.HeaderProtocolVersion)
	modern := mcp.IsModernProtocol(header) || mcp.IsModernProtocol(m.version)
	client := newConversation("", mcp.Implementation{})
	if modern {
		f = checkModern(r, m, header)
	} else if m.method != string(mcp.MethodInitialize) {
		client, f = h.resume(r, v)
	}
	if f != nil {
		f.id = m.id
		return f
	}
	if m.kind != request && (modern || !passesOn(m)) {
		if m.kind == answer && modern {
			return refused(http.StatusBadRequest, "the server asks nothing, so there is nothing to answer", "malformed")
		}
		w.WriteHeader(http.StatusAccepted)
		v.status = http.StatusAccepted
		return nil
	}
	s, end, f := h.hub.begin(r.Context(), v.access, m)
	if f != nil {
		f.id = m.id
		return f
	}
	defer end()
	ctx, stop := h.callContext(r.Context())
	defer stop()
	reply := s.server.HandleMessage(s.server.WithContext(ctx, client), body)
	return h.answer(w, v, reply, modern)
}

// answer sends the answer to a message of Streamable HTTP.
func (h *HTTP) answer(w http.ResponseWriter, v *visit, reply mcp.JSONRPCMessage, modern bool) *refusal {
	m := v.message
	if reply == nil {
		v.status = http.StatusAccepted
		w.WriteHeader(v.status)
		return nil
	}
	line, err := encode(reply)
	if err != nil {
		return unwritable(m)
	}
	v.status, v.outcome, v.out = statusOf(reply, modern), outcomeOf(reply), len(line)
	_, failed := reply.(mcp.JSONRPCError)
	head, body := w.Header(), append(line, '\n')
	head.Set("Content-Type", "application/json")
	switch {
	case failed:
	case m.method == string(mcp.MethodInitialize) && !modern:
		id, f := h.hub.openSession(v.access, &session{client: implementation(m.client)}, v.at)
		if f != nil {
			f.id = m.id
			return f
		}
		head.Set(server.HeaderKeySessionID, id)
	case m.method == string(mcp.MethodSubscriptionsListen):
		head.Set("Content-Type", "text/event-stream")
		body = acknowledged(m.id, line)
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	_ = http.NewResponseController(w).SetWriteDeadline(deadline(writeTime)) // as in setDeadlines; the call took its time
	w.WriteHeader(v.status)
	_, _ = w.Write(body) // a client that has gone needs no answer
	return nil
}

// acknowledged is the answer to subscriptions/listen: a stream of an
// acknowledgement and the result. Nothing here can be subscribed to, so it is
// over at once.
func acknowledged(id, result []byte) []byte {
	const stream = `event: message
data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"` +
		mcp.MetaKeySubscriptionID + `":%s},"notifications":{}}}

event: message
data: %s

`
	return fmt.Appendf(nil, stream, id, result)
}

// callContext is for a call: it outlives the connection, since what was asked
// for is finished, and ends with the server.
func (h *HTTP) callContext(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(h.life, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// passesOn says that mcp-go has something to do for a message that is no
// request. Every other is only received.
func passesOn(m message) bool {
	return m.kind == request || m.kind == notification && m.method == string(mcp.MethodNotificationCancelled)
}

// read reads and inspects the message of a request.
func (h *HTTP) read(w http.ResponseWriter, r *http.Request, v *visit) (message, []byte, *refusal) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return message{}, nil, refused(http.StatusUnsupportedMediaType, "a message is sent with Content-Type: application/json", "malformed")
	}
	done, f := h.hub.reading(v.access)
	if f != nil {
		return message{}, nil, f
	}
	defer done()
	body := r.Body
	if limit := int64(h.o.MaxMessage); limit > 0 {
		if r.ContentLength > limit {
			w.Header().Set("Connection", "close") // the rest is not read
			return message{}, nil, h.tooLarge()
		}
		body = http.MaxBytesReader(w, r.Body, limit)
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(deadline(bodyTime)) // as in setDeadlines
	b, err := io.ReadAll(body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return message{}, nil, h.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return message{}, nil, refused(http.StatusRequestTimeout, "the message took too long to arrive", "slow")
	case err != nil:
		return message{}, nil, refused(http.StatusBadRequest, "the message did not arrive whole", "malformed")
	}
	_ = rc.SetReadDeadline(time.Time{})
	if h.o.Now().Sub(v.at) > slowBody {
		// Whoever holds a key must not be able to say later what they do with it.
		if err := h.o.Gate.Recheck(r.Context(), v.access); err != nil {
			return message{}, nil, h.turnAway(w, r, err)
		}
	}
	v.in = len(b)
	m, bad := inspect(b)
	v.message = m
	if bad != nil {
		modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
		return m, nil, faulty(bad, modern)
	}
	return m, b, nil
}

func (h *HTTP) tooLarge() *refusal {
	return refused(http.StatusRequestEntityTooLarge, "the message is longer than "+size(h.o.MaxMessage)+"; send less at once", "too_large")
}

// resume finds the session that a message of the older era belongs to.
func (h *HTTP) resume(r *http.Request, v *visit) (*conversation, *refusal) {
	id, f := sessionID(r)
	if f != nil {
		return nil, f
	}
	s := h.hub.session(v.access, id, false, v.at)
	if s == nil {
		return nil, noSession()
	}
	return newConversation(id, s.client), nil
}

// sessionID reads the headers of the older era: which session it is and, from
// clients that say it, which version. mcp-go would repeat what they wrote.
func sessionID(r *http.Request) (string, *refusal) {
	if v := r.Header.Get(mcp.HeaderProtocolVersion); v != "" && !mcp.IsValidProtocolVersion(v) {
		return "", refused(http.StatusBadRequest, "the Mcp-Protocol-Version header names no version of MCP that this server speaks; those are "+
			strings.Join(mcp.ValidProtocolVersions, ", "), "version")
	}
	id := r.Header.Get(server.HeaderKeySessionID)
	if id == "" {
		return "", refused(http.StatusBadRequest, "the Mcp-Session-Id header is missing; initialize gives its value", "session")
	}
	return id, nil
}

var versionForm = regexp.MustCompile(`^v?[0-9][0-9.-]{0,20}$`)

// checkModern looks at the headers that the stateless era wants beside each
// message. mcp-go is not shown them: it would repeat what they say. It repeats
// an unknown version, as it must, so that has to have the form of one.
func checkModern(r *http.Request, m message, header string) *refusal {
	mismatch := func(text string) *refusal {
		return &refusal{status: http.StatusBadRequest, code: mcp.HEADER_MISMATCH, text: text, reason: "headers"}
	}
	switch {
	case r.Header.Get(mcp.HeaderLastEventID) != "":
		return mismatch("streams cannot be resumed; send the request again, without Last-Event-ID")
	case header == "":
		return mismatch("the Mcp-Protocol-Version header is missing")
	case m.version == "":
		return &refusal{
			status: http.StatusBadRequest, code: mcp.INVALID_PARAMS, reason: "malformed",
			text: "_meta must name the protocol version in " + mcp.MetaKeyProtocolVersion,
		}
	case header != m.version:
		return mismatch("the Mcp-Protocol-Version header and " + mcp.MetaKeyProtocolVersion + " in _meta differ")
	case !versionForm.MatchString(header):
		return mismatch("the protocol version is not written as a date, as in 2026-07-28")
	case m.kind != request || !mcp.IsValidProtocolVersion(header):
		return nil // mcp-go answers an unknown version with those that there are
	}
	var wrong mcp.HeaderMismatchError
	if err := mcp.ValidateStandardHeaders(r.Header.Get, header, mcp.MCPMethod(m.method), m.params); errors.As(err, &wrong) {
		return mismatch("the " + label(wrong.Header == mcp.HeaderMethod || wrong.Header == mcp.HeaderName, wrong.Header) +
			" header is missing or is not what the message says")
	}
	return nil
}
