package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// erasure is one row of erasures.
type erasure struct {
	n, at     int64
	epoch, id int64
	key       string
}

func (e *erasure) checksum() int64 {
	return int64(rowSum(9).int(e.n).int(e.at).int(e.epoch).int(e.id).text(e.key))
}

// erased notes that something of the file was erased: in the table of erasures,
// and for the wiper.
func (w *change) erased(e erasure) error {
	if w.failed != nil {
		return w.failed
	}
	w.failed = w.noteErased(e)
	return w.failed
}

func (w *change) noteErased(e erasure) error {
	if err := w.c.queryOne(lastErasure, nil, &e.n); err != nil {
		return err
	}
	e.n++
	if err := w.c.putErasure(e); err != nil {
		return err
	}
	w.logged = true
	return w.wipeLater()
}

func (c *conn) putErasure(e erasure) error {
	return c.exec(putErasure, e.n, e.at, e.epoch, e.id, e.key, e.checksum())
}

// erasures gives those after number n, in order.
func (c *conn) erasures(n int64) (out []erasure, err error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	rows, err := c.c.QueryContext(context.Background(), selectErasures, n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e erasure
		var sum int64
		if err := rows.Scan(&e.n, &e.at, &e.epoch, &e.id, &e.key, &sum); err != nil {
			return nil, err
		}
		if sum != e.checksum() {
			return nil, damaged("the log of erasures is damaged")
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Missed implements memstore.EraseLog.
func (db *DB) Missed(ctx context.Context) (missed []memstore.Erasure, err error) {
	err = db.lend(ctx, db.scans, func(c *conn) error {
		found, err := db.gone.missed(c)
		if err != nil {
			return err
		}
		for _, e := range found {
			m := memstore.Erasure{N: e.n, At: time.Unix(e.at, 0), Epoch: e.epoch, ID: e.id}
			if e.key != "" {
				if m.Key, err = memstore.ParseKeyID(e.key); err != nil {
					return errGoneDamaged
				}
			}
			missed = append(missed, m)
		}
		return nil
	})
	return missed, err
}

// Settle implements memstore.EraseLog.
func (db *DB) Settle(ctx context.Context, m memstore.Erasure) error {
	e := erasure{n: m.N, at: m.At.Unix(), epoch: m.Epoch, id: m.ID, key: m.Key.String()}
	return db.writer.do(ctx, "", func(w *change) error {
		own, err := w.c.erasures(e.n - 1)
		if err != nil {
			return err
		}
		if err := w.c.exec(deleteErasures, e.n); err != nil {
			return err
		}
		if err := w.c.putErasure(e); err != nil {
			return err
		}
		// Behind it comes what the store has erased by itself. What applying the
		// entry has noted is the entry.
		n := e.n
		for _, o := range own {
			if o.epoch == e.epoch && o.id == e.id && o.key == e.key {
				continue
			}
			n++
			o.n = n
			if err := w.c.putErasure(o); err != nil {
				return err
			}
		}
		w.logged = true
		return nil
	})
}

// Users implements memstore.Lister.
func (db *DB) Users(ctx context.Context) (users []memstore.UserID, err error) {
	err = db.lend(ctx, db.scans, func(c *conn) (err error) {
		if err := c.connect(); err != nil {
			return err
		}
		rows, err := c.c.QueryContext(context.Background(), selectUsers)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			u, err := memstore.ParseUserID(name)
			if err != nil {
				return damaged("a user's row is damaged")
			}
			users = append(users, u)
		}
		return rows.Err()
	})
	return users, err
}

// eraseAll takes everything that a user has.
func (w *change) eraseAll(at time.Time) error {
	head, err := w.Head()
	if err != nil || head.Epoch == 0 {
		return err
	}
	// Memories first: they refer to sessions. The rest goes with the user's row.
	for _, q := range []query{deleteMemories, deleteUser} {
		if err := w.exec(q); err != nil {
			return err
		}
	}
	return w.erased(erasure{epoch: head.Epoch, at: at.Unix()})
}
