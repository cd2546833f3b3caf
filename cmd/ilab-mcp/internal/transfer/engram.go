package transfer

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// engram reads what engram export writes.
type engram struct {
	remainder

	doc      *document
	items    []Item               // read, and not given yet
	open     []Item               // sessions without an end, which come last
	activity map[string]time.Time // the last thing that happened in a session
	ended    bool
}

// NewEngram reads the file of engram export: one JSON object with sessions,
// observations and prompts. The prompts are left aside.
func NewEngram(r io.Reader) Source {
	return &engram{doc: newDocument(r, "engram export"), activity: map[string]time.Time{}}
}

var errDeleted = &Problem{Reason: "it was deleted there"}

// Next implements Source.
func (e *engram) Next() (Item, error) {
	for len(e.items) == 0 {
		if e.ended {
			return Item{}, io.EOF
		}
		list, raw, err := e.doc.next()
		if errors.Is(err, io.EOF) {
			e.ended = true
			e.close()
			continue
		}
		if err != nil {
			return Item{}, err
		}
		if name, err := e.take(list, raw); err != nil {
			return Item{Name: name}, err
		}
	}
	item := e.items[0]
	e.items = e.items[1:]
	return item, nil
}

// take reads an entry of a list. Where it is wrong its name is answered.
func (e *engram) take(list string, raw json.RawMessage) (string, error) {
	switch list {
	case "sessions":
		return e.session(raw)
	case "observations":
		return e.observation(raw)
	case "prompts":
		e.aside("prompt", "prompts")
	default:
		e.aside("entry of another kind", "entries of another kind")
	}
	return "", nil
}

func (e *engram) session(raw json.RawMessage) (string, error) {
	name := "session " + strconv.Itoa(e.doc.n)
	m, err := entry(raw)
	if err != nil {
		return name, err
	}
	s := &Session{Name: m.text("id"), Started: m.when("started_at"), Ended: m.when("ended_at"), Summary: m.text("summary")}
	m.need("id", "started_at")
	if m.err != nil {
		return name, m.err
	}
	if s.Ended.IsZero() {
		e.open = append(e.open, Item{Name: name, Session: s})
		return "", nil
	}
	s.Ended = notEarlier(s.Ended, s.Started)
	e.give(Item{Name: name, Session: s})
	return "", nil
}

// give gives a session, and its summary once more as a memory, which a search
// finds.
func (e *engram) give(session Item) {
	e.items = append(e.items, session)
	if s := session.Session; strings.TrimSpace(s.Summary) != "" {
		e.items = append(e.items, Item{Name: session.Name, Observation: summaryOf(s)})
	}
}

// summaryOf makes the memory of a session's summary.
func summaryOf(s *Session) *Observation {
	at := s.Ended
	if at.IsZero() {
		at = s.LastActivity
	}
	return &Observation{Type: "summary", Untitled: true, Content: s.Summary, Session: s.Name, Created: at}
}

// close gives the sessions that were never ended, now that it is known how long
// something happened in them.
func (e *engram) close() {
	for _, item := range e.open {
		s := item.Session
		s.Active, s.LastActivity = true, notEarlier(e.activity[s.Name], s.Started)
		e.give(item)
	}
}

func (e *engram) observation(raw json.RawMessage) (string, error) {
	name := "observation " + strconv.Itoa(e.doc.n)
	m, err := entry(raw)
	if err != nil {
		return name, err
	}
	if id := m.number("id"); id > 0 {
		name = "observation with id " + strconv.Itoa(id)
	}
	if m.text("deleted_at") != "" {
		return name, errDeleted
	}
	project, scope := m.text("project"), m.text("scope")
	o := &Observation{
		Type: typeNamed(m.text("type")), Content: inProject(m.text("content"), project),
		TopicKey: m.text("topic_key"), Session: m.text("session_id"), Revision: max(m.number("revision_count"), 1),
		Created: m.when("created_at"), Updated: m.when("updated_at"),
	}
	title := m.text("title")
	m.need("content")
	if m.err != nil {
		return name, m.err
	}
	o.setTitle(title)
	o.TopicKey, o.MadeUpKey = topicThere(o.TopicKey, project, scope), true
	if !o.Updated.IsZero() {
		o.Updated = notEarlier(o.Updated, o.Created)
	}
	e.activity[o.Session] = notEarlier(o.Updated, notEarlier(o.Created, e.activity[o.Session]))
	e.items = append(e.items, Item{Name: name, Observation: o})
	return "", nil
}

// topicThere gives the topic key of an observation. Over there a key holds within
// a project and a scope; here it holds everywhere, so those go in front.
func topicThere(key, project, scope string) string {
	if strings.TrimSpace(key) == "" {
		return ""
	}
	var parts []string
	if scope == "personal" {
		parts = append(parts, scope)
	}
	if project != "" {
		parts = append(parts, project)
	}
	return strings.Join(append(parts, key), "/")
}

// inProject adds to a content the project that it is about, for which a memory
// has no field.
func inProject(content, project string) string {
	if project = strings.TrimSpace(project); project == "" || strings.TrimSpace(content) == "" {
		return content
	}
	return strings.TrimSpace(content) + "\n\nProject: " + project
}
