package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

func store(t *testing.T, db *DB) *memstore.Store {
	t.Helper()
	return memstoretest.User(t, memstore.New(db, memstore.DefaultOptions()), "alice")
}

// holds reports which of the store's files hold the text.
func holds(t *testing.T, db *DB, text string) []string {
	t.Helper()
	files, err := filepath.Glob(db.path + "*")
	if err != nil {
		t.Fatal(err)
	}
	var with []string
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			with = append(with, filepath.Base(name))
		}
	}
	return with
}

// TestForgetWipes: after an erasure that says wiped, no byte of the text, its
// history or its terms is in any file of the store.
func TestForgetWipes(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	id := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "quagmire "+strings.Repeat("long ", 3000), "k").ID
	memstoretest.Save(t, s, memstore.Discovery, "zeppelin", "text", "k")
	memstoretest.Save(t, s, memstore.Discovery, "stays", "brouhaha", "")
	for _, w := range []string{"xylophone", "quagmire", "zeppelin", "brouhaha"} {
		if len(holds(t, db, w)) == 0 {
			t.Fatalf("%s is in no file, so this test proves nothing", w)
		}
	}
	ok, wiped, err := s.Forget(t.Context(), id)
	if err != nil || !ok || !wiped {
		t.Fatalf("forget: %v %v %v", ok, wiped, err)
	}
	for _, w := range []string{"xylophone", "quagmire", "zeppelin", "xylophon", "long long"} {
		if with := holds(t, db, w); with != nil {
			t.Errorf("%q is still in %v", w, with)
		}
	}
	if len(holds(t, db, "brouhaha")) == 0 {
		t.Error("another memory is gone too")
	}
}

// TestForgetWipesTheSnapshot: nor is it in the stored index of a user with many
// memories, which holds their words; nor what the memory said before an update.
func TestForgetWipesTheSnapshot(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	first := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "quagmire", "").ID
	for i := range 600 {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), "text of many", "")
	}
	loaded := memstore.New(kept{db}, memstore.DefaultOptions())
	if _, err := memstoretest.User(t, loaded, "alice").Search(t.Context(), memstoretest.Query(t, "many", 1)); err != nil {
		t.Fatal(err)
	}
	if err := loaded.Close(); err != nil { // the snapshot is stored then
		t.Fatal(err)
	}
	var n int
	if err := db.conn(readPragmas).queryOne("SELECT count(*) FROM snapshots WHERE instr(blob, CAST('quagmir' AS BLOB)) > 0", nil, &n); err != nil || n == 0 {
		t.Fatalf("%d parts of a snapshot hold the word, so this test proves nothing: %v", n, err)
	}
	if _, err := s.Update(t.Context(), first, memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, "brouhaha")}); err != nil {
		t.Fatal(err)
	}
	if ok, _, err := s.Forget(t.Context(), first); err != nil || !ok {
		t.Fatal(ok, err)
	}
	db.wiper.mu.Lock()
	db.wiper.next = time.Time{}
	db.wiper.mu.Unlock()
	if !db.Wipe(t.Context()) {
		t.Fatal("nothing held the wiper off, and it did not finish")
	}
	for _, w := range []string{"xylophon", "quagmir", "brouhaha"} {
		if with := holds(t, db, w); with != nil {
			t.Errorf("%q is still in %v", w, with)
		}
	}
}

// kept is a backend that outlives the store on it.
type kept struct{ *DB }

func (kept) Close() error { return nil }

