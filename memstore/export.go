package memstore

import (
	"context"
	"time"
)

// What an export reads at once: the longest memories take 13 MB then.
const exportPage = 200

// Exported is one thing of an export: a session, a memory, or an old revision
// of the memory that came last. Exactly one of the first three is set.
type Exported struct {
	Session  *Session
	Memory   *Memory
	Revision *Revision
	Of       int64 // with Revision: the memory's id
}

// Export gives everything that this user has, on one snapshot and with little of
// it in memory at once: the sessions, oldest first by (started, id); then the
// memories, oldest first by (created, id), each followed by its old revisions,
// oldest first. What each is given is only good until it returns. Export ends with
// each's first error.
//
// The same store gives the same export, and so does a store that it was
// imported into, but for a session that was active.
func (s *Store) Export(ctx context.Context, each func(Exported) error) error {
	return s.db.backend.Scan(ctx, s.user, func(r Reader) error {
		e := exporter{ctx: ctx, r: r, each: each}
		if err := e.sessions(); err != nil {
			return err
		}
		return e.memories()
	})
}

type exporter struct {
	ctx  context.Context
	r    Reader
	each func(Exported) error
}

func (e *exporter) sessions() error {
	var started time.Time
	var id string
	for {
		rows, err := e.r.Sessions(started, id, exportPage)
		if err != nil {
			return err
		}
		for i := range rows {
			session := rows[i].session()
			if err := e.each(Exported{Session: &session}); err != nil {
				return err
			}
			started, id = session.Started, session.ID
		}
		if err := e.ctx.Err(); err != nil || len(rows) < exportPage {
			return err
		}
	}
}

func (e *exporter) memories() error {
	var created time.Time
	var id int64
	for {
		rows, err := e.r.After(created, id, exportPage)
		if err != nil {
			return err
		}
		for i := range rows {
			m := rows[i].memory()
			if err := e.each(Exported{Memory: &m}); err != nil {
				return err
			}
			if rows[i].History > 0 {
				if err := e.revisions(m.ID); err != nil {
					return err
				}
			}
			created, id = m.Created, m.ID
		}
		if err := e.ctx.Err(); err != nil || len(rows) < exportPage {
			return err
		}
	}
}

func (e *exporter) revisions(id int64) error {
	after := 0
	for {
		rows, err := e.r.Revisions(id, after, exportPage)
		if err != nil {
			return err
		}
		for i := range rows {
			old := rows[i].revision()
			if err := e.each(Exported{Revision: &old, Of: id}); err != nil {
				return err
			}
			after = old.Revision
		}
		if len(rows) < exportPage {
			return nil
		}
	}
}
