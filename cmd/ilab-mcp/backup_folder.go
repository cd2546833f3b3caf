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
	work, err := os.MkdirTemp(filepath.Dir(c.File), ".ilab-mcp-copy-*")
	if err != nil {
		return total, fmt.Errorf("the backup cannot be written; check that its folder exists and can be written\n  Cause: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	files, err := folder.Files(path)
	if err != nil {
		return total, err
	}
	copied := filepath.Join(work, "store")
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
	if err := os.RemoveAll(numbered(c.File, c.Keep-1)); err != nil { // the oldest one
		return total, err
	}
	for n := c.Keep - 2; n >= 0; n-- {
		if err := os.Rename(numbered(c.File, n), numbered(c.File, n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return total, err
		}
	}
	return total, os.Rename(copied, filepath.Clean(c.File))
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
	if files, err := folder.Files(name); err != nil || len(files) == 0 || filepath.Dir(files[0]) != name {
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
