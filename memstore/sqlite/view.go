package sqlite

import (
	"context"
	"errors"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// View implements memstore.Backend.
func (db *DB) View(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, db.readers, u, f)
}

// Scan implements memstore.Backend.
func (db *DB) Scan(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, db.scans, u, f)
}

func (db *DB) read(ctx context.Context, idle chan *conn, u memstore.UserID, f func(memstore.Reader) error) error {
	if u.IsZero() {
		return unavailable(nil, "no user is bound to this connection")
	}
	return db.lend(ctx, idle, func(c *conn) (err error) {
		if err := c.move(beginRead); err != nil {
			return err
		}
		// Also when f panics: the next reader must not meet an open transaction.
		defer func() { err = errors.Join(err, c.move(rollback)) }()
		return f(&reader{c: c, user: u.String()})
	})
}

// lend gives f one of the connections that are idle.
func (db *DB) lend(ctx context.Context, idle chan *conn, f func(*conn) error) error {
	var c *conn
	select {
	case c = <-idle:
	case <-ctx.Done():
		return ctx.Err()
	}
	if c == nil { // the channel was closed
		return memstore.ErrClosed
	}
	defer func() { idle <- c }()
	if db.writer.stopped() {
		return memstore.ErrClosed
	}
	return explain(f(c))
}
