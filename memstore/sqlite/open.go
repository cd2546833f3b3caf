package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver, SQLite in Go

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Options set up an open file. The zero value is good.
type Options struct {
	// Program is the version of the running program. It is written into the
	// file at a migration, to name it to processes that are older.
	Program string
	// LockWait is how long a write waits for another process; 0 means 10 s.
	LockWait time.Duration
	// Gone is where the log of erasures is; "" means the file's own, beside it.
	Gone string
}

// defaultLockWait is how long anybody waits for another process.
const defaultLockWait = 10 * time.Second

// DB is an open SQLite file. It implements memstore.Backend, memstore.Wiper,
// memstore.Marker, memstore.EraseLog and memstore.Lister.
type DB struct {
	path    string
	gone    goneFile
	opts    Options
	present *openLock
	lock    *writeLock
	conns   []*conn // all there are
	readers chan *conn
	scans   chan *conn
	doors   chan *conn // for API keys
	writer  *writer
	wiper   *wiper

	closing sync.Once
	closed  error // what Close answered
}

var (
	_ memstore.Backend = (*DB)(nil)
	_ memstore.Wiper   = (*DB)(nil)
	_ memstore.Marker  = (*DB)(nil)

	_ memstore.EraseLog = (*DB)(nil)
	_ memstore.Lister   = (*DB)(nil)
)

// Open opens the file at path, creating it (mode 0600, its folder 0700) and
// bringing its schema up to date where needed. Errors are memstore.Error where
// a person can act on them.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.LockWait == 0 {
		o.LockWait = defaultLockWait
	}
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, unavailable(nil, "a store needs a file; name one with --db (memory that lives only in the process would be lost)")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unavailable(err, "the store's path cannot be resolved")
	}
	path = resolved(path) // the locks and the log stand beside the file, not beside a link to it
	db := &DB{path: path, gone: goneFile{path + ".gone"}, opts: o}
	if o.Gone != "" {
		db.gone.path = o.Gone
	}
	if err := db.open(ctx); err != nil {
		return nil, errors.Join(explain(err), db.release())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) (err error) {
	if err := prepareFile(db.path); err != nil {
		return err
	}
	if db.present, err = shareOpen(ctx, db.path+".open", db.opts.LockWait); err != nil {
		return err
	}
	// Whoever had it alone until now may have removed it: see Discard.
	if err := prepareFile(db.path); err != nil {
		return err
	}
	db.lock = newWriteLock(db.path + ".lock")
	first, err := db.first(ctx, db.lock)
	if err != nil {
		return err
	}
	readers := max(2, runtime.GOMAXPROCS(0))
	db.readers = make(chan *conn, readers)
	for range readers {
		db.readers <- db.conn(readPragmas)
	}
	scans := max(1, runtime.GOMAXPROCS(0)/2)
	db.scans = make(chan *conn, scans)
	for range scans {
		db.scans <- db.conn(readPragmas)
	}
	db.doors = make(chan *conn, 1)
	db.doors <- db.conn(readPragmas)
	info, err := os.Stat(db.path)
	if err != nil {
		return unavailable(err, "the store's file cannot be reached")
	}
	db.writer = startWriter(first, db.lock, db.opts.LockWait, &openFile{path: db.path, info: info}, db.gone)
	db.wiper, err = startWiper(db)
	return err
}

// first opens the writer's connection and sees to the schema. A file that is
// already up to date needs no lock, so that a stopped process which holds it
// does not keep others from reading; anything else is done under the lock.
func (db *DB) first(ctx context.Context, lock *writeLock) (*conn, error) {
	if info, err := os.Stat(db.path); err == nil && info.Size() > 0 {
		c := db.conn(writePragmas)
		if ready, err := db.ready(c); err == nil && ready {
			return c, verifyPragmas(c)
		}
	}
	if err := lock.acquire(ctx, db.opts.LockWait); err != nil {
		return nil, err
	}
	defer lock.release()
	c := db.conn(writePragmas)
	if err := migrate(c, db.path, db.gone, db.opts.Program, migrations()); err != nil {
		return nil, err
	}
	_ = db.gone.follow(c) // a folder that cannot be written does not keep anybody from reading
	return c, verifyPragmas(c)
}

// ready reports whether there is nothing to do under the lock.
func (db *DB) ready(c *conn) (bool, error) {
	ready, err := schemaReady(c)
	if err != nil || !ready {
		return false, err
	}
	behind, err := db.gone.behind(c)
	return !behind, err
}

