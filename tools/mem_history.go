package tools

import (
	"context"
	"fmt"
)

// maxRevisions is how many states of a memory one reply shows.
const maxRevisions = 20

type historyIn struct {
	ObservationID int64 `json:"observation_id" jsonschema:"minimum=1"`
}

type historyOut struct {
	Revisions []revision `json:"revisions" jsonschema:"maxItems=20"`
	Total     int        `json:"total"`
	Note      string     `json:"note,omitempty"`
}

type revision struct {
	Revision  int     `json:"revision"`
	Type      anyType `json:"type"`
	Title     string  `json:"title"`
	Content   string  `json:"content"`
	SessionID string  `json:"session_id"`
	Source    string  `json:"source"`
	At        stamp   `json:"at"`
}

func (o *historyOut) shrink(room int) {
	var left int
	o.Revisions, _, left = fit(o.Revisions, room)
	o.Note = notes(o.Note, leftOut(left, "older revisions"))
}

var memHistory = define(spec{
	name:  "mem_history",
	title: "History of a memory",
	description: "Shows how a memory changed. " +
		"Use when you need what it said before. " +
		"Not for: its current text alone (mem_get_observation). " +
		"Returns at most 20 revisions, newest first, the current one included.",
	hints: hints{readOnly: true, idempotent: true},
}, func(ctx context.Context, d *desk[Reader], in historyIn) (*historyOut, error) {
	revs, total, err := d.store.History(ctx, in.ObservationID, maxRevisions)
	if err != nil {
		return nil, err
	}
	out := &historyOut{Revisions: make([]revision, len(revs)), Total: total}
	for i, r := range revs {
		out.Revisions[i] = revision{
			Revision: r.Revision, Type: anyType(r.Type.String()), Title: r.Title, Content: r.Content,
			SessionID: r.Session, Source: r.Source, At: at(r.At),
		}
	}
	if total > len(revs) {
		out.Note = fmt.Sprintf("older revisions not shown: %d", total-len(revs))
	}
	return out, nil
})
