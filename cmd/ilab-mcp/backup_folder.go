package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// backupFolder copies a store that is a folder, file by file, into a folder beside
// its place, which then takes it.
func (c *backupCommand) backupFolder(ctx context.Context, e env, path string) (total sqlite.Report, err error) {
	for n := range c.Keep {
		if err := isBackup(numbered(c.File, n)); err != nil {
			return total, err
		}
	}
	work, err := sqlite.NewWork(filepath.Dir(filepath.Clean(c.File)))
	if err != nil {
		return total, fmt.Errorf("the backup cannot be written; check that its folder exists and can be written\n  Cause: %w", err)
	}
	defer work.Remove()
	files, err := folder.Files(path)
	if err != nil {
		return total, err
	}
	copied := filepath.Join(work.Dir, "store")
	drawn := newProgress(e, "copying", int64(len(files)), false)
	defer drawn.done()
	for _, name := range files {
		rel, err := filepath.Rel(path, name)
		if err != nil {
			return total, err
		}
		to := filepath.Join(copied, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return total, err
		}
		r, err := backupFile(ctx, name, to, sqlite.BackupOptions{Keep: 1})
		if err != nil {
			return total, err
		}
		add(&total, r)
		drawn.add(1)
	}
	if have, err := folder.Files(copied); err != nil || len(have) != len(files) || !folder.Is(copied) {
		return total, errors.Join(errors.New("the backup is not whole, so there is none: something has removed files of it while it was written"), err)
	}
	// The oldest goes aside, and only away when the new one is there.
	if err := move(numbered(c.File, c.Keep-1), filepath.Join(work.Dir, "old")); err != nil {
		return total, err
	}
	for n := c.Keep - 2; n >= 0; n-- {
		if err := move(numbered(c.File, n), numbered(c.File, n+1)); err != nil {
			return total, err
		}
	}
	return total, os.Rename(copied, numbered(c.File, 0))
}

// move renames what is there.
func move(from, to string) error {
	if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// numbered is the name of a backup: 0 is the newest.
func numbered(name string, n int) string {
	name = filepath.Clean(name)
	if n == 0 {
		return name
	}
	return fmt.Sprintf("%s.%d", name, n)
}

// isBackup refuses what is there already and is no backup of a folder.
func isBackup(name string) error {
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// A store that is in use has a log of erasures, which a backup has not.
	if _, err := os.Stat(folder.Control(name) + ".gone"); err == nil || !folder.Is(name) {
		return fmt.Errorf("%s is something else than a backup of a folder, and is left as it is; name another", filepath.Base(name))
	}
	return nil
}

func add(total *sqlite.Report, r sqlite.Report) {
	total.Users += r.Users
	total.Sessions += r.Sessions
	total.Memories += r.Memories
	total.Revisions += r.Revisions
	total.Keys += r.Keys
	total.Findings = append(total.Findings, r.Findings...)
}
