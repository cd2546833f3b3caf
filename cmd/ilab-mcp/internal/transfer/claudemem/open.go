package claudemem

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver, SQLite in Go

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// DB is an open database. It implements transfer.Rows.
type DB struct {
	ctx   context.Context // of the import
	db    *sql.DB
	tx    *sql.Tx
	scans []scan
	page  []transfer.Row
	after int64 // the id that the scan's last page ended with
	given bool
}

var (
	errUnread = errors.New("the database cannot be read. If claude-mem is running, stop it and try again; " +
		"if the file is a copy, the file beside it whose name ends in -wal belongs to it")
	errDamaged = errors.New("the database is damaged. What came before is kept; repair it (sqlite3 FILE .recover), and import it again")
)

// Open opens a database for as long as ctx lives. Errors: a
// *[transfer.FormatError] where it is none of claude-mem.
func Open(ctx context.Context, path string) (*DB, error) {
	dsn, err := address(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, errUnread
	}
	d := &DB{ctx: ctx, db: db}
	if err := d.begin(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close ends the reading.
func (d *DB) Close() error {
	var err error
	if d.tx != nil {
		err = d.tx.Rollback() // nothing was written
	}
	return errors.Join(err, d.db.Close())
}

// address gives the URI of a database that must not be written. Beside a log
// that holds something it has to be opened as others have it open. Without one
// SQLite is told that nobody writes, so that it leaves no files of its own.
func address(path string) (string, error) {
	full, err := filepath.EvalSymlinks(path) // the log is beside the file itself
	if err == nil {
		full, err = filepath.Abs(full)
	}
	if err != nil {
		return "", fmt.Errorf("the file cannot be found\n  Cause: %w", err)
	}
	query := url.Values{"mode": {"ro"}, "_pragma": {"query_only(1)", "trusted_schema(0)", "busy_timeout(5000)"}}
	if !beside(full+"-wal") && !beside(full+"-journal") {
		query.Set("immutable", "1")
	}
	name := filepath.ToSlash(full)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // C:/…
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: name, RawQuery: query.Encode()}).String(), nil
}

// beside reports whether there is a file with something in it.
func beside(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Size() > 0
}

// begin takes the snapshot, and looks at which tables and columns there are.
func (d *DB) begin() error {
	var err error
	if d.tx, err = d.db.BeginTx(d.ctx, nil); err != nil {
		return d.problem(errUnread)
	}
	columns := schema{}
	rows, err := d.tx.QueryContext(d.ctx, "SELECT m.name, lower(c.name) FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'")
	if err != nil {
		return d.problem(errUnread)
	}
	defer func() { _ = rows.Close() }() // what it has to tell is in Err
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return d.problem(errUnread)
		}
		if columns[table] == nil {
			columns[table] = map[string]bool{}
		}
		columns[table][column] = true
	}
	if rows.Err() != nil {
		return d.problem(errUnread)
	}
	if d.scans = columns.scans(); len(d.scans) == 0 {
		return &transfer.FormatError{Reason: "this database has no table of observations, so it is none of claude-mem"}
	}
	return nil
}

// problem words an error of the database, unless it is that the import ended.
func (d *DB) problem(as error) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	return as
}
