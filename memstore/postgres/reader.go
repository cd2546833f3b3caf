package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// reader reads one user's rows over one connection, inside a transaction. What has
// begun is not cancelled: that would cost the connection.
type reader struct {
	c    *pgx.Conn
	user string

	// Of an Update: the user's row has still to be locked, a wait which ctx can
	// end, before anything else is read.
	locks bool
	ctx   context.Context //nolint:containedctx // that of the one call
	head  *memstore.UserRow
}

// lock takes the user's row, so that no other transaction of that user goes on.
func (r *reader) lock() error {
	if !r.locks {
		return nil
	}
	r.locks = false
	b := &pgx.Batch{}
	b.Queue(lockUser, r.user).Query(r.locked)
	return connection(r.c.SendBatch(r.ctx, b).Close())
}

// locked reads the user's row, which is locked with that.
func (r *reader) locked(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, scanUser)
	if err == nil && len(found) > 0 {
		r.head = &found[0]
	}
	return err
}

func (r *reader) args(more []any) []any { return append([]any{r.user}, more...) }

// one scans the only row of a query, if there is one.
func (r *reader) one(text string, args []any, dest ...any) error {
	if err := r.lock(); err != nil {
		return err
	}
	err := r.c.QueryRow(context.Background(), text, r.args(args)...).Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return connection(err)
}

// collect reads all rows of a query.
func collect[T any](r *reader, text string, args []any, scan pgx.RowToFunc[T]) ([]T, error) {
	if err := r.lock(); err != nil {
		return nil, err
	}
	rows, err := r.c.Query(context.Background(), text, r.args(args)...)
	if err != nil {
		return nil, connection(err)
	}
	out, err := pgx.CollectRows(rows, scan)
	return out, connection(err)
}

func (r *reader) Head() (u memstore.UserRow, err error) {
	err = r.one(selectUser, nil, &u.Epoch, &u.Seq, &u.LastID, &u.Memories, &u.Bytes, &u.Ops)
	return u, err
}

// asked is one of several questions that go together.
type asked struct {
	text string
	args []any
	read func(pgx.Rows) error
}

// ask sends several questions in one round trip.
func (r *reader) ask(all []asked) error {
	if len(all) == 0 {
		return r.lock()
	}
	ctx := context.Background()
	b := &pgx.Batch{}
	if r.locks { // in the same round trip
		r.locks, ctx = false, r.ctx
		b.Queue(lockUser, r.user).Query(r.locked)
	}
	for i := range all {
		a := &all[i]
		b.Queue(a.text, r.args(a.args)...).Query(a.read)
	}
	return connection(r.c.SendBatch(ctx, b).Close())
}

// firstOf asks for a row at most.
func firstOf[T any](text string, args []any, scan pgx.RowToFunc[T], into **T) asked {
	return asked{text, args, func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scan)
		if err == nil && len(found) > 0 {
			*into = &found[0]
		}
		return err
	}}
}

func (r *reader) Load(w memstore.Want) (st memstore.State, err error) {
	var head *memstore.UserRow
	var m memstore.Match
	questions := []asked{firstOf(selectActive, nil, scanSession, &st.Active)}
	locked := r.locks // which reads the head
	if !locked {
		questions = append(questions, firstOf(selectUser, nil, scanUser, &head))
	}
	if err := r.ask(append(questions, wanted(w, &m)...)); err != nil {
		return memstore.State{}, err
	}
	if locked {
		head = r.head
	}
	if head == nil || head.Epoch == 0 {
		return memstore.State{}, nil
	}
	st.User, st.ByID, st.ByTopic, st.ByHash = *head, m.ByID, m.ByTopic, m.ByHash
	return st, nil
}

func wanted(w memstore.Want, m *memstore.Match) (questions []asked) {
	if w.ID != 0 {
		questions = append(questions, firstOf(selectByID, []any{w.ID}, scanMemory, &m.ByID))
	}
	if !w.TopicKey.IsZero() {
		questions = append(questions, firstOf(selectByTopic, []any{w.TopicKey.String()}, scanMemory, &m.ByTopic))
	}
	switch {
	case w.Hash == nil:
	case w.Created.IsZero():
		questions = append(questions, firstOf(selectByHash, []any{w.Hash[:]}, scanMemory, &m.ByHash))
	default:
		questions = append(questions, firstOf(selectSame, []any{w.Hash[:], w.Created.UnixMicro()}, scanMemory, &m.ByHash))
	}
	return questions
}

