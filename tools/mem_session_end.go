package tools

import (
	"context"
	"fmt"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

type sessionEndIn struct {
	Summary string `json:"summary" jsonschema:"minLength=1,maxLength=65536"`
}

type sessionEndOut struct {
	Session session `json:"session"`
	Note    string  `json:"note,omitempty"`
}

type session struct {
	ID             string `json:"id"`
	StartedAt      stamp  `json:"started_at"`
	EndedAt        *stamp `json:"ended_at" jsonschema:"nullable"`
	LastActivityAt stamp  `json:"last_activity_at"`
	Summary        string `json:"summary"`
	Status         string `json:"status" jsonschema:"enum=active,enum=completed"`
	Auto           bool   `json:"is_auto_generated"`
}

func sessionOf(s memstore.Session) session {
	out := session{
		ID: s.ID, StartedAt: at(s.Started), EndedAt: stampOrNull(s.Ended), LastActivityAt: at(s.LastActivity),
		Summary: s.Summary, Status: "completed", Auto: s.Auto,
	}
	if s.Active() {
		out.Status = "active"
	}
	return out
}

func (o *sessionEndOut) shrink(room int) {
	var shorter bool
	if o.Session.Summary, shorter = cut(o.Session.Summary, room/jsonGrowth); shorter {
		o.Note = notes(o.Note, "the summary is kept whole, but not shown whole: the reply would be too long")
	}
}

var memSessionEnd = define(spec{
	name:  "mem_session_end",
	title: "End the session",
	description: "Ends the working session with a summary for the next one. " +
		"Use when the work is finished or the user says goodbye. " +
		"Not for: a pause (mem_session_summary). " +
		"Returns the closed session.",
}, func(ctx context.Context, d *desk[Store], in sessionEndIn) (*sessionEndOut, error) {
	x := d.intake()
	note := memstore.Note{Summary: x.text(memstore.SummaryField, in.Summary), Source: d.source(ctx)}
	if x.err != nil {
		return nil, x.err
	}
	ended, kept, err := d.store.EndSession(ctx, note)
	if err != nil {
		return nil, err
	}
	var full, taken string
	if !kept {
		full = "the session has ended, but the store is full and its summary was not kept; forget some memories with mem_forget"
	}
	if n := x.taken.Total(); n > 0 {
		taken = fmt.Sprintf("redacted parts: %d", n)
	}
	return &sessionEndOut{Session: sessionOf(ended), Note: notes(full, taken)}, nil
})
