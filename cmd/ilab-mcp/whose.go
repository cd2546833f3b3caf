package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// whose are the settings of a command about one user's data.
type whose struct {
	config.Who
	config.Store

	target string // a file that the command writes; "" for none
}

// spare refuses to write over the store, or over a file that belongs to it.
func (w *whose) spare(store, right string) error {
	if w.target == "" {
		return nil
	}
	target, err := os.Stat(w.target)
	if err != nil {
		return nil //nolint:nilerr // there is none to write over
	}
	files := []string{store, store + "-wal", store + "-shm", store + ".lock", store + ".open"}
	if copies, err := filepath.Glob(store + ".v*.bak"); err == nil { // a strange name may hide them
		files = append(files, copies...)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && os.SameFile(info, target) {
			return &config.Error{What: "that file belongs to the store itself", Do: "Name another.", Example: right}
		}
	}
	return nil
}

// withUser opens the store, gives f the memory of the user that the command line
// names, and closes the store. Whoever can start this program on the store's file
// can read all of it: beside connect, which asks for a credential, this is the
// only place where a user is bound. right is a command line that is right.
func (w *whose) withUser(ctx context.Context, e env, right string, o memstore.Options, f func(*memstore.Store) error) (err error) {
	if w.User == "" && w.UserEmail == "" {
		return &config.Error{What: "no user is named, so it is not clear whose memory is meant", Do: "Name one with --user.", Example: right}
	}
	user, salt, err := config.Whose(w.Who, e.getenv)
	if err != nil {
		return err
	}
	path, err := config.StorePath(w.Store, e.getenv)
	if err != nil {
		return err
	}
	if err := w.spare(path, right); err != nil {
		return err
	}
	db, backend, _, err := openDB(ctx, path, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !salt.IsZero() {
		if err := salt.Check(ctx, backend); err != nil {
			return err
		}
	}
	store, err := db.User(ctx, user)
	if err != nil {
		return err
	}
	return f(store)
}
