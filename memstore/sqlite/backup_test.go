package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// titles are those of all of a user's memories.
func titles(t *testing.T, path, user string) map[string]bool {
	t.Helper()
	db, _ := older(t, path)
	found := map[string]bool{}
	check(t, memstoretest.User(t, db, user).Export(t.Context(), func(e memstore.Exported) error {
		if e.Memory != nil {
			found[e.Memory.Title] = true
		}
		return nil
	}))
	check(t, db.Close())
	return found
}

// TestBackupUnderLoad: a backup that is taken while many save opens clean, and
// holds every save that was acknowledged before it began.
func TestBackupUnderLoad(t *testing.T) {
	db := openTest(t)
	mem := memstore.New(kept{db}, memstore.DefaultOptions())
	for i := range 500 {
		memstoretest.Save(t, memstoretest.User(t, mem, "u0"), memstore.Discovery, fmt.Sprint("before ", i), strings.Repeat("text ", 100), "")
	}
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	acknowledged := map[string]string{} // title to user
	began := make(chan struct{})
	var all sync.WaitGroup
	for n := range 8 {
		user := fmt.Sprint("u", n)
		s := memstoretest.User(t, mem, user)
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				title := fmt.Sprint("save ", n, " ", i)
				memstoretest.Save(t, s, memstore.Discovery, title, "text", "")
				mu.Lock()
				acknowledged[title] = user
				if len(acknowledged) == 200 {
					close(began)
				}
				mu.Unlock()
			}
		})
	}
	<-began
	to := filepath.Join(t.TempDir(), "backup")
	for range 3 {
		mu.Lock()
		want := make(map[string]string, len(acknowledged))
		maps.Copy(want, acknowledged)
		mu.Unlock()
		start := time.Now()
		report, err := db.Backup(t.Context(), to, BackupOptions{})
		took := time.Since(start)
		if err != nil || !report.Sound() || report.Memories < int64(500+len(want)) {
			t.Fatalf("%+v %v", report, err)
		}
		mu.Lock()
		t.Logf("%d saves before, %d during a backup of %s", len(want), len(acknowledged)-len(want), took)
		mu.Unlock()
		held := map[string]map[string]bool{}
		for title, user := range want {
			if held[user] == nil {
				held[user] = titles(t, to, user)
			}
			if !held[user][title] {
				t.Fatalf("%q was acknowledged before the backup began, and is not in it", title)
			}
		}
	}
	stop()
	all.Wait()
}

