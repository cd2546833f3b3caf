package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// rowSource hands rows to an import as a file's lines. Their ids are numbers
// from 1 in their order; a new store keeps them.
type rowSource struct {
	rows []memoryRow
	next int
	step func()
}

// Next implements transfer.Source.
func (s *rowSource) Next() (transfer.Item, error) {
	if s.next == len(s.rows) {
		return transfer.Item{}, io.EOF
	}
	m := &s.rows[s.next]
	s.next++
	s.step()
	return transfer.Item{Line: m.line, Observation: &transfer.Observation{
		ID: int64(s.next), Type: m.Type, Title: m.Title, Content: m.Content, TopicKey: m.TopicKey,
		Session: m.Session, Created: m.at, Updated: m.at,
	}}, nil
}

// imported says what became of the rows of a user.
type imported struct {
	ids    map[string]int64 // row to memory; those that were not taken are missing
	report transfer.Report
	took   time.Duration
}

// importRows imports all that an asker remembers, the way that ilab-mcp import does.
func importRows(ctx context.Context, db string, a *asker, step func()) (*imported, error) {
	o := memstore.DefaultOptions()
	o.Limits = memstore.Limits{}
	w := whose{Who: config.Who{User: a.id}, Store: config.Store{DB: db}}
	done := &imported{}
	err := w.withUser(ctx, inside(), importExample, o, func(s *memstore.Store) (err error) {
		begun := time.Now()
		if done.report, err = transfer.Import(ctx, s, &rowSource{rows: a.memories, step: step}, o.Redactor); err != nil {
			return err
		}
		done.took = time.Since(begun)
		f := &finder{redactor: o.Redactor, memories: map[int64]bool{}, topics: map[string]int64{}, states: map[state]int64{}, said: map[said]bool{}}
		if err := s.Export(ctx, f.note); err != nil {
			return err
		}
		done.ids = f.find(a.memories)
		return nil
	})
	if err == nil && len(done.ids)+done.report.Skipped < len(a.memories) {
		err = fmt.Errorf("of %d rows %d were skipped and only %d were found again; please report this",
			len(a.memories), done.report.Skipped, len(done.ids))
	}
	return done, err
}

// finder finds out which memory a row became, by the rules of memstore.Import. A
// row that was new has its own number as its id. The others were there already,
// or became a revision of what has their topic key: their text, as the redactor
// leaves it, is a state that the memory is or was in.
type finder struct {
	redactor *privacy.Redactor
	memories map[int64]bool
	topics   map[string]int64
	states   map[state]int64 // the lowest id
	said     map[said]bool
}

// words are what is compared to find a text that is there already.
type words struct{ typ, title, content string }

type state struct {
	words
	at int64 // in microseconds, as they are kept
}

type said struct {
	words
	id int64
}

// note takes one thing of an export.
func (f *finder) note(e memstore.Exported) error {
	switch {
	case e.Memory != nil:
		m := e.Memory
		f.memories[m.ID] = true
		if m.TopicKey != "" {
			f.topics[m.TopicKey] = m.ID
		}
		f.state(m.ID, words{m.Type.String(), m.Title, m.Content}, m.Updated)
	case e.Revision != nil:
		v := e.Revision
		f.state(e.Of, words{v.Type.String(), v.Title, v.Content}, v.At)
	}
	return nil
}

func (f *finder) state(id int64, w words, at time.Time) {
	s := state{w, at.UnixMicro()}
	if lowest, ok := f.states[s]; !ok || id < lowest {
		f.states[s] = id
	}
	f.said[said{w, id}] = true
}

// find gives the memories of rows. What was skipped is missing.
func (f *finder) find(rows []memoryRow) map[string]int64 {
	ids := map[string]int64{}
	for i := range rows {
		if id := f.one(int64(i+1), &rows[i]); id != 0 {
			ids[rows[i].ID] = id
		}
	}
	return ids
}

func (f *finder) one(own int64, m *memoryRow) int64 {
	if f.memories[own] {
		return own
	}
	title, _, err := f.redactor.Redact(memstore.TitleField, m.Title)
	content, _, err2 := f.redactor.Redact(memstore.ContentField, m.Content)
	if errors.Join(err, err2) != nil {
		return 0
	}
	w := words{m.Type, title.String(), content.String()}
	if m.TopicKey != "" {
		topic, _, err := f.redactor.Redact(memstore.TopicKeyField, m.TopicKey)
		if err != nil {
			return 0
		}
		if id := f.topics[topic.String()]; id != 0 {
			if f.said[said{w, id}] {
				return id
			}
			return 0
		}
	}
	return f.states[state{w, m.at.UnixMicro()}]
}
