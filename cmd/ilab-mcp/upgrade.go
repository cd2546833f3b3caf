package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres"
)

// upgradeCommand makes or upgrades a store, as its owner.
type upgradeCommand struct {
	config.Store

	Grant string `name:"grant" placeholder:"ROLE" help:"A PostgreSQL role that may serve from then on."`
}

const upgradeExample = "ILAB_DB=postgres://owner@host/ilab ilab-mcp upgrade --grant ilab_server"

// Help is what upgrade --help adds.
func (upgradeCommand) Help() string {
	return "Every command does this by itself where it may. It is for PostgreSQL databases whose servers run as a role that owns nothing: run it as the owner, " +
		"who may also create roles, before a new version of the servers starts."
}

func (c *upgradeCommand) run(ctx context.Context, e env) error {
	name, err := config.StorePath(c.Store, e.getenv)
	if err != nil {
		return err
	}
	if c.Grant != "" && !config.InPostgres(name) {
		return &config.Error{What: "--grant is for PostgreSQL, and the store is a file", Do: "Leave it out.", Example: upgradeExample}
	}
	backend, err := openEngine(ctx, name, "")
	if err != nil {
		return err
	}
	if db, ok := backend.(*postgres.DB); ok && c.Grant != "" {
		err = db.Grant(ctx, c.Grant)
	}
	if err = errors.Join(err, backend.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stderr, "%s is up to date\n", config.StoreName(name))
	return err
}
