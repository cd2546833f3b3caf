package memstore

import "context"

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
		give := func(x Exported) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return each(x)
		}
		err := eachSession(r, func(row *SessionRow) error {
			session := row.session()
			return give(Exported{Session: &session})
		})
		if err != nil {
			return err
		}
		return eachMemory(r, func(row *Row) error {
			m := row.memory()
			if err := give(Exported{Memory: &m}); err != nil || row.History == 0 {
				return err
			}
			return eachRevision(r, m.ID, func(row *RevisionRow) error {
				old := row.revision()
				return give(Exported{Revision: &old, Of: m.ID})
			})
		})
	})
}
