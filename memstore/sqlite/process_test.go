//go:build unix

package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// The tests of several processes run this test binary again, as one of these.
const roleVariable = "ILAB_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role, os.Args[len(os.Args)-3], os.Args[len(os.Args)-2], os.Args[len(os.Args)-1]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// play is what a child process does: role, file, user, tag.
func play(role, path, user, tag string) error {
	if role == "holder" {
		if err := flock.New(path + ".lock").Lock(); err != nil {
			return err
		}
		if err := os.WriteFile(path+".lock", fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600); err != nil {
			return err
		}
		fmt.Println("held")
		select {}
	}
	ctx := context.Background()
	backend, err := sqlite.Open(ctx, path, sqlite.Options{Program: "test"})
	if err != nil {
		return err
	}
	db := memstore.New(backend, memstore.DefaultOptions())
	id, err := memstore.ParseUserID(user)
	if err != nil {
		return err
	}
	s, err := db.User(ctx, id)
	if err != nil {
		return err
	}
	switch role {
	case "writer":
		return write(ctx, s, tag, 1<<30)
	case "saver":
		if err := write(ctx, s, tag, 200); err != nil {
			return err
		}
		fmt.Println("saved")
		if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
			return err
		}
		q, err := query("common")
		if err != nil {
			return err
		}
		found, err := s.Search(ctx, q)
		if err != nil {
			return err
		}
		fmt.Println("found", found.Total)
		return db.Close()
	}
	if role == "replacer" {
		if err := replaceAll(ctx, s, tag); err != nil {
			return err
		}
		return db.Close()
	}
	return fmt.Errorf("no role %s", role)
}

// replaceAll erases all memories it finds and saves as many new ones.
func replaceAll(ctx context.Context, s *memstore.Store, tag string) error {
	q, err := query("common")
	if err != nil {
		return err
	}
	erased := 0
	for {
		found, err := s.Search(ctx, q)
		if err != nil {
			return err
		}
		if len(found.Hits) == 0 {
			return write(ctx, s, tag, erased)
		}
		for _, h := range found.Hits {
			if ok, _, err := s.Forget(ctx, h.ID); !ok || err != nil {
				return fmt.Errorf("forget %d: %v %w", h.ID, ok, err)
			}
			erased++
		}
	}
}

func query(text string) (memstore.Query, error) {
	t, _, err := privacy.New().Redact(memstore.QueryField, text)
	return memstore.Query{Text: t, Limit: 10}, err
}

// write saves n memories, now and then to a topic it has, and prints the
// number of each after it was acknowledged.
func write(ctx context.Context, s *memstore.Store, tag string, n int) error {
	r := privacy.New()
	for i := range n {
		title, _, err := r.Redact(memstore.TitleField, fmt.Sprintf("%s %d", tag, i))
		if err != nil {
			return err
		}
		content, _, err := r.Redact(memstore.ContentField, fmt.Sprintf("common words and t%sn%d", tag, i))
		if err != nil {
			return err
		}
		if _, err := s.Save(ctx, memstore.Draft{Type: memstore.Discovery, Title: title, Content: content}); err != nil {
			return err
		}
		fmt.Println(i)
	}
	return nil
}

// child is a running child process.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t *testing.T, role, path, user, tag string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], path, user, tag)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &child{cmd: cmd, in: in, out: bufio.NewReader(out)}
}

func (c *child) line(t *testing.T) string {
	t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q: %v", line, err)
	}
	return strings.TrimSpace(line)
}

// TestKill kills two writers on one file, thirty times: no acknowledged save
// is lost, the file is whole and the index agrees with the rows.
func TestKill(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 6
	}
	path := filepath.Join(t.TempDir(), "memory.db")
	rng := rand.New(rand.NewPCG(1, 2))
	acked := map[string]int{} // user and tag: how many
	total := 0
	for round := range rounds {
		var wg sync.WaitGroup
		var mu sync.Mutex
		for _, user := range []string{"alice", "bob"} {
			tag := fmt.Sprintf("r%d", round)
			c := start(t, "writer", path, user, tag)
			// Kill after so many acknowledgements; the child goes on meanwhile.
			enough := 1 + rng.IntN(60)
			wg.Go(func() {
				n := 0
				for {
					line, err := c.out.ReadString('\n')
					if strings.HasPrefix(line, "error") {
						t.Errorf("%s %s: %s", user, tag, line)
					}
					if err != nil {
						break
					}
					n++
					if n == enough {
						if err := c.cmd.Process.Kill(); err != nil {
							t.Error(err)
						}
					}
				}
				_ = c.cmd.Wait() // it was killed
				mu.Lock()
				defer mu.Unlock()
				acked[user+" "+tag] = n
				total += n
			})
		}
		wg.Wait()
	}
	backend := openFile(t, path)
	db := memstore.New(backend, memstore.DefaultOptions())
	for _, user := range []string{"alice", "bob"} {
		s := memstoretest.User(t, db, user)
		for round := range rounds {
			tag := fmt.Sprintf("r%d", round)
			for i := range acked[user+" "+tag] {
				found, err := s.Search(t.Context(), memstoretest.Query(t, fmt.Sprintf("t%sn%d", tag, i), 1))
				if err != nil || found.Total == 0 || found.Hits[0].Title != fmt.Sprintf("%s %d", tag, i) {
					t.Fatalf("%s: acknowledged save %s %d is lost: %+v %v", user, tag, i, found, err)
				}
			}
		}
		st, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Search(t.Context(), memstoretest.Query(t, "common", 10))
		if err != nil || int64(all.Total) != st.Memories {
			t.Errorf("%s: the index has %d memories, the rows %d: %v", user, all.Total, st.Memories, err)
		}
	}
	if problem := sqlite.Check(backend); problem != "ok" {
		t.Errorf("integrity check: %s", problem)
	}
	t.Logf("%d kills, %d acknowledged saves, none lost", 2*rounds, total)
}

