package sqlite

import (
	"database/sql"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// memoryRow is one row of memories, in the order of memoryColumns.
type memoryRow struct {
	id               int64
	typ              int64
	title, content   []byte
	topic            sql.NullString
	revision         int64
	session, source  string
	created, updated int64
	hash             []byte
	seq, history     int64
	class            int64
	sum              int64
}

func (m *memoryRow) fields() []any {
	return []any{
		&m.id, &m.typ, &m.title, &m.content, &m.topic, &m.revision, &m.session, &m.source,
		&m.created, &m.updated, &m.hash, &m.seq, &m.history, &m.class, &m.sum,
	}
}

// checksum covers every column, and the user.
func (m *memoryRow) checksum(user string) int64 {
	return int64(rowSum(3).text(user).int(m.id).int(m.typ).blob(m.title).blob(m.content).text(m.topic.String).
		int(m.revision).text(m.session).text(m.source).int(m.created).int(m.updated).blob(m.hash).
		int(m.seq).int(m.history).int(m.class))
}

func (m *memoryRow) row() memstore.Row {
	return memstore.Row{
		ID: m.id, Type: memstore.Type(m.typ), Title: m.title, Content: m.content, TopicKey: m.topic.String,
		Revision: int(m.revision), Session: m.session, Source: m.source,
		Created: fromMicro(m.created), Updated: fromMicro(m.updated), Seq: m.seq, History: m.history,
	}
}

// putValues gives a row's values for insertMemory and updateMemory.
func putValues(user string, p *memstore.PutRow) []any {
	m := memoryRow{
		id: p.ID, typ: int64(p.Type), title: p.Title.Bytes(), content: p.Content.Bytes(),
		topic:    sql.NullString{String: p.TopicKey.String(), Valid: !p.TopicKey.IsZero()},
		revision: int64(p.Revision), session: p.Session.String(), source: p.Source.String(),
		created: p.Created.UnixMicro(), updated: p.Updated.UnixMicro(), hash: p.Hash[:],
		seq: p.Seq, history: p.History, class: int64(p.Class),
	}
	return []any{
		m.id, m.typ, m.title, m.content, m.topic, m.revision, m.session, m.source,
		m.created, m.updated, m.hash, m.seq, m.history, m.class, m.checksum(user),
	}
}

// revisionRow is one row of revisions.
type revisionRow struct {
	revision        int64
	typ             int64
	title, content  []byte
	session, source string
	at              int64
	sum             int64
}

func (v *revisionRow) checksum(user string, id int64) int64 {
	return int64(rowSum(5).text(user).int(id).int(v.revision).int(v.typ).blob(v.title).blob(v.content).
		text(v.session).text(v.source).int(v.at))
}

func (v *revisionRow) row() memstore.RevisionRow {
	return memstore.RevisionRow{
		Revision: int(v.revision), Type: memstore.Type(v.typ), Title: v.title, Content: v.content,
		Session: v.session, Source: v.source, At: fromMicro(v.at),
	}
}

func scanSession(user string, scan func(...any) error) (memstore.SessionRow, error) {
	var id string
	var started, last, sum int64
	var ended sql.NullInt64
	var summary []byte
	var auto bool
	if err := scan(&id, &started, &last, &ended, &summary, &auto, &sum); err != nil {
		return memstore.SessionRow{}, err
	}
	if sum != sumSession(user, id, started, last, ended.Int64, summary, auto) {
		return memstore.SessionRow{}, damaged("a session is damaged")
	}
	return memstore.SessionRow{
		ID: id, Started: fromMicro(started), LastActivity: fromMicro(last), Ended: fromNull(ended), Summary: summary, Auto: auto,
	}, nil
}

func sessionValues(user string, s *memstore.PutSession) []any {
	ended := toNull(s.Ended)
	started, last := s.Started.UnixMicro(), s.LastActivity.UnixMicro()
	sum := sumSession(user, s.ID.String(), started, last, ended.Int64, s.Summary.Bytes(), s.Auto)
	return []any{s.ID.String(), started, last, ended, s.Summary.Bytes(), s.Auto, sum}
}

// A time that may not be there is NULL, and zero in Go.

func fromNull(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return fromMicro(us.Int64)
}

func toNull(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: true}
}

func fromMicro(us int64) time.Time { return time.UnixMicro(us).UTC() }