func (r *reader) Match(wants []memstore.Want) ([]memstore.Match, error) {
	out := make([]memstore.Match, len(wants))
	var questions []asked
	for i, w := range wants {
		questions = append(questions, wanted(w, &out[i])...)
	}
	return out, r.ask(questions)
}

func (r *reader) memories(text string, args ...any) ([]memstore.Row, error) {
	return collect(r, text, args, scanMemory)
}

func (r *reader) Rows(ids []int64) ([]memstore.Row, error) { return r.memories(selectRows, ids) }

func (r *reader) Changes(after int64, limit int) ([]memstore.Change, error) {
	return collect(r, selectChanges, []any{after, limit}, func(row pgx.CollectableRow) (c memstore.Change, err error) {
		err = row.Scan(&c.Seq, &c.ID, &c.Terms)
		return c, err
	})
}

func (r *reader) Around(id int64, before, after int) ([]memstore.Row, error) {
	anchor, err := r.memories(selectByID, id)
	if err != nil || len(anchor) == 0 {
		return nil, err
	}
	created := anchor[0].Created.UnixMicro()
	out, err := r.memories(selectBefore, created, id, before)
	if err != nil {
		return nil, err
	}
	slices.Reverse(out)
	later, err := r.memories(selectFrom, created, id, after)
	return append(append(out, anchor[0]), later...), err
}

func (r *reader) After(created time.Time, id int64, n int) ([]memstore.Row, error) {
	return r.memories(selectFrom, created.UnixMicro(), id, n)
}

func (r *reader) Newest(classes []int, n int) ([]memstore.Ref, error) {
	return collect(r, selectNewest, []any{classes, n}, func(row pgx.CollectableRow) (ref memstore.Ref, err error) {
		var updated int64
		err = row.Scan(&ref.ID, &ref.Class, &updated)
		ref.Updated = fromMicro(updated)
		return ref, err
	})
}

func (r *reader) History(id int64, n int) (out []memstore.RevisionRow, total int, err error) {
	if err := r.one(countHistory, []any{id}, &total); err != nil {
		return nil, 0, err
	}
	out, err = collect(r, selectHistory, []any{id, n}, scanRevision)
	return out, total, err
}

func (r *reader) Revisions(id int64, after, n int) ([]memstore.RevisionRow, error) {
	return collect(r, selectRevisions, []any{id, after, n}, scanRevision)
}

func (r *reader) Ended(n int) ([]memstore.SessionRow, error) {
	return collect(r, selectEnded, []any{n}, scanSession)
}

func (r *reader) Session(id string) (*memstore.SessionRow, error) {
	found, err := collect(r, selectSession, []any{id}, scanSession)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (r *reader) Sessions(started time.Time, id string, n int) ([]memstore.SessionRow, error) {
	return collect(r, selectSessions, []any{started.UnixMicro(), id, n}, scanSession)
}

func (r *reader) Written(session string, n int) (rows []memstore.Row, total int, err error) {
	if err := r.one(countWritten, []any{session, int(memstore.Summary)}, &total); err != nil || total == 0 {
		return nil, 0, err
	}
	rows, err = r.memories(selectWritten, session, int(memstore.Summary), n)
	return rows, total, err
}

func (r *reader) Totals() (memstore.Totals, error) {
	t := memstore.Totals{ByClass: map[int]int64{}}
	type count struct {
		class int
		n     int64
	}
	counts, err := collect(r, countByClass, nil, func(row pgx.CollectableRow) (c count, err error) {
		err = row.Scan(&c.class, &c.n)
		return c, err
	})
	if err != nil {
		return t, err
	}
	for _, c := range counts {
		t.ByClass[c.class] = c.n
	}
	if err := r.one(countSessions, nil, &t.Sessions); err != nil {
		return t, err
	}
	var oldest, newest sql.NullInt64
	if err := r.one(selectSpan, nil, &oldest, &newest); err != nil || !oldest.Valid {
		return t, err
	}
	t.Oldest, t.Newest = fromMicro(oldest.Int64), fromMicro(newest.Int64)
	return t, nil
}

func (r *reader) Topics(prefix string, n int) ([]string, error) {
	return collect(r, selectTopics, []any{prefix, n}, pgx.RowTo[string])
}

func (r *reader) Snapshot() ([]byte, error) {
	parts, err := collect(r, selectSnapshot, nil, pgx.RowTo[[]byte])
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	return slices.Concat(parts...), nil
}
