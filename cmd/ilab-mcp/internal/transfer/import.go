package transfer

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Import reads all of a source into a user's memory, with every string redacted
// on the way. What it reports is true also where it ends early: what was taken
// until then is kept, and another import of the same file goes on there.
//
// Errors: those of the source, a *[FormatError] before anything is written; the
// context's; memstore's OverLimit, Busy and Unavailable.
func Import(ctx context.Context, store *memstore.Store, from Source, redactor *privacy.Redactor) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	// One slice is read and redacted while another is written.
	slices := make(chan *slice, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(slices)
		(&intake{from: from, redactor: redactor}).slices(ctx, slices)
	}()
	report := Report{Redacted: privacy.Report{}}
	err := report.write(ctx, store.NewImport(), slices)
	cancel()
	<-ended
	if r, ok := from.(Remainder); ok {
		report.Left = r.Left()
	}
	return report, err
}

// write writes slices as they come.
func (r *Report) write(ctx context.Context, to *memstore.Import, slices <-chan *slice) error {
	for s := range slices {
		done, err := to.Write(ctx, s.records)
		r.note(s, done)
		if err != nil {
			return err
		}
		if s.err != nil {
			return s.err
		}
	}
	return ctx.Err()
}

// note counts what became of a slice, as far as it got.
func (r *Report) note(s *slice, done []memstore.Imported) {
	for _, it := range s.items {
		var d memstore.Imported
		if it.record {
			if len(done) == 0 {
				return
			}
			d, done = done[0], done[1:]
		}
		switch {
		case it.reason != nil:
			r.skip(it, it.reason)
		case d.Outcome == 0:
			r.skip(it, d.Reason)
		default:
			r.count(it.kind).add(d.Outcome)
			r.Redacted.Add(it.redacted)
			if it.ignored {
				r.Ignored++
			}
		}
	}
}
