package folder

import (
	"container/list"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// Options set up a folder. The zero value is good.
type Options struct {
	Program  string        // as in sqlite.Options
	LockWait time.Duration // likewise
	// MaxOpen is how many users' files are open at once; 0 is 128. Each takes some
	// three to eight file handles and 0.2 to 1 MB.
	MaxOpen int
}

const defaultOpen = 128

// DB is a folder with a file for each user. It implements memstore.Backend,
// memstore.Wiper, memstore.Marker and memstore.Lister.
type DB struct {
	dir     string
	opts    Options
	control *sqlite.DB // API keys and facts; and nobody's memories

	mu     sync.Mutex
	freed  *sync.Cond         // a file has got idle
	open   map[string]*handle // by name of the file
	idle   *list.List         // of *handle that nobody uses, the one used last in front
	wiping map[string]bool    // files that were closed before all that was erased was overwritten
	closed bool
}

var (
	_ memstore.Backend = (*DB)(nil)
	_ memstore.Wiper   = (*DB)(nil)
	_ memstore.Marker  = (*DB)(nil)
	_ memstore.Lister  = (*DB)(nil)
)

// controlName is the file with what is nobody's.
const controlName = "control.db"

// Open opens a folder, and makes it (mode 0700) if it is not there. The files of its
// users are opened, and brought up to date, when they are needed.
func Open(ctx context.Context, dir string, o Options) (*DB, error) {
	if o.MaxOpen <= 0 {
		o.MaxOpen = defaultOpen
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, &memstore.Error{Kind: memstore.Unavailable, Msg: "the store's folder cannot be made; name another with --db", Err: err}
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, controlName)); err != nil {
			return nil, &memstore.Error{Kind: memstore.Unavailable, Msg: "the folder in --db holds other things than a store, and is left as it is; name an empty or a new one"}
		}
	}
	db := &DB{dir: dir, opts: o, open: map[string]*handle{}, idle: list.New(), wiping: map[string]bool{}}
	db.freed = sync.NewCond(&db.mu)
	db.control, err = db.openFile(ctx, filepath.Join(dir, controlName))
	return db, err
}

// openFile opens one file, and erases in it again what its log says, if it is an
// older copy.
func (db *DB) openFile(ctx context.Context, path string) (*sqlite.DB, error) {
	file, err := sqlite.Open(ctx, path, sqlite.Options{Program: db.opts.Program, LockWait: db.opts.LockWait})
	if err != nil {
		return nil, err
	}
	keys := file.Keys()
	if db.control != nil {
		keys = db.control.Keys()
	}
	_, err = memstore.New(kept{file}, memstore.DefaultOptions()).CatchUp(ctx, keys)
	if err != nil && !errors.Is(err, memstore.ErrOtherLog) {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// kept is a file that outlives the stores on it.
type kept struct{ *sqlite.DB }

func (kept) Close() error { return nil }

// Keys gives the API keys of the store.
func (db *DB) Keys() memstore.Keys { return db.control.Keys() }

// Mark implements memstore.Marker.
func (db *DB) Mark(ctx context.Context, name string, value []byte) ([]byte, error) {
	return db.control.Mark(ctx, name, value)
}

// Close waits for running calls and closes all files.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	db.freed.Broadcast() // whoever waits for a file gives up
	for len(db.open) > db.idle.Len() {
		db.freed.Wait()
	}
	var errs []error
	for _, h := range db.open { // nobody opens another
		errs = append(errs, h.close(db.path(h.name)))
	}
	clear(db.open)
	db.mu.Unlock()
	return errors.Join(append(errs, db.control.Close())...)
}
