package memstore

import (
	"context"
	"crypto/rand"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore/recall"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Options set up a DB. Start from [DefaultOptions].
type Options struct {
	Limits         Limits
	SessionTimeout time.Duration     // a session idle this long is stale
	IndexBytes     int64             // memory for the indexes of all users together; 0: no bound
	Redactor       *privacy.Redactor // for text that the store writes by itself
	Now            func() time.Time
	Rand           io.Reader // source of ids; must not fail
}

// DefaultOptions are the documented defaults, with the system's clock and
// randomness.
func DefaultOptions() Options {
	return Options{
		Limits:         DefaultLimits(),
		SessionTimeout: 24 * time.Hour,
		IndexBytes:     256 << 20,
		Redactor:       privacy.New(),
		Now:            time.Now,
		Rand:           rand.Reader,
	}
}

// DB is the store of all users. It hands out one Store per user and keeps
// their indexes. It is safe for concurrent use.
type DB struct {
	backend Backend
	opts    Options
	indexes *recall.Cache[UserID, *userIndex]
	loads   chan struct{} // a slot for each cold load at once

	background sync.WaitGroup  // snapshots being stored
	closing    context.Context //nolint:containedctx // ends with the DB, and no call's
	close      context.CancelFunc
}

// New puts the rules on top of a backend. Closing the DB closes the backend.
func New(b Backend, o Options) *DB {
	db := &DB{
		backend: b,
		opts:    o,
		indexes: recall.NewCache[UserID, *userIndex](o.IndexBytes),
		loads:   make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
	db.closing, db.close = context.WithCancel(context.Background())
	return db
}

// User gives the memory of one user. It is the only place where a user is
// named; only code that has verified a credential may call it.
func (db *DB) User(_ context.Context, u UserID) (*Store, error) {
	if u.IsZero() {
		return nil, invalid("no user is bound to this connection")
	}
	return &Store{db: db, user: u}, nil
}

// closeGrace is how long Close waits for a snapshot that is being stored.
const closeGrace = time.Second

// Close closes the backend, once what runs in the background is done or had a
// second to be.
func (db *DB) Close() error {
	late := time.AfterFunc(closeGrace, db.close)
	db.background.Wait()
	late.Stop()
	db.close()
	return db.backend.Close()
}

// Store is the memory of one user. It has no method that takes a user. It is
// safe for concurrent use, and cheap: it holds nothing but two pointers.
type Store struct {
	db   *DB
	user UserID
}

// now is the injected clock at the precision that every engine keeps.
func (s *Store) now() time.Time {
	return s.db.opts.Now().UTC().Truncate(time.Microsecond)
}

func (s *Store) view(ctx context.Context, f func(Reader) error) error {
	return s.db.backend.View(ctx, s.user, f)
}
