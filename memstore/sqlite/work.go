package sqlite

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// Work is a folder for a copy of a store that is not finished: mode 0700, on the
// disk where the copy is going to be. Whoever makes it holds its lock; one whose
// lock nobody holds is what a process left that was killed.
type Work struct {
	Dir  string
	lock *flock.Flock
}

const (
	workPrefix = ".ilab-mcp-copy-"
	workLock   = "lock"
)

// NewWork makes a folder for a copy in another, and removes what killed processes left
// there.
func NewWork(in string) (*Work, error) {
	sweep(in)
	dir, err := os.MkdirTemp(in, workPrefix+"*")
	if err != nil {
		return nil, err
	}
	w := &Work{Dir: dir, lock: newOpenLock(filepath.Join(dir, workLock)).file}
	if ok, err := w.lock.TryLock(); err != nil || !ok {
		_ = os.RemoveAll(dir) // it is empty
		return nil, err
	}
	return w, nil
}

// Remove takes the folder away, and what is still in it.
func (w *Work) Remove() {
	_ = os.RemoveAll(w.Dir) // what stays is swept by the next one
	_ = w.lock.Close()
}

// sweep removes what processes left that were killed.
func sweep(in string) {
	for _, dir := range leftovers(in) {
		lock := newOpenLock(filepath.Join(dir, workLock)).file
		if ok, err := lock.TryLock(); ok && err == nil {
			_ = os.RemoveAll(dir) // the next one tries again
		}
		_ = lock.Close()
	}
}

// leftovers are the folders of unfinished copies in a folder.
func leftovers(in string) (dirs []string) {
	entries, err := os.ReadDir(in)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), workPrefix) {
			dirs = append(dirs, filepath.Join(in, e.Name()))
		}
	}
	return dirs
}

// ownSuffixes are what the names of a store's files have behind the store's.
var ownSuffixes = []string{"", "-wal", "-shm", "-journal", ".lock", ".open", ".gone"}

// ownFile reports whether a file of that name, there or not, would belong to a
// store.
func ownFile(name, store string) bool {
	return slices.ContainsFunc(ownSuffixes, func(suffix string) bool { return resolved(name) == resolved(store)+suffix })
}

// Owns reports whether a file, there or not, belongs to a store by its name, or is
// one of its files under another.
func Owns(store, name string) bool {
	if ownFile(name, store) {
		return true
	}
	info, err := os.Stat(name)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(Files(store), func(own string) bool {
		its, err := os.Stat(own)
		return err == nil && os.SameFile(its, info)
	})
}

// Begun reports whether a file says in its header that it is a store, or is still
// empty. It is for commands, before they open one: who has the file open in the same
// process would lose the locks on it.
func Begun(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (info.Size() == 0 || isStore(path))
}

// Boilerplate is what every store's file holds, whatever is in it: SQLite's header,
// and the schema as it was written.
func Boilerplate() string {
	return "SQLite format 3\x00 ilab table index " + strings.Join(migrations(), "\n") +
		strings.Join([]string{factGone, factErased, factProgram, factReadable, goneTitle}, " ")
}

// resolved is a path without symbolic links, as far as it exists.
func resolved(path string) string {
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}
