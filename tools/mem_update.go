package tools

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

type updateIn struct {
	ObservationID int64      `json:"observation_id" jsonschema:"minimum=1"`
	Title         *string    `json:"title,omitempty" jsonschema:"minLength=1,maxLength=200"`
	Content       *string    `json:"content,omitempty" jsonschema:"minLength=1,maxLength=65536"`
	Type          *savedType `json:"type,omitempty"`
	TopicKey      *string    `json:"topic_key,omitempty" jsonschema:"maxLength=200,description=An empty string removes it"`
}

var memUpdate = define(spec{
	name:  "mem_update",
	title: "Change a memory",
	description: "Changes a memory by id; what you leave out stays. " +
		"Use when a memory is wrong or outdated. " +
		"Not for: adding something new (mem_save) or erasing (mem_forget). " +
		"Returns what mem_save does; the old text stays in mem_history.",
	hints: hints{idempotent: true},
}, func(ctx context.Context, d *desk[Store], in updateIn) (saveOut, error) {
	x := d.intake()
	patch := memstore.Patch{
		Title:    x.optional(memstore.TitleField, in.Title),
		Content:  x.optional(memstore.ContentField, in.Content),
		TopicKey: x.optional(memstore.TopicKeyField, in.TopicKey),
		Source:   d.source(ctx),
	}
	if in.Type != nil {
		patch.Type = x.typ(string(*in.Type))
	}
	if x.err != nil {
		return saveOut{}, x.err
	}
	patch.ClearTopic = in.TopicKey != nil && patch.TopicKey.IsZero()
	s, err := d.store.Update(ctx, in.ObservationID, patch)
	return savedOut(s, x.taken), err
})