// TestManyProcessesOnANewFile: eight processes start at once on a file that
// does not exist, and save for one user.
func TestManyProcessesOnANewFile(t *testing.T) {
	const processes, saves = 8, 200
	path := filepath.Join(t.TempDir(), "new", "memory.db")
	children := make([]*child, processes)
	for i := range children {
		children[i] = start(t, "saver", path, "alice", fmt.Sprint("p", i))
	}
	for i, c := range children {
		for n := range saves {
			if line := c.line(t); line != strconv.Itoa(n) {
				t.Fatalf("process %d: %s", i, line)
			}
		}
		if line := c.line(t); line != "saved" {
			t.Fatalf("process %d: %s", i, line)
		}
	}
	for i, c := range children {
		if _, err := io.WriteString(c.in, "\n"); err != nil {
			t.Fatal(err)
		}
		if line := c.line(t); line != fmt.Sprint("found ", processes*saves) {
			t.Errorf("process %d: %s, want %d", i, line, processes*saves)
		}
		if err := c.cmd.Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
	s := memstoretest.User(t, memstore.New(openFile(t, path), memstore.DefaultOptions()), "alice")
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != processes*saves || st.Sessions != 1 {
		t.Errorf("%+v %v", st, err)
	}
}

// TestStoppedLockHolder: a process that stands still with the lock is named;
// reading goes on, and starting too.
func TestStoppedLockHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	first, err := sqlite.Open(t.Context(), path, sqlite.Options{LockWait: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	db := memstore.New(first, memstore.DefaultOptions())
	s := memstoretest.User(t, db, "alice")
	memstoretest.Save(t, s, memstore.Discovery, "before", "text", "")

	holder := start(t, "holder", path, "", "")
	if line := holder.line(t); line != "held" {
		t.Fatal(line)
	}
	if err := holder.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, err = s.Save(t.Context(), memstoretest.Draft(t, memstore.Discovery, "during", "text", ""))
	pid := strconv.Itoa(holder.cmd.Process.Pid)
	if err == nil || !strings.Contains(err.Error(), "pid "+pid) || !strings.Contains(err.Error(), "nothing was saved") {
		t.Errorf("a save while process %s holds the lock: %v", pid, err)
	}
	found, err := s.Search(t.Context(), memstoretest.Query(t, "text", 10))
	if err != nil || found.Total != 1 {
		t.Errorf("a search meanwhile: %+v %v", found, err)
	}
	late, err := sqlite.Open(t.Context(), path, sqlite.Options{LockWait: 200 * time.Millisecond})
	if err != nil {
		t.Errorf("a start meanwhile: %v", err)
	} else if err := late.Close(); err != nil {
		t.Error(err)
	}
	if err := holder.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.cmd.Wait() // it was killed
	// The attempt that came too late has let go: others get the lock, and again.
	other := memstoretest.User(t, memstore.New(openFile(t, path), memstore.DefaultOptions()), "bob")
	for i := range 3 {
		memstoretest.Save(t, other, memstore.Discovery, fmt.Sprint("other ", i), "text", "")
	}
	memstoretest.Save(t, s, memstore.Discovery, "after", "text", "")
	if st, err := s.Stats(t.Context()); err != nil || st.Memories != 2 {
		t.Errorf("%+v %v: a save that was refused is there", st, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestTwoProcessesStayCoherent: this process has its index, another one erases
// everything and saves as many again; this one finds exactly the new.
func TestTwoProcessesStayCoherent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	s := memstoretest.User(t, memstore.New(openFile(t, path), memstore.DefaultOptions()), "alice")
	const n = 100
	old := map[int64]bool{}
	for i := range n {
		old[memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("old ", i), "common stale", "").ID] = true
	}
	found, err := s.Search(t.Context(), memstoretest.Query(t, "common", 100))
	if err != nil || found.Total != n {
		t.Fatalf("%+v %v", found, err)
	}
	other := start(t, "replacer", path, "alice", "new")
	for i := range n {
		if line := other.line(t); line != strconv.Itoa(i) {
			t.Fatal(line)
		}
	}
	found, err = s.Search(t.Context(), memstoretest.Query(t, "common", 100))
	if err != nil || found.Total != n || len(found.Hits) != n {
		t.Fatalf("total %d, %d hits, %v", found.Total, len(found.Hits), err)
	}
	for _, h := range found.Hits {
		if old[h.ID] || !strings.HasPrefix(h.Title, "new ") {
			t.Errorf("found %+v", h)
		}
	}
	if found, err = s.Search(t.Context(), memstoretest.Query(t, "stale", 100)); err != nil || found.Total != 0 {
		t.Errorf("old words are found: %+v %v", found, err)
	}
	if err := other.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func restoreOptions(wait time.Duration) sqlite.RestoreOptions {
	return sqlite.RestoreOptions{Program: "test", Force: true, Wait: wait, CatchUp: func(ctx context.Context, copied *sqlite.DB) (int, error) {
		return memstore.New(copied, memstore.DefaultOptions()).CatchUp(ctx, copied.Keys())
	}}
}

// backedUp makes a store with one memory, and a backup of it.
func backedUp(t *testing.T) (path, backup string) {
	t.Helper()
	path, backup = filepath.Join(t.TempDir(), "memory.db"), filepath.Join(t.TempDir(), "backup")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, memstoretest.User(t, memstore.New(db, memstore.DefaultOptions()), "alice"), memstore.Discovery, "kept", "text", "")
	if _, err := db.Backup(t.Context(), backup, sqlite.BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path, backup
}

// TestRestoreNamesWhoHasIt: a restore waits for the processes that have the store
// open, names them, and leaves the store to them.
func TestRestoreNamesWhoHasIt(t *testing.T) {
	path, backup := backedUp(t)
	children := []*child{start(t, "saver", path, "alice", "a"), start(t, "saver", path, "bob", "b")}
	for _, c := range children {
		for c.line(t) != "saved" {
		}
	}
	_, err := sqlite.Restore(t.Context(), backup, path, restoreOptions(50*time.Millisecond))
	for _, c := range children {
		if err == nil || !strings.Contains(err.Error(), strconv.Itoa(c.cmd.Process.Pid)) {
			t.Errorf("pid %d is not named: %v", c.cmd.Process.Pid, err)
		}
	}
	if _, ok := memstore.ForPeople(err); !ok {
		t.Errorf("the error is %v", err)
	}
	for _, c := range children { // they go on as if nothing had been
		if _, err := io.WriteString(c.in, "\n"); err != nil {
			t.Fatal(err)
		}
		if got := c.line(t); got != "found 200" {
			t.Errorf("afterwards the child %s", got)
		}
		if err := c.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if _, err := sqlite.Restore(t.Context(), backup, path, restoreOptions(5*time.Second)); err != nil {
		t.Error(err)
	}
}

// TestRestoreWaits: a restore that has begun to wait goes on as soon as the
// process is gone, also where that was killed.
func TestRestoreWaits(t *testing.T) {
	path, backup := backedUp(t)
	c := start(t, "writer", path, "alice", "a")
	c.line(t)
	done := make(chan error, 1)
	go func() {
		_, err := sqlite.Restore(t.Context(), backup, path, restoreOptions(time.Minute))
		done <- err
	}()
	for range 20 {
		c.line(t) // it saves while the restore waits
	}
	select {
	case err := <-done:
		t.Fatalf("the store was replaced under a process: %v", err)
	default:
	}
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // it was killed
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := saved(t, path, "a"); got != 0 {
		t.Errorf("%d saves of before are in the restored store", got)
	}
}

// TestRestoreRacesSaves: of a process that saves around a restore all saves are
// there, or none: none is acknowledged into a file that was replaced.
func TestRestoreRacesSaves(t *testing.T) {
	path, backup := backedUp(t)
	rounds := 20
	if testing.Short() {
		rounds = 5
	}
	before, after := 0, 0
	for round := range rounds {
		tag := fmt.Sprintf("r%d", round)
		done := make(chan error, 1)
		go func() {
			_, err := sqlite.Restore(t.Context(), backup, path, restoreOptions(time.Minute))
			done <- err
		}()
		for round%2 == 1 && len(done) == 0 { // let the restore get ahead
			if begun, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".restore-*")); err != nil || len(begun) > 0 {
				break
			}
			runtime.Gosched()
		}
		c := start(t, "saver", path, "alice", tag)
		for c.line(t) != "saved" {
		}
		if _, err := io.WriteString(c.in, "\n"); err != nil {
			t.Fatal(err)
		}
		c.line(t)
		if err := c.cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		switch got := saved(t, path, tag); got {
		case 0:
			before++
		case 200:
			after++
		default:
			t.Fatalf("round %d: %d of 200 acknowledged saves are there", round, got)
		}
	}
	t.Logf("%d saved before the restore, %d after", before, after)
}

// saved counts a child's memories in a store that nobody has open.
func saved(t *testing.T, path, tag string) int {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	mem := memstore.New(db, memstore.DefaultOptions())
	n := 0
	err = memstoretest.User(t, mem, "alice").Export(t.Context(), func(e memstore.Exported) error {
		if e.Memory != nil && strings.HasPrefix(e.Memory.Title, tag+" ") {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := mem.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}
