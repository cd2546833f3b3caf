package tools

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

type summaryIn struct {
	Summary string `json:"summary" jsonschema:"minLength=1,maxLength=65536,description=First line: a title. Then what was done; decided; left open"`
}

var memSessionSummary = define(spec{
	name:  "mem_session_summary",
	title: "Summarise the session",
	description: "Keeps a summary of the session so far; the session stays open. " +
		"Use when much was done, or before context is compacted. " +
		"Not for: the end (mem_session_end) or single facts (mem_save). " +
		"Returns what mem_save does.",
	hints: hints{idempotent: true},
}, func(ctx context.Context, d *desk[Store], in summaryIn) (saveOut, error) {
	x := d.intake()
	note := memstore.Note{Summary: x.text(memstore.SummaryField, in.Summary), Source: d.source(ctx)}
	if x.err != nil {
		return saveOut{}, x.err
	}
	s, err := d.store.Summarize(ctx, note)
	return savedOut(s, x.taken), err
})
