package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/postgres"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// doctorCommand checks the store.
type doctorCommand struct {
	config.Store

	Repair bool `name:"repair" help:"Mend what can be made again from what is sound. Make a backup first."`
}

// Help is what doctor --help adds.
func (doctorCommand) Help() string {
	return "It checks who may open the store's files, the structure of the file, the schema, the checksum of every row, the search terms of every memory " +
		"against its text, each user's totals, and the log of erasures. Servers may go on meanwhile, but for --repair, during which nothing can be saved. " +
		"It exits with 1 if something is wrong."
}

func (c *doctorCommand) run(ctx context.Context, e env) error {
	path, err := existing(c.Store, e)
	if err != nil {
		return err
	}
	if config.InPostgres(path) {
		return doctorPostgres(ctx, e, path)
	}
	drawn := newProgress(e, "checking", -1, false)
	o := sqlite.ExamineOptions{Program: buildVersion(), Progress: func(n int64) { drawn.add(int(n)) }}
	files := []string{path}
	if config.InFolder(path) {
		if files, err = folder.Files(path); err != nil {
			return err
		}
	}
	var found, left sqlite.Report
	for _, name := range files {
		its, after, err := c.examine(ctx, name, o)
		if err != nil {
			return err
		}
		if config.InFolder(path) {
			named(&its, filepath.Base(name))
			named(&after, filepath.Base(name))
		}
		add(&found, its)
		add(&left, after)
	}
	drawn.done()
	var b strings.Builder
	mended := 0
	for _, f := range found.Findings {
		if f.Mend {
			mended++
			fmt.Fprintf(&b, "mended: %s\n", f.What)
		}
	}
	wrong := 0
	for _, f := range left.Findings {
		mark := "note"
		if !f.Note {
			wrong++
			mark = "wrong"
		}
		fmt.Fprintf(&b, "%s: %s. %s\n", mark, f.What, f.Do)
	}
	fmt.Fprintf(&b, "As they were written: %s\n", contents(left))
	if wrong == 0 {
		b.WriteString("The store is sound.\n")
	}
	if _, err := fmt.Fprint(e.stdout, b.String()); err != nil {
		return err
	}
	if wrong > 0 {
		return errors.New(counted(wrong, "thing is", "things are") + " wrong with the store")
	}
	return nil
}

// examine looks at one file, and mends it if that is asked for.
func (c *doctorCommand) examine(ctx context.Context, path string, o sqlite.ExamineOptions) (found, left sqlite.Report, err error) {
	if c.Repair {
		return sqlite.Repair(ctx, path, o)
	}
	left, err = sqlite.Examine(ctx, path, o)
	return found, left, err
}

// named tells of each finding in which file it is.
func named(r *sqlite.Report, file string) {
	for i := range r.Findings {
		r.Findings[i].What = file + ": " + r.Findings[i].What
	}
}

// doctorPostgres opens a database, which checks the roles and the wall between users,
// and compares each user's rows with what the user's head says.
func doctorPostgres(ctx context.Context, e env, url string) (err error) {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	drawn := newProgress(e, "checking", -1, false)
	r, err := db.Examine(ctx, func() { drawn.add(1) })
	drawn.done()
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "wrong: %s\n", f)
	}
	fmt.Fprintf(&b, "%s of %s\n", counted(int(r.Memories), "memory", "memories"), counted(int(r.Users), "user", "users"))
	if len(r.Findings) == 0 {
		b.WriteString("The store is sound.\n")
	}
	if _, err := fmt.Fprint(e.stdout, b.String()); err != nil {
		return err
	}
	if n := len(r.Findings); n > 0 {
		return errors.New(counted(n, "thing is", "things are") + " wrong with the store")
	}
	return nil
}
