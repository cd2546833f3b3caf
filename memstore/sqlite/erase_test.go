package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

// TestSecureDelete: the rows themselves are overwritten when they are deleted,
// before any wiper comes: current text, history, terms, and text on overflow
// pages. Without secure_delete the same search finds them, so it can fail.
func TestSecureDelete(t *testing.T) {
	for _, secure := range []bool{true, false} {
		db := openTest(t)
		s := store(t, db)
		id := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "quagmire "+strings.Repeat("overflowing ", 2000), "").ID
		if _, err := s.Update(t.Context(), id, memstore.Patch{Content: memstoretest.Text(t, memstore.ContentField, "zeppelin")}); err != nil {
			t.Fatal(err)
		}
		c := db.conn(append(append([]string{}, writePragmas...), fmt.Sprintf("secure_delete(%t)", secure)))
		check(t, c.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
		head, row := state(t, s, db, id)
		for _, step := range []func() error{
			func() error { return c.exec("BEGIN IMMEDIATE") },
			func() error {
				w := &change{reader: reader{c: c, user: "alice"}}
				return w.Apply(memstore.Mutation{User: head, Erase: []memstore.Tombstone{{ID: id, Seq: head.Seq, OldSeq: row.Seq}}})
			},
			func() error { return c.exec("COMMIT") },
			func() error { return c.exec("PRAGMA wal_checkpoint(TRUNCATE)") },
		} {
			check(t, step())
		}
		left := 0
		for _, w := range []string{"xylophone", "quagmire", "overflowing overflowing", "zeppelin"} {
			if with := holds(t, db, w); with != nil {
				left++
				if secure {
					t.Errorf("%q is still in %v", w, with)
				}
			}
		}
		if !secure && left != 4 {
			t.Errorf("without secure_delete only %d of 4 texts are found: the search proves little", left)
		}
	}
}

