package postgres

import (
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func scanUser(row pgx.CollectableRow) (u memstore.UserRow, err error) {
	err = row.Scan(&u.Epoch, &u.Seq, &u.LastID, &u.Memories, &u.Bytes, &u.Ops)
	return u, err
}

func scanMemory(row pgx.CollectableRow) (m memstore.Row, err error) {
	var typ int
	var topic sql.NullString
	var created, updated int64
	err = row.Scan(&m.ID, &typ, &m.Title, &m.Content, &topic, &m.Revision, &m.Session, &m.Source, &created, &updated, &m.Seq, &m.History)
	m.Type, m.TopicKey, m.Created, m.Updated = memstore.Type(typ), topic.String, fromMicro(created), fromMicro(updated)
	return m, err
}

func scanRevision(row pgx.CollectableRow) (v memstore.RevisionRow, err error) {
	var typ int
	var at int64
	err = row.Scan(&v.Revision, &typ, &v.Title, &v.Content, &v.Session, &v.Source, &at)
	v.Type, v.At = memstore.Type(typ), fromMicro(at)
	return v, err
}

func scanSession(row pgx.CollectableRow) (s memstore.SessionRow, err error) {
	var started, last int64
	var ended sql.NullInt64
	err = row.Scan(&s.ID, &started, &last, &ended, &s.Summary, &s.Auto)
	s.Started, s.LastActivity, s.Ended = fromMicro(started), fromMicro(last), fromNull(ended)
	return s, err
}

func putValues(p *memstore.PutRow) []any {
	topic := sql.NullString{String: p.TopicKey.String(), Valid: !p.TopicKey.IsZero()}
	return []any{
		p.ID, int(p.Type), p.Title.Bytes(), p.Content.Bytes(), topic, p.Revision, p.Session.String(), p.Source.String(),
		p.Created.UnixMicro(), p.Updated.UnixMicro(), p.Hash[:], p.Seq, p.History, p.Class,
	}
}

func sessionValues(s *memstore.PutSession) []any {
	return []any{s.ID.String(), s.Started.UnixMicro(), s.LastActivity.UnixMicro(), toNull(s.Ended), s.Summary.Bytes(), s.Auto}
}

func revisionValues(p *memstore.PutRevision) []any {
	return []any{p.ID, p.Revision, int(p.Type), p.Title.Bytes(), p.Content.Bytes(), p.Session.String(), p.Source.String(), p.At.UnixMicro()}
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
