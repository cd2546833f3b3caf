package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// scrubCommand passes what is stored through the redactor of today.
type scrubCommand struct {
	whose
	config.Secrets

	All    bool `name:"all" help:"Of every user."`
	DryRun bool `name:"dry-run" help:"Only say what would be taken out."`
}

const scrubExample = "ilab-mcp scrub --user me --dry-run"

// Help is what scrub --help adds.
func (scrubCommand) Help() string {
	return "Redaction runs when something is saved. This applies what the program finds today to what was saved before: memories, their history, and " +
		"summaries of sessions. Times and revisions stay as they are. What is taken out is overwritten in the store's files.\n\n" +
		"Backups and exports that were made before keep what they hold; run this again after a restore."
}

func (c *scrubCommand) run(ctx context.Context, e env) error {
	if c.All && (c.User != "" || c.UserEmail != "") {
		return &config.Error{What: "--all and a user (--user or ILAB_USER_ID) are both given", Do: "Choose one.", Example: scrubExample}
	}
	path, err := existing(c.Store, e)
	if err != nil {
		return err
	}
	mode, err := config.Untagged(scrubExample, c.Secrets)
	if err != nil {
		return err
	}
	if mode == privacy.RefuseSecrets {
		mode = privacy.TakeSecrets // what is stored cannot be refused any more
	}
	o := memstore.DefaultOptions()
	o.Redactor = privacy.NewWith(mode)
	total := memstore.Scrubbed{Found: privacy.Report{}}
	wiped := true
	scrub := func(b bound) error {
		stats, err := b.store.Stats(ctx)
		if err != nil {
			return err
		}
		drawn := newProgress(e, "looking through "+b.user.String(), stats.Memories, false)
		defer drawn.done()
		done, _, err := b.store.Scrub(ctx, c.DryRun, drawn.add)
		total.Add(done)
		if err == nil && !c.DryRun && done.Changed() {
			if w, ok := b.backend.(wiper); ok {
				wiped = w.WipeNow(ctx)
			}
		}
		return err
	}
	if c.All {
		err = everybody(ctx, path, o, scrub)
	} else {
		err = c.withStore(ctx, e, scrubExample, o, scrub)
	}
	if _, told := fmt.Fprint(e.stdout, c.words(total)); told != nil || err != nil {
		return errors.Join(err, told)
	}
	if !wiped {
		return errors.New("it is taken out, but another process still reads the store as it was; the rest is overwritten when that is done")
	}
	return nil
}

// words says what was done, or would be.
func (c *scrubCommand) words(s memstore.Scrubbed) string {
	var b strings.Builder
	verb := "scrubbed"
	if c.DryRun {
		verb = "would scrub"
	}
	if s.Changed() {
		fmt.Fprintf(&b, "%s %s, %s and %s\n", verb, counted(s.Memories, "memory", "memories"),
			counted(s.Revisions, "old revision", "old revisions"), counted(s.Sessions, "summary of a session", "summaries of sessions"))
	} else {
		b.WriteString("nothing to take out\n")
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Found)) {
		fmt.Fprintf(&b, "  %s: %d\n", kind, s.Found[kind])
	}
	if s.Keys > 0 {
		fmt.Fprintf(&b, "%s dropped: a topic key cannot be redacted\n", counted(s.Keys, "topic key is", "topic keys are"))
	}
	if s.Names > 0 {
		fmt.Fprintf(&b, "%s something that should not be there, and cannot be changed: memories refer to it\n", counted(s.Names, "session's name holds", "sessions' names hold"))
	}
	return b.String()
}
