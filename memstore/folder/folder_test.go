package folder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

func fresh(tb testing.TB) memstore.Backend {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "memories"), 0)
}

func openAt(tb testing.TB, dir string, most int) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), dir, Options{Program: "test", MaxOpen: most})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) { memstoretest.Run(t, fresh) }

func TestModel(t *testing.T) { memstoretest.RunModel(t, fresh) }

func TestKeys(t *testing.T) {
	memstoretest.RunKeys(t, func(t *testing.T) (here, there memstore.Keys) {
		t.Helper()
		dir := t.TempDir()
		return openAt(t, dir, 0).Keys(), openAt(t, dir, 0).Keys()
	})
}

// whole is a backend that outlives the stores on it.
type whole struct{ *DB }

func (whole) Close() error { return nil }

// TestFewHandles: many users at once through a few open files. Nobody reads another's,
// nothing is lost, and no more files are open than may be.
func TestFewHandles(t *testing.T) {
	db := openAt(t, t.TempDir(), 3)
	mem := memstore.New(whole{db}, memstore.DefaultOptions())
	var all sync.WaitGroup
	for n := range 12 {
		user := fmt.Sprint("u", n)
		s := memstoretest.User(t, mem, user)
		all.Go(func() {
			for i := range 8 {
				memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint(user, " ", i), "walnut", "")
				found, err := s.Search(t.Context(), memstoretest.Query(t, "walnut", 20))
				if err != nil || len(found.Hits) != i+1 {
					t.Errorf("%s finds %d of %d, %v", user, len(found.Hits), i+1, err)
					return
				}
				for _, h := range found.Hits {
					if !strings.HasPrefix(h.Title, user+" ") {
						t.Errorf("%s finds %q", user, h.Title)
					}
				}
				db.mu.Lock()
				if len(db.open) > 3 {
					t.Errorf("%d files are open", len(db.open))
				}
				db.mu.Unlock()
			}
		})
	}
	all.Wait()
	users, err := db.Users(t.Context())
	if err != nil || len(users) != 12 {
		t.Errorf("users %v, %v", users, err)
	}
}

// TestWaitIsGivenUp: who waits for a file, because as many are open as may be, can
// give up.
func TestWaitIsGivenUp(t *testing.T) {
	db := openAt(t, t.TempDir(), 1)
	mem := memstore.New(whole{db}, memstore.DefaultOptions())
	memstoretest.Save(t, memstoretest.User(t, mem, "alice"), memstore.Discovery, "t", "c", "")
	check(t, db.with(t.Context(), name("alice"), func(*handle) error {
		ctx, cancel := context.WithCancel(t.Context())
		waiting := make(chan error)
		go func() { waiting <- db.with(ctx, name("bob"), func(*handle) error { return nil }) }()
		cancel()
		if err := <-waiting; err != context.Canceled { //nolint:errorlint // nothing wraps it
			t.Errorf("who gave up got %v", err)
		}
		return nil
	}))
	memstoretest.Save(t, memstoretest.User(t, mem, "bob"), memstore.Discovery, "t", "c", "")
}

// TestNoFileByReading: reading makes no file, and a user whose memory is erased leaves
// none with a memory in it.
func TestNoFileByReading(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, dir, 0)
	mem := memstore.New(whole{db}, memstore.DefaultOptions())
	s := memstoretest.User(t, mem, "alice")
	if found, err := s.Search(t.Context(), memstoretest.Query(t, "anything", 5)); err != nil || len(found.Hits) > 0 {
		t.Errorf("%+v %v", found, err)
	}
	files := func() int {
		files, err := Files(dir)
		check(t, err)
		return len(files)
	}
	if n := files(); n != 1 {
		t.Errorf("after a search there are %d files, want the one with keys", n)
	}
	memstoretest.Save(t, s, memstore.Discovery, "xylophone", "quagmire", "")
	if n := files(); n != 2 {
		t.Errorf("after a save there are %d files", n)
	}
	_, _, err := s.ForgetAll(t.Context())
	check(t, err)
	if !db.WipeNow(t.Context()) {
		t.Error("it is not wiped")
	}
	check(t, db.Close())
	if n := files(); n != 1 {
		t.Errorf("after everything was forgotten there are %d files", n)
	}
	check(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), "xylophone") || strings.Contains(string(b), "quagmire") || strings.Contains(path+string(b), "alice") {
			t.Errorf("%s tells of the user", filepath.Base(path))
		}
		return err
	}))
}

