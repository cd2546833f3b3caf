package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
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
	drawn := newProgress(e, "checking", -1, false)
	o := sqlite.ExamineOptions{Program: buildVersion(), Progress: func(n int64) { drawn.add(int(n)) }}
	var found, left sqlite.Report
	if c.Repair {
		found, left, err = sqlite.Repair(ctx, path, o)
	} else {
		left, err = sqlite.Examine(ctx, path, o)
	}
	drawn.done()
	if err != nil {
		return err
	}
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
