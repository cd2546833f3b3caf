package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
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
	moves [controls]*sql.Stmt
	keys  [2]*sql.Stmt // of the table of API keys
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
	return c.prepared(&c.stmts[q], statements[q])
}

func (c *conn) prepared(slot **sql.Stmt, text string) (*sql.Stmt, error) {
	if *slot != nil {
		return *slot, nil
	}
	if err := c.connect(); err != nil {
		return nil, err
	}
	s, err := c.c.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	*slot = s
	return s, nil
}

// move begins, ends or marks a transaction.
func (c *conn) move(m control) error {
	s, err := c.prepared(&c.moves[m], controlStatements[m])
	if err == nil {
		_, err = s.ExecContext(context.Background())
	}
	return err
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

// facts reads all facts about the whole file.
func (c *conn) facts() (all map[string][]byte, err error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	rows, err := c.c.QueryContext(context.Background(), selectFacts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	all = map[string][]byte{}
	for rows.Next() {
		var name string
		var value []byte
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		all[name] = value
	}
	return all, rows.Err()
}

// setFact keeps a fact about the whole file.
func (c *conn) setFact(name string, value []byte) error {
	if value == nil {
		value = []byte{} // NULL is not "empty" here
	}
	return c.exec(replaceFact, name, value, sumFact(name, value))
}

// close lets go of the statements first: SQLite keeps a connection, and its
// file, open for as long as one is left.
func (c *conn) close() error {
	var errs []error
	for _, s := range slices.Concat(c.stmts[:], c.moves[:], c.keys[:]) {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	if c.c != nil {
		errs = append(errs, c.c.Close()) // back to its pool
	}
	return errors.Join(append(errs, c.pool.Close())...)
}