// TestBackupFiles: what a backup leaves in its folder.
func TestBackupFiles(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	dir := t.TempDir()
	to := filepath.Join(dir, "backup")
	list := func() string {
		entries, err := os.ReadDir(dir)
		check(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return strings.Join(names, " ")
	}
	for i, want := range []string{"backup", "backup backup.1", "backup backup.1 backup.2", "backup backup.1 backup.2"} {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), "text", "")
		if _, err := db.Backup(t.Context(), to, BackupOptions{Keep: 3}); err != nil {
			t.Fatal(err)
		}
		if got := list(); got != want {
			t.Errorf("after %d backups there are %s", i+1, got)
		}
	}
	for name, n := range map[string]int{"backup": 4, "backup.1": 3, "backup.2": 2} {
		report, err := examineCopy(t.Context(), filepath.Join(dir, name), ExamineOptions{})
		if err != nil || report.Memories != int64(n) {
			t.Errorf("%s holds %+v, %v", name, report, err)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	// Something else at that place, and a folder that is not there.
	notes := filepath.Join(dir, "notes")
	check(t, os.WriteFile(notes, []byte("somebody's notes"), 0o600))
	for _, to := range []string{notes, dir, filepath.Join(dir, "none", "backup")} {
		if _, err := db.Backup(t.Context(), to, BackupOptions{}); err == nil {
			t.Errorf("a backup to %s was made", to)
		} else if _, ok := memstore.ForPeople(err); !ok {
			t.Errorf("%s: %v", to, err)
		}
	}
	if b, err := os.ReadFile(notes); err != nil || string(b) != "somebody's notes" {
		t.Errorf("the notes are %q, %v", b, err)
	}
	// What a backup that was killed left goes; what is at work stays.
	left, busy := filepath.Join(dir, workPrefix+"123"), filepath.Join(dir, workPrefix+"456")
	for _, name := range []string{left, busy} {
		check(t, os.Mkdir(name, 0o700))
		check(t, os.WriteFile(filepath.Join(name, "memory.db"), []byte("x"), 0o600))
	}
	lock := newOpenLock(filepath.Join(busy, workLock)).file
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := db.Backup(t.Context(), to, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := list(); strings.Contains(got, workPrefix+"123") || !strings.Contains(got, workPrefix+"456") {
		t.Errorf("left: %s", got)
	}
	check(t, lock.Close())
	// Names that the store's own files have, there or not, and files that are no
	// backups where an earlier one would go.
	check(t, os.WriteFile(to+".1", []byte("precious"), 0o600))
	for _, c := range []struct {
		to   string
		keep int
	}{{db.path + "-wal", 1}, {db.path + "-journal", 1}, {db.path + ".gone", 1}, {db.path, 1}, {to, 3}} {
		if _, err := db.Backup(t.Context(), c.to, BackupOptions{Keep: c.keep}); !errors.Is(err, memstore.ErrInvalid) {
			t.Errorf("a backup to %s: %v", c.to, err)
		}
	}
	if b, err := os.ReadFile(to + ".1"); err != nil || string(b) != "precious" {
		t.Errorf("what was no backup is %q, %v", b, err)
	}
	check(t, os.Remove(to+".1"))
	// A damaged store does not take the place of a good backup.
	check(t, db.conn(writePragmas).exec("UPDATE memories SET content = x'65'"))
	if _, err := db.Backup(t.Context(), to, BackupOptions{Keep: 3}); !errors.Is(err, memstore.ErrDamaged) {
		t.Errorf("a backup of a damaged store: %v", err)
	}
	if report, err := examineCopy(t.Context(), to, ExamineOptions{}); err != nil || !report.Sound() {
		t.Errorf("the backup is now %+v, %v", report, err)
	}
}

func restoreOptions() RestoreOptions {
	return RestoreOptions{Program: "test", Force: true, Wait: time.Second, CatchUp: func(ctx context.Context, copied *DB) (int, error) {
		return memstore.New(copied, memstore.DefaultOptions()).CatchUp(ctx, copied.Keys())
	}}
}

// TestRestoreAfterDamage: whatever became of the store's file, a backup brings
// back what was saved, without what was forgotten since.
func TestRestoreAfterDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	backend, err := Open(t.Context(), path, Options{})
	check(t, err)
	s := store(t, backend)
	for i := range 50 {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), strings.Repeat("text ", 50), "")
	}
	gone := memstoretest.Save(t, s, memstore.Discovery, "gone", "text", "").ID
	to := filepath.Join(t.TempDir(), "backup")
	if _, err := backend.Backup(t.Context(), to, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	if ok, _, err := s.Forget(t.Context(), gone); !ok || err != nil {
		t.Fatal(ok, err)
	}
	memstoretest.Save(t, s, memstore.Discovery, "later", "text", "")
	check(t, backend.Close())
	whole, err := os.ReadFile(path)
	check(t, err)
	rng := rand.New(rand.NewPCG(8, 9))
	for name, damage := range map[string]func([]byte) []byte{
		"nothing":      func(b []byte) []byte { return b },
		"its head":     func(b []byte) []byte { return append(make([]byte, 100), b[100:]...) },
		"many places":  func(b []byte) []byte { return scatter(rng, b, 50) },
		"half of it":   func(b []byte) []byte { return b[:len(b)/2] },
		"other text":   func([]byte) []byte { return []byte("no store at all") },
		"a stray byte": func(b []byte) []byte { return scatter(rng, b, 1) },
		"all of it":    func([]byte) []byte { return nil },
	} {
		check(t, os.WriteFile(path, damage(append([]byte{}, whole...)), 0o600))
		check(t, os.WriteFile(path+"-wal", []byte("an old log that is not of this file"), 0o600))
		done, err := Restore(t.Context(), to, path, restoreOptions())
		if err != nil || done.Erased != 1 || done.NoLog || done.Memories != 51 {
			t.Errorf("%s: %+v %v", name, done, err)
			continue
		}
		if with := titles(t, path, "alice"); len(with) != 50 || !with["t0"] || with["gone"] {
			t.Errorf("%s: restored %d memories", name, len(with))
		}
		report, err := Examine(t.Context(), path, ExamineOptions{})
		if err != nil || !report.Sound() {
			t.Errorf("%s: %+v %v", name, report, err)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) > 4 {
			t.Errorf("%s: left are %v, %v", name, entries, err)
		}
	}
}

func scatter(rng *rand.Rand, b []byte, n int) []byte {
	for range n {
		b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
	}
	return b
}

