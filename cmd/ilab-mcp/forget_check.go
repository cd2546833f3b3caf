package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/residue"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// check looks through the store's files for what was erased, says what it did,
// and gives whether anything is left.
func (c *forgetCommand) check(ctx context.Context, e env, path string, pieces *residue.Fragments) (left bool, err error) {
	var said map[string]*residue.Fragments // by file
	var all residue.Fragments
	var bytes int64
	files, err := storeFiles(path)
	if err != nil {
		return false, err
	}
	said = map[string]*residue.Fragments{}
	for _, name := range files {
		found, n, err := look(ctx, e, name, pieces)
		if err != nil {
			return false, err
		}
		bytes += n
		if found.Len() > 0 {
			said[name] = found
			all.AddAll(found)
		}
	}
	var others residue.Fragments
	if all.Len() > 0 {
		// A store says some words by itself.
		plain, err := all.Find(strings.NewReader(sqlite.Boilerplate()))
		if err != nil {
			return false, err
		}
		for name, found := range said {
			said[name] = found.Without(plain)
		}
		all = *all.Without(plain)
	}
	if all.Len() > 0 {
		if others, err = stillSaid(ctx, path, &all); err != nil {
			return false, err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "looked for %s of it in %s (%.1f MB)", counted(pieces.Len(), "piece", "pieces"), counted(len(files), "file", "files"), float64(bytes)/1e6)
	for _, name := range files {
		if found := said[name]; found != nil {
			if n := found.Without(&others).Len(); n > 0 {
				left = true
				fmt.Fprintf(&b, "\n%s holds %s", filepath.Base(name), counted(n, "piece", "pieces"))
			}
		}
	}
	if !left {
		b.WriteString(": none is left")
		if others.Len() > 0 {
			fmt.Fprintf(&b, ", but for %s that memories which were not erased say too", counted(others.Len(), "piece", "pieces"))
		}
	}
	_, err = fmt.Fprintln(e.stdout, b.String())
	return left, err
}

// storeFiles are all files that belong to a store.
func storeFiles(path string) (files []string, err error) {
	if !config.InFolder(path) {
		return sqlite.Files(path), nil
	}
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

// look searches one file.
func look(ctx context.Context, e env, name string, pieces *residue.Fragments) (found *residue.Fragments, bytes int64, err error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) { // another process has tidied up
		return &residue.Fragments{}, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("a file of the store cannot be looked through\n  Cause: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	drawn := newProgress(e, "looking through "+filepath.Base(name), info.Size(), true)
	defer drawn.done()
	found, err = pieces.Find(io.TeeReader(f, drawn))
	return found, info.Size(), errors.Join(err, ctx.Err())
}

// stillSaid are those of the pieces that somebody's memory still says.
func stillSaid(ctx context.Context, path string, pieces *residue.Fragments) (said residue.Fragments, err error) {
	err = everybody(ctx, path, memstore.DefaultOptions(), func(b bound) error {
		return b.store.Export(ctx, func(x memstore.Exported) error {
			for _, text := range texts(x) {
				found, err := pieces.Find(strings.NewReader(text))
				if err != nil {
					return err
				}
				said.AddAll(found)
			}
			return nil
		})
	})
	return said, err
}
