package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// change writes one user's rows, inside a transaction that holds the user's row. What
// a rule decides goes to the server in one round trip.
type change struct {
	reader

	wrote  bool // the user's row, or took it away
	exists bool // it is there; only if wrote
	failed error
	b      *pgx.Batch
}

func (w *change) queue(text string, args ...any) *pgx.QueuedQuery {
	return w.b.Queue(text, w.args(args)...)
}

func (w *change) Apply(m memstore.Mutation) error {
	if w.failed == nil {
		w.failed = w.lock()
	}
	if w.failed != nil {
		return w.failed
	}
	if !w.wrote {
		w.wrote, w.exists = true, w.head != nil
	}
	w.b = &pgx.Batch{}
	if m.EraseAll {
		for _, text := range everything {
			w.queue(text)
		}
		w.exists = false
		return w.send()
	}
	u := m.User
	if u.Ops == nil {
		u.Ops = []byte{} // NULL is not "none" here
	}
	// A first save must not take over the row of another first save.
	text := insertUser
	if w.exists {
		text = updateUser
	}
	w.queue(text, u.Epoch, u.Seq, u.LastID, u.Memories, u.Bytes, u.Ops)
	w.exists = true
	for i := range m.Sessions {
		w.queue(upsertSession, sessionValues(&m.Sessions[i])...)
	}
	for i := range m.Put {
		w.put(&m.Put[i])
	}
	for i := range m.Revisions {
		text := insertRevision
		if m.Revisions[i].Replace {
			text = updateRevision
		}
		w.queue(text, revisionValues(&m.Revisions[i])...)
	}
	for _, h := range m.Histories {
		w.queue(updateHistory, h.ID, h.Bytes)
	}
	if len(m.Erase) > 0 || m.Wiped != 0 {
		w.queue(deleteSnapshot) // it has words of what is erased
	}
	for _, t := range m.Erase {
		w.queue(deleteTerms, t.OldSeq)
		w.queue(deleteRevisions, t.ID)
		w.queue(deleteMemory, t.ID)
		w.queue(insertTerms, t.Seq, t.ID, nil)
	}
	if m.Wiped != 0 {
		w.queue(insertTerms, m.Wiped, 0, nil)
	}
	for _, p := range m.Repack {
		w.queue(updateTerms, p.Seq, p.ID, p.Terms.Bytes())
	}
	if m.Snapshot != nil {
		w.snapshotPart(m.Snapshot)
	}
	return w.send()
}

// send carries out what is queued. A transaction in which something has failed takes
// no further statement.
func (w *change) send() error {
	w.failed = connection(w.c.SendBatch(context.Background(), w.b).Close())
	w.b = nil
	return w.failed
}

func (w *change) put(p *memstore.PutRow) {
	if p.Archive {
		w.queue(archiveMemory, p.ID)
	}
	text := updateMemory
	if p.New {
		text = insertMemory
	} else {
		w.queue(deleteTerms, p.OldSeq)
	}
	w.queue(text, putValues(p)...)
	w.queue(insertTerms, p.Seq, p.ID, p.Terms.Bytes())
}

// snapshotPart keeps a part of a snapshot.
func (w *change) snapshotPart(p *memstore.SnapshotPart) {
	if p.Part == 0 {
		w.queue(deleteSnapshot)
		w.queue(beginSnapshot, p.Part, p.Run, p.Blob.Bytes())
		return
	}
	w.queue(goOnSnapshot, p.Part, p.Run, p.Blob.Bytes()).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return memstore.ErrSnapshotGone
		}
		return nil
	})
}
