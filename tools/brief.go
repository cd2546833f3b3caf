package tools

import (
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// stamp is a moment as results give it: UTC, RFC 3339, always microseconds.
type stamp string

// JSONSchema says what a stamp is.
func (stamp) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Format: "date-time"}
}

func at(t time.Time) stamp { return stamp(t.UTC().Format("2006-01-02T15:04:05.000000Z")) }

// brief is a memory in a list. An empty topic_key means none.
type brief struct {
	ID        int64   `json:"id"`
	Type      anyType `json:"type"`
	Title     string  `json:"title"`
	TopicKey  string  `json:"topic_key"`
	Snippet   string  `json:"snippet"`
	SessionID string  `json:"session_id"`
	CreatedAt stamp   `json:"created_at"`
	UpdatedAt stamp   `json:"updated_at"`
}

func briefOf(m memstore.Memory) brief {
	return brief{
		ID: m.ID, Type: anyType(m.Type.String()), Title: m.Title, TopicKey: m.TopicKey, Snippet: m.Beginning(),
		SessionID: m.Session, CreatedAt: at(m.Created), UpdatedAt: at(m.Updated),
	}
}

// scored is a brief with a score.
type scored struct {
	brief

	Score float64 `json:"score" jsonschema:"minimum=0,maximum=1"`
}

// notes joins what a reply has to say beside its data.
func notes(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, "; ")
}