// TestForgetWipesRebalancedPages erases most of many memories of very
// different sizes. SQLite moves cells between pages meanwhile and leaves copies
// in the gaps, which secure_delete does not reach.
func TestForgetWipesRebalancedPages(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	rng := rand.New(rand.NewPCG(5, 6))
	word := func(i, n int) string { return fmt.Sprintf("zq%dw%dk", i, n) } // of memory i
	words := func(i int) string {
		var b strings.Builder
		for n := range 1 + int(math.Pow(700, rng.Float64())) {
			b.WriteString(word(i, n*7919%1000) + " ")
		}
		return b.String()
	}
	ids := make([]int64, 400)
	for i := range ids {
		topic := ""
		if rng.IntN(10) < 7 {
			topic = "area/" + word(i, 1000)
		}
		ids[i] = memstoretest.Save(t, s, memstore.Discovery, word(i, 1001), words(i), topic).ID
		if i%3 == 0 {
			j := rng.IntN(i + 1)
			if _, err := s.Update(t.Context(), ids[j], memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, words(j))}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var gone []int
	for _, i := range rng.Perm(len(ids))[:len(ids)*7/10] {
		gone = append(gone, i)
		if ok, _, err := s.Forget(t.Context(), ids[i]); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	db.wiper.mu.Lock()
	db.wiper.next = time.Time{}
	db.wiper.mu.Unlock()
	if !db.Wipe(t.Context()) {
		t.Fatal("nothing held the wiper off, and it did not finish")
	}
	for _, i := range gone {
		if with := holds(t, db, fmt.Sprintf("zq%dw", i)); with != nil {
			t.Errorf("words of memory %d are still in %v", i, with)
		}
	}
}

// TestWipeWaitsForReaders: a reader keeps the old log; the note stays until a
// later try succeeds, which the next start takes up.
func TestWipeWaitsForReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := store(t, db)
	id := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "quagmire", "").ID
	other, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	user, err := memstore.ParseUserID("alice")
	if err != nil {
		t.Fatal(err)
	}
	err = other.View(t.Context(), user, func(r memstore.Reader) error {
		if _, err := r.Head(); err != nil { // the snapshot begins
			return err
		}
		if ok, wiped, err := s.Forget(t.Context(), id); !ok || wiped || err != nil {
			t.Errorf("forget under a reader: %v %v %v", ok, wiped, err)
		}
		if with := holds(t, db, "quagmire"); with == nil {
			t.Error("the reader did not hold the log, so this test proves nothing")
		}
		return db.Close() // the process ends with the note in the file
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 { // its wiper starts at once, on its own goroutine
		again.wiper.mu.Lock()
		note, err := again.wiper.c.fact(factErased)
		again.wiper.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		if note == nil {
			break
		}
		runtime.Gosched()
	}
	if with := holds(t, again, "quagmire"); with != nil {
		t.Errorf("still in %v", with)
	}
	if err := errors.Join(again.Close(), other.Close()); err != nil {
		t.Error(err)
	}
}

// TestCloseLetsGo: after the last Close everything is in the one file, which
// can be copied, and nothing of the process's has it open.
func TestCloseLetsGo(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	memstoretest.Save(t, s, memstore.Discovery, "t", "quagmire", "")
	if _, err := s.Search(t.Context(), memstoretest.Query(t, "quagmire", 10)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(db.path + suffix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left behind: %v", suffix, err)
		}
	}
	if with := holds(t, db, "quagmire"); len(with) != 1 || with[0] != "memory.db" {
		t.Errorf("the text is in %v", with)
	}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		for _, fd := range open {
			if name, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(name, db.path) {
				t.Errorf("%s is still open", name)
			}
		}
	}
}

// TestFileMovedAway: nothing is acknowledged into a file that is not there.
func TestFileMovedAway(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not move open files")
	}
	db := openTest(t)
	s := store(t, db)
	memstoretest.Save(t, s, memstore.Discovery, "t", "text", "")
	if err := os.Rename(db.path, db.path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), memstoretest.Draft(t, memstore.Discovery, "u", "text", "")); !errors.Is(err, memstore.ErrUnavailable) || !strings.Contains(err.Error(), "moved") {
		t.Errorf("a save into a file that was moved away: %v", err)
	}
	if err := os.Rename(db.path+".away", db.path); err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, s, memstore.Discovery, "v", "text", "")
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "new", "memory.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	memstoretest.Save(t, store(t, db), memstore.Discovery, "t", "text", "")
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v %v", files, err)
	}
	for _, name := range append(files, filepath.Dir(path)) {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v after open: %v", info.Mode(), err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestNewerFile: a process whose file was migrated by a newer program refuses
// to write, says why, and still reads.
func TestNewerFile(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	memstoretest.Save(t, s, memstore.Discovery, "t", "text", "")
	newer := db.conn(writePragmas)
	steps := append(migrations(), "CREATE TABLE later (user_id TEXT PRIMARY KEY) STRICT")
	if err := migrate(newer, db.path, db.gone, "7.5.3", steps); err != nil {
		t.Fatal(err)
	}
	_, err := s.Save(t.Context(), memstoretest.Draft(t, memstore.Discovery, "u", "text", ""))
	if !errors.Is(err, memstore.ErrUnavailable) || !strings.Contains(err.Error(), "ilab-mcp 7.5.3") {
		t.Errorf("a save into a newer file: %v", err)
	}
	if found, err := s.Search(t.Context(), memstoretest.Query(t, "text", 10)); err != nil || found.Total != 1 {
		t.Errorf("a search in a newer file: %+v %v", found, err)
	}
	late, err := Open(t.Context(), db.path, Options{})
	if err != nil {
		t.Fatalf("a start on a newer file: %v", err)
	}
	if err := late.Close(); err != nil {
		t.Error(err)
	}
	if err := newer.setFact(factReadable, []byte("99")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), db.path, Options{LockWait: time.Millisecond}); err == nil || !strings.Contains(err.Error(), "7.5.3") {
		t.Errorf("a start on a file that this program cannot read: %v", err)
	}
	// The upgrade left a copy of the file as it was.
	backup := db.conn(readPragmas)
	if err := backup.exec("ATTACH DATABASE ? AS b", db.path+fmt.Sprintf(".v%d.bak", len(migrations()))); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := backup.queryOne("SELECT count(*) FROM b.memories", nil, &rows); err != nil || rows != 1 {
		t.Errorf("the backup has %d rows: %v", rows, err)
	}
	if info, err := os.Stat(db.path + fmt.Sprintf(".v%d.bak", len(migrations()))); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("the backup's mode: %v %v", info.Mode(), err)
	}
}

