package main

import (
	"context"
	"log/slog"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// opened is a store that a server runs on.
type opened struct {
	db       *memstore.DB // closing it closes the backend
	backend  *sqlite.DB
	redactor *privacy.Redactor
	log      *slog.Logger
}

// openStore opens the store and checks that it was begun with the same salt.
func openStore(ctx context.Context, e env, c config.Config) (*opened, error) {
	backend, err := sqlite.Open(ctx, c.Path, sqlite.Options{Program: buildVersion()})
	if err != nil {
		return nil, err
	}
	o := &opened{backend: backend, redactor: privacy.New(), log: slog.New(logHandler(c.Log, e.stderr))}
	o.db = memstore.New(backend, options(c, o.redactor))
	if !c.Salt.IsZero() {
		if err := c.Salt.Check(ctx, backend); err != nil {
			_ = o.db.Close() // the salt is what there is to tell
			return nil, err
		}
	}
	return o, nil
}
