package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Keys is the table of API keys. It implements memstore.Keys.
type Keys struct{ db *DB }

var _ memstore.Keys = Keys{}

// Keys gives the API keys of the store.
func (db *DB) Keys() memstore.Keys { return Keys{db} }

func scanKey(row pgx.CollectableRow) (k memstore.Key, err error) {
	var id, user string
	var hash []byte
	var created int64
	var expires, revoked sql.NullInt64
	if err := row.Scan(&id, &user, &k.Name, &hash, &created, &expires, &revoked, &k.ReadOnly); err != nil {
		return k, err
	}
	k.Created, k.Expires, k.Revoked = fromMicro(created), fromNull(expires), fromNull(revoked)
	var idErr, userErr error
	k.ID, idErr = memstore.ParseKeyID(id)
	k.User, userErr = memstore.ParseUserID(user)
	if len(hash) != len(k.Hash) || idErr != nil || userErr != nil {
		return memstore.Key{}, &memstore.Error{Kind: memstore.Damaged, Msg: "an API key's row is damaged"}
	}
	copy(k.Hash[:], hash)
	return k, nil
}

// Add implements memstore.Keys.
func (s Keys) Add(ctx context.Context, k memstore.NewKey) error {
	return s.db.as(ctx, roleKeys, func(c *pgx.Conn) error {
		tag, err := c.Exec(context.Background(), insertKey, k.ID.String(), k.User.String(), k.Name.String(), k.Hash[:],
			k.Created.UnixMicro(), toNull(k.Expires), k.ReadOnly)
		if err == nil && tag.RowsAffected() == 0 {
			return &memstore.Error{Kind: memstore.Conflict, Msg: "an API key of this id exists already"}
		}
		return connection(err)
	})
}

// Find implements memstore.Keys.
func (s Keys) Find(ctx context.Context, id memstore.KeyID) (k memstore.Key, err error) {
	err = s.db.as(ctx, roleKeys, func(c *pgx.Conn) error {
		rows, err := c.Query(context.Background(), selectKey, id.String())
		if err != nil {
			return connection(err)
		}
		k, err = pgx.CollectExactlyOneRow(rows, scanKey)
		return noKey(connection(err))
	})
	return k, err
}

// List implements memstore.Keys.
func (s Keys) List(ctx context.Context) (all []memstore.Key, err error) {
	err = s.db.as(ctx, roleKeys, func(c *pgx.Conn) error {
		rows, err := c.Query(context.Background(), selectKeys)
		if err != nil {
			return connection(err)
		}
		all, err = pgx.CollectRows(rows, scanKey)
		return connection(err)
	})
	return all, err
}

// Revoke implements memstore.Keys.
func (s Keys) Revoke(ctx context.Context, id memstore.KeyID, at time.Time) error {
	return s.db.as(ctx, roleKeys, func(c *pgx.Conn) error {
		tag, err := c.Exec(context.Background(), revokeKey, id.String(), at.UnixMicro())
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		return noKey(connection(err))
	})
}

// Remove implements memstore.Keys.
func (s Keys) Remove(ctx context.Context, u memstore.UserID, _ time.Time) (n int, err error) {
	err = s.db.as(ctx, roleKeys, func(c *pgx.Conn) error {
		tag, err := c.Exec(context.Background(), removeKeys, u.String())
		n = int(tag.RowsAffected())
		return connection(err)
	})
	return n, err
}

func noKey(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return &memstore.Error{Kind: memstore.NotFound, Msg: "there is no such API key; key list shows all"}
	}
	return err
}
