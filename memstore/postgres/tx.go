package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// The roles of transactions.
const (
	roleApp   = "ilab_app"
	roleKeys  = "ilab_keys"
	roleAdmin = "ilab_admin"
)

// How a transaction begins.
const (
	readCommitted = "BEGIN"
	snapshot      = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// transaction is one on a connection, in a role, for a user or for none.
type transaction struct {
	c    *pgx.Conn
	role string
	user string
}

// begin opens the transaction in one round trip. SET takes no parameters, and
// set_config is not passed on by everything that speaks this protocol; a user's
// name has an alphabet without quotes. Plans are made for the user at hand: only so
// is one partition looked at, and locked, and not all.
func (tx *transaction) begin(ctx context.Context, how string) error {
	text := how + "; SET LOCAL ROLE " + tx.role + "; SET LOCAL plan_cache_mode = force_custom_plan"
	if tx.user != "" {
		text += "; SET LOCAL app.user_id = '" + tx.user + "'"
	}
	_, err := tx.c.PgConn().Exec(ctx, text).ReadAll()
	return connection(err)
}

func (tx *transaction) commit() error {
	results, err := tx.c.PgConn().Exec(context.Background(), "COMMIT").ReadAll()
	if err == nil && results[0].CommandTag.String() != "COMMIT" {
		return errors.New("postgres: a transaction in which a statement had failed was to be committed")
	}
	return connection(err)
}

// rollback ends a transaction that changes nothing, or nothing any more. Where it
// fails, the pool drops the connection.
func (tx *transaction) rollback() {
	if !tx.c.IsClosed() && tx.c.PgConn().TxStatus() != 'I' {
		_, _ = tx.c.PgConn().Exec(context.Background(), "ROLLBACK").ReadAll()
	}
}

// View implements memstore.Backend.
func (db *DB) View(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, u, f)
}

// Scan implements memstore.Backend.
func (db *DB) Scan(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, u, f)
}

// attempts is how often a transaction is tried that met another, or the end of its
// connection, and between them how long is waited.
const attempts = 8

func pause(ctx context.Context, attempt int) {
	t := time.NewTimer(time.Duration(attempt*attempt) * 5 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (db *DB) read(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	if u.IsZero() {
		return unavailable(nil, "no user is bound to this connection")
	}
	if db.replica != nil {
		if done, err := db.readThere(ctx, u.String(), f); done {
			return explain(err)
		}
	}
	return db.retry(ctx, func(c *pgx.Conn) error {
		tx := transaction{c: c, role: roleApp, user: u.String()}
		if err := tx.begin(ctx, snapshot); err != nil {
			return err
		}
		defer tx.rollback()
		// What has begun to be read is not read again: an export has written some of it.
		return explain(f(&reader{c: c, user: u.String()}))
	})
}

// retry runs f on a connection, and again where that can help.
func (db *DB) retry(ctx context.Context, f func(*pgx.Conn) error) (err error) {
	for attempt := range attempts {
		if err = db.lend(ctx, f); !again(err) || ctx.Err() != nil {
			break
		}
		pause(ctx, attempt+1)
	}
	return explain(err)
}

// Update implements memstore.Backend. The first thing read locks the user's row, so
// that the changes of one user follow each other.
func (db *DB) Update(ctx context.Context, u memstore.UserID, f func(memstore.Writer) error) error {
	if u.IsZero() {
		return unavailable(nil, "no user is bound to this connection")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.retry(ctx, func(c *pgx.Conn) error {
		tx := transaction{c: c, role: roleApp, user: u.String()}
		if err := tx.begin(ctx, readCommitted); err != nil {
			tx.rollback()
			return err
		}
		defer tx.rollback()
		w := &change{reader: reader{c: c, user: u.String(), locks: true, ctx: ctx}}
		if err := w.run(f); err != nil {
			return err
		}
		return tx.commit()
	})
}

// run calls the rule. Its panic is an error of its own.
func (w *change) run(f func(memstore.Writer) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("postgres: panic in an update: %v\n%s", p, debug.Stack())
		}
	}()
	if err := f(w); err != nil {
		return err
	}
	return w.failed
}

// as runs f in a transaction of a role for the whole store.
func (db *DB) as(ctx context.Context, role string, f func(*pgx.Conn) error) error {
	return db.retry(ctx, func(c *pgx.Conn) error {
		tx := transaction{c: c, role: role}
		if err := tx.begin(ctx, readCommitted); err != nil {
			tx.rollback()
			return err
		}
		defer tx.rollback()
		if err := f(c); err != nil {
			return err
		}
		return tx.commit()
	})
}
