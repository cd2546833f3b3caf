package memstore

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// seal and open are the one place between text and what rows hold of it, so
// that sealing rows with a key of the user's own can come without any change
// to the adapters.
func seal(t privacy.Text) Sealed { return Sealed{b: []byte(t.String())} }

func open(b []byte) string { return string(b) }

func hashOf(t Type, title, content privacy.Text) Hash {
	return hashOfRow(t, []byte(title.String()), []byte(content.String()))
}

// hashOfRow is hashOf of what a row holds.
func hashOfRow(t Type, title, content []byte) Hash {
	h := sha256.New()
	var head [9]byte
	head[0] = byte(t)
	// The title's length keeps ("ab", "c") and ("a", "bc") apart.
	binary.BigEndian.PutUint64(head[1:], uint64(len(title)))
	h.Write(head[:])
	h.Write(title)
	h.Write(content)
	return Hash(h.Sum(nil))
}

func (r *Row) memory() Memory {
	return Memory{
		ID: r.ID, Type: r.Type, Title: open(r.Title), Content: open(r.Content), TopicKey: r.TopicKey,
		Revision: r.Revision, Session: r.Session, Source: r.Source, Created: r.Created, Updated: r.Updated,
	}
}

func (r *RevisionRow) revision() Revision {
	return Revision{
		Revision: r.Revision, Type: r.Type, Title: open(r.Title), Content: open(r.Content),
		Session: r.Session, Source: r.Source, At: r.At,
	}
}

// textBytes is what a memory's current text counts against the limit.
func (r *Row) textBytes() int64 {
	return int64(len(r.Title) + len(r.Content) + len(r.TopicKey) + len(r.Source))
}

// keptBytes is what the row counts once it is an old revision, which has no
// topic key but names its session.
func (r *Row) keptBytes() int64 {
	return int64(len(r.Title) + len(r.Content) + len(r.Session) + len(r.Source))
}

func (p *PutRevision) keptBytes() int64 {
	return int64(len(p.Title.b) + len(p.Content.b) + len(p.Session.id) + p.Source.Bytes())
}

func (p *PutRow) textBytes() int64 {
	return int64(len(p.Title.b) + len(p.Content.b) + p.TopicKey.Bytes() + p.Source.Bytes())
}

func (r *SessionRow) session() Session {
	return Session{
		ID: r.ID, Started: r.Started, LastActivity: r.LastActivity, Ended: r.Ended,
		Summary: open(r.Summary), Auto: r.Auto,
	}
}
