package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Exported counts what an export wrote.
type Exported struct {
	Sessions  int
	Memories  int
	Revisions int // old states of memories
}

// Export writes all of a user's memory in this program's own format: sessions,
// then memories, oldest first and each with its old revisions. The same memory
// gives the same bytes. progress, if it is not nil, is called after each memory.
func Export(ctx context.Context, store *memstore.Store, w io.Writer, progress func()) (Exported, error) {
	var n Exported
	out := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err := store.Export(ctx, func(e memstore.Exported) error {
		switch {
		case e.Session != nil:
			n.Sessions++
			return enc.Encode(sessionLineOf(e.Session))
		case e.Revision != nil:
			n.Revisions++
			return enc.Encode(revisionLineOf(e.Of, e.Revision))
		}
		n.Memories++
		if progress != nil {
			progress()
		}
		return enc.Encode(observationLineOf(e.Memory))
	})
	return n, errors.Join(err, out.Flush())
}

// The lines as they are written: every field, in this order.

type sessionLine struct {
	Kind         string  `json:"kind"`
	ID           string  `json:"id"`
	Started      string  `json:"started_at"`
	Ended        *string `json:"ended_at"` // null while active
	LastActivity string  `json:"last_activity_at"`
	Summary      string  `json:"summary"`
	Status       string  `json:"status"`
	Auto         bool    `json:"is_auto_generated"`
}

type observationLine struct {
	Kind     string `json:"kind"`
	ID       int64  `json:"id"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Content  string `json:"content"`
	TopicKey string `json:"topic_key"`
	Session  string `json:"session_id"`
	Created  string `json:"created_at"`
	Updated  string `json:"updated_at"`
	Revision int    `json:"revision"`
	Source   string `json:"source"`
}

type revisionLine struct {
	Kind     string `json:"kind"`
	ID       int64  `json:"id"`
	Revision int    `json:"revision"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Content  string `json:"content"`
	Session  string `json:"session_id"`
	Source   string `json:"source"`
	At       string `json:"at"`
}

func sessionLineOf(s *memstore.Session) *sessionLine {
	line := &sessionLine{
		Kind: kindSession, ID: s.ID, Started: stamp(s.Started), LastActivity: stamp(s.LastActivity),
		Summary: s.Summary, Status: "active", Auto: s.Auto,
	}
	if !s.Active() {
		ended := stamp(s.Ended)
		line.Ended, line.Status = &ended, "completed"
	}
	return line
}

func observationLineOf(m *memstore.Memory) *observationLine {
	return &observationLine{
		Kind: kindObservation, ID: m.ID, Type: m.Type.String(), Title: m.Title, Content: m.Content, TopicKey: m.TopicKey,
		Session: m.Session, Created: stamp(m.Created), Updated: stamp(m.Updated), Revision: m.Revision, Source: m.Source,
	}
}

func revisionLineOf(id int64, v *memstore.Revision) *revisionLine {
	return &revisionLine{
		Kind: kindRevision, ID: id, Revision: v.Revision, Type: v.Type.String(), Title: v.Title, Content: v.Content,
		Session: v.Session, Source: v.Source, At: stamp(v.At),
	}
}

// stamp writes a time in UTC, with the microseconds that the store keeps.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
