package memstoretest

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
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
		r.compareCopy(u, User(t, db, "copy-of-"+u.name))
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
// None of these is like another, or is a kind that another belongs to.
var modelWords = strings.Fields("amber birch cobalt delta cedar fjord garnet hazel indigo jade kelp lotus maple nectar onyx pearl quartz raven sorrel topaz")

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
