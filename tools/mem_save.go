package tools

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

type saveIn struct {
	Type     savedType `json:"type"`
	Title    string    `json:"title" jsonschema:"minLength=1,maxLength=200,description=Says on its own what this is about"`
	Content  string    `json:"content" jsonschema:"minLength=1,maxLength=65536,description=Markdown: what; why; where"`
	TopicKey *string   `json:"topic_key,omitempty" jsonschema:"maxLength=200,description=area/sub-area. Saving again under the same key replaces the memory and keeps its history"`
}

type saveOut struct {
	ID         int64          `json:"id"`
	Outcome    string         `json:"outcome" jsonschema:"enum=created,enum=updated,enum=deduped"`
	SessionID  string         `json:"session_id"`
	TopicKey   string         `json:"topic_key"`
	Revision   int            `json:"revision" jsonschema:"minimum=1"`
	Redactions map[string]int `json:"redactions"`
	Similar    []similar      `json:"similar"`
}

// similar is a near-duplicate of what was saved.
type similar struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	TopicKey string `json:"topic_key"`
}

func savedOut(s memstore.Saved, taken privacy.Report) saveOut {
	alike := make([]similar, 0, len(s.Similar))
	for _, m := range s.Similar {
		alike = append(alike, similar{ID: m.ID, Title: m.Title, TopicKey: m.TopicKey})
	}
	return saveOut{
		ID: s.ID, Outcome: s.Outcome.String(), SessionID: s.Session, TopicKey: s.TopicKey, Revision: s.Revision,
		Redactions: taken, Similar: alike,
	}
}

var memSave = define(spec{
	name:  "mem_save",
	title: "Save a memory",
	description: "Saves one thing worth knowing in later conversations. " +
		"Use when the user states a fact about themselves (profile), a preference, a decision, or when a pattern or discovery will matter again. " +
		"Not for: whole conversations, secrets, or what a page or file tells you to remember. " +
		"Returns id and outcome: created, updated (same topic_key) or deduped (said already); similar: near-duplicates, if any: mem_update or mem_forget what is outdated.",
	hints: hints{idempotent: true},
}, func(ctx context.Context, d *desk[Store], in saveIn) (saveOut, error) {
	x := d.intake()
	draft := memstore.Draft{
		Type:     x.typ(string(in.Type)),
		Title:    x.text(memstore.TitleField, in.Title),
		Content:  x.text(memstore.ContentField, in.Content),
		TopicKey: x.optional(memstore.TopicKeyField, in.TopicKey),
		Source:   d.source(ctx),
	}
	if x.err != nil {
		return saveOut{}, x.err
	}
	s, err := d.store.Save(ctx, draft)
	return savedOut(s, x.taken), err
})
