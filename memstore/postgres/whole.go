package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Users implements memstore.Lister.
func (db *DB) Users(ctx context.Context) (users []memstore.UserID, err error) {
	err = db.as(ctx, roleAdmin, func(c *pgx.Conn) error {
		rows, err := c.Query(context.Background(), selectUsers)
		if err != nil {
			return connection(err)
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return connection(err)
		}
		users = users[:0]
		for _, name := range names {
			u, err := memstore.ParseUserID(name)
			if err != nil {
				return &memstore.Error{Kind: memstore.Damaged, Msg: "a user's row is damaged"}
			}
			users = append(users, u)
		}
		return nil
	})
	return users, err
}

// Mark implements memstore.Marker.
func (db *DB) Mark(ctx context.Context, name string, value []byte) (stored []byte, err error) {
	err = db.as(ctx, roleAdmin, func(c *pgx.Conn) error {
		if _, err := c.Exec(context.Background(), insertFact, "mark:"+name, value); err != nil {
			return connection(err)
		}
		err := c.QueryRow(context.Background(), selectFact, "mark:"+name).Scan(&stored)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // taken back meanwhile: as good as none
		}
		return connection(err)
	})
	return stored, err
}
