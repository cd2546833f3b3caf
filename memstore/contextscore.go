package memstore

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"
)

// The context score says how much a memory matters without any question being
// asked:
//
//	.5·recency + .3·min(revision, 10)/10 + .2·type priority
//
// with recency = 0.5^(days since the last material change / 30).
const (
	weightRecency  = .5
	weightRevision = .3
	weightType     = .2
	halfLifeDays   = 30
	topRevision    = 10
)

func contextScore(class int, updated, now time.Time) float64 {
	days := max(0, now.Sub(updated).Hours()/24)
	revision := class % (topRevision + 1)
	return weightRecency*math.Pow(.5, days/halfLifeDays) +
		weightRevision*float64(revision)/topRevision +
		weightType*typeOf(class).Priority()
}

// classOf groups memories between which only recency decides: one class for
// each type and revision, revisions from 10 up in one. The best n of all
// memories are therefore among the n newest of each class, which is what makes
// the best few of 100,000 cheap to find.
func classOf(t Type, revision int) int {
	return int(t)*(topRevision+1) + min(revision, topRevision)
}

// classesOf lists all classes of the types.
func classesOf(types TypeSet) []int {
	var classes []int
	for _, t := range types.Types() {
		for revision := 1; revision <= topRevision; revision++ {
			classes = append(classes, classOf(t, revision))
		}
	}
	return classes
}

func typeOf(class int) Type { return Type(class / (topRevision + 1)) }

// best gives the n memories of those types with the highest context score.
// Ties: newer first, then higher id.
func (s *Store) best(r Reader, types TypeSet, n int) ([]Scored, error) {
	if n <= 0 {
		return nil, nil
	}
	refs, err := r.Newest(classesOf(types), n)
	if err != nil {
		return nil, err
	}
	now := s.now()
	slices.SortFunc(refs, func(a, b Ref) int {
		return cmp.Or(
			cmp.Compare(contextScore(b.Class, b.Updated, now), contextScore(a.Class, a.Updated, now)),
			b.Updated.Compare(a.Updated), cmp.Compare(b.ID, a.ID))
	})
	refs = refs[:min(n, len(refs))]
	rows, err := rowsByID(r, refs)
	if err != nil {
		return nil, err
	}
	out := make([]Scored, 0, len(refs))
	for _, ref := range refs {
		if row, ok := rows[ref.ID]; ok {
			out = append(out, Scored{Memory: row.memory(), Score: contextScore(ref.Class, ref.Updated, now)})
		}
	}
	return out, nil
}

func rowsByID(r Reader, refs []Ref) (map[int64]*Row, error) {
	ids := make([]int64, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	return fetch(r, ids)
}

func fetch(r Reader, ids []int64) (map[int64]*Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Rows(ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*Row, len(rows))
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
	}
	return byID, nil
}

// Context gives what an agent should know before any question: the newest
// summaries, newest first, and the best other memories by context score.
func (s *Store) Context(ctx context.Context, summaries, memories int) (recent, best []Scored, err error) {
	err = s.view(ctx, func(r Reader) error {
		var err error
		if recent, err = s.best(r, TypeSet(0).With(Summary), summaries); err != nil {
			return err
		}
		slices.SortFunc(recent, func(a, b Scored) int {
			return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(b.ID, a.ID))
		})
		best, err = s.best(r, AllTypes&^(1<<Summary), memories)
		return err
	})
	return recent, best, err
}
