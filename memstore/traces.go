package memstore

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// traces are where a memory's text stands besides its own rows.
type traces struct {
	head UserRow // what the search saw

	titles    []string // now and earlier, as a generated summary quotes them
	contents  []string // of when it was a summary
	sessions  []string // whose summary has to change
	summaries []int64  // memories that are generated summaries and quote it
}

// current reports whether nothing was written since the traces were looked for.
func (f *traces) current(u UserRow) bool {
	return f.head.Epoch == u.Epoch && f.head.Seq == u.Seq && bytes.Equal(f.head.Ops, u.Ops)
}

// findTraces looks through the user's sessions and summaries.
func findTraces(r Reader, id int64) (traces, error) {
	st, err := r.Load(Want{ID: id})
	f := traces{head: st.User}
	if err != nil || st.ByID == nil {
		return f, err
	}
	f.said(st.ByID.Type, st.ByID.Title, st.ByID.Content)
	if st.ByID.History > 0 {
		err = eachRevision(r, id, func(old *RevisionRow) error {
			f.said(old.Type, old.Title, old.Content)
			return nil
		})
		if err != nil {
			return f, err
		}
	}
	if err := f.findSessions(r); err != nil {
		return f, err
	}
	return f, f.findSummaries(r, id)
}

func (f *traces) said(t Type, title, content []byte) {
	f.titles = append(f.titles, quoted(open(title)))
	if t == Summary {
		f.contents = append(f.contents, open(content))
	}
}

func (f *traces) findSessions(r Reader) error {
	return eachSession(r, func(row *SessionRow) error {
		text := open(row.Summary)
		if slices.Contains(f.contents, text) || f.unquote(text) != text {
			f.sessions = append(f.sessions, row.ID)
		}
		return nil
	})
}

// findSummaries looks for generated summaries, as they are now and as they were,
// that quote the memory.
func (f *traces) findSummaries(r Reader, but int64) error {
	refs, err := r.Newest(classesOf(1<<Summary), math.MaxInt32)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, pageRows)
	for page := range slices.Chunk(refs, pageRows) {
		ids = ids[:0]
		for _, ref := range page {
			ids = append(ids, ref.ID)
		}
		rows, err := r.Rows(ids)
		if err != nil {
			return err
		}
		for i := range rows {
			if rows[i].ID == but {
				continue
			}
			if quotes, err := f.quotedBy(r, &rows[i]); err != nil {
				return err
			} else if quotes {
				f.summaries = append(f.summaries, rows[i].ID)
			}
		}
	}
	return nil
}

func (f *traces) quotedBy(r Reader, row *Row) (bool, error) {
	text := open(row.Content)
	quotes := f.unquote(text) != text
	if quotes || row.History == 0 {
		return quotes, nil
	}
	err := eachRevision(r, row.ID, func(old *RevisionRow) error {
		text := open(old.Content)
		quotes = quotes || f.unquote(text) != text
		return nil
	})
	return quotes, err
}

// unquote is a text without the lines in which a generated summary quotes the
// memory. Other texts stay as they are.
func (f *traces) unquote(text string) string {
	if !strings.HasPrefix(text, generated) {
		return text
	}
	lines := strings.Split(text, "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool {
		title, ok := strings.CutPrefix(line, quoteMark)
		return ok && slices.Contains(f.titles, title)
	})
	return strings.Join(lines, "\n")
}

// eraseTraces stages what the traces say, with whatever stands there now.
func (tx *txn) eraseTraces(f traces) error {
	unquoted := func(field privacy.Field, stored string) privacy.Text {
		return tx.o.again(field, f.unquote(stored), privacy.Report{})
	}
	for _, id := range f.sessions {
		row, err := tx.w.Session(id)
		switch {
		case err != nil:
			return err
		case row == nil:
		case slices.Contains(f.contents, open(row.Summary)):
			tx.resummarize(row, privacy.Text{})
		default:
			tx.resummarize(row, unquoted(SummaryField, open(row.Summary)))
		}
	}
	rows, err := tx.w.Rows(f.summaries)
	if err != nil {
		return err
	}
	for i := range rows {
		if _, err := tx.rewrite(&rows[i], unquoted); err != nil {
			return err
		}
	}
	return nil
}
