package main

import (
	"fmt"
	"io"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
)

// loadReport is what bench load found out.
type loadReport struct {
	Version      string            `json:"version"`
	Turns        int               `json:"turns"`
	Measurements []loadMeasurement `json:"measurements"`
}

// loadMeasurement is of one transport and size.
type loadMeasurement struct {
	Transport     string     `json:"transport"`
	Memories      int        `json:"memories"` // of each user, to begin with
	Clients       int        `json:"clients"`
	FillPerSecond float64    `json:"filled_per_second"` // memories
	Seconds       float64    `json:"seconds"`           // that the agents worked
	Tools         []loadTool `json:"tools"`
	All           loadTool   `json:"all"`
}

// loadTool is of the calls of one tool.
type loadTool struct {
	Tool      string          `json:"tool"`
	Latency   measure.Latency `json:"latency"`
	PerSecond float64         `json:"calls_per_second"`
}

// sum sums up what agents waited for.
func (m *loadMeasurement) sum(agents []*agent, took time.Duration) {
	var all []time.Duration
	for _, tool := range loadTools {
		var of []time.Duration
		for _, a := range agents {
			of = append(of, a.took[tool]...)
		}
		m.Tools = append(m.Tools, loadTool{Tool: tool, Latency: measure.Latencies(of), PerSecond: perSecond(len(of), took)})
		all = append(all, of...)
	}
	m.All = loadTool{Tool: "all", Latency: measure.Latencies(all), PerSecond: perSecond(len(all), took)}
	m.Seconds = took.Seconds()
}

// draw prints the report for people, in tabbed columns. An error stays in w.
func (r *loadReport) draw(w io.Writer) {
	_, _ = fmt.Fprintln(w, "OVER\tMEMORIES\tCLIENTS\tTOOL\tCALLS\tMEDIAN\tP95\tP99\tMAX\tCALLS/S")
	for _, m := range r.Measurements {
		for _, t := range append(m.Tools, m.All) {
			l := t.Latency
			_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%d\t%s\t%s\t%s\t%s\t%.1f\n", m.Transport, m.Memories, m.Clients, t.Tool,
				l.Calls, span(l.Median), span(l.P95), span(l.P99), span(l.Max), t.PerSecond)
		}
	}
	_, _ = fmt.Fprintf(w, "\n%s each; ilab-mcp %s\n", counted(r.Turns, "turn", "turns"), r.Version)
}
