package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// migrateCommand copies a store into another, of whatever kind.
type migrateCommand struct {
	From string `name:"from" required:"" placeholder:"STORE" help:"The store to read: a file, a folder, or a PostgreSQL database, as --db names them."`
	To   string `name:"to" required:"" placeholder:"STORE" help:"The store to write."`
}

const migrateExample = "ilab-mcp migrate --from memory.db --to postgres://ilab@db.internal/ilab"

// Help is what migrate --help adds.
func (migrateCommand) Help() string {
	return "It copies everybody's memories as they stand, with ids, times, history and search terms, and the API keys. Each user is copied in one transaction " +
		"and then compared, row by row. The store that is read stays as it is.\n\n" +
		"Run it again after an interruption: users who have arrived are compared and left alone. Stop the servers on the old store first; what is saved " +
		"there later is not moved, and then the user is told to differ."
}

func (c *migrateCommand) run(ctx context.Context, e env) (err error) {
	from, err := existing(config.Store{DB: c.From}, e)
	if err != nil {
		return err
	}
	to, err := config.StorePath(config.Store{DB: c.To}, e.getenv)
	if err != nil {
		return err
	}
	if from == to {
		return &config.Error{What: "--from and --to are the same store", Do: "Name two.", Example: migrateExample}
	}
	source, err := openEngine(ctx, from, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := openEngine(ctx, to, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()

	users, err := source.Users(ctx)
	if err != nil {
		return err
	}
	drawn := newProgress(e, "moving", int64(len(users)), false)
	defer drawn.done()
	moved := 0
	differ := map[memstore.UserID]bool{}
	for _, u := range users {
		did, err := memstore.Move(ctx, source, target, u)
		switch {
		case errors.Is(err, memstore.ErrConflict):
			differ[u] = true
		case err != nil:
			return errors.Join(fmt.Errorf("%s moved of %s, and this one was not: %w. Run it again when that is mended", counted(moved, "user was", "users were"), counted(len(users), "user", "users"), err))
		case did:
			moved++
		}
		drawn.add(1)
	}
	keys, err := moveKeys(ctx, source.Keys(), target.Keys(), differ)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stderr, "moved %s and %s; there already: %s\n", counted(moved, "user", "users"), counted(keys, "API key", "API keys"),
		counted(len(users)-moved-len(differ), "user", "users"))
	if len(differ) > 0 {
		err = errors.Join(err, fmt.Errorf("%s other memories over there already, and nothing of them was changed. Their API keys were not moved: they may be another person there", counted(len(differ), "user has", "users have")))
	}
	return err
}

// moveKeys copies the API keys that are not there yet and still open something, but for
// those of users who are somebody else over there.
func moveKeys(ctx context.Context, from, to memstore.Keys, differ map[memstore.UserID]bool) (n int, err error) {
	all, err := from.List(ctx)
	if err != nil {
		return 0, err
	}
	for _, k := range all {
		if differ[k.User] || !k.Revoked.IsZero() {
			continue
		}
		name, _, err := privacy.NewWith(privacy.KeepSecrets).Redact(memstore.KeyNameField, k.Name)
		if err != nil {
			return n, err
		}
		if old, err := to.Find(ctx, k.ID); err == nil && old.Hash == k.Hash {
			continue // it may be revoked there since
		}
		err = to.Add(ctx, memstore.NewKey{ID: k.ID, User: k.User, Name: name, Hash: k.Hash, Created: k.Created, Expires: k.Expires, ReadOnly: k.ReadOnly})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
