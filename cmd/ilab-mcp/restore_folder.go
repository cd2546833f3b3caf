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
// folder, one after the other. Users who are not in the backup go.
func (c *restoreCommand) restoreFolder(ctx context.Context, path string, o sqlite.RestoreOptions) (total sqlite.Restored, err error) {
	backed, err := folder.Files(c.File)
	if err != nil || len(backed) == 0 {
		return total, errors.New("the folder is no backup of a store; name one that ilab-mcp backup made of a folder")
	}
	there, err := folder.Files(path)
	if err == nil && len(there) > 0 && !c.Force {
		return total, errors.New("there is a store already; --force replaces it with the backup, and what it holds beyond that is gone")
	}
	var kept []string
	for _, name := range backed {
		rel, err := filepath.Rel(c.File, name)
		if err != nil {
			return total, err
		}
		to := filepath.Join(path, rel)
		kept = append(kept, to)
		done, err := sqlite.Restore(ctx, name, to, o)
		if err != nil {
			return total, err
		}
		add(&total.Report, done.Report)
		total.Erased += done.Erased
		total.NoLog = total.NoLog || done.NoLog
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
