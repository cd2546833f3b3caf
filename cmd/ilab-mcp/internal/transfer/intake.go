package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// A slice is what goes into the store in one transaction. What costs is the
// commit; and others must not wait long for theirs.
const (
	sliceItems = 200
	sliceBytes = 1 << 20
)

// importedSource is the source of what does not say its own.
const importedSource = "import"

// slice is part of a file, ready for the store.
type slice struct {
	items   []item
	records []memstore.Record // of those items that have one, in their order
	bytes   int
	err     error // how the source ended, where that was not its end
}

// item is what is known of one item besides its record.
type item struct {
	line     int
	name     string
	kind     kind
	record   bool
	reason   error // why it is skipped, whatever the store says
	redacted privacy.Report
	bytes    int // of text
	ignored  bool
}

// intake reads a source, and makes records of what it says.
type intake struct {
	from     Source
	redactor *privacy.Redactor
}

// slices hands out the whole source.
func (in *intake) slices(ctx context.Context, to chan<- *slice) {
	for {
		s, more := in.slice(ctx)
		select {
		case to <- s:
		case <-ctx.Done():
			return
		}
		if !more {
			return
		}
	}
}

// slice reads the next slice, and reports whether there is more.
func (in *intake) slice(ctx context.Context) (s *slice, more bool) {
	s = &slice{}
	for len(s.items) < sliceItems && s.bytes < sliceBytes {
		if s.err = ctx.Err(); s.err != nil {
			return s, false
		}
		read, err := in.from.Next()
		if problem, ok := errors.AsType[*Problem](err); ok {
			s.add(unusable(item{line: read.Line, name: read.Name, reason: problem}, read))
			continue
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			return s, false
		}
		s.add(in.redacted(read))
	}
	return s, true
}

func (s *slice) add(it item, rec memstore.Record) {
	s.items = append(s.items, it)
	if it.record {
		s.records = append(s.records, rec)
	}
	s.bytes += it.bytes
}

// unusable is an item that cannot be stored. A memory goes to the store empty,
// so that its revisions are not taken for another's.
func unusable(it item, read Item) (item, memstore.Record) {
	if o := read.Observation; o != nil && o.ID != 0 {
		it.record = true
		return it, memstore.Record{Memory: &memstore.MemoryRecord{ID: o.ID}}
	}
	return it, memstore.Record{}
}

// redacted makes the record of an item.
func (in *intake) redacted(read Item) (item, memstore.Record) {
	r := redaction{redactor: in.redactor, report: privacy.Report{}}
	it := item{line: read.Line, name: read.Name, ignored: read.Ignored}
	r.report.Add(read.Taken)
	var rec memstore.Record
	switch {
	case read.Session != nil:
		it.kind, rec.Session = sessions, r.session(read.Session)
	case read.Revision != nil:
		it.kind, rec.Revision = revisions, r.revision(read.Revision)
	default:
		it.kind, rec.Memory = memories, r.memory(read.Observation)
	}
	it.redacted, it.bytes = r.report, r.bytes
	if it.reason = r.err; r.err != nil {
		return unusable(it, read)
	}
	it.record = true
	return it, rec
}

// redaction redacts the texts of one item. It keeps the first error and counts
// what was taken out.
type redaction struct {
	redactor *privacy.Redactor
	report   privacy.Report
	bytes    int
	err      error
}

func (r *redaction) text(f privacy.Field, raw string) privacy.Text {
	if r.err != nil || raw == "" && f.Optional {
		return privacy.Text{}
	}
	t, report, err := r.redactor.Redact(f, raw)
	r.report.Add(report)
	r.bytes += t.Bytes()
	r.err = err
	return t
}

func (r *redaction) source(s *string) privacy.Text {
	if s == nil {
		return r.text(memstore.SourceField, importedSource)
	}
	return r.text(memstore.SourceField, *s)
}

func (r *redaction) typ(name string) memstore.Type {
	t, err := memstore.ParseType(name)
	if r.err == nil {
		r.err = err
	}
	return t
}

func (r *redaction) session(s *Session) *memstore.SessionRecord {
	rec := &memstore.SessionRecord{
		Name: r.text(memstore.SessionField, s.Name), Started: s.Started, LastActivity: s.LastActivity, Ended: s.Ended, Auto: s.Auto,
	}
	if s.Summary != "" {
		rec.Summary = r.text(memstore.SummaryField, s.Summary)
	}
	switch {
	case s.Active:
		rec.Ended = time.Time{}
	case rec.Ended.IsZero():
		rec.Ended = rec.LastActivity
	}
	return rec
}

func (r *redaction) memory(o *Observation) *memstore.MemoryRecord {
	rec := &memstore.MemoryRecord{
		ID: o.ID, Type: r.typ(o.Type), Session: r.text(memstore.SessionField, o.Session),
		Source: r.source(o.Source), Created: o.Created, Updated: o.Updated, Revision: o.Revision,
	}
	if o.Untitled {
		rec.Content = r.text(memstore.ContentField, o.Content)
		rec.Title = r.text(memstore.TitleField, firstLine(rec.Content.String()))
	} else {
		rec.Title, rec.Content = r.text(memstore.TitleField, o.Title), r.text(memstore.ContentField, o.Content)
	}
	if o.MadeUpKey {
		rec.TopicKey = r.madeUpKey(o.TopicKey)
	} else {
		rec.TopicKey = r.text(memstore.TopicKeyField, o.TopicKey)
	}
	return rec
}

// madeUpKey gives a topic key that the source made up, or none. What is private
// in it is counted where it was taken from.
func (r *redaction) madeUpKey(raw string) privacy.Text {
	if r.err != nil {
		return privacy.Text{}
	}
	t, _, err := r.redactor.Redact(memstore.TopicKeyField, raw)
	if err != nil {
		return privacy.Text{}
	}
	return t
}

func (r *redaction) revision(v *Revision) *memstore.RevisionRecord {
	return &memstore.RevisionRecord{
		Of: v.Of, Revision: v.Revision, Type: r.typ(v.Type), Title: r.text(memstore.TitleField, v.Title),
		Content: r.text(memstore.ContentField, v.Content), Session: r.text(memstore.SessionField, v.Session),
		Source: r.source(v.Source), At: v.At,
	}
}