func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	other := (&DB{path: foreign}).conn(writePragmas)
	if err := other.exec("CREATE TABLE theirs (x)"); err != nil {
		t.Fatal(err)
	}
	if err := other.close(); err != nil {
		t.Fatal(err)
	}
	check(t, os.Chmod(foreign, 0o644))
	for path, want := range map[string]string{
		"":         "needs a file",
		":memory:": "needs a file",
		dir:        "folder",
		text:       "no memory store",
		foreign:    "no store of ilab-mcp",
	} {
		_, err := Open(t.Context(), path, Options{})
		if _, ok := memstore.ForPeople(err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error about %q", path, err, want)
		}
		if err != nil && strings.Contains(err.Error(), dir) {
			t.Errorf("the error tells a path: %v", err)
		}
	}
	if info, err := os.Stat(foreign); err != nil || info.Mode().Perm() != 0o644 && runtime.GOOS != "windows" {
		t.Errorf("the mode of another program's file was changed: %v %v", info.Mode(), err)
	}
	if b, err := os.ReadFile(text); err != nil || !bytes.HasPrefix(b, []byte("not a database")) {
		t.Error("a file that is no store was changed")
	}
}

// TestDamage changes values behind the store's back: a damaged row is an
// error and never an answer; damaged terms are made again from the text.
func TestDamage(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	id := memstoretest.Save(t, s, memstore.Discovery, "title", "text", "").ID
	raw := db.conn(writePragmas)
	if err := raw.exec("UPDATE terms SET blob = zeroblob(40)"); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Search(t.Context(), memstoretest.Query(t, "text", 10)); err != nil || found.Total != 1 {
		t.Errorf("damaged terms: %+v %v", found, err)
	}
	if err := raw.exec("UPDATE memories SET content = CAST('evil' AS BLOB)"); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Get(t.Context(), id); !errors.Is(err, memstore.ErrDamaged) {
		t.Errorf("a damaged row: %+v %v", m, err)
	}
	if err := raw.exec("UPDATE users SET bytes = 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stats(t.Context()); !errors.Is(err, memstore.ErrDamaged) {
		t.Errorf("a damaged head: %v", err)
	}
}
