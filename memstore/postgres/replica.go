package postgres

import (
	"bytes"
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// replica is a standby that reads can be sent to.
type replica struct {
	pool  *pgxpool.Pool
	reads atomic.Int64 // that it answered
}

// OpenWithReplica is [Open] with the URL of a standby that follows the database. A read
// goes there if the standby has all that was saved for the user: who has saved
// something reads it in the next call, as without. Otherwise, and while the standby
// cannot be reached, the database itself answers.
func OpenWithReplica(ctx context.Context, url, standby string) (*DB, error) {
	db, err := Open(ctx, url)
	if err != nil {
		return nil, err
	}
	pool, err := connect(ctx, standby)
	if err != nil {
		_ = db.Close() // what was wrong with the standby is what there is to tell
		return nil, err
	}
	db.replica = &replica{pool: pool}
	return db, nil
}

// readThere runs f on the standby, if that has the user's head as the database has it:
// each change of anything of a user's changes the head. It reports whether it did.
func (db *DB) readThere(ctx context.Context, user string, f func(memstore.Reader) error) (bool, error) {
	var here memstore.UserRow
	err := db.lend(ctx, func(c *pgx.Conn) (err error) {
		here, err = headOf(ctx, c, user)
		return err
	})
	if err != nil {
		return false, nil // the database is asked again, and says it itself
	}
	c, err := db.replica.pool.Acquire(ctx)
	if err != nil {
		return false, nil // it is not there
	}
	defer c.Release()
	tx := transaction{c: c.Conn(), role: roleApp, user: user}
	if err := tx.begin(ctx, snapshot); err != nil {
		return false, nil // likewise
	}
	defer tx.rollback()
	r := &reader{c: c.Conn(), user: user}
	there, err := r.Head()
	if err != nil || !sameHead(here, there) {
		return false, nil // it is behind
	}
	db.replica.reads.Add(1)
	return true, f(r) // what has begun to be read is not read again
}

func headOf(ctx context.Context, c *pgx.Conn, user string) (memstore.UserRow, error) {
	tx := transaction{c: c, role: roleApp, user: user}
	if err := tx.begin(ctx, snapshot); err != nil {
		return memstore.UserRow{}, err
	}
	defer tx.rollback()
	return (&reader{c: c, user: user}).Head()
}

func sameHead(a, b memstore.UserRow) bool {
	return a.Epoch == b.Epoch && a.Seq == b.Seq && a.LastID == b.LastID && a.Memories == b.Memories && a.Bytes == b.Bytes && bytes.Equal(a.Ops, b.Ops)
}
