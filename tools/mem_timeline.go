package tools

import (
	"context"
)

type timelineIn struct {
	ObservationID int64  `json:"observation_id" jsonschema:"minimum=1"`
	Before        *int64 `json:"before,omitempty" jsonschema:"minimum=0,maximum=50,default=5"`
	After         *int64 `json:"after,omitempty" jsonschema:"minimum=0,maximum=50,default=5"`
}

type timelineOut struct {
	Observations []moment `json:"observations"`
	Note         string   `json:"note,omitempty"`
}

// moment is a brief in a timeline.
type moment struct {
	brief

	Anchor bool `json:"anchor,omitempty"`
}

func (o *timelineOut) shrink(room int) {
	var left int
	o.Observations, _, left = fit(o.Observations, room)
	o.Note = notes(o.Note, leftOut(left, "newest observations"))
}

var memTimeline = define(spec{
	name:  "mem_timeline",
	title: "Memories around one",
	description: "Lists what was saved just before and after a memory. " +
		"Use when you need the circumstances of a hit. " +
		"Not for: searching. " +
		"Returns briefs, oldest first, yours marked anchor; empty if there is none of that id.",
	hints: hints{readOnly: true, idempotent: true},
}, func(ctx context.Context, d *desk[Reader], in timelineIn) (*timelineOut, error) {
	ms, err := d.store.Timeline(ctx, in.ObservationID, orFive(in.Before), orFive(in.After))
	if err != nil {
		return nil, err
	}
	out := &timelineOut{Observations: make([]moment, len(ms))}
	for i, m := range ms {
		out.Observations[i] = moment{briefOf(m), m.ID == in.ObservationID}
	}
	return out, nil
})

func orFive(n *int64) int {
	if n == nil {
		return 5
	}
	return int(*n)
}
