package connect

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// How long what is not used is kept.
const (
	sessionIdle = 24 * time.Hour   // an MCP session
	yieldIdle   = 10 * time.Minute // a session that a new one may take the place of
	serverIdle  = 10 * time.Minute // a user's MCP server; it is made again in a quarter of a millisecond
	memberIdle  = 2 * time.Minute  // counts; by then every bucket is full again
)

// member is what is counted for one user, over all credentials of that user. It
// is guarded by the hub's lock.
type member struct {
	name    string // a hash of the user id, for logs
	calls   bucket
	forgets bucket

	reading  int // messages that are on their way
	running  int
	streams  int
	sessions map[string]*session
	used     time.Time
}

// session is one MCP session: a name under which a client comes again, and no
// credential. It outlives the MCP server, which is dropped when it is idle.
type session struct {
	readOnly bool    // of the credential that opened it
	events   *events // of the older transport; nil over Streamable HTTP
	client   mcp.Implementation
	used     time.Time
	streams  int
}

func newMember(u memstore.UserID, l Limits) *member {
	return &member{name: logName(u), calls: perSecond(l.Rate, l.Burst), forgets: perMinute(l.Forgets)}
}

// logName stands for a user in logs: it tells two users apart, and names none.
func logName(u memstore.UserID) string {
	sum := sha256.Sum256([]byte("ilab-mcp log\x00" + u.String()))
	return hex.EncodeToString(sum[:6])
}

// open makes a session and gives its name. When there are too many, the one
// that was used least lately makes room, if nobody has used it for a while:
// hosts seldom end their sessions.
func (m *member) open(s *session, limit int, now time.Time) (id string, ok bool) {
	if limit > 0 && len(m.sessions) >= limit {
		oldest := ""
		for name, held := range m.sessions {
			if held.streams == 0 && now.Sub(held.used) > yieldIdle && (oldest == "" || held.used.Before(m.sessions[oldest].used)) {
				oldest = name
			}
		}
		if oldest == "" {
			return "", false
		}
		delete(m.sessions, oldest)
	}
	if m.sessions == nil {
		m.sessions = map[string]*session{}
	}
	id = rand.Text()
	s.used = now
	if s.events != nil {
		s.events.id = id
	}
	m.sessions[id] = s
	return id, true
}

// find gives a session that the same kind of credential opened over the same
// transport.
func (m *member) find(id string, readOnly, events bool, now time.Time) *session {
	s := m.sessions[id]
	if s == nil || s.readOnly != readOnly || (s.events != nil) != events {
		return nil
	}
	s.used = now
	return s
}

// sweep ends the sessions that nobody uses any more.
func (m *member) sweep(now time.Time) {
	for id, s := range m.sessions {
		if s.streams == 0 && now.Sub(s.used) > sessionIdle {
			delete(m.sessions, id)
		}
	}
}

// idle says that nothing would be lost with it.
func (m *member) idle(now time.Time) bool {
	return m.reading == 0 && m.running == 0 && m.streams == 0 && len(m.sessions) == 0 && now.Sub(m.used) > memberIdle
}
