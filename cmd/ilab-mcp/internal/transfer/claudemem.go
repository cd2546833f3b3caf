package transfer

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Row is a row of another program's database, as texts by column. A column that
// this version of the database does not have is "", as one that holds nothing.
type Row struct {
	Table string
	ID    int64
	Text  map[string]string
}

// Rows gives the rows that are to be imported, and io.EOF after the last.
type Rows interface {
	Next() (Row, error)
}

// The tables of claude-mem's database that hold something for us. A row of
// sdk_sessions comes with the columns of the session's last summary, and with
// last_epoch, when the last thing of it was noted.
const (
	TableSessions     = "sdk_sessions"
	TableObservations = "observations"
	TableSummaries    = "session_summaries"
	TableDirectives   = "directives"
	TablePrompts      = "user_prompts"
)

// claudeMem makes items of claude-mem's rows.
type claudeMem struct {
	remainder

	rows Rows
}

// NewClaudeMem reads the rows of claude-mem's database.
func NewClaudeMem(rows Rows) Source { return &claudeMem{rows: rows} }

// Next implements Source.
func (c *claudeMem) Next() (Item, error) {
	for {
		row, err := c.rows.Next()
		if err != nil {
			return Item{}, err
		}
		item, err := c.item(row)
		item.Name = row.Table + " row " + strconv.FormatInt(row.ID, 10)
		if !errors.Is(err, errAside) {
			return item, err
		}
	}
}

// errAside is for a row that was counted as left aside.
var errAside = errors.New("left aside")

func (c *claudeMem) item(row Row) (Item, error) {
	switch row.Table {
	case TableSessions:
		s, err := c.session(row)
		return Item{Session: s}, err
	case TableObservations:
		return Item{Observation: noticed(row)}, nil
	case TableSummaries:
		return Item{Observation: summarised(row)}, nil
	case TableDirectives:
		o, err := directive(row)
		return Item{Observation: o}, err
	case TablePrompts:
		c.aside("prompt", "prompts")
		return Item{}, errAside
	}
	return Item{}, io.EOF
}

// session gives a session. One that was never completed closed by itself, after
// the last that was noted of it.
func (c *claudeMem) session(row Row) (*Session, error) {
	s := &Session{Name: row.Text["session"], Started: row.when("started"), Ended: row.when("completed"), Summary: summaryText(row)}
	last := epoch(row.Text["last_epoch"])
	switch {
	case s.Name == "":
		c.aside("session of which nothing was noted", "sessions of which nothing was noted")
		return nil, errAside
	case s.Started.IsZero():
		return nil, &Problem{Reason: "it does not say when the session began"}
	case s.Ended.IsZero():
		s.Active, s.LastActivity = true, notEarlier(last, s.Started)
	default:
		s.Ended = notEarlier(s.Ended, s.Started)
	}
	return s, nil
}

// noticed makes a memory of an observation.
func noticed(row Row) *Observation {
	text := row.Text["narrative"]
	if strings.TrimSpace(text) == "" {
		text = row.Text["text"] // older versions
	}
	parts := []string{row.Text["subtitle"], text}
	if facts := list(row.Text["facts"]); len(facts) > 0 {
		parts = append(parts, "- "+strings.Join(facts, "\n- "))
	}
	for _, l := range []struct{ column, label string }{
		{"concepts", "Concepts"}, {"files_read", "Files read"}, {"files_modified", "Files modified"},
	} {
		if items := list(row.Text[l.column]); len(items) > 0 {
			parts = append(parts, l.label+": "+strings.Join(items, ", "))
		}
	}
	o := row.observation(typeNamed(row.Text["type"]), paragraphs(parts))
	o.setTitle(row.Text["title"])
	return o
}

// summarised makes a memory of a session's summary.
func summarised(row Row) *Observation {
	o := row.observation(memstore.Summary.String(), summaryText(row))
	o.Untitled = true
	return o
}

// summaryText puts the parts of a summary together.
func summaryText(row Row) string {
	parts := []string{row.Text["request"]}
	for _, l := range []struct{ column, label string }{
		{"investigated", "Investigated"}, {"learned", "Learned"}, {"completed_work", "Completed"}, {"next_steps", "Next steps"}, {"notes", "Notes"},
	} {
		if s := strings.TrimSpace(row.Text[l.column]); s != "" {
			parts = append(parts, l.label+": "+s)
		}
	}
	return paragraphs(parts)
}

// directive makes a memory of a rule that the user set.
func directive(row Row) (*Observation, error) {
	if status := row.Text["status"]; status != "" && status != "active" {
		return nil, &Problem{Reason: "it is not active there"}
	}
	o := row.observation(memstore.Preference.String(), row.Text["content"])
	o.Untitled = true
	if updated := epoch(row.Text["updated_epoch"]); !updated.IsZero() {
		o.Updated = notEarlier(updated, o.Created)
	}
	return o, nil
}

// observation makes a memory of what all rows have.
func (r Row) observation(typ, content string) *Observation {
	project := r.Text["merged_into_project"]
	if project == "" {
		project = r.Text["project"]
	}
	return &Observation{Type: typ, Content: inProject(content, project), Session: r.Text["session"], Created: r.when("created")}
}

// when gives a time that the database has twice: as a number and as a text.
func (r Row) when(name string) time.Time {
	if t := epoch(r.Text[name+"_epoch"]); !t.IsZero() {
		return t
	}
	t, _ := readTime(r.Text[name+"_at"])
	return t
}

// epoch reads a number of milliseconds, or of seconds, since 1970. No time that
// matters here is below 100,000,000,000 in milliseconds or above that in seconds.
func epoch(s string) time.Time {
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || n <= 0 || n > 1e15:
		return time.Time{}
	case n < 1e11:
		n *= 1000
	}
	return time.UnixMilli(int64(n)).UTC()
}

// list reads a list in JSON. What is none is one text.
func list(s string) []string {
	var items []string
	if json.Unmarshal([]byte(s), &items) != nil {
		items = []string{s}
	}
	kept := items[:0]
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			kept = append(kept, item)
		}
	}
	return kept
}

// paragraphs puts texts under each other; blank ones are left out.
func paragraphs(parts []string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}
