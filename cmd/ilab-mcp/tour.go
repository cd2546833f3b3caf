package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// tourTime is far more than the tour takes; a server that hangs ends it.
const tourTime = 30 * time.Second

// tourCommand shows a newcomer the whole story on a store of its own.
type tourCommand struct{}

// Help is what tour --help adds.
func (tourCommand) Help() string {
	return "It starts two servers on a temporary store, for two people, and shows each call and its reply. " +
		"At the end it says what was proved. Your own memory is not touched, and nothing is left behind."
}

// tour is one walk. After the first failure its calls do nothing, so that the
// story reads from top to bottom; err is looked at in the end.
type tour struct {
	env
	*page

	program string // to start servers with
	folder  string // holds the store and the servers' logs
	salt    string
	secret  string // the private words: found nowhere else

	people  []*person
	replies []byte // all of them
	checks  []check
	err     error
}

// check is one thing that the tour promises.
type check struct {
	promise string
	kept    bool
}

func (*tourCommand) run(ctx context.Context, e env) (err error) {
	ctx, cancel := context.WithTimeout(ctx, tourTime)
	defer cancel()
	t := &tour{env: e, page: newPage(e), salt: rand.Text(), secret: "sesame-" + rand.Text()}
	if t.program, err = os.Executable(); err != nil {
		return fmt.Errorf("the tour cannot find its own program to start servers with: %w", err)
	}
	if t.folder, err = os.MkdirTemp("", "ilab-mcp-tour-"); err != nil {
		return fmt.Errorf("the tour needs a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(t.folder)) }()
	defer t.dismiss()

	t.story(ctx)
	if t.err != nil {
		return fmt.Errorf("the tour broke off: %w", t.err)
	}
	return t.verdict()
}

// store is the path of the throwaway store.
func (t *tour) store() string { return filepath.Join(t.folder, "memory.db") }

// idOf computes a person's id as the servers do.
func (t *tour) idOf(email string) string {
	id, err := identity.NewSalt(t.salt).UserID(email)
	if err != nil {
		t.fail(err)
	}
	return id.String()
}

func (t *tour) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// promise notes what the story just showed.
func (t *tour) promise(kept bool, what string) {
	if t.err == nil {
		t.checks = append(t.checks, check{what, kept})
	}
}

// verdict prints the checklist; a broken promise fails the tour.
func (t *tour) verdict() error {
	t.heading("What was proved")
	broken := 0
	for _, c := range t.checks {
		t.tick(c.kept, c.promise)
		if !c.kept {
			broken++
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d promises were not kept (marked above); please report this", broken, len(t.checks))
	}
	t.text("All kept. The throwaway store is gone. To begin your own: ilab-mcp stdio --help")
	return nil
}
