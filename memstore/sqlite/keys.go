package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Keys is the table of API keys. It implements memstore.Keys.
type Keys struct{ db *DB }

var _ memstore.Keys = Keys{}

// Keys gives the API keys of the file.
func (db *DB) Keys() memstore.Keys { return Keys{db} }

// keyRow is one row of api_keys, in the order of keyColumns.
type keyRow struct {
	id, user, name   string
	hash             []byte
	created          int64
	expires, revoked sql.NullInt64
	readOnly         bool
	sum              int64
}

func (k *keyRow) fields() []any {
	return []any{&k.id, &k.user, &k.name, &k.hash, &k.created, &k.expires, &k.revoked, &k.readOnly, &k.sum}
}

// values is every column but the sum, which covers them.
func (k *keyRow) values() []any {
	readOnly := int64(0)
	if k.readOnly {
		readOnly = 1
	}
	sum := rowSum(6).text(k.id).text(k.user).text(k.name).blob(k.hash).int(k.created).
		int(k.expires.Int64).int(k.revoked.Int64).int(readOnly)
	return []any{k.id, k.user, k.name, k.hash, k.created, k.expires, k.revoked, k.readOnly, int64(sum)}
}

// key checks the row. A row that does not fit its sum opens nothing.
func (k *keyRow) key() (memstore.Key, error) {
	values := k.values()
	id, idErr := memstore.ParseKeyID(k.id)
	user, userErr := memstore.ParseUserID(k.user)
	out := memstore.Key{
		ID: id, User: user, Name: k.name, Created: fromMicro(k.created),
		Expires: fromNull(k.expires), Revoked: fromNull(k.revoked), ReadOnly: k.readOnly,
	}
	if values[len(values)-1] != k.sum || len(k.hash) != len(out.Hash) || idErr != nil || userErr != nil {
		return memstore.Key{}, damaged("an API key's row is damaged")
	}
	copy(out.Hash[:], k.hash)
	return out, nil
}

// Add implements memstore.Keys.
func (s Keys) Add(ctx context.Context, k memstore.NewKey) error {
	row := keyRow{
		id: k.ID.String(), user: k.User.String(), name: k.Name.String(), hash: k.Hash[:],
		created: k.Created.UnixMicro(), expires: toNull(k.Expires), readOnly: k.ReadOnly,
	}
	return s.db.writer.do(ctx, "", func(w *change) error {
		if _, err := findKey(w.c, row.id); err == nil {
			return &memstore.Error{Kind: memstore.Conflict, Msg: "an API key of this id exists already"}
		} else if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return w.c.exec(replaceKey, row.values()...)
	})
}

// Find implements memstore.Keys.
func (s Keys) Find(ctx context.Context, id memstore.KeyID) (k memstore.Key, err error) {
	err = s.read(ctx, func(c *conn) error {
		row, err := findKey(c, id.String())
		if err != nil {
			return err
		}
		k, err = row.key()
		return err
	})
	return k, err
}

// List implements memstore.Keys.
func (s Keys) List(ctx context.Context) (all []memstore.Key, err error) {
	err = s.read(ctx, func(c *conn) error {
		rows, err := readKeys(c)
		if err != nil {
			return err
		}
		for i := range rows {
			k, err := rows[i].key()
			if err != nil {
				return err
			}
			all = append(all, k)
		}
		return nil
	})
	return all, err
}

// Revoke implements memstore.Keys.
func (s Keys) Revoke(ctx context.Context, id memstore.KeyID, at time.Time) error {
	err := s.db.writer.do(ctx, "", func(w *change) error {
		row, err := findKey(w.c, id.String())
		if err != nil {
			return err
		}
		if _, err := row.key(); err != nil {
			return err
		}
		if row.revoked.Valid {
			return nil
		}
		row.revoked = toNull(at)
		if err := w.c.exec(replaceKey, row.values()...); err != nil {
			return err
		}
		return w.erased(erasure{key: row.id, at: at.Unix()})
	})
	return noKey(err)
}

// Remove implements memstore.Keys.
func (s Keys) Remove(ctx context.Context, u memstore.UserID, at time.Time) (n int, err error) {
	err = s.db.writer.do(ctx, "", func(w *change) error {
		n = 0
		keys, err := readKeys(w.c)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.user != u.String() {
				continue
			}
			n++
			if err := w.c.exec(deleteKey, k.id); err != nil {
				return err
			}
			if err := w.erased(erasure{key: k.id, at: at.Unix()}); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// readKeys reads all keys as they stand.
func readKeys(c *conn) (all []keyRow, err error) {
	stmt, err := c.prepared(&c.keys[1], selectKeys)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(context.Background())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row keyRow
		if err := rows.Scan(row.fields()...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func findKey(c *conn, id string) (*keyRow, error) {
	stmt, err := c.prepared(&c.keys[0], selectKey)
	if err != nil {
		return nil, err
	}
	var row keyRow
	if err := stmt.QueryRowContext(context.Background(), id).Scan(row.fields()...); err != nil {
		return nil, err
	}
	return &row, nil
}

// read lends a connection that serves nothing else: a key is looked up with every
// request, and must not wait for somebody's many searches.
func (s Keys) read(ctx context.Context, f func(*conn) error) error {
	return noKey(s.db.lend(ctx, s.db.doors, f))
}

func noKey(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &memstore.Error{Kind: memstore.NotFound, Msg: "there is no such API key; key list shows all"}
	}
	return err
}
