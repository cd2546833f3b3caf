package main

import "context"

// work is what an agent does in a session.
func (a *agent) work(ctx context.Context, words *vocabulary, turns int, step func()) error {
	if err := a.call(ctx, "mem_session_start", map[string]any{}, nil); err != nil {
		return err
	}
	for turn := range turns {
		var found hits
		if err := a.call(ctx, "mem_search", map[string]any{"query": words.text(10)}, &found); err != nil {
			return err
		}
		if turn%3 == 0 && len(found.Hits) > 0 {
			if err := a.call(ctx, "mem_get_observation", map[string]any{"observation_id": found.Hits[0].ID}, nil); err != nil {
				return err
			}
		}
		note := map[string]any{"type": words.typ(), "title": words.text(4), "content": words.text(noteWords)}
		if err := a.call(ctx, "mem_save", note, nil); err != nil {
			return err
		}
		step()
	}
	return a.call(ctx, "mem_session_end", map[string]any{"summary": words.text(noteWords)}, nil)
}

// loadTools are the tools that an agent calls, in its order.
var loadTools = []string{"mem_session_start", "mem_search", "mem_get_observation", "mem_save", "mem_session_end"} //nolint:gochecknoglobals // a table
