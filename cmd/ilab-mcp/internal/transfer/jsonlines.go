package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/surrogates"
)

// The kinds of line of this program's own format, see docs/TRANSFER.md. A line
// without a kind is an observation.
const (
	kindSession     = "session"
	kindObservation = "observation"
	kindRevision    = "revision"
)

// jsonLines reads this program's own format.
type jsonLines struct {
	lines *lineReader
	begun bool
}

// NewJSONLines reads this program's own format: one JSON object a line, in UTF-8.
// Names are compared exactly, and a name that is given twice is refused. If the
// file does not begin with a JSON object, Next answers a *[FormatError].
func NewJSONLines(r io.Reader) Source { return &jsonLines{lines: newLineReader(r)} }

// Next implements Source.
func (j *jsonLines) Next() (Item, error) {
	line, err := j.lines.next()
	item := Item{Line: j.lines.number}
	if err != nil {
		return item, err
	}
	err = item.decode(line)
	if !j.begun && (errors.Is(err, errNoObject) || errors.Is(err, errEncoding)) {
		return item, &FormatError{Reason: "line " + strconv.Itoa(item.Line) + " is not a JSON object in UTF-8, so this is no file of JSON Lines. " +
			"Each line is one object, as ilab-mcp export writes them"}
	}
	j.begun = true
	return item, err
}

var (
	errNoObject  = &Problem{Reason: "it is not a JSON object"}
	errEncoding  = &Problem{Reason: "it is not valid UTF-8"}
	errSurrogate = &Problem{Reason: "it holds half of a character (an unpaired surrogate)"}
	errKind      = &Problem{Reason: "kind is not one of session, observation, revision"}
)

// decode reads one line.
func (item *Item) decode(line []byte) error {
	m, err := readMembers(line)
	if err != nil {
		return err
	}
	switch m.text("kind") {
	case kindObservation, "":
		item.Observation = &Observation{
			ID: m.integer("id"), Type: m.text("type"), Title: m.text("title"), Content: m.text("content"),
			TopicKey: m.text("topic_key"), Session: m.text("session_id"),
			Created: m.moment("created_at"), Updated: m.moment("updated_at"),
			Revision: int(m.integer("revision")), Source: m.optional("source"),
		}
		m.need("type", "title", "content")
	case kindRevision:
		item.Revision = &Revision{
			Of: m.integer("id"), Revision: int(m.integer("revision")),
			Type: m.text("type"), Title: m.text("title"), Content: m.text("content"),
			Session: m.text("session_id"), Source: m.optional("source"), At: m.moment("at"),
		}
		m.need("id", "revision", "type", "title", "content")
	case kindSession:
		item.Session = &Session{
			Name:    m.text("id"),
			Started: m.moment("started_at"), LastActivity: m.moment("last_activity_at"), Ended: m.moment("ended_at"),
			Active: m.text("status") == "active", Summary: m.text("summary"), Auto: m.boolean("is_auto_generated"),
		}
		m.need("id", "started_at")
	default:
		return errKind
	}
	item.Ignored = m.taken < len(m.given)
	return m.err
}

// members are those of one line's object. What a kind of line takes of them is
// taken by name; the first that is not as it should be is told.
type members struct {
	given map[string]json.RawMessage
	taken int
	err   error
}

func readMembers(line []byte) (*members, error) {
	if !utf8.Valid(line) {
		return nil, errEncoding
	}
	if line[0] != '{' || !json.Valid(line) {
		return nil, errNoObject
	}
	if bytes.IndexByte(line, '\\') >= 0 && surrogates.Unpaired(line) {
		return nil, errSurrogate
	}
	d := json.NewDecoder(bytes.NewReader(line))
	m := &members{given: make(map[string]json.RawMessage, 12)}
	if _, err := d.Token(); err != nil {
		return nil, errNoObject
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errNoObject
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errNoObject
		}
		key, _ := name.(string) // JSON has no others
		if _, twice := m.given[key]; twice {
			return nil, &Problem{Reason: "it has a name twice"}
		}
		m.given[key] = value
	}
	return m, nil
}

// value gives a member; nil where it is missing or null.
func (m *members) value(name string) json.RawMessage {
	v, ok := m.given[name]
	if ok {
		m.taken++
	}
	if string(v) == "null" {
		return nil
	}
	return v
}

func (m *members) fail(reason string) {
	if m.err == nil {
		m.err = &Problem{Reason: reason}
	}
}

// need refuses a line that lacks one of the names.
func (m *members) need(names ...string) {
	for _, name := range names {
		if v, ok := m.given[name]; !ok || string(v) == "null" {
			m.fail(name + " is missing")
		}
	}
}

func (m *members) text(name string) string {
	s := m.optional(name)
	if s == nil {
		return ""
	}
	return *s
}

func (m *members) optional(name string) *string {
	v := m.value(name)
	if v == nil {
		return nil
	}
	var s string
	if v[0] != '"' || json.Unmarshal(v, &s) != nil {
		m.fail(name + " must be a string")
		return nil
	}
	return &s
}

func (m *members) integer(name string) int64 {
	v := m.value(name)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil || n < 1 || n >= 1<<53 {
		m.fail(name + " must be a whole number from 1 to 2^53-1")
	}
	return n
}

func (m *members) boolean(name string) bool {
	v := m.value(name)
	switch string(v) {
	case "", "true", "false":
	default:
		m.fail(name + " must be true or false")
	}
	return string(v) == "true"
}

func (m *members) moment(name string) time.Time {
	s := m.optional(name)
	if s == nil || *s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, *s)
	if err != nil || t.Year() < 1 || t.IsZero() {
		m.fail(name + " must be a time as in RFC 3339, such as 2026-03-14T12:00:00Z")
		return time.Time{}
	}
	return t
}
