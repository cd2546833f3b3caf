package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// conn is one connection with its prepared statements. Only one goroutine uses
// it at a time.
//
// Statements never carry a caller's context: a context that ends in the middle
// makes SQLite roll back the whole transaction, other members of a batch
// included.
type conn struct {
	pool  *sql.DB
	c     *sql.Conn
	stmts [queries]*sql.Stmt
}

func (c *conn) connect() error {
	if c.c != nil {
		return nil
	}
	var err error
	c.c, err = c.pool.Conn(context.Background())
	return err
}

func (c *conn) stmt(q query) (*sql.Stmt, error) {
	if c.stmts[q] != nil {
		return c.stmts[q], nil
	}
	if err := c.connect(); err != nil {
		return nil, err
	}
	s, err := c.c.PrepareContext(context.Background(), statements[q])
	if err != nil {
		return nil, err
	}
	c.stmts[q] = s
	return s, nil
}

// exec runs SQL that is not one of the prepared statements.
func (c *conn) exec(text string, args ...any) error {
	if err := c.connect(); err != nil {
		return err
	}
	_, err := c.c.ExecContext(context.Background(), text, args...)
	return err
}

// queryOne reads the one row that text gives into dest.
func (c *conn) queryOne(text string, args []any, dest ...any) error {
	if err := c.connect(); err != nil {
		return err
	}
	return c.c.QueryRowContext(context.Background(), text, args...).Scan(dest...)
}

// fact reads a fact about the whole file; nil where there is none.
func (c *conn) fact(name string) ([]byte, error) {
	var value []byte
	err := c.queryOne(selectFact, []any{name}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}
