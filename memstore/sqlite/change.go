package sqlite

import (
	"context"
	"crypto/rand"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// change writes one user's rows, inside a batch's savepoint. After a statement
// has failed it runs no further one: SQLite may have rolled the transaction
// back, and what followed would commit by itself.
type change struct {
	reader

	failed error
	logged bool // the table of erasures has grown
}

func (w *change) exec(q query, args ...any) error {
	if w.failed != nil {
		return w.failed
	}
	s, err := w.c.stmt(q)
	if err == nil {
		_, err = s.ExecContext(context.Background(), append([]any{w.user}, args...)...)
	}
	w.failed = err
	return err
}

func (w *change) Apply(m memstore.Mutation) error {
	if m.EraseAll {
		return w.eraseAll(m.At)
	}
	u := m.User
	if u.Ops == nil {
		u.Ops = []byte{} // NULL is not "none" here
	}
	sum := sumUser(w.user, u.Epoch, u.Seq, u.LastID, u.Memories, u.Bytes, u.Ops)
	if err := w.exec(upsertUser, u.Epoch, u.Seq, u.LastID, u.Memories, u.Bytes, u.Ops, sum); err != nil {
		return err
	}
	for i := range m.Sessions {
		if err := w.exec(upsertSession, sessionValues(w.user, &m.Sessions[i])...); err != nil {
			return err
		}
	}
	for i := range m.Put {
		if err := w.put(&m.Put[i]); err != nil {
			return err
		}
	}
	for i := range m.Revisions {
		p := &m.Revisions[i]
		v := revisionRow{
			revision: int64(p.Revision), typ: int64(p.Type), title: p.Title.Bytes(), content: p.Content.Bytes(),
			session: p.Session.String(), source: p.Source.String(), at: p.At.UnixMicro(),
		}
		q := insertRevision
		if p.Replace {
			q = updateRevision
		}
		if err := w.revision(q, p.ID, v); err != nil {
			return err
		}
	}
	for _, h := range m.Histories {
		if err := w.history(h); err != nil {
			return err
		}
	}
	if len(m.Erase) > 0 || m.Wiped != 0 {
		if err := w.exec(deleteSnapshot); err != nil { // it has words of what is erased
			return err
		}
		if w.failed = w.wipeLater(); w.failed != nil {
			return w.failed
		}
	}
	for _, t := range m.Erase {
		if err := w.erase(t, erasure{epoch: u.Epoch, id: t.ID, at: m.At.Unix()}); err != nil {
			return err
		}
	}
	if m.Wiped != 0 {
		if err := w.terms(m.Wiped, 0, nil); err != nil {
			return err
		}
	}
	for _, p := range m.Repack {
		blob := p.Terms.Bytes()
		if err := w.exec(updateTerms, p.Seq, p.ID, blob, sumTerms(w.user, p.Seq, p.ID, blob)); err != nil {
			return err
		}
	}
	if m.Snapshot != nil {
		return w.snapshotPart(m.Snapshot)
	}
	return nil
}

func (w *change) put(p *memstore.PutRow) error {
	if p.Archive {
		if err := w.archive(p.ID); err != nil {
			return err
		}
	}
	q := updateMemory
	if p.New {
		q = insertMemory
	} else if err := w.exec(deleteTerms, p.OldSeq); err != nil {
		return err
	}
	if err := w.exec(q, putValues(w.user, p)...); err != nil {
		return err
	}
	return w.terms(p.Seq, p.ID, p.Terms.Bytes())
}

// archive keeps a memory, as its row stands, as an old revision.
func (w *change) archive(id int64) error {
	old, err := w.memory(selectByID, id)
	if err != nil || old == nil {
		return err
	}
	v := revisionRow{
		revision: int64(old.Revision), typ: int64(old.Type), title: old.Title, content: old.Content,
		session: old.Session, source: old.Source, at: old.Updated.UnixMicro(),
	}
	return w.revision(insertRevision, id, v)
}

func (w *change) revision(q query, id int64, v revisionRow) error {
	return w.exec(q, id, v.revision, v.typ, v.title, v.content, v.session, v.source, v.at, v.checksum(w.user, id))
}

// history sets one column; the row's checksum covers all of them.
func (w *change) history(h memstore.PutHistory) error {
	var m memoryRow
	ok, err := w.one(selectByID, []any{h.ID}, m.fields()...)
	if err != nil || !ok {
		return err
	}
	if m.sum != m.checksum(w.user) {
		return damaged("memory %d is damaged", m.id)
	}
	m.history = h.Bytes
	return w.exec(updateHistory, m.id, m.history, m.checksum(w.user))
}

func (w *change) erase(t memstore.Tombstone, note erasure) error {
	if err := w.exec(deleteTerms, t.OldSeq); err != nil {
		return err
	}
	if err := w.exec(deleteMemory, t.ID); err != nil { // its revisions go with it
		return err
	}
	if err := w.terms(t.Seq, t.ID, nil); err != nil {
		return err
	}
	return w.erased(note)
}

func (w *change) terms(seq, id int64, blob []byte) error {
	return w.exec(insertTerms, seq, id, blob, sumTerms(w.user, seq, id, blob))
}

// wipeLater leaves, in the same transaction, the note that the file's log holds
// text to be wiped. Its value is new each time, so that whoever wipes knows
// whether something was erased meanwhile.
func (w *change) wipeLater() error {
	token := make([]byte, 16)
	if _, err := rand.Read(token); err != nil {
		return err
	}
	return w.c.setFact(factErased, token)
}