// TestSavedMeanwhile: another process saves for a user whose memory has just been
// erased here. That save stays, also when this one closes the file.
func TestSavedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	here, there := openAt(t, dir, 0), openAt(t, dir, 0)
	s := memstoretest.User(t, memstore.New(whole{here}, memstore.DefaultOptions()), "alice")
	memstoretest.Save(t, s, memstore.Discovery, "before", "c", "")
	_, _, err := s.ForgetAll(t.Context())
	check(t, err)
	h, err := here.take(t.Context(), name("alice"))
	check(t, err)
	users, err := h.file.Users(t.Context())
	if err != nil || len(users) != 0 {
		t.Fatal(users, err)
	}
	memstoretest.Save(t, memstoretest.User(t, memstore.New(whole{there}, memstore.DefaultOptions()), "alice"), memstore.Discovery, "meanwhile", "c", "")
	check(t, there.Close())
	here.release(h)
	check(t, h.file.Close())
	check(t, sqlite.Discard(here.path(name("alice")), true))
	again := openAt(t, dir, 0)
	found, err := memstoretest.User(t, memstore.New(whole{again}, memstore.DefaultOptions()), "alice").Search(t.Context(), memstoretest.Query(t, "meanwhile", 5))
	if err != nil || len(found.Hits) != 1 {
		t.Errorf("the save is lost: %+v %v", found, err)
	}
}

// TestForgottenAtOnce: two processes close at once a file of which everything was
// erased; the user can come back.
func TestForgottenAtOnce(t *testing.T) {
	dir := t.TempDir()
	for i := range 20 {
		user := fmt.Sprint("u", i)
		one, other := openAt(t, dir, 0), openAt(t, dir, 0)
		for _, db := range []*DB{one, other} {
			memstoretest.Save(t, memstoretest.User(t, memstore.New(whole{db}, memstore.DefaultOptions()), user), memstore.Discovery, "t", "c", "")
		}
		_, _, err := memstoretest.User(t, memstore.New(whole{one}, memstore.DefaultOptions()), user).ForgetAll(t.Context())
		check(t, err)
		var all sync.WaitGroup
		for _, db := range []*DB{one, other} {
			all.Go(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		check(t, sqlite.Discard(one.path(name(user)), true)) // also where it is gone
		again := openAt(t, dir, 0)
		memstoretest.Save(t, memstoretest.User(t, memstore.New(whole{again}, memstore.DefaultOptions()), user), memstore.Discovery, "back", "c", "")
		check(t, again.Close())
	}
}

// TestNames: ids that some systems take for the same name have files of their own.
func TestNames(t *testing.T) {
	seen := map[string]string{}
	for _, user := range []string{"Alice", "alice", "ALICE", "con", "a.b", "a..b", "-"} {
		n := strings.ToLower(name(user))
		if seen[n] != "" {
			t.Errorf("%s and %s are one file", user, seen[n])
		}
		seen[n] = user
	}
}

func BenchmarkStore(b *testing.B) { memstoretest.Bench(b, fresh) }

func BenchmarkClients(b *testing.B) { memstoretest.BenchClients(b, fresh) }

func BenchmarkUsers(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) { memstoretest.BenchUsers(b, fresh, n) })
	}
}

func BenchmarkSoak(b *testing.B) { memstoretest.BenchSoak(b, fresh) }
