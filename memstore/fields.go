package memstore

import "github.com/ilab-mcp/ilab-mcp/privacy"

// The text fields of a memory and their limits. The redactor applies them when
// it makes a [privacy.Text]; the store checks once more that a Text fits the
// field it is used for.
var (
	TitleField    = privacy.Field{Name: "title", MaxChars: 200}
	ContentField  = privacy.Field{Name: "content", MaxBytes: 64 << 10}
	TopicKeyField = privacy.Field{Name: "topic_key", MaxChars: 200, Optional: true, Key: true}
	SummaryField  = privacy.Field{Name: "summary", MaxBytes: 64 << 10}
	QueryField    = privacy.Field{Name: "query", MaxChars: 4000}
	SourceField   = privacy.Field{Name: "client name", MaxChars: 200, Optional: true}
)

// SessionField is a session's name as an import gives it. It is kept as it is
// written; one in which anything was redacted is refused.
var SessionField = privacy.Field{Name: "session_id", MaxChars: 200, Optional: true}

// KeyNameField is the label that a person gives an API key.
var KeyNameField = privacy.Field{Name: "name", MaxChars: 100, MaxBytes: 400, Optional: true}

// MaxSummaryTitle is the longest title of a summary, in characters: its first
// line, marked "…" where it was longer.
const MaxSummaryTitle = 80

// Limits bound one user's store. Zero means no bound.
type Limits struct {
	Memories int64 // memories, summaries included
	Bytes    int64 // text: titles, contents, keys, history, summaries, sessions
}

// DefaultLimits are 100,000 memories and 64 MiB of text.
func DefaultLimits() Limits { return Limits{Memories: 100_000, Bytes: 64 << 20} }
