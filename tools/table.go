package tools

import (
	"slices"
	"strings"
)

// The table: the tools that only read, and those that write. mem_context stands
// first in every list: mcp-go sorts by name, and a client that tries the first
// tool without arguments gets something useful.
var (
	reading = []tool[Reader]{memContext, memSearch, memGetObservation, memTimeline, memHistory, memStats}
	writing = []tool[Store]{memSessionStart, memSave, memUpdate, memSessionSummary, memSessionEnd, memForget}
)

// row is a tool without its handler: what there is to say about it.
type row struct {
	spec

	arguments []argument
}

// rows lists all tools in the order in which a session meets them.
func rows() []row {
	var out []row
	for _, t := range reading {
		out = append(out, row{t.spec, t.arguments})
	}
	for _, t := range writing {
		out = append(out, row{t.spec, t.arguments})
	}
	order := []string{
		"mem_session_start", "mem_session_summary", "mem_session_end", "mem_save", "mem_search", "mem_get_observation",
		"mem_timeline", "mem_stats", "mem_context", "mem_update", "mem_history", "mem_forget",
	}
	slices.SortFunc(out, func(a, b row) int { return slices.Index(order, a.name) - slices.Index(order, b.name) })
	return out
}

// Table describes all tools as a table in markdown, for the README.
func Table() string {
	var b strings.Builder
	b.WriteString("| tool | arguments | what it does |\n|---|---|---|\n")
	for _, r := range rows() {
		names := make([]string, len(r.arguments))
		for i, a := range r.arguments {
			names[i] = "`" + a.name + "`"
			if !a.required {
				names[i] = "`" + a.name + "?`"
			}
		}
		arguments := strings.Join(names, ", ")
		if arguments == "" {
			arguments = "–"
		}
		does, _, _ := strings.Cut(r.description, ". ")
		b.WriteString("| `" + r.name + "` | " + arguments + " | " + strings.TrimSuffix(does, ".") + " |\n")
	}
	return b.String()
}

// Known reports whether there is a tool of that name.
func Known(name string) bool {
	return slices.ContainsFunc(reading, func(t tool[Reader]) bool { return t.name == name }) ||
		slices.ContainsFunc(writing, func(t tool[Store]) bool { return t.name == name })
}
