package memstore

import "github.com/ilab-mcp/ilab-mcp/privacy"

// rewriting makes the text of a field anew out of what is stored.
type rewriting func(f privacy.Field, stored string) privacy.Text

// rewritten is what a rewriting changed.
type rewritten struct{ memory, revisions int }

// rewrite stages a memory and its history as the rewriting makes them, in place:
// no new revision, no other times. What they said until now is erased.
func (tx *txn) rewrite(row *Row, as rewriting) (n rewritten, err error) {
	history := row.History
	if row.History > 0 {
		err = eachRevision(tx.w, row.ID, func(old *RevisionRow) error {
			p := PutRevision{
				ID: row.ID, Revision: old.Revision, Type: old.Type, At: old.At, Session: SessionID{id: old.Session}, Replace: true,
				Title: seal(as(TitleField, open(old.Title))), Content: seal(as(ContentField, open(old.Content))), Source: as(SourceField, old.Source),
			}
			if p.says(old) {
				return nil
			}
			n.revisions++
			history += p.keptBytes() - old.keptBytes()
			tx.m.Revisions = append(tx.m.Revisions, p)
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	tx.m.User.Bytes += history - row.History
	t := text{
		typ: row.Type, title: as(TitleField, open(row.Title)), content: as(ContentField, open(row.Content)),
		topic: as(TopicKeyField, row.TopicKey), source: as(SourceField, row.Source),
	}
	switch {
	case !row.says(t) || row.TopicKey != t.topic.String() || row.Source != t.source.String():
		n.memory = 1
		p := PutRow{ID: row.ID, Revision: row.Revision, Created: row.Created, Updated: row.Updated, History: history, OldSeq: row.Seq}
		tx.fill(&p, t.analysed(), SessionID{id: row.Session})
		tx.m.User.Bytes += p.textBytes() - row.textBytes()
		tx.m.Put = append(tx.m.Put, p)
	case n.revisions > 0:
		tx.m.Histories = append(tx.m.Histories, PutHistory{ID: row.ID, Bytes: history})
	default:
		return n, nil
	}
	tx.wiped()
	return n, nil
}

// says reports whether nothing is different from what is stored.
func (p *PutRevision) says(old *RevisionRow) bool {
	return string(p.Title.b) == open(old.Title) && string(p.Content.b) == open(old.Content) && p.Source.String() == old.Source
}

func (r *RevisionRow) keptBytes() int64 {
	return int64(len(r.Title) + len(r.Content) + len(r.Session) + len(r.Source))
}

// resummarize stages another summary for a session, "" for none. What it said
// until now is erased.
func (tx *txn) resummarize(row *SessionRow, summary privacy.Text) {
	tx.m.User.Bytes += int64(summary.Bytes() - len(row.Summary))
	p := PutSession{ID: SessionID{id: row.ID}, Started: row.Started, LastActivity: row.LastActivity, Ended: row.Ended, Auto: row.Auto}
	if !summary.IsZero() {
		p.Summary = seal(summary)
	}
	tx.m.Sessions = append(tx.m.Sessions, p)
	tx.wiped()
}

// wiped notes that what is replaced is erased.
func (tx *txn) wiped() {
	if tx.m.Wiped == 0 {
		tx.m.Wiped = tx.nextSeq()
	}
}
