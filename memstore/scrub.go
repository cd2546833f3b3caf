package memstore

import (
	"context"
	"errors"
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// scrubPage is how many memories or sessions one transaction of a Scrub looks
// through, so that others wait only for so long.
const scrubPage = 50

// Scrubbed says what a Scrub changed, or would.
type Scrubbed struct {
	Memories  int // current texts
	Revisions int // old states of memories
	Sessions  int // summaries of sessions
	Keys      int // topic keys that were dropped
	Names     int // sessions whose name holds something, which stays: memories refer to it

	Found privacy.Report // what was taken out, by kind
}

// Changed reports whether there was anything to take out.
func (s *Scrubbed) Changed() bool { return s.Memories+s.Revisions+s.Sessions > 0 }

// Add counts another one's too. Found must not be nil.
func (s *Scrubbed) Add(o Scrubbed) {
	s.Memories += o.Memories
	s.Revisions += o.Revisions
	s.Sessions += o.Sessions
	s.Keys += o.Keys
	s.Names += o.Names
	s.Found.Add(o.Found)
}

// Scrub passes everything that is stored through the redactor of today, which may
// find what that of then did not: memories, their history, and summaries of
// sessions. Numbers of revisions and times stay as they are. With dry nothing is
// written. seen, if not nil, is told how many memories were looked through. wiped
// is as in [Store.Forget]. Where it fails, what was scrubbed until then is told.
func (s *Store) Scrub(ctx context.Context, dry bool, seen func(int)) (done Scrubbed, wiped bool, err error) {
	done.Found = privacy.Report{}
	if err = s.scrubMemories(ctx, dry, &done, seen); err == nil {
		err = s.scrubSessions(ctx, dry, &done)
	}
	if dry || !done.Changed() {
		return done, err == nil, err
	}
	return done, s.db.wipe(ctx), err
}

func (s *Store) scrubMemories(ctx context.Context, dry bool, done *Scrubbed, seen func(int)) error {
	var created time.Time
	var id int64
	for {
		var rows []Row
		err := s.scrub(ctx, dry, done, func(tx *txn, page *Scrubbed) (err error) {
			if rows, err = tx.w.After(created, id, scrubPage); err != nil {
				return err
			}
			for i := range rows {
				if err := tx.scrub(&rows[i], page); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		if seen != nil {
			seen(len(rows))
		}
		created, id = rows[len(rows)-1].Created, rows[len(rows)-1].ID
	}
}

func (s *Store) scrubSessions(ctx context.Context, dry bool, done *Scrubbed) error {
	var started time.Time
	var id string
	for {
		var rows []SessionRow
		err := s.scrub(ctx, dry, done, func(tx *txn, page *Scrubbed) (err error) {
			if rows, err = tx.w.Sessions(started, id, scrubPage); err != nil {
				return err
			}
			for i := range rows {
				tx.scrubSession(&rows[i], page)
			}
			return nil
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		started, id = rows[len(rows)-1].Started, rows[len(rows)-1].ID
	}
}

// scrub runs a rule for one page in one transaction, and counts what it did.
func (s *Store) scrub(ctx context.Context, dry bool, done *Scrubbed, rule func(*txn, *Scrubbed) error) error {
	var page Scrubbed
	_, _, err := s.write(ctx, Want{}, func(tx *txn) error {
		page = Scrubbed{Found: privacy.Report{}} // the rule may run again
		if err := rule(tx, &page); err != nil {
			return err
		}
		if dry || tx.m.Wiped == 0 {
			return errUnchanged
		}
		return nil
	})
	if err == nil || errors.Is(err, errUnchanged) {
		done.Add(page)
		return nil
	}
	return err
}

func (tx *txn) scrub(row *Row, page *Scrubbed) error {
	n, err := tx.rewrite(row, func(f privacy.Field, stored string) privacy.Text {
		t := tx.o.again(f, stored, page.Found)
		if f.Key && t.IsZero() && stored != "" {
			page.Keys++
		}
		return t
	})
	page.Memories += n.memory
	page.Revisions += n.revisions
	return err
}

func (tx *txn) scrubSession(row *SessionRow, page *Scrubbed) {
	if _, report, err := tx.o.Redactor.Redact(SessionField, row.ID); err != nil || report.Total() > 0 {
		page.Names++
	}
	if len(row.Summary) == 0 {
		return
	}
	if t := tx.o.again(SummaryField, open(row.Summary), page.Found); t.String() != open(row.Summary) {
		page.Sessions++
		tx.resummarize(row, t)
	}
}
