package memstoretest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// operations is how many random operations RunModel does.
const operations = 12_000

// RunModel does random operations for several users against a backend and
// against the model, compares every result, and at the end everything. The
// seed is printed; ILAB_TEST_SEED repeats a run.
func RunModel(t *testing.T, open Open) {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("ILAB_TEST_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal("ILAB_TEST_SEED:", err)
		}
	}
	t.Logf("ILAB_TEST_SEED=%d repeats this run", seed)
	clock := NewClock()
	db := memstore.New(open(t), Options(clock))
	r := &modelRun{t: t, rng: rand.New(rand.NewPCG(seed, 1)), clock: clock}
	for _, name := range []string{"alice", "bob", "Alice", "carol-9"} {
		r.users = append(r.users, &modelUser{name: name, store: User(t, db, name), m: &model{timeout: 24 * time.Hour}})
	}
	n := operations
	if testing.Short() { // under the race detector SQLite runs at a crawl
		n /= 8
	}
	for i := range n {
		r.step()
		if t.Failed() {
			t.Fatalf("stopped at operation %d", i)
		}
	}
	for _, u := range r.users {
		r.compareAll(u)
	}
}

type modelRun struct {
	t     *testing.T
	rng   *rand.Rand
	clock *Clock
	users []*modelUser
}

type modelUser struct {
	name  string
	store *memstore.Store
	m     *model
}

// The vocabulary is small, so that texts and topics meet again; no word is a
// stop word or the stem of another.
var modelWords = strings.Fields("amber birch cobalt delta ember fjord garnet hazel indigo jade kelp lotus maple nectar onyx pearl quartz raven slate topaz")

func (r *modelRun) words(n int) string {
	w := make([]string, n)
	for i := range w {
		w[i] = modelWords[r.rng.IntN(len(modelWords))]
	}
	return strings.Join(w, " ")
}

func (r *modelRun) topic() string {
	if r.rng.IntN(2) == 0 {
		return ""
	}
	return "area/" + modelWords[r.rng.IntN(8)]
}

func (r *modelRun) typ() memstore.Type {
	return memstore.Type(1 + r.rng.IntN(int(memstore.Discovery)))
}

// id picks one of the user's memories, another user's, or none.
func (r *modelRun) id(u *modelUser) int64 {
	switch n := r.rng.IntN(10); n {
	case 0:
		return r.rng.Int64N(1<<53-1) + 1
	case 1:
		u = r.users[r.rng.IntN(len(r.users))]
	}
	if len(u.m.memories) == 0 {
		return 1
	}
	return u.m.memories[r.rng.IntN(len(u.m.memories))].id
}

func (r *modelRun) step() {
	u := r.users[r.rng.IntN(len(r.users))]
	r.clock.Add(time.Duration(1+r.rng.IntN(90)) * time.Minute)
	if r.rng.IntN(40) == 0 {
		r.clock.Add(time.Duration(r.rng.IntN(60)) * time.Hour)
	}
	switch n := r.rng.IntN(100); {
	case n < 30:
		r.save(u)
	case n < 42:
		r.update(u)
	case n < 52:
		r.forget(u)
	case n < 72:
		r.search(u)
	case n < 76:
		r.get(u)
	case n < 81:
		r.timeline(u)
	case n < 85:
		r.history(u)
	case n < 89:
		r.start(u)
	case n < 91:
		r.summarize(u)
	case n < 94:
		r.end(u)
	case n < 97:
		r.context(u)
	default:
		r.stats(u)
	}
}

func (r *modelRun) errorf(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
}

func (r *modelRun) ctx() context.Context { return r.t.Context() }

