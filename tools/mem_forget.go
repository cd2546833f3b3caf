package tools

import "context"

type forgetIn struct {
	ObservationID int64 `json:"observation_id" jsonschema:"minimum=1"`
}

type forgetOut struct {
	Forgotten bool `json:"forgotten"`
	Wiped     bool `json:"wiped"`
}

var memForget = define(spec{
	name:  "mem_forget",
	title: "Forget a memory",
	description: "Erases a memory and its history for good. " +
		"Use when the user asks to forget it. " +
		"Not for: correcting one (mem_update). " +
		"Returns forgotten (false if there is none) and wiped: true once no byte of it is left in the store's files.",
	hints: hints{destructive: true, idempotent: true},
}, func(ctx context.Context, d *desk[Store], in forgetIn) (forgetOut, error) {
	forgotten, wiped, err := d.store.Forget(ctx, in.ObservationID)
	return forgetOut{forgotten, wiped}, err
})
