package postgres

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// DB is a store in a PostgreSQL database.
type DB struct {
	pool    *pgxpool.Pool
	replica *replica // nil for none

	mu     sync.RWMutex // read-held by every call, written by Close
	closed bool
}

var (
	_ memstore.Backend = (*DB)(nil)
	_ memstore.Lister  = (*DB)(nil)
	_ memstore.Marker  = (*DB)(nil)
)

// Open connects to a database, makes or upgrades its schema where its role may, and
// checks that one user's transactions see nothing of another's. url is a
// connection string as libpq reads it; default_query_exec_mode=exec is for
// pgbouncer in transaction mode, pool_max_conns bounds the connections.
func Open(ctx context.Context, url string) (*DB, error) { return open(ctx, url, partitions) }

func open(ctx context.Context, url string, parts int) (*DB, error) {
	pool, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	db := &DB{pool: pool}
	if err := db.prepare(ctx, parts); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return db, nil
}

// connect makes a pool of connections, none of which is opened yet.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// Its message would hold the password.
		return nil, unavailable(nil, "--db (ILAB_DB) is no URL of a PostgreSQL database, such as postgres://user:password@host/database")
	}
	if _, set := config.ConnConfig.RuntimeParams["application_name"]; !set {
		config.ConnConfig.RuntimeParams["application_name"] = "ilab-mcp"
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = int32(min(8*runtime.GOMAXPROCS(0), 64))
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	return pool, explain(connection(err))
}

// prepare sees to the schema, and looks whether the wall stands.
func (db *DB) prepare(ctx context.Context, parts int) error {
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return connection(err)
	}
	defer c.Release()
	if err := migrate(ctx, c.Conn(), migrations(parts)); err != nil {
		return err
	}
	return checkWall(ctx, c.Conn())
}

// Grant lets a role serve: it becomes a member of the store's roles.
func (db *DB) Grant(ctx context.Context, role string) error {
	return explain(db.lend(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "GRANT ilab_app, ilab_keys, ilab_admin TO "+pgx.Identifier{role}.Sanitize())
		return connection(err)
	}))
}

// checkWall checks, in a transaction as every other, that the role is confined: it is
// no superuser, owns nothing of the store, and sees no row that is not of its user.
func checkWall(ctx context.Context, c *pgx.Conn) error {
	tx := transaction{c: c, role: roleApp, user: "wall-check"}
	if err := tx.begin(ctx, readCommitted); err != nil {
		return err
	}
	defer tx.rollback()
	var confined bool
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	// The role owns nothing and may touch the users' tables only, each of which is
	// walled; and no policy is there but ours.
	err := c.QueryRow(ctx, `SELECT current_user = 'ilab_app' AND NOT rolsuper AND NOT rolbypassrls
		AND NOT EXISTS (SELECT FROM pg_class AS t WHERE t.relnamespace = 'ilab'::regnamespace AND pg_has_role('ilab_app', t.relowner, 'MEMBER'))
		AND (SELECT count(*) FROM pg_class WHERE relnamespace = 'ilab'::regnamespace AND relname = ANY ($1::text[]) AND relkind IN ('p', 'r')
			AND relrowsecurity AND relforcerowsecurity) = cardinality($1::text[])
		AND NOT EXISTS (SELECT FROM pg_class AS t WHERE t.relnamespace = 'ilab'::regnamespace AND t.relkind IN ('p', 'r', 'v', 'm')
			AND t.relname <> ALL ($1::text[]) AND has_table_privilege('ilab_app', t.oid, 'SELECT, INSERT, UPDATE, DELETE'))
		AND (SELECT count(*) FROM pg_policies WHERE schemaname = 'ilab' AND policyname = 'own' AND roles = '{ilab_app}' AND cmd = 'ALL' AND permissive = 'PERMISSIVE'
			AND qual = '(user_id = current_setting(''app.user_id''::text, true))' AND with_check = qual) = cardinality($1::text[])
		AND NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'ilab' AND policyname <> 'own'
			AND NOT (policyname = 'everybody' AND tablename = 'users' AND roles = '{ilab_admin}' AND cmd = 'SELECT'))
		FROM pg_roles WHERE rolname = current_user`, names).Scan(&confined)
	if err != nil {
		return err
	}
	if !confined {
		return unavailable(nil, "the role ilab_app is not confined to one user's rows (it is a superuser, owns tables, or row-level security is off); nothing is served")
	}
	// A row of somebody else is planted, and must be refused.
	_, err = c.Exec(ctx, insertUser, "wall-check-other", 1, 0, 0, 0, 0, []byte{})
	if state(err) == "42501" {
		return nil
	}
	if err != nil {
		return err
	}
	return unavailable(nil, "row-level security does not keep users apart in this database; nothing is served")
}

// Close waits for running calls and lets go of the connections.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if !db.closed {
		db.closed = true
		db.pool.Close()
		if db.replica != nil {
			db.replica.pool.Close()
		}
	}
	return nil
}

// lend gives f a connection of the pool.
func (db *DB) lend(ctx context.Context, f func(*pgx.Conn) error) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.closed {
		return memstore.ErrClosed
	}
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return connection(err)
	}
	defer c.Release()
	return f(c.Conn())
}

// connection marks an error as one of the connection.
func connection(err error) error {
	if err == nil || state(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, memstore.ErrSnapshotGone) || errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if _, people := memstore.ForPeople(err); people {
		return err
	}
	return errors.Join(errConnection, err)
}
