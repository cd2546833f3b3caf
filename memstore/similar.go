package memstore

import (
	"context"
	"errors"
)

// Likeness is a memory that says nearly the same as one just saved.
type Likeness struct {
	ID       int64
	Title    string
	TopicKey string // "" for none
}

const (
	// maxSimilar is how many near-duplicates a save names.
	maxSimilar = 3
	// smallStore is how many memories a user may have, and smallText how many bytes
	// of text, for a save to load the index: some milliseconds, once.
	smallStore = 500
	smallText  = 1 << 20
)

// similar finds near-duplicates of a memory that was just saved, if the user's
// index is in memory or quickly there. It is advice: whatever goes wrong, there
// is none, and the save stands.
func (s *Store) similar(ctx context.Context, id int64) []Likeness {
	u := s.index()
	for range 2 { // the second time with an index that was loaded for it
		var alike []Likeness
		small := false
		err := s.view(ctx, func(r Reader) error {
			head, err := r.Head()
			if err != nil {
				return err
			}
			small = head.Memories <= smallStore && head.Bytes <= smallText
			if err := s.follow(u, r, head, true); err != nil {
				return err
			}
			alike, err = u.similar(r, head, id)
			return err
		})
		if err == nil {
			return alike
		}
		if !errors.Is(err, errBehind) || !small || s.loadIndex(ctx, u) != nil {
			return nil
		}
	}
	return nil
}

func (u *userIndex) similar(r Reader, head UserRow, id int64) ([]Likeness, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.idx == nil || u.idx.Epoch() != head.Epoch {
		return nil, errBehind
	}
	hits := u.idx.Similar(id, maxSimilar)
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	rows, err := fetch(r, ids)
	if err != nil {
		return nil, err
	}
	var alike []Likeness
	for _, h := range hits {
		if row := rows[h.ID]; row != nil && row.Seq == h.Seq {
			alike = append(alike, Likeness{ID: row.ID, Title: open(row.Title), TopicKey: row.TopicKey})
		}
	}
	return alike, nil
}
