package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres/postgrestest"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inside runs f in a transaction as the rules' are, for a user.
func inside(t *testing.T, db *DB, user string, f func(c *pgx.Conn)) {
	t.Helper()
	check(t, db.lend(t.Context(), func(c *pgx.Conn) error {
		tx := transaction{c: c, role: roleApp, user: user}
		check(t, tx.begin(t.Context(), readCommitted))
		defer tx.rollback()
		f(c)
		return nil
	}))
}

// TestForgotWhere: statements that forgot to ask for the user give nothing of
// somebody else's, and change nothing of it.
func TestForgotWhere(t *testing.T) {
	db := openAt(t, copied(t))
	mem := memstore.New(kept{db}, memstore.DefaultOptions())
	id := memstoretest.Save(t, memstoretest.User(t, mem, "bob"), memstore.Decision, "Bob's", "secret of Bob", "bobs/topic").ID
	memstoretest.Save(t, memstoretest.User(t, mem, "alice"), memstore.Decision, "Alice's", "of Alice", "")
	for _, user := range []string{"alice", "nobody-yet", ""} {
		want := int64(1)
		if user != "alice" {
			want = 0
		}
		inside(t, db, user, func(c *pgx.Conn) {
			for _, table := range []string{"users", "sessions", "memories", "terms"} {
				var n int64
				check(t, c.QueryRow(t.Context(), "SELECT count(*) FROM ilab."+table).Scan(&n))
				if n != want {
					t.Errorf("as %q, %d rows of %s are seen, want %d", user, n, table, want)
				}
			}
			for _, statement := range []string{
				"UPDATE ilab.memories SET title = 'x'", "UPDATE ilab.users SET seq = 99", "DELETE FROM ilab.terms", "DELETE FROM ilab.memories",
				"UPDATE ilab.memories SET history = 0 WHERE user_id = 'bob'", "DELETE FROM ilab.sessions WHERE user_id = 'bob'",
			} {
				tag, err := c.Exec(t.Context(), statement)
				check(t, err)
				if tag.RowsAffected() > want {
					t.Errorf("as %q, %s changed %d rows", user, statement, tag.RowsAffected())
				}
			}
		})
		// Each of these ends its transaction.
		for _, statement := range []string{
			"INSERT INTO ilab.users (user_id, epoch, seq, last_id, memories, bytes, ops) VALUES ('bob2', 1, 1, 1, 1, 1, '')",
			"INSERT INTO ilab.terms (user_id, seq, id) VALUES ('bob', 1000, 1000)",
			"UPDATE ilab.users SET user_id = 'bob3'",
			"SELECT * FROM ilab.users_0", "SELECT * FROM ilab.memories_1", "TABLE ilab.api_keys", "TABLE ilab.facts",
			"ALTER TABLE ilab.memories DISABLE ROW LEVEL SECURITY", "CREATE TABLE ilab.mine (x int)", "DROP TABLE ilab.snapshots",
		} {
			if user != "alice" && strings.HasPrefix(statement, "UPDATE") {
				continue // there is no row to be moved
			}
			inside(t, db, user, func(c *pgx.Conn) {
				if _, err := c.Exec(t.Context(), statement); state(err) != "42501" {
					t.Errorf("as %q, %s: %v, want it refused", user, statement, err)
				}
			})
		}
	}
	m, err := memstoretest.User(t, mem, "bob").Get(t.Context(), id)
	if err != nil || m.Title != "Bob's" {
		t.Errorf("bob has %+v, %v", m, err)
	}
}

// kept is a backend that outlives the stores on it.
type kept struct{ *DB }

func (kept) Close() error { return nil }

