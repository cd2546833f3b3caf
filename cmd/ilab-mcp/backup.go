package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// backupCommand copies the store.
type backupCommand struct {
	config.Store

	File string `arg:"" name:"file" help:"Where to write it. A backup that is there is replaced."`
	Keep int    `name:"keep" default:"1" placeholder:"N" help:"How many to have: the one before becomes FILE.1, and so on."`
}

const backupExample = "ilab-mcp backup --keep 7 memory.backup"

// Help is what backup --help adds.
func (backupCommand) Help() string {
	return "The store may be in use meanwhile. The backup is of one moment and holds every save that was acknowledged before it began; it is checked " +
		"before it takes its place. Its mode is 0600: it holds everything in plain text, and the hashes of API keys. Of a store that is a folder, FILE is a " +
		"folder too, and each user's memory in it is of one moment.\n\n" +
		"Keep a copy of the log of erasures, which stands beside the store and ends in .gone, with your backups: ilab-mcp restore makes what it says."
}

func (c *backupCommand) run(ctx context.Context, e env) (err error) {
	if c.Keep < 1 {
		return &config.Error{What: "--keep must be 1 or more", Do: "Say how many backups there are to be.", Example: backupExample}
	}
	path, err := existing(c.Store, e)
	if err != nil {
		return err
	}
	if err := needsFile(path, "Use pg_dump, or your provider's backups: docs/SCALING.md."); err != nil {
		return err
	}
	if err := (&whose{target: c.File}).spare(path, backupExample); err != nil {
		return err
	}
	var report sqlite.Report
	if config.InFolder(path) {
		report, err = c.backupFolder(ctx, e, path)
	} else {
		report, err = backupFile(ctx, path, c.File, sqlite.BackupOptions{Keep: c.Keep, Progress: share(e, "copying")})
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stderr, "backed up %s\n", contents(report))
	return err
}

// backupFile copies one file of a store.
func backupFile(ctx context.Context, path, to string, o sqlite.BackupOptions) (r sqlite.Report, err error) {
	backend, err := sqlite.Open(ctx, path, sqlite.Options{Program: buildVersion()})
	if err != nil {
		return r, err
	}
	db := memstore.New(backend, memstore.DefaultOptions())
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.CatchUp(ctx, backend.Keys()); err != nil && !errors.Is(err, memstore.ErrOtherLog) {
		return r, err
	}
	return backend.Backup(ctx, to, o)
}

// contents words what a store holds.
func contents(r sqlite.Report) string {
	return fmt.Sprintf("%s, %s, %s and %s of %s", counted(int(r.Memories), "memory", "memories"), counted(int(r.Revisions), "old revision", "old revisions"),
		counted(int(r.Sessions), "session", "sessions"), counted(int(r.Keys), "API key", "API keys"), counted(int(r.Users), "user", "users"))
}

// share draws how much is done of something whose whole is told on the way.
func share(e env, what string) func(done, of int64) {
	var drawn progress
	var last int64
	return func(done, of int64) {
		if drawn.bar == nil {
			drawn = newProgress(e, what, of, true)
		}
		drawn.add(int(done - last))
		if last = done; done >= of {
			drawn.done()
		}
	}
}
