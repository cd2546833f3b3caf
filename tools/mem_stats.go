package tools

import (
	"context"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

type statsIn struct{}

type statsOut struct {
	Observations int64  `json:"observations"`
	Sessions     int64  `json:"sessions"`
	ByType       byType `json:"by_type"`
	Bytes        int64  `json:"bytes"`
	Oldest       *stamp `json:"oldest" jsonschema:"nullable"`
	Newest       *stamp `json:"newest" jsonschema:"nullable"`
	Limits       limits `json:"limits"`
}

// limits are what observations and bytes may come to; null is no limit.
type limits struct {
	Observations *int64 `json:"observations" jsonschema:"nullable"`
	Bytes        *int64 `json:"bytes" jsonschema:"nullable"`
}

// byType counts memories; a test holds it to memstore's types.
type byType struct {
	Profile    int64 `json:"profile"`
	Preference int64 `json:"preference"`
	Decision   int64 `json:"decision"`
	Pattern    int64 `json:"pattern"`
	Discovery  int64 `json:"discovery"`
	Summary    int64 `json:"summary"`
}

var memStats = define(spec{
	name:  "mem_stats",
	title: "Count memories",
	description: "Counts what is remembered. " +
		"Use when the user asks how much memory there is, or how much is left. " +
		"Not for: finding anything. " +
		"Returns counts by type, sessions, bytes of text, the limits of both, and the dates of the oldest and newest.",
	hints: hints{readOnly: true, idempotent: true},
}, func(ctx context.Context, d *desk[Reader], _ statsIn) (statsOut, error) {
	st, err := d.store.Stats(ctx)
	return statsOut{
		Observations: st.Memories, Sessions: st.Sessions, Bytes: st.Bytes,
		Limits: limits{Observations: limitOrNull(st.Limits.Memories), Bytes: limitOrNull(st.Limits.Bytes)},
		Oldest: stampOrNull(st.Oldest), Newest: stampOrNull(st.Newest),
		ByType: byType{
			Profile: st.ByType[memstore.Profile], Preference: st.ByType[memstore.Preference],
			Decision: st.ByType[memstore.Decision], Pattern: st.ByType[memstore.Pattern],
			Discovery: st.ByType[memstore.Discovery], Summary: st.ByType[memstore.Summary],
		},
	}, err
})

func limitOrNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func stampOrNull(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := at(t)
	return &s
}