// TestRestoreRefuses: what keeps a restore from happening leaves the store as it
// is.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	path, to := filepath.Join(dir, "memory.db"), filepath.Join(t.TempDir(), "backup")
	backend, err := Open(t.Context(), path, Options{})
	check(t, err)
	s := store(t, backend)
	memstoretest.Save(t, s, memstore.Discovery, "first", "text", "")
	if _, err := backend.Backup(t.Context(), to, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, s, memstore.Discovery, "second", "text", "")
	check(t, backend.Close())
	whole, err := os.ReadFile(to)
	check(t, err)
	damaged, notes := to+".damaged", to+".txt"
	check(t, os.WriteFile(damaged, append(append([]byte{}, whole[:len(whole)-5000]...), make([]byte, 5000)...), 0o600))
	check(t, os.WriteFile(notes, []byte("notes"), 0o600))
	log, err := os.ReadFile(path + ".gone")
	check(t, err)
	other := []byte(goneTitle + strings.Repeat("0", 32) + "\n")

	for name, c := range map[string]struct {
		from   string
		gone   []byte
		change func(*RestoreOptions)
		want   string
	}{
		"a store that is there":   {to, log, func(o *RestoreOptions) { o.Force = false }, "--force"},
		"a damaged backup":        {damaged, log, nil, "the backup is damaged"},
		"no backup":               {notes, log, nil, "no backup of ilab-mcp"},
		"nothing":                 {to + ".none", log, nil, "cannot be read"},
		"a folder":                {dir, log, nil, "is no file"},
		"the store itself":        {path, log, nil, "belongs to the store"},
		"a log begun anew":        {to, other, nil, "older than the log of erasures"},
		"a log that cannot speak": {to, []byte("?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n?\n"), nil, "is damaged"},
	} {
		check(t, os.WriteFile(path+".gone", c.gone, 0o600))
		o := restoreOptions()
		if c.change != nil {
			c.change(&o)
		}
		_, err := Restore(t.Context(), c.from, path, o)
		if _, ok := memstore.ForPeople(err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error about %q", name, err, c.want)
		}
		if name != "a log begun anew" && name != "a log that cannot speak" {
			if with := titles(t, path, "alice"); !with["second"] {
				t.Errorf("%s: the store was changed: %v", name, with)
			}
		}
	}
	// Somebody who accepts it gets the backup, and the log that is there.
	check(t, os.WriteFile(path+".gone", other, 0o600))
	o := restoreOptions()
	o.AcceptLost = true
	if _, err := Restore(t.Context(), to, path, o); err != nil {
		t.Fatal(err)
	}
	if with := titles(t, path, "alice"); !with["first"] || with["second"] {
		t.Errorf("restored %v", with)
	}
	if report, err := Examine(t.Context(), path, ExamineOptions{}); err != nil || !report.Sound() {
		t.Errorf("%+v %v", report, err)
	}
	// The log is lost, and the store cannot tell either.
	check(t, os.Remove(path+".gone"))
	check(t, os.WriteFile(path, []byte("no store"), 0o600))
	if _, err := Restore(t.Context(), to, path, restoreOptions()); !errors.Is(err, ErrLostErasures) {
		t.Errorf("without a log: %v", err)
	}
	// On another machine there is neither.
	elsewhere := filepath.Join(t.TempDir(), "new", "memory.db")
	if done, err := Restore(t.Context(), to, elsewhere, restoreOptions()); err != nil || !done.NoLog {
		t.Errorf("%+v %v", done, err)
	}
	if with := titles(t, elsewhere, "alice"); !with["first"] {
		t.Errorf("restored %v", with)
	}
}

// TestRestoreOfAnOlderVersion brings a backup up to date that an older program
// made.
func TestRestoreOfAnOlderVersion(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	c := (&DB{path: old}).conn([]string{"journal_mode(DELETE)"})
	check(t, c.exec(strings.Join(migrations()[:3], ";\n")+fmt.Sprintf("; PRAGMA user_version = 3; PRAGMA application_id = %d", applicationID)))
	check(t, (&change{reader: reader{c: c, user: "alice"}}).Apply(memstore.Mutation{User: memstore.UserRow{Epoch: 7}}))
	check(t, c.close())
	path := filepath.Join(dir, "memory.db")
	done, err := Restore(t.Context(), old, path, restoreOptions())
	if err != nil || done.Users != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := os.Stat(path + ".gone"); errors.Is(err, fs.ErrNotExist) {
		t.Error("the store has no log of erasures")
	}
	// Where there is a log already, it is of a time that this backup is not.
	if _, err := Restore(t.Context(), old, path, restoreOptions()); !errors.Is(err, ErrLostErasures) {
		t.Errorf("again: %v", err)
	}
}
