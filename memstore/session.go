package memstore

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// autoTitles is how many titles the summary of an auto-closed session lists.
const autoTitles = 20

// A generated summary begins with generated; after quoteMark each of its lines
// quotes a title. [Store.Forget] looks for them.
const (
	generated = "Session closed by itself after "
	quoteMark = "- "
)

// quoted is a title as a generated summary quotes it.
func quoted(title string) string { return strings.ReplaceAll(title, "\n", " ") }

// Start is what a session begins with.
type Start struct {
	Session  string
	New      bool
	Sessions []Session // that ended last, newest first
	Memories []Scored  // best by context score, without summaries
}

// StartSession reuses the active session or opens one, closing a stale one
// first, and gives the context to begin with: at most sessions ended sessions
// and at most memories memories.
func (s *Store) StartSession(ctx context.Context, sessions, memories int) (Start, error) {
	done, _, err := s.write(ctx, Want{}, func(tx *txn) error {
		id, err := tx.touch()
		tx.op = op{session: id.id, flag: tx.st.Active == nil || tx.st.Active.ID != id.id}
		return err
	})
	if err != nil {
		return Start{}, err
	}
	start := Start{Session: done.session, New: done.flag}
	err = s.view(ctx, func(r Reader) error {
		ended, err := r.Ended(sessions)
		if err != nil {
			return err
		}
		start.Sessions = make([]Session, len(ended))
		for i := range ended {
			start.Sessions[i] = ended[i].session()
		}
		start.Memories, err = s.best(r, AllTypes&^(1<<Summary), memories)
		return err
	})
	return start, err
}

// Summarize keeps a summary of the session so far as a memory of type Summary.
// The session stays open.
func (s *Store) Summarize(ctx context.Context, n Note) (Saved, error) {
	t, err := s.db.opts.summary(n)
	if err != nil {
		return Saved{}, err
	}
	return s.keep(ctx, Want{Hash: &t.hash}, t)
}

// EndSession ends the active session with a summary, which is also kept as a
// memory. Without an active session it answers ErrNoSession. A session can
// always be ended: in a full store the summary is left out, and kept is false.
func (s *Store) EndSession(ctx context.Context, n Note) (ended Session, kept bool, err error) {
	t, err := s.db.opts.summary(n)
	if err != nil {
		return Session{}, false, err
	}
	done, _, err := s.write(ctx, Want{Hash: &t.hash}, func(tx *txn) error {
		a := tx.st.Active
		if a == nil {
			return ErrNoSession
		}
		end := PutSession{ID: SessionID{id: a.ID}, Started: a.Started, LastActivity: notBefore(tx.now, a.Started), Auto: false}
		end.Ended = end.LastActivity
		tx.op = op{session: a.ID}
		before := tx.m
		before.Put = nil
		if err := tx.summarize(&end, t); err != nil {
			tx.m = before
		} else {
			tx.op.flag = true
		}
		tx.m.Sessions = append(tx.m.Sessions, end)
		return nil
	})
	if err != nil {
		return Session{}, false, err
	}
	err = s.view(ctx, func(r Reader) error {
		row, err := r.Session(done.session)
		if err != nil || row == nil {
			return err
		}
		ended = row.session()
		return nil
	})
	return ended, done.flag, err
}

// summarize stages the summary of a session that ends: on its row, and as a
// memory unless this user has the same one already.
func (tx *txn) summarize(end *PutSession, t text) error {
	if err := tx.grow(int64(t.content.Bytes()), 0); err != nil {
		return err
	}
	if same := tx.st.ByHash; same == nil || !same.says(t) {
		if _, err := tx.create(t, end.ID, tx.now); err != nil {
			return err
		}
	}
	end.Summary = seal(t.content)
	return nil
}

// touch gives the session that this write belongs to: the active one, or a new
// one where there is none or it is stale.
func (tx *txn) touch() (SessionID, error) {
	if a := tx.st.Active; a != nil {
		if tx.now.Sub(a.LastActivity) < tx.o.SessionTimeout {
			id := SessionID{id: a.ID}
			tx.m.Sessions = append(tx.m.Sessions, PutSession{
				ID: id, Started: a.Started, LastActivity: notBefore(tx.now, a.Started),
			})
			return id, nil
		}
		if err := tx.autoClose(a); err != nil {
			return SessionID{}, err
		}
	}
	id := newSession(tx.o.Rand)
	tx.m.User.Bytes += int64(len(id.id))
	if l := tx.o.Limits.Bytes; l > 0 && tx.m.User.Bytes > l+sessionSlack {
		return SessionID{}, overLimit("the store holds %d of at most %d bytes of text; no session was opened. Forget some memories with mem_forget and try again", tx.st.User.Bytes, l)
	}
	tx.m.Sessions = append(tx.m.Sessions, PutSession{ID: id, Started: tx.now, LastActivity: tx.now})
	return id, nil
}

// autoClose closes a stale session as of its last activity, with a summary, of
// that time too, of what it wrote unless it wrote nothing or the store is full.
func (tx *txn) autoClose(a *SessionRow) error {
	end := PutSession{
		ID: SessionID{id: a.ID}, Started: a.Started,
		LastActivity: a.LastActivity, Ended: a.LastActivity, Auto: true,
	}
	rows, total, err := tx.w.Written(a.ID, autoTitles)
	if err != nil {
		return err
	}
	if total > 0 {
		t, err := tx.o.summary(Note{Summary: tx.o.autoSummary(rows, total)})
		if err != nil {
			return err
		}
		p := PutRow{Title: seal(t.title), Content: seal(t.content)}
		if size := p.textBytes() + int64(t.content.Bytes()); tx.fits(size, 1) {
			tx.m.User.Bytes += int64(t.content.Bytes())
			if _, err := tx.create(t, end.ID, end.Ended); err != nil {
				return err
			}
			end.Summary = seal(t.content)
		}
	}
	tx.m.Sessions = append(tx.m.Sessions, end)
	return nil
}

// autoSummary words what a session wrote. The titles were redacted when they
// were saved and are redacted again as a whole.
func (o *Options) autoSummary(rows []Row, total int) privacy.Text {
	var b strings.Builder
	fmt.Fprintf(&b, generated+"%s without activity; memories saved: %d", o.SessionTimeout, total)
	for i := range rows {
		b.WriteString("\n" + quoteMark + quoted(open(rows[i].Title)))
	}
	if total > len(rows) {
		fmt.Fprintf(&b, "\n- … and %d more", total-len(rows))
	}
	return o.again(SummaryField, b.String(), privacy.Report{})
}

// summary makes the text of a Summary memory out of a note: its title is the
// first line, at most MaxSummaryTitle characters, marked "…" if cut.
func (o *Options) summary(n Note) (text, error) {
	if err := n.check(); err != nil {
		return text{}, err
	}
	line, _, _ := strings.Cut(n.Summary.String(), "\n")
	line = strings.TrimSpace(line)
	if utf8.RuneCountInString(line) > MaxSummaryTitle {
		line = strings.TrimSpace(string([]rune(line)[:MaxSummaryTitle-1])) + "…"
	}
	title, _, err := o.Redactor.Redact(TitleField, line)
	if err != nil {
		// A first line of nothing but private text has no title to give.
		title, _, err = o.Redactor.Redact(TitleField, "Session summary")
	}
	return text{typ: Summary, title: title, content: n.Summary, source: n.Source}.analysed(), err
}

func notBefore(t, bound time.Time) time.Time {
	if t.Before(bound) {
		return bound
	}
	return t
}
