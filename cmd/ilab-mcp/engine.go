package main

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// engine is a backend, and what commands need of it besides.
type engine interface {
	memstore.Backend
	memstore.Lister
	memstore.Marker
	Keys() memstore.Keys
}

// wiper is an engine whose files can be wiped of what was erased.
type wiper interface {
	WipeNow(ctx context.Context) bool
}

// openEngine opens the store that --db names; a database perhaps with a standby.
func openEngine(ctx context.Context, name, standby string) (engine, error) {
	if config.InPostgres(name) {
		if standby != "" {
			return postgres.OpenWithReplica(ctx, name, standby)
		}
		return postgres.Open(ctx, name)
	}
	if config.InFolder(name) {
		return folder.Open(ctx, name, folder.Options{Program: buildVersion()})
	}
	return sqlite.Open(ctx, name, sqlite.Options{Program: buildVersion()})
}

// needsFile refuses what can only be done with a file.
func needsFile(name, instead string) error {
	if config.InPostgres(name) {
		return &config.Error{What: "the store is a PostgreSQL database, and this is for files", Do: instead}
	}
	return nil
}
