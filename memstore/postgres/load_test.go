package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

func TestKeys(t *testing.T) {
	memstoretest.RunKeys(t, func(t *testing.T) (here, there memstore.Keys) {
		t.Helper()
		url := copied(t)
		return openAt(t, url).Keys(), openAt(t, url).Keys()
	})
}

// TestTwoServers: what one process saves, the next search of another finds.
func TestTwoServers(t *testing.T) {
	url := copied(t)
	var stores [2]*memstore.Store
	for i := range stores {
		stores[i] = memstoretest.User(t, memstore.New(kept{openAt(t, url)}, memstore.DefaultOptions()), "alice")
	}
	for i := range 40 {
		saved := memstoretest.Save(t, stores[i%2], memstore.Discovery, fmt.Sprint("finding ", i), fmt.Sprint("word", i), "")
		found, err := stores[1-i%2].Search(t.Context(), memstoretest.Query(t, fmt.Sprint("word", i), 5))
		if err != nil || len(found.Hits) == 0 || found.Hits[0].ID != saved.ID {
			t.Fatalf("save %d is not found by the other: %+v %v", i, found, err)
		}
	}
	if _, _, err := stores[0].ForgetAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := stores[1].Search(t.Context(), memstoretest.Query(t, "word7", 5)); err != nil || len(found.Hits) > 0 {
		t.Errorf("after everything was forgotten: %+v %v", found, err)
	}
}

// TestFirstSaves: many first saves of one user at once, through two processes.
func TestFirstSaves(t *testing.T) {
	url := copied(t)
	var all sync.WaitGroup
	backends := []*DB{openAt(t, url), openAt(t, url)}
	for n := range 12 {
		s := memstoretest.User(t, memstore.New(kept{backends[n%2]}, memstore.DefaultOptions()), "newcomer")
		all.Go(func() {
			if _, err := s.Save(t.Context(), memstoretest.Draft(t, memstore.Discovery, fmt.Sprint("t", n), "text", "")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	st, err := memstoretest.User(t, memstore.New(kept{backends[0]}, memstore.DefaultOptions()), "newcomer").Stats(t.Context())
	if err != nil || st.Memories != 12 || st.Sessions != 1 {
		t.Errorf("%+v %v", st, err)
	}
}

// TestRestart: the server is stopped, and killed, under load. Every save that was
// acknowledged is there afterwards, once; what was not is an error that can be tried
// again, in words of ours.
func TestRestart(t *testing.T) {
	server := postgrestest.Start(t)
	db := openAt(t, server.URL)
	mem := memstore.New(kept{db}, memstore.DefaultOptions())
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	acknowledged, refused := map[string]string{}, 0
	tick := make(chan struct{}, 1000)
	var all sync.WaitGroup
	for n := range 6 {
		user := fmt.Sprint("u", n%3)
		s := memstoretest.User(t, mem, user)
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				title := fmt.Sprint("save ", n, " ", i)
				_, err := s.Save(t.Context(), memstoretest.Draft(t, memstore.Discovery, title, "text", ""))
				mu.Lock()
				switch {
				case err == nil:
					acknowledged[title] = user
					select {
					case tick <- struct{}{}:
					default:
					}
				case !errors.Is(err, memstore.ErrBusy) && !errors.Is(err, memstore.ErrUnavailable):
					t.Errorf("%v is no error to try again", err)
				default:
					refused++
				}
				mu.Unlock()
			}
		})
	}
	wait := func(n int) {
		for range n {
			select {
			case <-tick:
			case <-time.After(time.Minute):
				t.Error("no save goes through any more")
				return
			}
		}
	}
	for _, end := range []func(){server.Stop, server.Kill, server.Kill} {
		wait(100)
		end()
		for len(tick) > 0 {
			<-tick
		}
		check(t, server.Start())
	}
	wait(100)
	stop()
	all.Wait()
	titles := map[string]int{}
	for n := range 3 {
		check(t, memstoretest.User(t, mem, fmt.Sprint("u", n)).Export(t.Context(), func(x memstore.Exported) error {
			if x.Memory != nil {
				titles[x.Memory.Title]++
			}
			return nil
		}))
	}
	for title := range maps.Keys(acknowledged) {
		if titles[title] != 1 {
			t.Fatalf("%q was acknowledged and is there %d times", title, titles[title])
		}
	}
	t.Logf("%d acknowledged, %d refused", len(acknowledged), refused)
}