// Pragmas stand in the DSN, so that every connection has them: set once on a
// pool they reach one connection of several.
var (
	commonPragmas = []string{
		"busy_timeout(10000)", // first: what follows may have to wait
		"journal_mode(WAL)",   // readers never wait for the writer
		"synchronous(FULL)",   // an acknowledged save survives power loss
		"foreign_keys(1)",     //
		"secure_delete(1)",    // erased rows are overwritten, not unlinked
		"trusted_schema(0)",   // no functions called out of a forged schema
		"cell_size_check(1)",  // notice damage early
		"temp_store(MEMORY)",  // no text in temporary files
		"cache_size(-4096)",   // 4 MiB a connection
	}
	writePragmas = commonPragmas
	readPragmas  = append(append([]string{}, commonPragmas...), "query_only(1)")
)

// conn makes a connection, which is opened when it is first used.
func (db *DB) conn(pragmas []string) *conn { return db.connTo(dsn(db.path, pragmas)) }

func (db *DB) connTo(name string) *conn {
	p, err := sql.Open("sqlite", name)
	if err != nil {
		panic("sqlite: the driver is not registered: " + err.Error())
	}
	p.SetMaxOpenConns(1)
	c := &conn{pool: p}
	db.conns = append(db.conns, c)
	return c
}

// dsn builds the driver's name for a file. Everything of the path is escaped:
// unescaped, "a?b.db" opens "a", and a path can switch pragmas.
func dsn(path string, pragmas []string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/… on Windows
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}

// verifyPragmas reads back what must hold: a misspelt pragma is silently
// ignored by SQLite.
func verifyPragmas(c *conn) error {
	for _, want := range []struct{ name, value string }{
		{"journal_mode", "wal"},
		{"synchronous", "2"},
		{"foreign_keys", "1"},
		{"secure_delete", "1"},
		{"trusted_schema", "0"},
		{"cell_size_check", "1"},
		{"temp_store", "2"},
		{"busy_timeout", "10000"},
	} {
		var got string
		if err := c.queryOne("PRAGMA "+want.name, nil, &got); err != nil {
			return err
		}
		if got != want.value {
			return unavailable(fmt.Errorf("pragma %s is %q", want.name, got), "this file system cannot keep a safe store (SQLite's %s is not %s); put --db on a local disk", want.name, want.value)
		}
	}
	return nil
}

// prepareFile creates the folder and the file, and tightens a file's mode. It
// never opens a file that exists: closing a second handle would drop the
// process's POSIX locks on it.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unavailable(err, "the store's folder cannot be made; name another with --db")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrExist) {
			if _, err := os.Stat(path); err != nil {
				return unavailable(err, "the store's path is a link to nowhere; name the file itself with --db")
			}
			return nil // another process was faster
		}
		if err != nil {
			return unavailable(err, "the store's file cannot be made; is its folder writable?")
		}
		return f.Close()
	case err != nil:
		return unavailable(err, "the store's file cannot be reached")
	case info.IsDir():
		return unavailable(nil, "--db names a folder; name a file in it")
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		// A store that somebody has open is 0600: nobody's lock is dropped by a look.
		if info.Size() > 0 && !isStore(path) {
			return notOurs
		}
		if err := os.Chmod(path, 0o600); err != nil {
			return unavailable(err, "others can read the store's file, and its mode cannot be changed to 0600")
		}
	}
	return nil
}

// notOurs is the error about a file that is something else.
var notOurs error = &memstore.Error{Kind: memstore.Unavailable, Msg: "the file in --db is no store of ilab-mcp, and it is left as it is; name another"}

// Path is the file's absolute path.
func (db *DB) Path() string { return db.path }

// Close tries once more to wipe what was erased, finishes what is queued and
// what is being read, and closes the file. What comes after is answered with
// memstore.ErrClosed.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.wiper.stop()
		db.writer.stop()
		for _, idle := range []chan *conn{db.readers, db.scans, db.doors} {
			for range cap(idle) {
				<-idle
			}
			close(idle)
		}
		db.closed = db.release()
	})
	return db.closed
}

func (db *DB) release() error {
	var errs []error
	for _, c := range db.conns {
		errs = append(errs, c.close())
	}
	db.conns = nil
	if db.lock != nil {
		errs = append(errs, db.lock.close())
		db.lock = nil
	}
	if db.present != nil {
		errs = append(errs, db.present.release())
		db.present = nil
	}
	return errors.Join(errs...)
}
