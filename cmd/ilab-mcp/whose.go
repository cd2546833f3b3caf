package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/folder"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// whose are the settings of a command about one user's data.
type whose struct {
	config.Who
	config.Store

	target string // a file that the command writes; "" for none
	begun  bool   // the command has nothing to do on a store that is not there
}

// spare refuses to write over the store, or over a file that belongs to it.
func (w *whose) spare(store, right string) error {
	if w.target == "" || config.InPostgres(store) {
		return nil
	}
	own := false
	if !config.InFolder(store) {
		own = sqlite.Owns(store, w.target)
	} else if info, err := os.Stat(store); err == nil {
		own = within(info, w.target)
	}
	if own {
		return &config.Error{What: "a file of that name belongs to the store itself", Do: "Name another.", Example: right}
	}
	return nil
}

// withUser opens the store, gives f the memory of the user that the command line
// names, and closes the store. right is a command line that is right.
func (w *whose) withUser(ctx context.Context, e env, right string, o memstore.Options, f func(*memstore.Store) error) error {
	return w.withStore(ctx, e, right, o, func(b bound) error { return f(b.store) })
}

// bound is a store that is open, and the memory of one user in it.
type bound struct {
	user    memstore.UserID
	store   *memstore.Store
	backend engine
}

// withStore is withUser for a command that also sees to the store as a whole.
// Whoever can start this program on the store's file can read all of it: beside
// connect, which asks for a credential, only this and everybody bind a user.
func (w *whose) withStore(ctx context.Context, e env, right string, o memstore.Options, f func(bound) error) (err error) {
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
	if w.begun {
		if err := present(path); err != nil {
			return err
		}
	}
	db, backend, _, err := openDB(ctx, path, "", o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !salt.IsZero() {
		if err := salt.Check(ctx, backend); err != nil {
			return err
		}
	}
	b, err := bind(ctx, db, backend, user)
	if err != nil {
		return err
	}
	return f(b)
}

// bind gives a user's memory to a command.
func bind(ctx context.Context, db *memstore.DB, backend engine, user memstore.UserID) (bound, error) {
	store, err := db.User(ctx, user)
	return bound{user: user, store: store, backend: backend}, err
}

// everybody opens the store and gives f the memory of each user, one after the
// other.
func everybody(ctx context.Context, path string, o memstore.Options, f func(bound) error) (err error) {
	db, backend, _, err := openDB(ctx, path, "", o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	users, err := backend.Users(ctx)
	if err != nil {
		return err
	}
	for _, user := range users {
		b, err := bind(ctx, db, backend, user)
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

// existing finds the store of a command that has nothing to do on a new one.
func existing(s config.Store, e env) (string, error) {
	path, err := config.StorePath(s, e.getenv)
	if err != nil {
		return "", err
	}
	return path, present(path)
}

// present refuses a store that is not there, or is something else.
func present(path string) error {
	if config.InPostgres(path) {
		return nil // opening it tells
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && config.InFolder(path) && folder.Is(path):
		return nil
	case err != nil || info.IsDir():
		return fmt.Errorf("there is no store at %s; name it with --db (ILAB_DB)", path)
	case !sqlite.Begun(path):
		return fmt.Errorf("%s is no store of ilab-mcp, and it is left as it is; name the store with --db (ILAB_DB)", path)
	}
	return nil
}
