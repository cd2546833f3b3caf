package memstoretest

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// The model's reads: each asks the store and compares what it answers.

func (r *modelRun) search(u *modelUser) {
	words := strings.Fields(r.words(1 + r.rng.IntN(3)))
	q := Query(r.t, strings.Join(words, " "), 100)
	if r.rng.IntN(3) == 0 {
		q.Types = memstore.TypeSet(0).With(r.typ()).With(r.typ())
	}
	got, err := u.store.Search(r.ctx(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	types := q.Types
	if types == 0 {
		types = memstore.AllTypes
	}
	want, holding := u.m.matches(words, types)
	ids := IDs(got.Hits)
	for i, h := range got.Hits {
		r.compare(u, h.Memory, u.m.get(h.ID))
		if h.Score <= 0 || h.Score > 1 || i > 0 && h.Score > got.Hits[i-1].Score {
			r.errorf("%s: score %v at %d", u.name, h.Score, i)
		}
	}
	slices.Sort(ids)
	if holding > 32 {
		if got.Total > len(want) || got.Total < len(got.Hits) || len(got.Hits) < min(holding, 100) && types == memstore.AllTypes {
			r.errorf("%s: search %v: %d hits of %d, at most %d", u.name, words, len(ids), got.Total, len(want))
		}
		return
	}
	if got.Total != len(want) || len(want) <= 100 && !slices.Equal(ids, want) {
		r.errorf("%s: search %v: got %v (total %d), want %v (%d)", u.name, words, ids, got.Total, want, len(want))
	}
}

func (r *modelRun) get(u *modelUser) {
	id := r.id(u)
	got, err := u.store.Get(r.ctx(), id)
	x := u.m.get(id)
	if x == nil {
		if !errors.Is(err, memstore.ErrNotFound) {
			r.errorf("%s: get of an unknown id: %v", u.name, err)
		}
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.compare(u, got, x)
}

func (r *modelRun) compare(u *modelUser, got memstore.Memory, x *modelMemory) {
	r.t.Helper()
	if x == nil {
		r.errorf("%s: memory %d is not in the model", u.name, got.ID)
		return
	}
	if got.ID != x.id || got.Type != x.typ || got.Title != x.title || got.Content != x.content || got.TopicKey != x.topic ||
		got.Revision != x.revision || got.Session != x.session.id || !got.Created.Equal(x.created) || !got.Updated.Equal(x.updated) {
		r.errorf("%s: got %+v\nwant %+v in session %+v", u.name, got, *x, *x.session)
	}
}

func (r *modelRun) timeline(u *modelUser) {
	id, before, after := r.id(u), r.rng.IntN(6), r.rng.IntN(6)
	got, err := u.store.Timeline(r.ctx(), id, before, after)
	if err != nil {
		r.t.Fatal(err)
	}
	all := u.m.byCreation()
	at := slices.IndexFunc(all, func(x *modelMemory) bool { return x.id == id })
	if at < 0 {
		if len(got) != 0 {
			r.errorf("%s: a timeline around an unknown id: %v", u.name, got)
		}
		return
	}
	want := all[max(0, at-before):min(len(all), at+after+1)]
	if len(got) != len(want) {
		r.errorf("%s: timeline has %d, want %d", u.name, len(got), len(want))
		return
	}
	for i := range got {
		r.compare(u, got[i], want[i])
	}
}

func (r *modelRun) history(u *modelUser) {
	id := r.id(u)
	got, total, err := u.store.History(r.ctx(), id, 20)
	x := u.m.get(id)
	if x == nil {
		if !errors.Is(err, memstore.ErrNotFound) {
			r.errorf("%s: history of an unknown id: %v", u.name, err)
		}
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	want := append(slices.Clone(x.old), *x)
	slices.Reverse(want)
	if total != len(want) || len(got) != min(20, len(want)) {
		r.errorf("%s: history has %d of %d, want %d", u.name, len(got), total, len(want))
		return
	}
	for i, v := range got {
		if w := want[i]; v.Revision != w.revision || v.Type != w.typ || v.Title != w.title || v.Content != w.content || v.Session != w.session.id || !v.At.Equal(w.updated) {
			r.errorf("%s: revision %+v, want %+v", u.name, v, w)
		}
	}
}

func (r *modelRun) compareSessions(u *modelUser, got []memstore.Session, n int) {
	var want []*modelSession
	for _, s := range u.m.sessions {
		if !s.ended.IsZero() {
			want = append(want, s)
		}
	}
	slices.SortStableFunc(want, func(a, b *modelSession) int { return b.ended.Compare(a.ended) })
	want = want[:min(n, len(want))]
	if len(got) != len(want) {
		r.errorf("%s: %d ended sessions, want %d", u.name, len(got), len(want))
		return
	}
	for i, s := range got {
		if w := want[i]; s.ID != w.id || !s.Started.Equal(w.started) || !s.Ended.Equal(w.ended) || !s.LastActivity.Equal(w.last) || s.Summary != w.summary || s.Auto != w.auto {
			r.errorf("%s: session %+v, want %+v", u.name, s, *w)
		}
	}
}

// compareBest compares scores and not ids: memories of equal score may stand
// in any order.
func (r *modelRun) compareBest(u *modelUser, got []memstore.Scored, n int) {
	r.t.Helper()
	now := r.clock.Now()
	var want []float64
	for _, x := range u.m.memories {
		if x.typ != memstore.Summary {
			want = append(want, x.contextScore(now))
		}
	}
	slices.Sort(want)
	slices.Reverse(want)
	want = want[:min(n, len(want))]
	if len(got) != len(want) {
		r.errorf("%s: %d best memories, want %d", u.name, len(got), len(want))
		return
	}
	for i, b := range got {
		x := u.m.get(b.ID)
		r.compare(u, b.Memory, x)
		if x != nil && (math.Abs(b.Score-want[i]) > 1e-9 || math.Abs(b.Score-x.contextScore(now)) > 1e-9) {
			r.errorf("%s: context score %v at %d, want %v", u.name, b.Score, i, want[i])
		}
	}
}

func (r *modelRun) context(u *modelUser) {
	_, best, err := u.store.Context(r.ctx(), 3, 20)
	if err != nil {
		r.t.Fatal(err)
	}
	r.compareBest(u, best, 20)
}

func (r *modelRun) stats(u *modelUser) {
	got, err := u.store.Stats(r.ctx())
	if err != nil {
		r.t.Fatal(err)
	}
	want := memstore.Stats{Memories: int64(len(u.m.memories)), Sessions: int64(len(u.m.sessions)), ByType: map[memstore.Type]int64{}}
	for _, s := range u.m.sessions {
		want.Bytes += int64(len(s.id) + len(s.summary))
	}
	for _, x := range u.m.memories {
		want.ByType[x.typ]++
		want.Bytes += int64(len(x.title) + len(x.content) + len(x.topic))
		for _, o := range x.old {
			want.Bytes += int64(len(o.title) + len(o.content) + len(o.session.id))
		}
	}
	if got.Memories != want.Memories || got.Sessions != want.Sessions || got.Bytes != want.Bytes {
		r.errorf("%s: stats %+v, want %+v", u.name, got, want)
	}
	for typ := memstore.Profile; typ <= memstore.Summary; typ++ {
		if got.ByType[typ] != want.ByType[typ] {
			r.errorf("%s: %d of type %s, want %d", u.name, got.ByType[typ], typ, want.ByType[typ])
		}
	}
}

// compareAll walks all of a user's memories, their histories and sessions.
func (r *modelRun) compareAll(u *modelUser) {
	all := u.m.byCreation()
	if len(all) > 0 {
		got, err := u.store.Timeline(r.ctx(), all[0].id, 0, len(all)+10)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(got) != len(all) {
			r.t.Fatalf("%s: the store holds %d memories, the model %d", u.name, len(got), len(all))
		}
		for i := range got {
			r.compare(u, got[i], all[i])
		}
	}
	r.stats(u)
	r.start(u)
}