// state gives the user's head, moved on by one change, and a row.
func state(t *testing.T, _ *memstore.Store, db *DB, id int64) (head memstore.UserRow, row memstore.Row) {
	t.Helper()
	u, err := memstore.ParseUserID("alice")
	check(t, err)
	check(t, db.View(t.Context(), u, func(r memstore.Reader) error {
		st, err := r.Load(memstore.Want{ID: id})
		if err == nil {
			head, row = st.User, *st.ByID
			head.Seq++
		}
		return err
	}))
	return head, row
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestForgetAllWipes: nothing of a user is in any file of the store: no text, no
// term, no session's name, no key's, and not the user's name either. A copy that
// an upgrade left goes too. Another user keeps everything.
func TestForgetAllWipes(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	other := memstoretest.User(t, memstore.New(kept{db}, memstore.DefaultOptions()), "bob")
	for i := range 30 {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("xylophone ", i), "quagmire "+strings.Repeat("overflowing ", i*40), "topic/zeppelin")
		memstoretest.Save(t, other, memstore.Discovery, fmt.Sprint("glockenspiel ", i), "text", "")
	}
	if _, _, err := s.EndSession(t.Context(), memstoretest.Note(t, "rigmarole")); err != nil {
		t.Fatal(err)
	}
	alice, err := memstore.ParseUserID("alice")
	check(t, err)
	key, err := memstore.ParseKeyID("abcdEFG1")
	check(t, err)
	check(t, db.Keys().Add(t.Context(), memstore.NewKey{ID: key, User: alice, Name: memstoretest.Text(t, memstore.KeyNameField, "brouhaha"), Created: time.Unix(1, 0)}))
	bak := db.path + ".v3.bak"
	check(t, os.WriteFile(bak, []byte("a copy with quagmire"), 0o600))
	words := []string{"xylophon", "quagmir", "overflowing over", "zeppelin", "rigmarol", "brouhaha", "alice"}
	for _, w := range words {
		if holds(t, db, w) == nil {
			t.Fatalf("%s is in no file, so this test proves nothing", w)
		}
	}
	if n, err := db.Keys().Remove(t.Context(), alice, time.Unix(2, 0)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, _, err := s.ForgetAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !db.WipeNow(t.Context()) {
		t.Fatal("nothing held the wiper off, and it did not finish")
	}
	for _, w := range words {
		if with := holds(t, db, w); with != nil {
			t.Errorf("%q is still in %v", w, with)
		}
	}
	if holds(t, db, "glockenspiel") == nil {
		t.Error("another user's memories are gone too")
	}
	if _, err := os.Stat(bak); err == nil {
		t.Error("the copy that an upgrade left is still there")
	}
}

// gone gives the lines of the log of erasures.
func gone(t *testing.T, db *DB) []string {
	t.Helper()
	b, err := os.ReadFile(db.gone.path)
	check(t, err)
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// older opens a copy of a store as it was, beside the log as it is now.
func older(t *testing.T, path string) (*memstore.DB, *DB) {
	t.Helper()
	backend, err := Open(t.Context(), path, Options{})
	check(t, err)
	db := memstore.New(backend, memstore.DefaultOptions())
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, backend
}

// TestOlderCopyCatchesUp: whoever puts an older copy of the store in its place
// does not bring back what was forgotten or revoked since, and keeps what was
// not.
func TestOlderCopyCatchesUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "memory.db")
	backend, err := Open(t.Context(), path, Options{})
	check(t, err)
	db := memstore.New(backend, memstore.DefaultOptions())
	alice, bob := memstoretest.User(t, db, "alice"), memstoretest.User(t, db, "bob")
	forgotten := memstoretest.Save(t, alice, memstore.Discovery, "xylophone", "text", "").ID
	memstoretest.Save(t, alice, memstore.Discovery, "stays", "text", "")
	memstoretest.Save(t, bob, memstore.Discovery, "zeppelin", "text", "")
	name, err := memstore.ParseUserID("bob")
	check(t, err)
	var ids []memstore.KeyID
	for i, user := range []string{"alice", "bob"} {
		id, err := memstore.ParseKeyID(fmt.Sprintf("abcdEFG%d", i))
		check(t, err)
		u, err := memstore.ParseUserID(user)
		check(t, err)
		check(t, backend.Keys().Add(t.Context(), memstore.NewKey{ID: id, User: u, Created: time.Unix(1, 0)}))
		ids = append(ids, id)
	}
	copied := filepath.Join(dir, "copy.db")
	if _, err := backend.Backup(t.Context(), copied, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	later := memstoretest.Save(t, alice, memstore.Discovery, "later", "text", "").ID
	for _, id := range []int64{forgotten, later} {
		if ok, _, err := alice.Forget(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	check(t, backend.Keys().Revoke(t.Context(), ids[0], time.Unix(5, 0)))
	if _, err := backend.Keys().Remove(t.Context(), name, time.Unix(6, 0)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bob.ForgetAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := gone(t, backend)
	if len(log) != 6 || strings.Contains(strings.Join(log, " "), "alice") || strings.Contains(strings.Join(log, " "), "xylophone") {
		t.Errorf("the log says %q", log)
	}
	check(t, db.Close())

	for round := range 2 { // the second time on what the first has left
		if round == 0 {
			check(t, os.Rename(copied, path))
		}
		db, backend := older(t, path)
		n, err := db.CatchUp(t.Context(), backend.Keys())
		if err != nil || (n > 0) != (round == 0) {
			t.Errorf("round %d: %d entries, %v", round, n, err)
		}
		alice, bob := memstoretest.User(t, db, "alice"), memstoretest.User(t, db, "bob")
		found, err := alice.Search(t.Context(), memstoretest.Query(t, "xylophone stays", 10))
		if err != nil || len(found.Hits) != 1 || found.Hits[0].Title != "stays" {
			t.Errorf("alice finds %+v, %v", found, err)
		}
		if st, err := bob.Stats(t.Context()); err != nil || st.Memories != 0 {
			t.Errorf("bob has %+v, %v", st, err)
		}
		keys, err := backend.Keys().List(t.Context())
		if err != nil || len(keys) != 1 || !keys[0].Revoked.Equal(time.Unix(5, 0)) {
			t.Errorf("keys %+v, %v", keys, err)
		}
		// The numbers go on where the log ends.
		id := memstoretest.Save(t, alice, memstore.Discovery, "marimba", "text", "").ID
		before := gone(t, backend)
		if ok, _, err := alice.Forget(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if after := gone(t, backend); len(after) != len(before)+1 || !strings.HasPrefix(after[len(before)], fmt.Sprint(len(before), " ")) {
			t.Errorf("the log went from %q to %q", before, after)
		}
		check(t, db.Close())
	}
}

// TestGoneIsMadeWhole: a log that lacks its end, because it was lost, or its
// last line was not written whole, is completed by the next start; one of another
// store is left alone and told of.
func TestGoneIsMadeWhole(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	var ids []int64
	for i := range 4 {
		ids = append(ids, memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), "text", "").ID)
	}
	for _, id := range ids[:3] {
		if ok, _, err := s.Forget(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	whole, err := os.ReadFile(db.gone.path)
	check(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	for name, damage := range map[string]string{
		"lost": "", "only begun": string(whole[:10]), "only the head": lines[0],
		"a line short": strings.Join(lines[:3], ""), "half a line": strings.Join(lines[:3], "") + lines[3][:9],
	} {
		if name == "lost" {
			check(t, os.Remove(db.gone.path))
		} else {
			check(t, os.WriteFile(db.gone.path, []byte(damage), 0o600))
		}
		again, err := Open(t.Context(), db.path, Options{})
		check(t, err)
		check(t, again.Close())
		if now, err := os.ReadFile(db.gone.path); err != nil || string(now) != string(whole) {
			t.Errorf("%s: the log says %q, %v", name, now, err)
		}
	}
	foreign := strings.Replace(string(whole), lines[0], goneTitle+strings.Repeat("0", 32)+"\n", 1)
	check(t, os.WriteFile(db.gone.path, []byte(foreign), 0o600))
	if missed, err := db.Missed(t.Context()); missed != nil || err != memstore.ErrOtherLog { //nolint:errorlint // this very one
		t.Errorf("another store's log: %v %v", missed, err)
	}
	if ok, _, err := s.Forget(t.Context(), ids[3]); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if now, err := os.ReadFile(db.gone.path); err != nil || string(now) != foreign {
		t.Errorf("another store's log was changed to %q, %v", now, err)
	}
	for _, bad := range []string{"x\n", lines[0] + "1 5 nonsense 3\n", lines[0] + "2 5 user 3\n1 5 user 3\n"} {
		check(t, os.WriteFile(db.gone.path, []byte(bad), 0o600))
		if _, err := db.gone.after(0); err == nil {
			t.Errorf("%q was read as a log", bad)
		}
	}
}

// TestNewStoreTakesUpTheLog: where the store's file was lost and a new one begun,
// a backup of the old one can still be told what was erased.
func TestNewStoreTakesUpTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	backend, err := Open(t.Context(), path, Options{})
	check(t, err)
	s := store(t, backend)
	id := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "text", "").ID
	copied := path + ".copy"
	if _, err := backend.Backup(t.Context(), copied, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	if ok, _, err := s.Forget(t.Context(), id); !ok || err != nil {
		t.Fatal(ok, err)
	}
	check(t, backend.Close())
	check(t, os.Remove(path))
	anew, err := Open(t.Context(), path, Options{})
	check(t, err)
	s = store(t, anew)
	id = memstoretest.Save(t, s, memstore.Discovery, "marimba", "text", "").ID
	if ok, _, err := s.Forget(t.Context(), id); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if log := gone(t, anew); len(log) != 3 {
		t.Errorf("the log says %q", log)
	}
	check(t, anew.Close())
	check(t, os.Rename(copied, path))
	db, backend := older(t, path)
	if n, err := db.CatchUp(t.Context(), backend.Keys()); n != 2 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	if st, err := memstoretest.User(t, db, "alice").Stats(t.Context()); err != nil || st.Memories != 0 {
		t.Errorf("%+v %v", st, err)
	}
}

// TestTwoHistories: a backup was restored somewhere else and went on there. What
// either side has erased stays erased when the copy comes back.
func TestTwoHistories(t *testing.T) {
	here, there := filepath.Join(t.TempDir(), "memory.db"), filepath.Join(t.TempDir(), "memory.db")
	one, backend := older(t, here)
	s := memstoretest.User(t, one, "alice")
	x, y := memstoretest.Save(t, s, memstore.Discovery, "xylophone", "text", "").ID, memstoretest.Save(t, s, memstore.Discovery, "yacht", "text", "").ID
	memstoretest.Save(t, s, memstore.Discovery, "stays", "text", "")
	first := filepath.Join(t.TempDir(), "first")
	second := filepath.Join(t.TempDir(), "second")
	back := func(db *DB, to string) {
		t.Helper()
		_, err := db.Backup(t.Context(), to, BackupOptions{})
		check(t, err)
	}
	forget := func(s *memstore.Store, id int64) {
		t.Helper()
		if ok, _, err := s.Forget(t.Context(), id); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	restore := func(from, to string) Restored {
		t.Helper()
		done, err := Restore(t.Context(), from, to, RestoreOptions{
			Force: true, Wait: time.Minute,
			CatchUp: func(ctx context.Context, db *DB) (int, error) {
				return memstore.New(kept{db}, memstore.DefaultOptions()).CatchUp(ctx, db.Keys())
			},
		})
		check(t, err)
		return done
	}
	back(backend, first)
	forget(s, x)
	check(t, one.Close())

	restore(first, there)
	two, other := older(t, there)
	forget(memstoretest.User(t, two, "alice"), y)
	back(other, second)
	check(t, two.Close())

	if done := restore(second, here); done.Erased != 1 {
		t.Errorf("%d entries were applied, want 1", done.Erased)
	}
	if got := titles(t, here, "alice"); len(got) != 1 || !got["stays"] {
		t.Errorf("after the copy came back: %v", got)
	}
	// Both are in the log now: the first backup brings back neither.
	restore(first, here)
	if got := titles(t, here, "alice"); len(got) != 1 || !got["stays"] {
		t.Errorf("after the first backup: %v", got)
	}
}
