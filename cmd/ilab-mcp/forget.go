package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/residue"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// forgetCommand erases one memory, or a user.
type forgetCommand struct {
	whose

	ID   int64         `name:"id" placeholder:"N" help:"Erase this memory, with its history."`
	All  bool          `name:"all" help:"Erase everything that the user has: memories, history, sessions, and API keys."`
	Yes  bool          `name:"yes" help:"Do not ask."`
	Wait time.Duration `name:"wait" default:"10s" placeholder:"10s" help:"How long to wait for other processes that still read what is erased."`
}

const forgetExample = "ilab-mcp forget --user me --all"

// Help is what forget --help adds.
func (forgetCommand) Help() string {
	return "What is erased is overwritten in the store's files, in its index and its log, and the files are then searched for pieces of it, byte by byte. " +
		"If any are left, it says where and exits with 1.\n\n" +
		"Backups and exports that were made before are other files, and keep what they hold; ilab-mcp restore erases again what was erased since. " +
		"A server that is running goes on, and what is saved through it later begins anew."
}

func (c *forgetCommand) run(ctx context.Context, e env) error {
	if c.All == (c.ID != 0) {
		return &config.Error{What: "what to forget is missing, or said twice", Do: "Name one memory with --id, or all with --all.", Example: forgetExample}
	}
	if c.Wait < 0 {
		return &config.Error{What: "--wait cannot be negative", Do: "Write a time such as 10s or 1m.", Example: forgetExample + " --wait 1m"}
	}
	path, err := existing(c.Store, e)
	if err != nil {
		return err
	}
	var pieces residue.Fragments
	wiped, erased := false, false
	// The store is closed before its files are looked through: reading a file that
	// this process has open would drop the locks it holds on it.
	err = c.withStore(ctx, e, forgetExample, memstore.DefaultOptions(), func(b bound) error {
		what, err := c.gather(ctx, b, &pieces)
		if err != nil {
			return err
		}
		if err := c.ask(e, what); err != nil {
			return err
		}
		erased = true
		if what, err = c.erase(ctx, b); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(e.stdout, "forgot %s\n", what); err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(ctx, c.Wait)
		defer cancel()
		if w, ok := b.backend.(wiper); ok {
			wiped = w.WipeNow(waiting)
		}
		return nil
	})
	if err != nil || !erased {
		return err
	}
	if config.InPostgres(path) {
		_, err := fmt.Fprint(e.stdout, postgresKeeps)
		return err
	}
	if pieces.Len() == 0 && wiped {
		return nil // there was nothing, or nothing that is long enough to be looked for
	}
	left, err := c.check(ctx, e, path, &pieces)
	switch {
	case err != nil:
		return err
	case !wiped:
		return errors.New("it is erased, but another process still reads the store as it was, so copies may be left in the store's log. " +
			"They are overwritten when that process is done; run this again then to check")
	case left:
		return errors.New("it is erased from the store, but pieces of it are left in the files named above")
	}
	return nil
}

// postgresKeeps says what a database keeps of rows that are gone.
const postgresKeeps = "The rows are gone for every reader. PostgreSQL overwrites their space after VACUUM has freed it (autovacuum runs by itself); its log, replicas\n" +
	"and backups keep what they hold as long as you keep them.\n"

// gather keeps pieces of all that is about to be erased, and words how much that
// is.
func (c *forgetCommand) gather(ctx context.Context, b bound, pieces *residue.Fragments) (string, error) {
	if !c.All {
		m, err := b.store.Get(ctx, c.ID)
		if errors.Is(err, memstore.ErrNotFound) {
			return fmt.Sprintf("memory %d, which is not there", c.ID), nil
		}
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("memory %d, %q, of %s", c.ID, m.Title, b.user), b.store.Export(ctx, func(x memstore.Exported) error {
			if x.Memory != nil && x.Memory.ID == c.ID || x.Revision != nil && x.Of == c.ID {
				addPieces(pieces, x)
			}
			return nil
		})
	}
	stats, err := b.store.Stats(ctx)
	if err != nil {
		return "", err
	}
	return "all that " + b.user.String() + " has: " + amount(stats, 0), b.store.Export(ctx, func(x memstore.Exported) error {
		addPieces(pieces, x)
		return nil
	})
}

func addPieces(pieces *residue.Fragments, x memstore.Exported) {
	for _, text := range texts(x) {
		pieces.Add(text)
	}
}

// texts are all that a thing of an export says.
func texts(x memstore.Exported) []string {
	switch {
	case x.Session != nil:
		return []string{x.Session.Summary}
	case x.Memory != nil:
		return []string{x.Memory.Title, x.Memory.Content, x.Memory.TopicKey}
	}
	return []string{x.Revision.Title, x.Revision.Content}
}

// ask asks whether it is meant.
func (c *forgetCommand) ask(e env, what string) error {
	if c.Yes {
		return nil
	}
	if !e.terminal {
		return &config.Error{What: "nobody is there to be asked, so nothing was erased", Do: "Say --yes if it is meant.", Example: forgetExample + " --yes"}
	}
	if _, err := fmt.Fprintf(e.stderr, "Erase %s, for good? [y/N] ", what); err != nil {
		return err
	}
	answer, _ := bufio.NewReader(e.stdin).ReadString('\n') // the end of input is no answer
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("nothing was erased")
	}
	return nil
}

func (c *forgetCommand) erase(ctx context.Context, b bound) (string, error) {
	if !c.All {
		forgotten, _, err := b.store.Forget(ctx, c.ID)
		if err == nil && !forgotten {
			return fmt.Sprintf("nothing: there is no memory %d of %s", c.ID, b.user), nil
		}
		return fmt.Sprintf("memory %d of %s", c.ID, b.user), err
	}
	keys, err := b.backend.Keys().Remove(ctx, b.user, time.Now()) // first: nobody comes in any more
	if err != nil {
		return "", err
	}
	was, _, err := b.store.ForgetAll(ctx)
	if err == nil && was.Memories+was.Sessions == 0 && keys == 0 {
		return fmt.Sprintf("nothing: there is nothing of %s", b.user), nil
	}
	return amount(was, keys) + " of " + b.user.String(), err
}

func amount(s memstore.Stats, keys int) string {
	what := fmt.Sprintf("%s and %s", counted(int(s.Memories), "memory", "memories"), counted(int(s.Sessions), "session", "sessions"))
	if keys > 0 {
		what += " and " + counted(keys, "API key", "API keys")
	}
	return what
}
