package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// filled makes a closed store of two users with everything there is in it, and
// gives its path.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "memory.db")
	db, err := Open(t.Context(), path, Options{Program: "test"})
	check(t, err)
	clock := memstoretest.NewClock()
	mem := memstore.New(db, memstoretest.Options(clock))
	rng := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("amber basalt cobalt dahlia ember fjord garnet hazel indigo jasper kelp lotus maple nectar onyx pearl quartz")
	say := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = words[rng.IntN(len(words))]
		}
		return strings.Join(out, " ")
	}
	for _, user := range []string{"alice", "bob"} {
		s := memstoretest.User(t, mem, user)
		for i := range 60 {
			clock.Add(time.Duration(rng.IntN(1000)) * time.Minute)
			saved := memstoretest.Save(t, s, memstore.Discovery, say(4), say(5+rng.IntN(400)), fmt.Sprint("topic/", rng.IntN(20)))
			if i%9 == 0 {
				if _, _, err := s.Forget(t.Context(), saved.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		u, err := memstore.ParseUserID(user)
		check(t, err)
		id, err := memstore.ParseKeyID("abcd" + strings.ToUpper(user + "xx")[:4])
		check(t, err)
		check(t, db.Keys().Add(t.Context(), memstore.NewKey{ID: id, User: u, Created: time.Unix(1, 0)}))
	}
	if _, err := db.Mark(t.Context(), "salt", []byte("fingerprint")); err != nil {
		t.Fatal(err)
	}
	check(t, mem.Close())
	return path
}

// dump is every row and the schema of a closed file, read without any help of
// the package's own checks.
func dump(t *testing.T, path string) (string, error) {
	t.Helper()
	c := (&DB{path: path}).connTo(dsn(path, []string{"query_only(1)"}) + "&mode=ro&immutable=1")
	defer func() { _ = c.close() }() // a test's read
	if err := c.connect(); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, query := range []string{
		"PRAGMA user_version", "PRAGMA application_id", "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
		"SELECT * FROM users NOT INDEXED ORDER BY user_id", "SELECT * FROM sessions NOT INDEXED ORDER BY user_id, id", "SELECT * FROM memories NOT INDEXED ORDER BY user_id, id",
		"SELECT * FROM revisions NOT INDEXED ORDER BY user_id, id, revision", "SELECT * FROM terms ORDER BY user_id, seq", "SELECT * FROM api_keys ORDER BY id",
		"SELECT * FROM store ORDER BY name", "SELECT * FROM erasures ORDER BY n",
	} {
		rows, err := c.c.QueryContext(t.Context(), query)
		if err != nil {
			return "", err
		}
		if err := appendRows(&b, rows); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func appendRows(b *strings.Builder, rows *sql.Rows) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return err
		}
		for _, v := range values {
			fmt.Fprintf(b, "%T %v|", *v.(*any), *v.(*any)) //nolint:forcetypeassert // made above
		}
		b.WriteByte('\n')
	}
	return rows.Err()
}

// TestDoctorFindsDamage writes 64 random bytes into a store, many times: where
// that changes a row, terms or the schema, or keeps them from being read, an
// examination finds it. Where it says that all is well, all is.
func TestDoctorFindsDamage(t *testing.T) {
	path := filled(t)
	whole, err := os.ReadFile(path)
	check(t, err)
	want, err := dump(t, path)
	check(t, err)
	report, err := Examine(t.Context(), path, ExamineOptions{})
	if err != nil || !report.Sound() || report.Memories < 30 || report.Revisions < 40 || report.Keys != 2 || report.Users != 2 {
		t.Fatalf("before any damage: %+v %v", report, err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	found, harmless := 0, 0
	for range 300 {
		damaged := append([]byte{}, whole...)
		at := rng.IntN(len(damaged) - 64)
		for i := range 64 {
			damaged[at+i] = byte(rng.Uint32())
		}
		for _, suffix := range []string{"-wal", "-shm"} {
			_ = os.Remove(path + suffix) // of the last round
		}
		check(t, os.WriteFile(path, damaged, 0o600))
		got, readErr := dump(t, path)
		report, err := Examine(t.Context(), path, ExamineOptions{})
		wrong := err != nil || !report.Sound()
		switch {
		case (readErr != nil || got != want) && !wrong:
			t.Errorf("damage at byte %d was not found (reading it: %v)", at, readErr)
		case wrong:
			found++
		default:
			harmless++
		}
	}
	t.Logf("%d damages were found, %d changed nothing", found, harmless)
	if found < 60 {
		t.Errorf("only %d damages were found", found)
	}
}

// spoil changes a closed store behind its back.
func spoil(t *testing.T, path, text string) {
	t.Helper()
	c := (&DB{path: path}).conn(writePragmas)
	check(t, c.exec("PRAGMA foreign_keys = OFF"))
	check(t, c.exec(text))
	check(t, c.close())
}

// TestDoctorNames: what is wrong is named, and what can be made again is, so
// that nothing is left to find.
//
//nolint:thelper // a table of damages, none of them helpers
func TestDoctorNames(t *testing.T) {
	unix := runtime.GOOS != "windows"
	for name, c := range map[string]struct {
		spoil  func(t *testing.T, path string)
		want   string
		mended bool
	}{
		"a row of another user": {func(t *testing.T, path string) {
			spoil(t, path, "UPDATE memories SET user_id = 'bob' WHERE rowid = (SELECT min(rowid) FROM memories WHERE user_id = 'alice' AND id NOT IN (SELECT id FROM revisions))")
		}, "1 rows of memories are damaged", false},
		"a session of another user": {func(t *testing.T, path string) {
			spoil(t, path, "INSERT INTO sessions SELECT 'bob', id || 'x', started, last_activity, coalesce(ended, 1), summary, auto, sum FROM sessions WHERE user_id = 'alice' LIMIT 1")
		}, "rows of sessions are damaged", false},
		"a row of nobody": {func(t *testing.T, path string) {
			spoil(t, path, "UPDATE sessions SET user_id = 'mallory' WHERE user_id = 'alice' AND ended IS NULL")
		}, "refer to something that is not there", false},
		"a changed text":    {func(t *testing.T, path string) { spoil(t, path, "UPDATE memories SET content = x'65'") }, "rows of memories are damaged", false},
		"a changed history": {func(t *testing.T, path string) { spoil(t, path, "UPDATE revisions SET title = x'65'") }, "rows of revisions are damaged", false},
		"a changed key":     {func(t *testing.T, path string) { spoil(t, path, "UPDATE api_keys SET user_id = 'bob'") }, "1 rows of API keys are damaged", false},
		"a changed fact": {func(t *testing.T, path string) {
			spoil(t, path, "UPDATE store SET value = x'65' WHERE name = 'mark:salt'")
		}, "1 rows of facts", false},
		"another schema": {func(t *testing.T, path string) {
			spoil(t, path, "CREATE TRIGGER evil AFTER INSERT ON memories BEGIN SELECT 1; END")
		}, "schema", false},
		"no store": {func(t *testing.T, path string) { spoil(t, path, "PRAGMA application_id = 7") }, "does not say that it is a memory store", false},
		"lost terms": {func(t *testing.T, path string) {
			spoil(t, path, "DELETE FROM terms WHERE user_id = 'alice' AND blob IS NOT NULL")
		}, "search terms of", true},
		"others' terms": {func(t *testing.T, path string) {
			spoil(t, path, "UPDATE terms SET blob = (SELECT blob FROM terms WHERE user_id = 'bob' AND blob IS NOT NULL LIMIT 1) WHERE user_id = 'alice' AND blob IS NOT NULL")
		}, "search terms of", true},
		"stray terms": {func(t *testing.T, path string) {
			spoil(t, path, "INSERT INTO terms VALUES ('alice', 9999, 5, x'00', 0)")
		}, "belong to no memory", true},
		"wrong totals": {func(t *testing.T, path string) { spoil(t, path, "UPDATE users SET bytes = bytes + 1") }, "the totals of 2 users", true},
		"a bad snapshot": {func(t *testing.T, path string) {
			spoil(t, path, "INSERT INTO snapshots VALUES ('alice', 0, 1, x'00', 0)")
		}, "stored search index is damaged", true},
		"a short log": {func(t *testing.T, path string) {
			b, err := os.ReadFile(path + ".gone")
			check(t, err)
			check(t, os.WriteFile(path+".gone", b[:len(goneTitle)+33], 0o600))
		}, ".gone) is not complete", true},
		"another log": {func(t *testing.T, path string) {
			check(t, os.WriteFile(path+".gone", []byte(goneTitle+strings.Repeat("0", 32)+"\n"), 0o600))
		}, "of another store", false},
		"an open file":   {func(t *testing.T, path string) { check(t, os.Chmod(path, 0o644)) }, "its mode is 0644", true},
		"an open log":    {func(t *testing.T, path string) { check(t, os.Chmod(path+".gone", 0o640)) }, "memory.db.gone: its mode is 0640", true},
		"an open folder": {func(t *testing.T, path string) { check(t, os.Chmod(filepath.Dir(path), 0o777)) }, "the mode of its folder is 0777", false},
	} {
		t.Run(name, func(t *testing.T) {
			if !unix && strings.Contains(c.want, "mode") {
				t.Skip("Windows has no such modes")
			}
			path := filled(t)
			c.spoil(t, path)
			report, err := Examine(t.Context(), path, ExamineOptions{})
			if err != nil || !strings.Contains(words(report), c.want) || report.Sound() {
				t.Errorf("found %s, %v", words(report), err)
			}
			found, left, err := Repair(t.Context(), path, ExamineOptions{})
			if err != nil || words(found) != words(report) || left.Sound() != c.mended {
				t.Errorf("repairing found %s and left %s, %v", words(found), words(left), err)
			}
			if !c.mended {
				return
			}
			mem, _ := older(t, path)
			for _, user := range []string{"alice", "bob"} {
				s := memstoretest.User(t, mem, user)
				if found, err := s.Search(t.Context(), memstoretest.Query(t, "cobalt onyx", 10)); err != nil || len(found.Hits) < 5 {
					t.Errorf("%s finds %d, %v", user, len(found.Hits), err)
				}
				memstoretest.Save(t, s, memstore.Discovery, "after", "the repair", "")
			}
		})
	}
}

func words(r Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		if !f.Note {
			b.WriteString(f.What + "; ")
		}
	}
	return b.String()
}

// TestDoctorRepairsAnIndex builds an index anew that lacks a row.
func TestDoctorRepairsAnIndex(t *testing.T) {
	path := filled(t)
	c := (&DB{path: path}).conn(writePragmas)
	var root int64
	var text string
	check(t, c.queryOne("SELECT rootpage, sql FROM sqlite_schema WHERE name = 'memories_hash'", nil, &root, &text))
	check(t, c.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'memories_hash'; PRAGMA writable_schema = RESET`))
	// The index is not told of this.
	check(t, c.exec("UPDATE memories SET hash = x'00' WHERE rowid = (SELECT min(rowid) FROM memories)"))
	check(t, c.exec("PRAGMA writable_schema = ON"))
	check(t, c.exec("INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('index', 'memories_hash', 'memories', ?, ?)", root, text))
	check(t, c.exec("PRAGMA writable_schema = RESET"))
	check(t, c.close())
	report, err := Examine(t.Context(), path, ExamineOptions{})
	if err != nil || !strings.Contains(words(report), "an index does not fit its table") {
		t.Fatalf("found %s, %v", words(report), err)
	}
	_, left, err := Repair(t.Context(), path, ExamineOptions{})
	if err != nil || strings.Contains(words(left), "index") {
		t.Errorf("left %s, %v", words(left), err)
	}
}

// TestDoctorWhileServing: an examination reads one moment, and holds nobody up.
func TestDoctorWhileServing(t *testing.T) {
	db := openTest(t)
	s := store(t, db)
	for i := range 20 {
		memstoretest.Save(t, s, memstore.Discovery, fmt.Sprint("t", i), "text", "")
		report, err := Examine(t.Context(), db.path, ExamineOptions{Progress: func(int64) {
			if i == 7 {
				i++
				memstoretest.Save(t, s, memstore.Discovery, "meanwhile", "text", "")
			}
		}})
		if err != nil || !report.Sound() || report.Memories < 1 {
			t.Fatalf("after %d saves: %+v %v", i, report, err)
		}
	}
}

// TestLitestream: the tables that it adds to a store that it copies are no damage, and
// what comes back from it can be restored.
func TestLitestream(t *testing.T) {
	path := filled(t)
	c := (&DB{path: path}).conn(writePragmas)
	check(t, c.exec("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _litestream_lock (id INTEGER); INSERT INTO _litestream_seq VALUES (1, 7)"))
	check(t, c.close())
	report, err := Examine(t.Context(), path, ExamineOptions{})
	if err != nil || !report.Sound() {
		t.Fatalf("%s, %v", words(report), err)
	}
	if _, err := Restore(t.Context(), path, filepath.Join(t.TempDir(), "memory.db"), RestoreOptions{Wait: time.Minute, CatchUp: func(context.Context, *DB) (int, error) { return 0, nil }}); err != nil {
		t.Error(err)
	}
}
