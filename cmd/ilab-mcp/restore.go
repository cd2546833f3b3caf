package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// restoreCommand puts a backup in the store's place.
type restoreCommand struct {
	config.Store

	File       string        `arg:"" name:"file" help:"The backup."`
	Force      bool          `name:"force" help:"Replace a store that is there."`
	Wait       time.Duration `name:"wait" default:"10s" placeholder:"10s" help:"How long to wait for other processes to close the store."`
	AcceptLost bool          `name:"accept-lost-erasures" help:"Go on where it cannot be told what was forgotten since the backup was made."`
}

const restoreExample = "ilab-mcp restore --force memory.backup"

// Help is what restore --help adds.
func (restoreCommand) Help() string {
	return "The backup is checked first, and brought up to date where an older version made it. What the log of erasures beside the store (.gone) says was " +
		"forgotten or revoked since is erased in it before it becomes the store. Until then the store stays as it is.\n\n" +
		"No other process may have the store open: stop the servers and agent hosts that use it."
}

func (c *restoreCommand) run(ctx context.Context, e env) error {
	if c.Wait < 0 {
		return &config.Error{What: "--wait cannot be negative", Do: "Write a time such as 10s or 1m.", Example: restoreExample + " --wait 1m"}
	}
	path, err := config.StorePath(c.Store, e.getenv)
	if err != nil {
		return err
	}
	if err := needsFile(path, "Use pg_restore, or your provider's backups: docs/SCALING.md."); err != nil {
		return err
	}
	drawn := newProgress(e, "checking", -1, false)
	o := sqlite.RestoreOptions{
		Program: buildVersion(), Force: c.Force, Wait: c.Wait, AcceptLost: c.AcceptLost,
		CatchUp: func(ctx context.Context, copied *sqlite.DB) (int, error) {
			return memstore.New(copied, memstore.DefaultOptions()).CatchUp(ctx, copied.Keys())
		},
		Progress: func(n int64) { drawn.add(int(n)) },
	}
	var done sqlite.Restored
	if config.InFolder(path) {
		done, err = c.restoreFolder(ctx, path, o)
	} else {
		done, err = sqlite.Restore(ctx, c.File, path, o)
	}
	drawn.done()
	switch {
	case errors.Is(err, sqlite.ErrLostErasures):
		return fmt.Errorf("%w. If that is acceptable, say --accept-lost-erasures", err)
	case err != nil:
		return err
	}
	text := "restored a backup of " + contents(done.Report) + "\n"
	if done.Erased > 0 {
		text += fmt.Sprintf("erased again in it: %s of the log of erasures\n", counted(done.Erased, "entry", "entries"))
	}
	if done.NoLog {
		text += "There was no log of erasures beside the store (.gone), so what was forgotten since this backup was made is there again.\n"
	}
	_, err = fmt.Fprint(e.stderr, text)
	return err
}
