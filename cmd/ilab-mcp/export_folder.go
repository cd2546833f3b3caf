package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// putFile writes a file of a folder; its name is relative, with slashes.
type putFile = func(name string, text []byte) error

const folderExample = "ilab-mcp export --user me --format markdown my-memory"

// freeFolder checks that the folder may be written.
func (c *exportCommand) freeFolder(e env) error {
	if c.File == "-" {
		return &config.Error{What: "a folder cannot be written to stdout", Do: "Name one.", Example: folderExample}
	}
	info, err := os.Lstat(c.File)
	switch {
	case err != nil: // there is none; or writing it will say what is wrong
		return nil //nolint:nilerr // as above
	case !info.IsDir():
		return &config.Error{What: "that is no folder, but a file, a link or a device", Do: "Name a folder.", Example: folderExample}
	case !c.Force:
		return &config.Error{What: "the folder exists already", Do: "Name another, or replace it with --force.", Example: folderExample + " --force"}
	}
	return c.holdsNoStore(e)
}

// holdsNoStore refuses a folder that the store is in: what uses it would find it
// gone.
func (c *exportCommand) holdsNoStore(e env) error {
	path, err := config.StorePath(c.Store, e.getenv)
	if err != nil {
		return err
	}
	target, err := os.Stat(c.File)
	if err != nil {
		return fmt.Errorf("the folder cannot be read\n  Cause: %w", err)
	}
	for _, name := range sqlite.Files(path) {
		if full, err := filepath.EvalSymlinks(name); err == nil && within(target, full) {
			return &config.Error{What: "the store itself is in that folder", Do: "Name another.", Example: folderExample}
		}
	}
	return nil
}

// within reports whether a file is in a folder or below.
func within(folder os.FileInfo, name string) bool {
	full, err := filepath.Abs(name)
	for err == nil {
		parent := filepath.Dir(full)
		if info, err := os.Stat(parent); err == nil && os.SameFile(info, folder) {
			return true
		}
		if parent == full {
			break
		}
		full = parent
	}
	return false
}

// replaceFolder writes a folder whole or not at all: beside its place, for its
// owner's eyes only, and then moved there. It is for reading, and can be written
// again, so nothing waits for the disk. If it took the place of an older one in
// which something was not of an export, that is kept, in the folder it names.
func replaceFolder(path string, replace bool, write func(putFile) error) (kept string, err error) {
	temp := ""
	path, err = filepath.Abs(path) // "." has a name, too
	if err == nil {
		temp, err = os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0700
	}
	if err != nil {
		return "", fmt.Errorf("the folder cannot be written; check that the one above it exists and can be written\n  Cause: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(temp) // it is ours alone; what failed is there to tell
		}
	}()
	m := manifest{}
	if err := write(func(name string, text []byte) error { return m.put(temp, name, text) }); err != nil {
		return "", err
	}
	if err := m.write(temp); err != nil {
		return "", err
	}
	if _, err := os.Lstat(path); !replace || errors.Is(err, fs.ErrNotExist) {
		return "", inPlace(os.Rename(temp, path))
	}
	return swapFolder(temp, path)
}

// swapFolder puts a new folder in the place of an older export.
func swapFolder(temp, path string) (kept string, err error) {
	own, err := readManifest(path)
	if err != nil {
		return "", err
	}
	old := path + ".old"
	if _, err := os.Lstat(old); err == nil {
		return "", fmt.Errorf("%s is in the way: what is kept of an older folder goes there. Move it away first", old)
	}
	if err := os.Rename(path, old); err != nil {
		return "", inPlace(err)
	}
	if err := os.Rename(temp, path); err != nil {
		return "", inPlace(errors.Join(err, os.Rename(old, path)))
	}
	if err := own.remove(old); err != nil {
		return "", fmt.Errorf("the new folder is in its place; of the old one something is left in %s\n  Cause: %w", old, err)
	}
	if _, err := os.Lstat(old); err == nil {
		return old, nil
	}
	return "", nil
}

func inPlace(err error) error {
	if err != nil {
		return fmt.Errorf("the folder could not be put in its place\n  Cause: %w", err)
	}
	return nil
}
