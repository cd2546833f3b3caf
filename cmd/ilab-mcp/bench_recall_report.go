package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// recallReport is what bench recall found out.
type recallReport struct {
	Version     string          `json:"version"`
	Macro       measure.Scores  `json:"macro"` // the mean of the sets
	Sets        []recallSet     `json:"sets"`
	Adversarial *recallGroup    `json:"adversarial,omitempty"` // not in the sets
	Questions   int             `json:"questions"`             // asked
	Scored      int             `json:"questions_scored"`
	Shortened   int             `json:"replies_shortened"` // that left hits out, for their size
	Latency     measure.Latency `json:"latency"`           // of mem_search
	Import      recallImport    `json:"import"`
}

// recallGroup is the mean of some questions.
type recallGroup struct {
	Name      string `json:"name"`
	Questions int    `json:"questions"`
	measure.Scores
}

// recallSet is a set of users.
type recallSet struct {
	recallGroup

	Categories []recallGroup `json:"categories"`
}

// recallImport is what became of the rows.
type recallImport struct {
	Rows      int             `json:"rows"`
	Memories  int             `json:"memories"` // that there are now
	Same      int             `json:"same"`     // rows that are a memory which another row is, too
	Skipped   int             `json:"skipped"`
	Skips     []transfer.Skip `json:"skips,omitempty"` // the first of them
	Seconds   float64         `json:"seconds"`
	PerSecond float64         `json:"rows_per_second"`
}

func (i *recallImport) count(r transfer.Report) {
	i.Memories += r.Memories.Created
	i.Same += r.Memories.Same + r.Memories.Updated
	i.Skipped += r.Skipped
	i.Skips = append(i.Skips, r.Skips...)
	i.Skips = i.Skips[:min(len(i.Skips), transfer.KeptSkips)]
}

// setOf is the set that a user of the data belongs to.
func setOf(user string) string {
	set, _, _ := strings.Cut(user, "-")
	return set
}

// sum averages the answers.
func (r *recallReport) sum(answers []scored, took []time.Duration) {
	sets := map[string]map[string][]measure.Scores{}
	var apart []measure.Scores
	for _, a := range answers {
		if a.category == adversarial {
			apart = append(apart, a.scores)
			continue
		}
		if sets[a.set] == nil {
			sets[a.set] = map[string][]measure.Scores{}
		}
		sets[a.set][a.category] = append(sets[a.set][a.category], a.scores)
		r.Scored++
	}
	r.Sets = []recallSet{}
	var means []measure.Scores
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		var s recallSet
		var all []measure.Scores
		for _, category := range slices.Sorted(maps.Keys(sets[name])) {
			of := sets[name][category]
			s.Categories = append(s.Categories, groupOf(category, of))
			all = append(all, of...)
		}
		s.recallGroup = groupOf(name, all)
		r.Sets = append(r.Sets, s)
		means = append(means, s.Scores)
	}
	r.Macro = measure.Mean(means)
	if len(apart) > 0 {
		g := groupOf(adversarial, apart)
		r.Adversarial = &g
	}
	r.Questions = len(answers)
	r.Latency = measure.Latencies(took)
}

func groupOf(name string, of []measure.Scores) recallGroup {
	return recallGroup{Name: name, Questions: len(of), Scores: measure.Mean(of)}
}

// draw prints the report for people, in tabbed columns. An error stays in w.
func (r *recallReport) draw(w io.Writer) {
	row := func(set, category string, n int, s measure.Scores) {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", oneLine(set), oneLine(category), n,
			s.Success3, s.Recall5, s.Recall10, s.MRR, s.NDCG10)
	}
	_, _ = fmt.Fprintln(w, "SET\tCATEGORY\tQUESTIONS\tSUCCESS@3\tRECALL@5\tRECALL@10\tMRR\tNDCG@10")
	for _, s := range r.Sets {
		for _, c := range s.Categories {
			row(s.Name, c.Name, c.Questions, c.Scores)
		}
		row(s.Name, "all", s.Questions, s.Scores)
	}
	row("macro", "", r.Scored, r.Macro)
	if a := r.Adversarial; a != nil {
		row("not scored", a.Name, a.Questions, a.Scores)
	}
	l := r.Latency
	_, _ = fmt.Fprintf(w, "\nmem_search: %d calls, median %s, p95 %s, p99 %s, max %s\n",
		l.Calls, span(l.Median), span(l.P95), span(l.P99), span(l.Max))
	if r.Shortened > 0 {
		_, _ = fmt.Fprintf(w, "%s hits out, for their size\n", counted(r.Shortened, "reply left", "replies left"))
	}
	i := r.Import
	_, _ = fmt.Fprintf(w, "import: %s in %.2f s, %.0f a second\n", counted(i.Rows, "row", "rows"), i.Seconds, i.PerSecond)
	if i.Same > 0 {
		_, _ = fmt.Fprintf(w, "%s the same memory as another row\n", counted(i.Same, "row is", "rows are"))
	}
	for _, s := range i.Skips {
		_, _ = fmt.Fprintf(w, "memories.jsonl, line %d was skipped: %s\n", s.Line, s.Reason)
	}
	if more := i.Skipped - len(i.Skips); more > 0 {
		_, _ = fmt.Fprintf(w, "and %s skipped\n", counted(more, "more line was", "more lines were"))
	}
	_, _ = fmt.Fprintf(w, "ilab-mcp %s\n", r.Version)
}
