package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// opened is a store that a server runs on.
type opened struct {
	db       *memstore.DB // closing it closes the backend
	backend  engine
	name     string // of the store, for people
	redactor *privacy.Redactor
	log      *slog.Logger
}

// openStore opens the store and checks that it was begun with the same salt.
func openStore(ctx context.Context, e env, c config.Config) (*opened, error) {
	o := &opened{redactor: privacy.NewWith(c.Secrets), name: config.StoreName(c.Path), log: slog.New(logHandler(c.Log, e.stderr))}
	var err error
	var caught int
	if o.db, o.backend, caught, err = openDB(ctx, c.Path, c.Replica, options(c, o.redactor)); err != nil {
		return nil, err
	}
	if caught < 0 {
		o.log.WarnContext(ctx, "the log of erasures beside the store (.gone) is another store's: what is erased now is not noted there. ilab-mcp doctor tells more")
	}
	if caught > 0 {
		o.log.WarnContext(ctx, "the store was replaced by an older copy; what was erased since is erased again", slog.Int("entries", caught))
	}
	if !c.Salt.IsZero() {
		if err := c.Salt.Check(ctx, o.backend); err != nil {
			_ = o.db.Close() // the salt is what there is to tell
			return nil, err
		}
	}
	return o, nil
}

// openDB opens a store. If somebody has put an older copy in its place, what was
// erased since that was made is erased again first; how much that was is told. A
// log of erasures that is another store's is left alone, and told as -1.
func openDB(ctx context.Context, path, standby string, o memstore.Options) (*memstore.DB, engine, int, error) {
	backend, err := openEngine(ctx, path, standby)
	if err != nil {
		return nil, nil, 0, err
	}
	db := memstore.New(backend, o)
	caught, err := db.CatchUp(ctx, backend.Keys())
	if errors.Is(err, memstore.ErrOtherLog) {
		caught, err = -1, nil
	}
	if err != nil {
		return nil, nil, 0, errors.Join(err, db.Close())
	}
	return db, backend, caught, nil
}