// TestWallWithAHole: a server does not start on a database in which somebody has made a
// hole into the wall.
func TestWallWithAHole(t *testing.T) {
	for _, hole := range []string{
		"CREATE POLICY all_of_it ON ilab.memories FOR SELECT TO ilab_app USING (true)",
		"CREATE POLICY everyone ON ilab.revisions USING (true)",
		"ALTER POLICY own ON ilab.memories USING (true)",
		"GRANT SELECT ON ilab.memories_0 TO ilab_app",
		"GRANT SELECT ON ilab.api_keys TO ilab_app",
		"GRANT SELECT ON ilab.memories_1 TO PUBLIC",
		"ALTER TABLE ilab.terms DISABLE ROW LEVEL SECURITY",
		"ALTER TABLE ilab.users NO FORCE ROW LEVEL SECURITY",
		"CREATE VIEW ilab.peek AS SELECT * FROM ilab.memories; GRANT SELECT ON ilab.peek TO ilab_app",
		"ALTER TABLE ilab.memories OWNER TO ilab_app",
	} {
		database := copied(t)
		c, err := pgx.Connect(t.Context(), database)
		check(t, err)
		_, err = c.Exec(t.Context(), hole, pgx.QueryExecModeSimpleProtocol)
		check(t, err)
		check(t, c.Close(t.Context()))
		if db, err := open(t.Context(), database, 3); err == nil || !strings.Contains(err.Error(), "nothing is served") {
			t.Errorf("%s: %v", hole, err)
			if db != nil {
				check(t, db.Close())
			}
		}
	}
}

// TestFailedStatementIsNoSave: a rule that goes on after a statement has failed is not
// told that it saved something.
func TestFailedStatementIsNoSave(t *testing.T) {
	db := openAt(t, copied(t))
	alice, err := memstore.ParseUserID("alice")
	check(t, err)
	err = db.Update(t.Context(), alice, func(w memstore.Writer) error {
		_, _ = w.(*change).c.Exec(t.Context(), "SELECT 1/0") //nolint:forcetypeassert // it is the only one
		return nil
	})
	if err == nil {
		t.Error("it was told that it did")
	}
}

