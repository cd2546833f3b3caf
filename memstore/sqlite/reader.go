package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// reader reads one user's rows over one connection, inside a transaction.
type reader struct {
	c    *conn
	user string
}

// rows runs a query; its first parameter is the user.
func (r *reader) rows(q query, args ...any) (*sql.Rows, error) {
	s, err := r.c.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), append([]any{r.user}, args...)...)
}

// one scans the only row of a query, and reports whether there is one.
func (r *reader) one(q query, args []any, dest ...any) (bool, error) {
	s, err := r.c.stmt(q)
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(context.Background(), append([]any{r.user}, args...)...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (r *reader) Load(w memstore.Want) (memstore.State, error) {
	var st memstore.State
	var err error
	if st.User, err = r.Head(); err != nil || st.User.Epoch == 0 {
		return st, err
	}
	if st.Active, err = r.session(selectActive); err != nil {
		return st, err
	}
	m, err := r.match(w)
	st.ByID, st.ByTopic, st.ByHash = m.ByID, m.ByTopic, m.ByHash
	return st, err
}

func (r *reader) Match(wants []memstore.Want) ([]memstore.Match, error) {
	out := make([]memstore.Match, len(wants))
	for i, w := range wants {
		m, err := r.match(w)
		if err != nil {
			return nil, err
		}
		out[i] = m
	}
	return out, nil
}

// match looks for the memories that a rule needs, one statement each: between
// here and the file there is no network.
func (r *reader) match(w memstore.Want) (m memstore.Match, err error) {
	if w.ID != 0 {
		if m.ByID, err = r.memory(selectByID, w.ID); err != nil {
			return m, err
		}
	}
	if !w.TopicKey.IsZero() {
		if m.ByTopic, err = r.memory(selectByTopic, w.TopicKey.String()); err != nil {
			return m, err
		}
	}
	switch {
	case w.Hash == nil:
	case w.Created.IsZero():
		m.ByHash, err = r.memory(selectByHash, w.Hash[:])
	default:
		m.ByHash, err = r.memory(selectSame, w.Hash[:], w.Created.UnixMicro())
	}
	return m, err
}

func (r *reader) Head() (memstore.UserRow, error) {
	var u memstore.UserRow
	var sum int64
	ok, err := r.one(selectUser, nil, &u.Epoch, &u.Seq, &u.LastID, &u.Memories, &u.Bytes, &u.Ops, &sum)
	if err != nil || !ok {
		return memstore.UserRow{}, err
	}
	if sum != sumUser(r.user, u.Epoch, u.Seq, u.LastID, u.Memories, u.Bytes, u.Ops) {
		return memstore.UserRow{}, damaged("the head of this user's store is damaged")
	}
	return u, nil
}

func (r *reader) session(q query, args ...any) (*memstore.SessionRow, error) {
	found, err := r.sessions(q, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (r *reader) memory(q query, args ...any) (*memstore.Row, error) {
	found, err := r.memories(q, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (r *reader) memories(q query, args ...any) ([]memstore.Row, error) {
	return collect(r, q, args, func(rows *sql.Rows) (memstore.Row, error) {
		var m memoryRow
		if err := rows.Scan(m.fields()...); err != nil {
			return memstore.Row{}, err
		}
		if m.sum != m.checksum(r.user) {
			return memstore.Row{}, damaged("memory %d is damaged", m.id)
		}
		return m.row(), nil
	})
}

func (r *reader) sessions(q query, args ...any) ([]memstore.SessionRow, error) {
	return collect(r, q, args, func(rows *sql.Rows) (memstore.SessionRow, error) {
		return scanSession(r.user, rows.Scan)
	})
}

// collect reads all rows of a query.
func collect[T any](r *reader, q query, args []any, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	rows, err := r.rows(q, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// few is how many ids selectFew takes: a search's usual ten hits, without the
// price of a list in JSON.
const few = 10

func (r *reader) Rows(ids []int64) ([]memstore.Row, error) {
	if n := len(ids); n == 1 {
		return r.memories(selectByID, ids[0])
	} else if n > 0 && n <= few {
		args := make([]any, few)
		for i := range args {
			args[i] = ids[min(i, n-1)]
		}
		return r.memories(selectFew, args...)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return r.memories(selectRows, string(list))
}

func (r *reader) Changes(after int64, limit int) ([]memstore.Change, error) {
	return collect(r, selectChanges, []any{after, limit}, func(rows *sql.Rows) (memstore.Change, error) {
		var c memstore.Change
		var sum int64
		if err := rows.Scan(&c.Seq, &c.ID, &c.Terms, &sum); err != nil {
			return c, err
		}
		if sum != sumTerms(r.user, c.Seq, c.ID, c.Terms) {
			// Terms can be made again from the text; only their version matters.
			c.Terms = []byte{}
		}
		return c, nil
	})
}

func (r *reader) Around(id int64, before, after int) ([]memstore.Row, error) {
	anchor, err := r.memory(selectByID, id)
	if err != nil || anchor == nil {
		return nil, err
	}
	created := anchor.Created.UnixMicro()
	out, err := r.memories(selectBefore, created, id, before)
	if err != nil {
		return nil, err
	}
	slices.Reverse(out)
	later, err := r.memories(selectFrom, created, id, after)
	return append(append(out, *anchor), later...), err
}

func (r *reader) After(created time.Time, id int64, n int) ([]memstore.Row, error) {
	return r.memories(selectFrom, created.UnixMicro(), id, n)
}

func (r *reader) Newest(classes []int, n int) ([]memstore.Ref, error) {
	present, err := collect(r, selectClasses, nil, func(rows *sql.Rows) (int, error) {
		var class int
		err := rows.Scan(&class)
		return class, err
	})
	if err != nil {
		return nil, err
	}
	var out []memstore.Ref
	for _, class := range present {
		if !slices.Contains(classes, class) {
			continue
		}
		refs, err := collect(r, selectNewest, []any{class, n}, func(rows *sql.Rows) (memstore.Ref, error) {
			var ref memstore.Ref
			var updated int64
			err := rows.Scan(&ref.ID, &ref.Class, &updated)
			ref.Updated = fromMicro(updated)
			return ref, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, refs...)
	}
	return out, nil
}

func (r *reader) History(id int64, n int) ([]memstore.RevisionRow, int, error) {
	var total int
	if _, err := r.one(countHistory, []any{id}, &total); err != nil {
		return nil, 0, err
	}
	out, err := r.revisions(selectHistory, id, n)
	return out, total, err
}

func (r *reader) Revisions(id int64, after, n int) ([]memstore.RevisionRow, error) {
	return r.revisions(selectRevisions, id, after, n)
}

func (r *reader) revisions(q query, id int64, args ...any) ([]memstore.RevisionRow, error) {
	return collect(r, q, append([]any{id}, args...), func(rows *sql.Rows) (memstore.RevisionRow, error) {
		var v revisionRow
		if err := rows.Scan(&v.revision, &v.typ, &v.title, &v.content, &v.session, &v.source, &v.at, &v.sum); err != nil {
			return memstore.RevisionRow{}, err
		}
		if v.sum != v.checksum(r.user, id) {
			return memstore.RevisionRow{}, damaged("revision %d of memory %d is damaged", v.revision, id)
		}
		return v.row(), nil
	})
}

func (r *reader) Ended(n int) ([]memstore.SessionRow, error) { return r.sessions(selectEnded, n) }

func (r *reader) Session(id string) (*memstore.SessionRow, error) {
	return r.session(selectSession, id)
}

func (r *reader) Sessions(started time.Time, id string, n int) ([]memstore.SessionRow, error) {
	return r.sessions(selectSessions, started.UnixMicro(), id, n)
}

func (r *reader) Written(session string, n int) ([]memstore.Row, int, error) {
	var total int
	if _, err := r.one(countWritten, []any{session, int(memstore.Summary)}, &total); err != nil || total == 0 {
		return nil, 0, err
	}
	rows, err := r.memories(selectWritten, session, int(memstore.Summary), n)
	return rows, total, err
}

func (r *reader) Totals() (memstore.Totals, error) {
	t := memstore.Totals{ByClass: map[int]int64{}}
	type count struct {
		class int
		n     int64
	}
	counts, err := collect(r, countByClass, nil, func(rows *sql.Rows) (count, error) {
		var c count
		err := rows.Scan(&c.class, &c.n)
		return c, err
	})
	if err != nil {
		return t, err
	}
	for _, c := range counts {
		t.ByClass[c.class] = c.n
	}
	if _, err := r.one(countSessions, nil, &t.Sessions); err != nil {
		return t, err
	}
	var oldest, newest sql.NullInt64
	if _, err := r.one(selectSpan, nil, &oldest, &newest); err != nil || !oldest.Valid {
		return t, err
	}
	t.Oldest, t.Newest = fromMicro(oldest.Int64), fromMicro(newest.Int64)
	return t, nil
}

func (r *reader) Topics(prefix string, n int) ([]string, error) {
	return collect(r, selectTopics, []any{prefix, n}, func(rows *sql.Rows) (string, error) {
		var key string
		err := rows.Scan(&key)
		return key, err
	})
}
