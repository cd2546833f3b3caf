package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// restoreFolder puts the files of a backup in the place of those of a store that is a
// folder. All are copied and checked first, and what was erased since is erased in
// them; then, while nobody else has the store open, they take their places, and users
// who are not in the backup go.
func (c *restoreCommand) restoreFolder(ctx context.Context, path string, o sqlite.RestoreOptions) (total sqlite.Restored, err error) {
	if !folder.Is(c.File) {
		return total, errors.New("the folder is no backup of a store; name one that ilab-mcp backup made of a folder")
	}
	backed, err := folder.Files(c.File)
	if err != nil {
		return total, err
	}
	if folder.Is(path) && !c.Force {
		return total, errors.New("there is a store already; --force replaces it with the backup, and what it holds beyond that is gone")
	}
	var staged []*sqlite.Staged
	defer func() {
		for _, s := range staged {
			s.Remove()
		}
	}()
	var kept []string
	for _, name := range backed {
		rel, err := filepath.Rel(c.File, name)
		if err != nil {
			return total, err
		}
		to := filepath.Join(path, rel)
		s, err := sqlite.Stage(ctx, name, to, o)
		if err != nil {
			return total, err
		}
		staged, kept = append(staged, s), append(kept, to)
	}
	release, err := sqlite.Alone(ctx, folder.Control(path), o.Wait) // nobody opens a user's file without this one
	if err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, release()) }()
	for _, s := range staged {
		if err := s.CatchUp(ctx); err != nil {
			return total, err
		}
	}
	there, err := folder.Files(path)
	if err != nil {
		return total, err
	}
	for _, s := range staged {
		if err := s.Place(); err != nil {
			return total, err
		}
		add(&total.Report, s.Done.Report)
		total.Erased += s.Done.Erased
		total.NoLog = total.NoLog || s.Done.NoLog
	}
	for _, name := range there {
		if !slices.Contains(kept, name) {
			if err := sqlite.Discard(name, false); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
