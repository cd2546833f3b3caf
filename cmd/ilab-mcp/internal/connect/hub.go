package connect

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// maxServers is how many MCP servers are kept; an idle one is 14 KB.
const maxServers = 4096

// seat is whose server it is: a user, and what the credential allows.
type seat struct {
	user     memstore.UserID
	readOnly bool
}

// seated is the MCP server of one seat. It closes over one user's store, so there is nobody to mistake that user for.
type seated struct {
	seat   seat
	server *server.MCPServer

	uses int
	used time.Time
	at   *list.Element
}

// hub keeps what is known of the users who are connected.
type hub struct {
	db    *memstore.DB
	o     HTTPOptions
	tools tools.Options

	mu      sync.Mutex
	closed  bool
	members map[memstore.UserID]*member
	servers map[seat]*seated
	order   list.List // of servers, the one used last in front
	streams map[*stream]struct{}
	open    int       // calls being carried out
	changed sync.Cond // no call is carried out any more
}

func newHub(db *memstore.DB, o HTTPOptions) *hub {
	h := &hub{
		db: db, o: o, tools: o.toolOptions(),
		members: map[memstore.UserID]*member{}, servers: map[seat]*seated{}, streams: map[*stream]struct{}{},
	}
	h.changed.L = &h.mu
	return h
}

// member gives the counts of a user. It needs h.mu.
func (h *hub) member(u memstore.UserID, now time.Time) *member {
	m := h.members[u]
	if m == nil {
		m = newMember(u, h.o.Limits)
		h.members[u] = m
	}
	m.used = now
	return m
}

// request counts a request of a user.
func (h *hub) request(a identity.Access) (name string, f *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.o.Now()
	m := h.member(a.User, now)
	if wait, ok := m.calls.take(now); !ok {
		return m.name, tooMany("too many requests; try again in a moment", "rate", seconds(wait))
	}
	return m.name, nil
}

// reading takes a place for a message on its way: it may take half a minute, and
// as much memory as a message may have. done gives the place back.
func (h *hub) reading(a identity.Access) (done func(), f *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	who := h.member(a.User, h.o.Now())
	if h.o.Limits.Calls > 0 && who.reading >= h.o.Limits.Calls {
		return nil, tooMany("too many messages at once; wait for one to be answered", "calls", 1)
	}
	who.reading++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		who.reading--
	}, nil
}

// begin takes a place for a call, and gives the server that carries it out.
// end gives the place back.
func (h *hub) begin(ctx context.Context, a identity.Access, m message) (s *seated, end func(), f *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.o.Now() // not when the request came: a bucket must not be turned back
	if h.closed {
		return nil, nil, shuttingDown()
	}
	who := h.member(a.User, now)
	if h.o.Limits.Calls > 0 && who.running >= h.o.Limits.Calls {
		return nil, nil, tooMany("too many calls at once; wait for one to be answered", "calls", 1)
	}
	if m.tool == forgetTool {
		if wait, ok := who.forgets.take(now); !ok {
			return nil, nil, tooMany("too many memories are being forgotten; try again in a moment", "forgets", seconds(wait))
		}
	}
	s, err := h.serverOf(ctx, seat{user: a.User, readOnly: a.ReadOnly}, now)
	if err != nil {
		return nil, nil, refused(http.StatusInternalServerError, "the memory cannot be opened now; try again later", "internal")
	}
	if f := unknownTool(s.server, m); f != nil {
		return nil, nil, faulty(f, mcp.IsModernProtocol(m.version))
	}
	who.running++
	s.uses++
	h.open++
	return s, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		who.running--
		s.uses--
		if h.open--; h.open == 0 {
			h.changed.Broadcast()
		}
	}, nil
}

func shuttingDown() *refusal {
	f := refused(http.StatusServiceUnavailable, "the server is going down; try again in a moment", "closing")
	f.retry = 1
	return f
}

// serverOf finds or makes a server. It needs h.mu: making one takes a quarter
// of a millisecond, and two for one seat would have two sets of running calls.
func (h *hub) serverOf(ctx context.Context, at seat, now time.Time) (*seated, error) {
	if s := h.servers[at]; s != nil {
		s.used = now
		h.order.MoveToFront(s.at)
		return s, nil
	}
	mcpServer, err := bind(ctx, h.db, at.user, at.readOnly, h.tools)
	if err != nil {
		return nil, err
	}
	s := &seated{seat: at, used: now, server: mcpServer}
	s.at = h.order.PushFront(s)
	h.servers[at] = s
	for e := h.order.Back(); e != nil && len(h.servers) > h.o.maxServers(); {
		last, before := e.Value.(*seated), e.Prev()
		if last.uses == 0 && last != s {
			h.drop(last)
		}
		e = before
	}
	return s, nil
}

// drop needs h.mu.
func (h *hub) drop(s *seated) {
	h.order.Remove(s.at)
	delete(h.servers, s.seat)
}

// sweep drops what is idle.
func (h *hub) sweep(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := h.order.Back(); e != nil; {
		s, before := e.Value.(*seated), e.Prev()
		if s.uses == 0 && now.Sub(s.used) > serverIdle {
			h.drop(s)
		}
		e = before
	}
	for u, m := range h.members {
		m.sweep(now)
		if m.idle(now) {
			delete(h.members, u)
		}
	}
}

// Session keeping, on behalf of the handlers.

// openSession makes a session for a seat.
func (h *hub) openSession(a identity.Access, s *session, now time.Time) (string, *refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.readOnly = a.ReadOnly
	id, ok := h.member(a.User, now).open(s, h.o.Limits.Sessions, now)
	if !ok {
		return "", tooMany("too many sessions are open; end one, or try again in a few minutes", "sessions", 60)
	}
	return id, nil
}

// session gives a session of this user; nil for an unknown one and for one of
// somebody else alike.
func (h *hub) session(a identity.Access, id string, events bool, now time.Time) *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.member(a.User, now).find(id, a.ReadOnly, events, now)
}

// endSession ends a session and its streams.
func (h *hub) endSession(a identity.Access, id string, events bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.o.Now()
	m := h.member(a.User, now)
	s := m.find(id, a.ReadOnly, events, now)
	if s == nil {
		return false
	}
	delete(m.sessions, id)
	for st := range h.streams {
		if st.session == s {
			st.end()
		}
	}
	return true
}
