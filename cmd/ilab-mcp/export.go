package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// exportCommand writes a user's memory to a file.
type exportCommand struct {
	whose

	File   string `arg:"" name:"file" help:"Where to write it; - is stdout. With --format markdown, a folder."`
	Format string `name:"format" enum:"ilab,markdown" default:"ilab" placeholder:"ilab" help:"What to write: ilab (JSON Lines) or markdown (a folder for people)."`
	Force  bool   `name:"force" help:"Replace the file or the folder if it exists."`
}

const exportExample = "ilab-mcp export --user me memories.jsonl"

// Help is what export --help adds.
func (exportCommand) Help() string {
	return "It writes JSON Lines, one object a line: sessions, then memories, oldest first, each with what it said before. " +
		"The file holds everything in plain text, so its mode is 0600. Servers may go on meanwhile: the export is of one moment.\n\n" +
		"With --format markdown it writes a folder that a person can read: a file for each memory, by type, and index.md. " +
		"--force replaces a folder only if it is such an export; files in it that are not, or were edited, are kept beside it.\n\n" +
		"ilab-mcp import reads both."
}

func (c *exportCommand) run(ctx context.Context, e env) error {
	folder := transfer.Format(c.Format) == transfer.Markdown
	free := c.free
	if folder {
		free = func() error { return c.freeFolder(e) }
	}
	if err := free(); err != nil {
		return err
	}
	if c.File != "-" {
		c.target = c.File
	}
	var n transfer.Exported
	kept := ""
	c.begun = true
	err := c.withUser(ctx, e, exportExample, memstore.DefaultOptions(), func(s *memstore.Store) error {
		stats, err := s.Stats(ctx)
		if err != nil {
			return err
		}
		if c.Force && stats.Memories+stats.Sessions == 0 { // a user or a store that was mistyped
			return errors.New("this user has nothing in the store, so nothing was replaced; check --user and --db")
		}
		if c.File == "-" && e.terminal { // the export itself is what moves there
			e.watched = false
		}
		drawn := newProgress(e, "exporting", stats.Memories, false)
		defer drawn.done()
		if folder {
			kept, err = replaceFolder(c.File, c.Force, func(put putFile) (err error) {
				n, err = transfer.ExportMarkdown(ctx, s, put, func() { drawn.add(1) })
				return err
			})
			return err
		}
		write := func(w io.Writer) (err error) {
			n, err = transfer.Export(ctx, s, w, func() { drawn.add(1) })
			return err
		}
		if c.File == "-" {
			return write(e.stdout)
		}
		return replaceFile(c.File, c.Force, write)
	})
	if err != nil {
		return err
	}
	if kept != "" {
		if _, err := fmt.Fprintf(e.stderr, "what the old folder held that was not of an export, or was edited since, is in %s\n", kept); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(e.stderr, "exported %s, %s and %s\n",
		counted(n.Memories, "memory", "memories"), counted(n.Revisions, "old revision", "old revisions"), counted(n.Sessions, "session", "sessions"))
	return err
}

// free checks that the file may be written.
func (c *exportCommand) free() error {
	if c.File == "-" {
		return nil
	}
	// An error is that there is none; or writing it will say what is wrong.
	info, err := os.Lstat(c.File)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return &config.Error{What: "that is no file, but a folder, a link or a device", Do: "Name a file, or - for stdout.", Example: exportExample}
	case err == nil && !c.Force:
		return &config.Error{What: "the file exists already", Do: "Name another, or replace it with --force.", Example: exportExample + " --force"}
	}
	return nil
}

// counted words a number of things.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// replaceFile writes a file whole or not at all: beside its place, for its owner's
// eyes only, and moved there when it is on the disk. Unless it may replace, it
// does not take the place of a file that came there meanwhile.
func replaceFile(path string, replace bool, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("the file cannot be written; check that its folder exists and can be written\n  Cause: %w", err)
	}
	defer func() {
		if err != nil {
			// It may be closed, or gone, already; what failed is there to tell.
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("the file could not be written whole, so there is none\n  Cause: %w", err)
	}
	if replace {
		err = os.Rename(f.Name(), path)
	} else if err = os.Link(f.Name(), path); err == nil {
		err = os.Remove(f.Name())
	} else if !errors.Is(err, fs.ErrExist) {
		// Not every file system has links.
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("the file could not be put in its place, so there is none\n  Cause: %w", err)
	}
	return nil
}
