package memstore

import (
	"context"
	"errors"

	"github.com/ilab-mcp/ilab-mcp/memstore/recall"
)

// Found is the result of a search.
type Found struct {
	Hits       []Hit
	Total      int  // memories that match and pass the filter
	Left       int  // the oldest memories, which the index had no room for
	Searchable bool // the query holds at least one word
}

// snippetChars is the longest snippet, in characters.
const snippetChars = 300

// Search finds the memories that say most about the query, best first. Words
// are alternatives; any text is a legal query. Ranking uses this user's
// memories alone. Whatever was saved or forgotten before the call is seen.
func (s *Store) Search(ctx context.Context, q Query) (Found, error) {
	if err := QueryField.Check(q.Text); err != nil {
		return Found{}, err
	}
	if q.Types == 0 {
		q.Types = AllTypes
	}
	query := recall.ParseQuery(q.Text.String(), s.now())
	found := Found{Searchable: !query.Empty()}
	if query.Empty() {
		return found, nil
	}
	err := s.withIndex(ctx, func(r Reader, u *userIndex) error {
		found.Left = u.idx.Left()
		var err error
		found.Hits, found.Total, err = s.ranked(r, u, query, q)
		return err
	})
	if err != nil {
		return Found{}, err
	}
	for i := range found.Hits {
		found.Hits[i].Snippet = recall.Snippet(found.Hits[i].Content, query, snippetChars)
	}
	return found, nil
}

// ranked asks the index and lets the rows decide, or copies of them at the same
// change: a hit without its row, or whose row does not pass the filter, is
// dropped and the next one taken.
func (s *Store) ranked(r Reader, u *userIndex, query recall.Query, q Query) ([]Hit, int, error) {
	for want := q.Limit; ; want *= 2 {
		ranking, total := u.idx.Search(query, uint16(q.Types), want)
		memories, err := s.memories(r, u, ranking)
		if err != nil {
			return nil, 0, err
		}
		hits := make([]Hit, 0, q.Limit)
		for i, h := range ranking {
			m := memories[i]
			if m == nil || !q.Types.Has(m.Type) {
				total--
				continue
			}
			if len(hits) < q.Limit {
				hits = append(hits, Hit{Memory: *m, Score: h.Score})
			}
		}
		if len(hits) == q.Limit || len(ranking) < want {
			return hits, total, nil
		}
	}
}

// memories gives the memories of a ranking, in its order; nil for one without a
// row. It reads those of which there is no copy.
func (s *Store) memories(r Reader, u *userIndex, ranking []recall.Hit) ([]*Memory, error) {
	out := make([]*Memory, len(ranking))
	var missing []int64
	for i, h := range ranking {
		if out[i] = u.copies.find(h.ID, h.Seq); out[i] == nil {
			missing = append(missing, h.ID)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	rows, err := fetch(r, missing)
	if err != nil {
		return nil, err
	}
	for i, h := range ranking {
		if row := rows[h.ID]; row != nil {
			m := row.memory()
			out[i] = &m
			if row.Seq == h.Seq { // the snapshot may be older than the index
				u.copies.keep(&m, h.Seq, s.db.copiesBytes())
			}
		}
	}
	s.db.indexes.Resize(s.user, u.bytes())
	return out, nil
}

// Beginning is what a list shows of a memory when nothing was searched for: at
// most as much as a snippet, cut between words and marked "…".
func (m Memory) Beginning() string {
	return recall.Snippet(m.Content, recall.Query{}, snippetChars)
}

// errBehind leaves a View whose snapshot the index cannot serve.
var errBehind = errors.New("memstore: the index is behind")
