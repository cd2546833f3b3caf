package memstore

import "context"

// Get gives a memory whole. NotFound for an id that this user does not have.
func (s *Store) Get(ctx context.Context, id int64) (Memory, error) {
	var m Memory
	err := s.view(ctx, func(r Reader) error {
		row, err := one(r, id)
		m = row.memory()
		return err
	})
	return m, err
}

// one reads the row of a memory that must be there.
func one(r Reader, id int64) (Row, error) {
	rows, err := r.Rows([]int64{id})
	if err != nil {
		return Row{}, err
	}
	if len(rows) == 0 {
		return Row{}, noMemory(id)
	}
	return rows[0], nil
}

// ByTopic gives the memory that has the topic key. NotFound if none has.
func (s *Store) ByTopic(ctx context.Context, q Query) (Memory, error) {
	var m Memory
	err := s.view(ctx, func(r Reader) error {
		st, err := r.Load(Want{TopicKey: q.Text})
		if err != nil {
			return err
		}
		if st.ByTopic == nil {
			return &Error{Kind: NotFound, Msg: "no memory has this topic_key"}
		}
		m = st.ByTopic.memory()
		return nil
	})
	return m, err
}

// Timeline gives the memory and its neighbours in order of creation, oldest
// first; nothing for an id that this user does not have.
func (s *Store) Timeline(ctx context.Context, id int64, before, after int) ([]Memory, error) {
	var ms []Memory
	err := s.view(ctx, func(r Reader) error {
		rows, err := r.Around(id, before, after)
		if err != nil {
			return err
		}
		ms = make([]Memory, len(rows))
		for i := range rows {
			ms[i] = rows[i].memory()
		}
		return nil
	})
	return ms, err
}

// History gives at most n states that a memory was in, newest first and the
// current one included, and how many there are. NotFound for an id that this
// user does not have.
func (s *Store) History(ctx context.Context, id int64, n int) ([]Revision, int, error) {
	var revisions []Revision
	total := 0
	err := s.view(ctx, func(r Reader) error {
		row, err := one(r, id)
		if err != nil {
			return err
		}
		now := row.memory()
		revisions = []Revision{{
			Revision: now.Revision, Type: now.Type, Title: now.Title, Content: now.Content,
			Session: now.Session, Source: now.Source, At: now.Updated,
		}}
		old, count, err := r.History(id, n-1)
		if err != nil {
			return err
		}
		total = count + 1
		for i := range old {
			revisions = append(revisions, old[i].revision())
		}
		return nil
	})
	return revisions, total, err
}

// Stats counts this user's store.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.view(ctx, func(r Reader) (err error) {
		st, err = stats(r)
		return err
	})
	st.Limits = s.db.opts.Limits
	return st, err
}

func stats(r Reader) (Stats, error) {
	head, err := r.Head()
	if err != nil {
		return Stats{}, err
	}
	t, err := r.Totals()
	st := Stats{
		Memories: head.Memories, Bytes: head.Bytes, Sessions: t.Sessions,
		ByType: map[Type]int64{}, Oldest: t.Oldest, Newest: t.Newest,
	}
	for class, n := range t.ByClass {
		st.ByType[typeOf(class)] += n
	}
	return st, err
}

// Topics lists, in byte order, the first q.Limit topic keys that begin with
// q.Text; all of them where it is empty.
func (s *Store) Topics(ctx context.Context, q Query) ([]string, error) {
	var keys []string
	err := s.view(ctx, func(r Reader) error {
		var err error
		keys, err = r.Topics(q.Text.String(), q.Limit)
		return err
	})
	return keys, err
}
