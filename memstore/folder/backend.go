package folder

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// View implements memstore.Backend. A user who has never written has no file, and
// gets none by reading: the file of keys has no memories of anybody.
func (db *DB) View(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, u, f, (*sqlite.DB).View)
}

// Scan implements memstore.Backend.
func (db *DB) Scan(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error {
	return db.read(ctx, u, f, (*sqlite.DB).Scan)
}

type reading func(db *sqlite.DB, ctx context.Context, u memstore.UserID, f func(memstore.Reader) error) error

func (db *DB) read(ctx context.Context, u memstore.UserID, f func(memstore.Reader) error, how reading) error {
	name := name(u.String())
	if u.IsZero() || !db.there(name) {
		if db.ended() {
			return memstore.ErrClosed
		}
		return how(db.control, ctx, u, f)
	}
	return db.with(ctx, name, func(h *handle) error { return how(h.file, ctx, u, f) })
}

func (db *DB) ended() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.closed
}

// Update implements memstore.Backend.
func (db *DB) Update(ctx context.Context, u memstore.UserID, f func(memstore.Writer) error) error {
	if u.IsZero() {
		return db.control.Update(ctx, u, f) // which refuses it
	}
	return db.with(ctx, name(u.String()), func(h *handle) error {
		db.mu.Lock()
		h.written = true
		db.mu.Unlock()
		return h.file.Update(ctx, u, f)
	})
}

// Wipe implements memstore.Wiper, for the files that were written since they were opened.
func (db *DB) Wipe(ctx context.Context) bool {
	return db.wipe(ctx, (*sqlite.DB).Wipe)
}

// WipeNow is Wipe for somebody who waits, until ctx ends.
func (db *DB) WipeNow(ctx context.Context) bool {
	return db.wipe(ctx, (*sqlite.DB).WipeNow)
}

func (db *DB) wipe(ctx context.Context, how func(*sqlite.DB, context.Context) bool) bool {
	db.mu.Lock()
	var names []string
	for name, h := range db.open {
		if h.written && !h.closing {
			names = append(names, name)
		}
	}
	for name := range db.wiping {
		if db.open[name] == nil {
			names = append(names, name)
		}
	}
	db.mu.Unlock()
	done := how(db.control, ctx) // revoked keys
	for _, name := range names {
		err := db.with(ctx, name, func(h *handle) error {
			wiped := how(h.file, ctx)
			if done = wiped && done; wiped {
				db.mu.Lock()
				delete(db.wiping, name)
				db.mu.Unlock()
			}
			return nil
		})
		done = done && err == nil
	}
	return done
}

// Users implements memstore.Lister. It opens every file.
func (db *DB) Users(ctx context.Context) ([]memstore.UserID, error) {
	names, err := db.names()
	if err != nil {
		return nil, err
	}
	var all []memstore.UserID
	for _, name := range names {
		err := db.with(ctx, name, func(h *handle) error {
			its, err := h.file.Users(ctx)
			all = append(all, its...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b memstore.UserID) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// users are the names of users' files: see name.
var users = regexp.MustCompile(`^[0-9a-f]{2}/[0-9a-f]{64}\.db$`)

// Is reports whether a folder is a store, or a backup of one.
func Is(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, controlName))
	return err == nil && info.Mode().IsRegular()
}

// Control is the file of a store in a folder that every process on it has open.
func Control(dir string) string { return filepath.Join(dir, controlName) }

// names lists the users' files.
func (db *DB) names() (names []string, err error) {
	err = filepath.WalkDir(db.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(db.dir, path)
		if err == nil && d.Type().IsRegular() && users.MatchString(filepath.ToSlash(rel)) && strings.HasPrefix(d.Name(), filepath.Dir(rel)) {
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		err = &memstore.Error{Kind: memstore.Unavailable, Msg: "the store's folder cannot be read", Err: err}
	}
	return names, err
}

// Files lists the paths of all files that belong to a store in a folder: the one with
// keys first, then the users'.
func Files(dir string) ([]string, error) {
	db := &DB{dir: dir}
	names, err := db.names()
	files := make([]string, 0, len(names)+1)
	if _, err := os.Stat(db.path(controlName)); err == nil {
		files = append(files, db.path(controlName))
	}
	for _, name := range names {
		files = append(files, db.path(name))
	}
	return files, err
}
