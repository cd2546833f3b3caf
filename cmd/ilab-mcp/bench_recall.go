package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
)

// benchRecall measures the search on questions whose answers are known.
type benchRecall struct {
	benchSettings

	Data string `name:"data" required:"" placeholder:"DIR" help:"The folder that holds memories.jsonl and queries.jsonl."`
}

// Help is what bench recall --help adds.
func (benchRecall) Help() string {
	return `DIR holds two files of JSON Lines.

  memories.jsonl  {"id": "m1", "user": "team-a", "session": "monday", "time": "2026-01-05T10:00:00",
                   "title": "Database", "content": "We use PostgreSQL."}
                  and, if it has them, "type" (default: discovery) and "topic_key". Of a user, the order of the
                  file is the order of creation. A time without a zone is UTC.
  queries.jsonl   {"id": "q1", "user": "team-a", "query": "which database?", "relevant": ["m1"],
                   "category": "decision"}

The memories are imported into a throwaway store as ilab-mcp import does it. Then a server for each user (ilab-mcp stdio, ` +
		`a process of its own) is asked one question after the other, with mem_search and a limit of 100.

Of each question: success@3, 1 if any of the first 3 hits is relevant; recall@5 and recall@10, the share of what is relevant ` +
		`among the first 5 and 10; MRR, 1 / the rank of the first relevant hit; nDCG@10 with binary gains. They are averaged over the ` +
		`questions of each category and of each set, which is the part of "user" before the first '-'; macro is the mean of the sets. ` +
		`Questions of the category "adversarial", which nothing answers, are told apart and count in no mean.

Rows that the import takes for the same memory (equal texts and times, or one topic_key) are one memory: where several ` +
		`of them are relevant, it counts once. Rows that it does not take are told; where they are relevant, they count as not found.`
}

func (c *benchRecall) run(ctx context.Context, e env) error {
	askers, err := readAskers(c.Data)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("this program cannot find itself to start servers with: %w", err)
	}
	r := &recallRun{env: e, program: program, askers: askers, report: recallReport{Version: buildVersion()}}
	err = c.throwaway(ctx, func(folder string) error {
		r.db = filepath.Join(folder, "memory.db")
		if err := r.importAll(ctx); err != nil {
			return err
		}
		return r.askAll(ctx)
	})
	if err != nil {
		return err
	}
	r.report.sum(r.answers, r.took)
	return c.tell(e, &r.report, r.report.draw)
}

// recallRun is one measurement.
type recallRun struct {
	env

	program string
	db      string
	askers  []*asker

	ids     []map[string]int64 // of each asker's rows
	answers []scored
	took    []time.Duration
	report  recallReport
}

// scored is a question that was asked.
type scored struct {
	set, category string
	scores        measure.Scores
}

// importAll imports what everybody remembers.
func (r *recallRun) importAll(ctx context.Context) error {
	rows := 0
	for _, a := range r.askers {
		rows += len(a.memories)
	}
	drawn := newProgress(r.env, "importing", int64(rows), false)
	defer drawn.done()
	var took time.Duration
	for _, a := range r.askers {
		done, err := importRows(ctx, r.db, a, func() { drawn.add(1) })
		if err != nil {
			return fmt.Errorf("the memories of the user %q cannot be imported: %w", a.name, err)
		}
		r.ids = append(r.ids, done.ids)
		took += done.took
		r.report.Import.count(done.report)
	}
	r.report.Import.Rows = rows
	r.report.Import.Seconds = took.Seconds()
	r.report.Import.PerSecond = perSecond(rows, took)
	return nil
}

// askAll asks all questions, those of a user on one process.
func (r *recallRun) askAll(ctx context.Context) error {
	questions := 0
	for _, a := range r.askers {
		questions += len(a.questions)
	}
	drawn := newProgress(r.env, "asking", int64(questions), false)
	defer drawn.done()
	for i, a := range r.askers {
		if len(a.questions) == 0 {
			continue
		}
		if err := r.askOne(ctx, a, r.ids[i], func() { drawn.add(1) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *recallRun) askOne(ctx context.Context, a *asker, ids map[string]int64, step func()) (err error) {
	server, err := stdioAgent(ctx, r.env, r.program, r.db, a.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	for _, q := range a.questions {
		var found hits
		if err := server.call(ctx, "mem_search", map[string]any{"query": q.Query, "limit": measure.Depth}, &found); err != nil {
			return fmt.Errorf("the question %q: %w", q.ID, err)
		}
		if len(found.Hits) < min(found.Total, measure.Depth) {
			r.report.Shortened++
		}
		ranked := make([]int64, len(found.Hits))
		for i, h := range found.Hits {
			ranked[i] = h.ID
		}
		r.answers = append(r.answers, scored{setOf(a.name), q.Category, measure.Score(ranked, relevant(q, ids))})
		step()
	}
	r.took = append(r.took, server.took["mem_search"]...)
	return nil
}

// relevant is the set of memories that answer a question. What was not taken has
// an id that no memory has.
func relevant(q questionRow, ids map[string]int64) map[int64]bool {
	set, missing := map[int64]bool{}, map[string]bool{}
	for _, row := range q.Relevant {
		if id := ids[row]; id != 0 {
			set[id] = true
		} else {
			missing[row] = true
		}
	}
	for range missing {
		set[-int64(len(set))-1] = true
	}
	return set
}