// TestRoles: the role for keys sees no memories, the one for the whole store only
// the names of users, and nobody is left with a role when a transaction ends.
func TestRoles(t *testing.T) {
	db := openAt(t, copied(t))
	mem := memstore.New(kept{db}, memstore.DefaultOptions())
	memstoretest.Save(t, memstoretest.User(t, mem, "bob"), memstore.Decision, "Bob's", "secret of Bob", "")
	for role, statements := range map[string][]string{
		roleKeys:  {"TABLE ilab.users", "TABLE ilab.memories", "TABLE ilab.facts"},
		roleAdmin: {"TABLE ilab.memories", "TABLE ilab.terms", "TABLE ilab.api_keys", "SELECT epoch FROM ilab.users", "DELETE FROM ilab.users"},
	} {
		for _, statement := range statements {
			err := db.as(t.Context(), role, func(c *pgx.Conn) error {
				_, err := c.Exec(t.Context(), statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "may not use the store's tables") {
				t.Errorf("%s as %s: %v", statement, role, err)
			}
		}
	}
	users, err := db.Users(t.Context())
	if err != nil || fmt.Sprint(users) != "[bob]" {
		t.Errorf("users %v, %v", users, err)
	}
	for range 20 {
		check(t, db.lend(t.Context(), func(c *pgx.Conn) error {
			var user, setting string
			err := c.QueryRow(t.Context(), "SELECT current_user, coalesce(current_setting('app.user_id', true), '')").Scan(&user, &setting)
			if user != "postgres" || setting != "" {
				t.Errorf("a connection is left as %s for %q", user, setting)
			}
			return err
		}))
	}
}

// TestCatalogue holds the schema to what lets it be spread: the user leads every key
// and index but that of API keys, nothing fires and nothing counts.
func TestCatalogue(t *testing.T) {
	db, err := Open(t.Context(), postgrestest.URL(t))
	check(t, err)
	defer func() { check(t, db.Close()) }()
	check(t, db.lend(t.Context(), func(c *pgx.Conn) error {
		rows, err := c.Query(t.Context(), `SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
			FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
			WHERE t.relnamespace = 'ilab'::regnamespace`)
		check(t, err)
		n := 0
		for rows.Next() {
			var table, index, leads string
			check(t, rows.Scan(&table, &index, &leads))
			if n++; leads != "user_id" && table != "ilab.api_keys" {
				t.Errorf("%s of %s begins with %s", index, table, leads)
			}
		}
		check(t, rows.Err())
		if n < 12*partitions {
			t.Errorf("only %d indexes were looked at", n)
		}
		var triggers, sequences, unwalled int
		check(t, c.QueryRow(t.Context(), `SELECT
			(SELECT count(*) FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid WHERE t.relnamespace = 'ilab'::regnamespace),
			(SELECT count(*) FROM pg_class WHERE relnamespace = 'ilab'::regnamespace AND relkind = 'S'),
			(SELECT count(*) FROM pg_class WHERE relnamespace = 'ilab'::regnamespace AND relkind = 'p' AND NOT (relrowsecurity AND relforcerowsecurity))`).
			Scan(&triggers, &sequences, &unwalled))
		if triggers+sequences+unwalled > 0 {
			t.Errorf("%d triggers, %d sequences, %d tables without row-level security", triggers, sequences, unwalled)
		}
		return nil
	}))
}

// TestOnePartition: a statement for one user looks at, and locks, one partition.
func TestOnePartition(t *testing.T) {
	db := openAt(t, copied(t))
	inside(t, db, "alice", func(c *pgx.Conn) {
		for _, statement := range []string{selectUser, selectByID, selectRows, selectChanges, selectFrom, selectHistory, countByClass, updateTerms, deleteMemory} {
			args := []any{"alice", int64(1), int64(1), []byte("x")}[:strings.Count(statement, "$")]
			if statement == selectRows {
				args[1] = []int64{1, 2}
			}
			if statement == selectFrom {
				args[3] = 5
			}
			for range 7 { // past the point where a plan for everybody would be tried
				rows, err := c.Query(t.Context(), statement, args[:argCount(statement)]...)
				check(t, err)
				rows.Close()
				check(t, rows.Err())
			}
		}
		var locked int
		check(t, c.QueryRow(t.Context(), `SELECT count(DISTINCT c.relname) FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
			WHERE l.pid = pg_backend_pid() AND c.relname ~ '^(users|memories|terms|revisions)_[0-9]+$'`).Scan(&locked))
		if locked != 4 {
			t.Errorf("partitions of four tables are locked: %d, want one of each", locked)
		}
	})
}

// argCount is the highest parameter of a statement.
func argCount(statement string) (n int) {
	for i := 1; strings.Contains(statement, fmt.Sprint("$", i)); i++ {
		n = i
	}
	return n
}

// TestPlainRole: where an owner has made the schema, a role that was only granted the
// store's roles serves; one that was not is told what it lacks, and one that finds no
// schema as well.
func TestPlainRole(t *testing.T) {
	owner := postgrestest.URL(t)
	suffix := strings.ReplaceAll(owner[strings.LastIndex(owner, "ilab_test_"):], "?", "_")
	suffix, _, _ = strings.Cut(suffix, "_host")
	plain, none := "plain_"+suffix, "none_"+suffix
	ctx := t.Context()
	c, err := pgx.Connect(ctx, owner)
	check(t, err)
	defer func() { _ = c.Close(ctx) }() // a test's connection
	for _, statement := range []string{"CREATE ROLE " + plain + " LOGIN", "CREATE ROLE " + none + " LOGIN"} {
		_, err := c.Exec(ctx, statement)
		check(t, err)
	}
	defer func() {
		for _, statement := range []string{"DROP ROLE " + plain, "DROP ROLE " + none} {
			_, err := c.Exec(ctx, statement)
			check(t, err)
		}
	}()
	as := func(role string) string {
		u, err := url.Parse(owner)
		check(t, err)
		u.User = url.User(role)
		return u.String()
	}
	if _, err := open(t.Context(), as(plain), 3); err == nil || !strings.Contains(err.Error(), "schema has to be made") {
		t.Errorf("without a schema: %v", err)
	}
	db, err := open(t.Context(), owner, 3)
	check(t, err)
	check(t, db.Grant(ctx, plain))
	check(t, db.Close())
	served, err := open(t.Context(), as(plain), 3)
	check(t, err)
	mem := memstore.New(served, memstore.DefaultOptions())
	memstoretest.Save(t, memstoretest.User(t, mem, "alice"), memstore.Decision, "t", "c", "")
	check(t, mem.Close())
	if _, err := open(t.Context(), as(none), 3); err == nil || !strings.Contains(err.Error(), "grant it ilab_app") {
		t.Errorf("without grants: %v", err)
	}
}

// TestRefusals: what is wrong with a URL is said without any of it.
func TestRefusals(t *testing.T) {
	server := postgrestest.URL(t)
	for _, c := range []struct{ url, want string }{
		{"postgres://me:hunter2@127.0.0.1:1/x?connect_timeout=2", "cannot be reached"},
		{postgrestest.Database(t, server, "no_such_database"), "no database of the name"},
		{"postgres://me:hunter2@host:port/x", "is no URL"},
		{"postgres://%zz", "is no URL"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Open(ctx, c.url)
		cancel()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.want, err)
		}
	}
}
