package memstoretest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

type ctx = context.Context

func testConcurrency(t *testing.T, f *fixture) {
	const users, writers, saves = 4, 3, 25
	var wg sync.WaitGroup
	for u := range users {
		s := User(t, f.db, fmt.Sprint("user", u))
		for w := range writers {
			wg.Go(func() {
				for i := range saves {
					d := Draft(t, memstore.Discovery, fmt.Sprintf("u%d w%d i%d", u, w, i), "text", "")
					if _, err := s.Save(t.Context(), d); err != nil {
						t.Error(err)
						return
					}
					if i%5 == 0 {
						if _, err := s.Search(t.Context(), Query(t, "text", 10)); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	wg.Wait()
	for u := range users {
		s := User(t, f.db, fmt.Sprint("user", u))
		if got := search(t, s, "text", 100); got.Total != writers*saves {
			t.Errorf("user%d has %d memories, want %d", u, got.Total, writers*saves)
		}
		for _, h := range search(t, s, "text", 100).Hits {
			if !strings.HasPrefix(h.Title, fmt.Sprintf("u%d ", u)) {
				t.Errorf("user%d found %q", u, h.Title)
			}
		}
		if st, err := s.Stats(t.Context()); err != nil || st.Sessions != 1 {
			t.Errorf("user%d has %d sessions: %v", u, st.Sessions, err)
		}
	}
}

func testCancelled(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Save(gone, Draft(t, memstore.Discovery, "never", "text", "")); !errors.Is(err, context.Canceled) {
		t.Errorf("save with a cancelled context: %v", err)
	}
	if _, err := s.Search(gone, Query(t, "text", 10)); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("search with a cancelled context: %v", err)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

// testPanicInUpdate: a panic is its own member's failure; others go on.
func testPanicInUpdate(t *testing.T, f *fixture) {
	id, err := memstore.ParseUserID("mallory")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for u := range 8 {
		s := User(t, f.db, fmt.Sprint("user", u))
		wg.Go(func() {
			for i := range 10 {
				if _, err := s.Save(t.Context(), Draft(t, memstore.Discovery, fmt.Sprint(i), "text", "")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		err := f.backend.Update(t.Context(), id, func(w memstore.Writer) error {
			if err := w.Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 1}}); err != nil {
				return err
			}
			panic("a defect in a rule")
		})
		if err == nil {
			t.Error("a panic was acknowledged")
		}
	}
	wg.Wait()
	for u := range 8 {
		if st, err := User(t, f.db, fmt.Sprint("user", u)).Stats(t.Context()); err != nil || st.Memories != 10 {
			t.Errorf("user%d: %+v %v", u, st, err)
		}
	}
	headOf(t, f, id, 0)
}

func testErrorUndoes(t *testing.T, f *fixture) {
	id, err := memstore.ParseUserID("mallory")
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("a rule's own error")
	err = f.backend.Update(t.Context(), id, func(w memstore.Writer) error {
		return errors.Join(w.Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 1}}), refused)
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	headOf(t, f, id, 0)
}

func headOf(t *testing.T, f *fixture, id memstore.UserID, epoch int64) {
	t.Helper()
	err := f.backend.View(t.Context(), id, func(r memstore.Reader) error {
		head, err := r.Head()
		if head.Epoch != epoch {
			t.Errorf("epoch %d, want %d", head.Epoch, epoch)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// runTwice runs every update a second time after it was committed, as an
// engine does that cannot know whether its commit arrived.
type runTwice struct{ memstore.Backend }

func (b runTwice) Update(ctx ctx, u memstore.UserID, f func(memstore.Writer) error) error {
	if err := b.Backend.Update(ctx, u, f); err != nil {
		return err
	}
	return b.Backend.Update(ctx, u, f)
}

func testRunAgain(t *testing.T, f *fixture) {
	s := User(t, memstore.New(runTwice{f.backend}, f.options), "alice")
	start, err := s.StartSession(t.Context(), 5, 10)
	if err != nil || !start.New {
		t.Errorf("start: %+v %v", start, err)
	}
	a := Save(t, s, memstore.Decision, "a", "alpha", "k")
	if a.Outcome != memstore.Created {
		t.Errorf("save: %+v", a)
	}
	if b := Save(t, s, memstore.Decision, "a", "beta", "k"); b.Outcome != memstore.Updated || b.Revision != 2 || b.Session != start.Session {
		t.Errorf("save to the topic: %+v", b)
	}
	if c, err := s.Update(t.Context(), a.ID, memstore.Patch{Title: Text(t, memstore.TitleField, "c")}); err != nil || c.Revision != 3 || c.TopicKey != "k" || c.Outcome != memstore.Updated {
		t.Errorf("update: %+v %v", c, err)
	}
	if ok, _, err := s.Forget(t.Context(), a.ID); !ok || err != nil {
		t.Errorf("forget: %v %v", ok, err)
	}
	if ended, kept, err := s.EndSession(t.Context(), Note(t, "end")); err != nil || !kept || ended.ID != start.Session {
		t.Errorf("end: %+v %v %v", ended, kept, err)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 1 || st.Sessions != 1 {
		t.Errorf("stats: %+v %v", st, err)
	}
}

func testClosed(t *testing.T, f *fixture) {
	s := User(t, f.db, "alice")
	Save(t, s, memstore.Discovery, "t", "text", "")
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), Draft(t, memstore.Discovery, "u", "text", "")); !errors.Is(err, memstore.ErrUnavailable) {
		t.Errorf("save after close: %v", err)
	}
	if _, err := s.Search(t.Context(), Query(t, "text", 10)); !errors.Is(err, memstore.ErrUnavailable) {
		t.Errorf("search after close: %v", err)
	}
	if err := f.db.Close(); err != nil {
		t.Errorf("a second close: %v", err)
	}
}