// learn fills in the ids of memories that the store wrote by itself: an
// auto-closed session's summary. There is at most one unknown at a time.
func (r *modelRun) learn(u *modelUser) {
	var unknown *modelMemory
	known := map[int64]bool{}
	for _, x := range u.m.memories {
		if x.id == 0 {
			unknown = x
		}
		known[x.id] = true
	}
	if unknown == nil {
		return
	}
	recent, _, err := u.store.Context(r.ctx(), 50, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range recent {
		if !known[s.ID] {
			unknown.id, unknown.title, unknown.content = s.ID, s.Title, s.Content
			if s := unknown.session; s.auto {
				s.summary = unknown.content
			}
			return
		}
	}
	r.t.Fatalf("%s: the store did not keep the summary %q", u.name, unknown.content)
}

func (r *modelRun) same(u *modelUser, what string, got memstore.Saved, x *modelMemory, want memstore.Outcome) {
	r.t.Helper()
	if want == memstore.Created {
		if got.ID == 0 || u.m.get(got.ID) != nil {
			r.errorf("%s %s: id %d is not new", u.name, what, got.ID)
		}
		x.id = got.ID
	}
	if s := u.m.active(); s != nil && s.id == "" {
		s.id = got.Session
	}
	topic := x.topic
	if got.ID != x.id || got.Outcome != want || got.Revision != x.revision || got.Session != u.m.active().id || what == "update" && got.TopicKey != topic {
		r.errorf("%s %s: got %+v, want id %d %s revision %d topic %q session %s", u.name, what, got, x.id, want, x.revision, topic, u.m.active().id)
	}
	r.learn(u)
}

func (r *modelRun) save(u *modelUser) {
	typ, title, content, topic := r.typ(), r.words(1+r.rng.IntN(2)), r.words(1+r.rng.IntN(2)), r.topic()
	got, err := u.store.Save(r.ctx(), Draft(r.t, typ, title, content, topic))
	if err != nil {
		r.t.Fatal(err)
	}
	x, want := u.m.save(r.clock.Now(), typ, title, content, topic)
	r.same(u, "save", got, x, want)
}

func (r *modelRun) update(u *modelUser) {
	id := r.id(u)
	var p memstore.Patch
	title, content, topic := "", "", ""
	if r.rng.IntN(2) == 0 {
		title = r.words(2)
		p.Title = Text(r.t, memstore.TitleField, title)
	}
	if r.rng.IntN(2) == 0 {
		content = r.words(2)
		p.Content = Text(r.t, memstore.ContentField, content)
	}
	if r.rng.IntN(2) == 0 {
		p.Type = r.typ()
	}
	switch r.rng.IntN(4) {
	case 0:
		topic = r.topic()
		p.TopicKey = Text(r.t, memstore.TopicKeyField, topic)
	case 1:
		p.ClearTopic = true
	}
	got, err := u.store.Update(r.ctx(), id, p)
	if p == (memstore.Patch{}) {
		if !errors.Is(err, memstore.ErrInvalid) {
			r.errorf("%s: an empty patch: %v", u.name, err)
		}
		return
	}
	x := u.m.get(id)
	if x == nil {
		if !errors.Is(err, memstore.ErrNotFound) || err.Error() != "no memory "+strconv.FormatInt(id, 10) {
			r.errorf("%s: update of an unknown id: %v", u.name, err)
		}
		return
	}
	if other := u.m.byTopic(topic); other != nil && other != x {
		if !errors.Is(err, memstore.ErrConflict) || !strings.Contains(err.Error(), strconv.FormatInt(other.id, 10)) {
			r.errorf("%s: update to a taken topic: %v", u.name, err)
		}
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	session, _ := u.m.touch(r.clock.Now())
	next := *x
	if title != "" {
		next.title = title
	}
	if content != "" {
		next.content = content
	}
	if p.Type != 0 {
		next.typ = p.Type
	}
	if topic != "" {
		next.topic = topic
	}
	if p.ClearTopic {
		next.topic = ""
	}
	want := memstore.Deduped
	if next.title != x.title || next.content != x.content || next.typ != x.typ || next.topic != x.topic {
		want = memstore.Updated
		x.change(r.clock.Now(), session, next.typ, next.title, next.content, next.topic)
	}
	r.same(u, "update", got, x, want)
}

func (r *modelRun) forget(u *modelUser) {
	id := r.id(u)
	got, _, err := u.store.Forget(r.ctx(), id)
	if want := u.m.forget(id); err != nil || got != want {
		r.errorf("%s: forget %d: %v %v, want %v", u.name, id, got, err, want)
	}
}

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
	want := u.m.matches(words, types)
	ids := IDs(got.Hits)
	for i, h := range got.Hits {
		r.compare(u, h.Memory, u.m.get(h.ID))
		if h.Score <= 0 || h.Score > 1 || i > 0 && h.Score > got.Hits[i-1].Score {
			r.errorf("%s: score %v at %d", u.name, h.Score, i)
		}
	}
	slices.Sort(ids)
	if got.Total != len(want) || len(want) <= 100 && !slices.Equal(ids, want) {
		r.errorf("%s: search %v: got %v (total %d), want %v", u.name, words, ids, got.Total, want)
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

func (r *modelRun) start(u *modelUser) {
	got, err := u.store.StartSession(r.ctx(), 5, 10)
	if err != nil {
		r.t.Fatal(err)
	}
	s, isNew := u.m.touch(r.clock.Now())
	if isNew {
		s.id = got.Session
	}
	r.learn(u)
	if got.Session != s.id || got.New != isNew {
		r.errorf("%s: start: %s %v, want %s %v", u.name, got.Session, got.New, s.id, isNew)
	}
	r.compareSessions(u, got.Sessions, 5)
	r.compareBest(u, got.Memories, 10)
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

func (r *modelRun) summarize(u *modelUser) {
	summary := r.words(3)
	got, err := u.store.Summarize(r.ctx(), Note(r.t, summary))
	if err != nil {
		r.t.Fatal(err)
	}
	x, want := u.m.save(r.clock.Now(), memstore.Summary, summary, summary, "")
	r.same(u, "summary", got, x, want)
}

func (r *modelRun) end(u *modelUser) {
	summary := r.words(4)
	got, kept, err := u.store.EndSession(r.ctx(), Note(r.t, summary))
	a := u.m.active()
	if a == nil {
		if !errors.Is(err, memstore.ErrNotFound) {
			r.errorf("%s: end without a session: %v", u.name, err)
		}
		return
	}
	now := r.clock.Now()
	a.last, a.ended, a.summary = now, now, summary
	u.m.put(now, a, memstore.Summary, summary, summary, "")
	if err != nil || !kept || got.ID != a.id || !got.Ended.Equal(now) || got.Summary != summary || got.Auto || got.Active() {
		r.errorf("%s: end: %+v %v %v", u.name, got, kept, err)
	}
	r.learn(u)
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
			want.Bytes += int64(len(o.title) + len(o.content) + len(o.topic) + len(o.session.id))
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
