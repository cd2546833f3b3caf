package folder

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
)

// handle is one user's open file.
type handle struct {
	name    string
	file    *sqlite.DB
	err     error         // why it could not be opened
	opened  chan struct{} // closed when file or err is set
	uses    int
	written bool // something was written since it was opened
	closing bool
	place   *list.Element // in the list of idle ones
}

// name is a user's file, below the folder. It is made of a hash of the user's id: ids
// that differ only in case, or that some system does not take for a name, have files
// of their own, and no name of a file says whose it is.
func name(user string) string {
	sum := sha256.Sum256([]byte(user))
	hash := hex.EncodeToString(sum[:])
	return filepath.Join(hash[:2], hash+".db")
}

func (db *DB) path(name string) string { return filepath.Join(db.dir, name) }

// there reports whether a user's file has been made.
func (db *DB) there(name string) bool {
	_, err := os.Stat(db.path(name))
	return err == nil
}

// with gives f the file of that name, which stays open meanwhile. One file is opened
// once at a time; where as many are open as may be, the one that was not used for
// longest is closed first.
func (db *DB) with(ctx context.Context, name string, f func(*handle) error) error {
	h, err := db.take(ctx, name)
	if err != nil {
		return err
	}
	defer db.release(h)
	return f(h)
}

func (db *DB) take(ctx context.Context, name string) (*handle, error) {
	db.mu.Lock()
	for {
		switch {
		case db.closed:
			db.mu.Unlock()
			return nil, memstore.ErrClosed
		case ctx.Err() != nil:
			db.mu.Unlock()
			return nil, ctx.Err()
		}
		h := db.open[name]
		if h != nil && h.closing {
			db.wait(ctx)
			continue
		}
		if h != nil {
			db.use(h)
			db.mu.Unlock()
			<-h.opened
			if h.err != nil {
				db.release(h)
				return nil, h.err
			}
			return h, nil
		}
		if len(db.open) < db.opts.MaxOpen {
			break
		}
		if last := db.idle.Back(); last != nil {
			db.evict(last)
			continue
		}
		db.wait(ctx)
	}
	h := &handle{name: name, opened: make(chan struct{}), uses: 1}
	db.open[name] = h
	db.mu.Unlock()
	h.file, h.err = db.openFile(context.WithoutCancel(ctx), db.path(name)) // others may wait for it
	close(h.opened)
	if h.err != nil {
		db.release(h)
		return nil, h.err
	}
	return h, nil
}

// use counts one more user of a handle.
func (db *DB) use(h *handle) {
	if h.uses++; h.place != nil {
		db.idle.Remove(h.place)
		h.place = nil
	}
}

func (db *DB) release(h *handle) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if h.uses--; h.uses > 0 {
		return
	}
	if h.err != nil { // the next one tries again
		delete(db.open, h.name)
	} else {
		h.place = db.idle.PushFront(h)
	}
	db.freed.Broadcast()
}

// wait waits until something has changed, or ctx ends.
func (db *DB) wait(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		db.mu.Lock()
		defer db.mu.Unlock()
		db.freed.Broadcast()
	})
	defer stop()
	db.freed.Wait()
}

// evict closes an idle file. The lock is let go of meanwhile; the file counts as open
// until it is closed, and is not taken.
func (db *DB) evict(place *list.Element) {
	h := db.idle.Remove(place).(*handle) //nolint:forcetypeassert // the list holds nothing else
	h.place, h.closing = nil, true
	db.mu.Unlock()
	left := h.written && !h.file.Wipe(context.Background())
	_ = h.close(db.path(h.name)) // nothing is lost: each save was durable before it was answered
	db.mu.Lock()
	if left {
		db.wiping[h.name] = true
	}
	delete(db.open, h.name)
	db.freed.Broadcast()
}

// close closes a file. One of a user who has nothing any more is removed, unless
// another process has it open.
func (h *handle) close(path string) error {
	empty := false
	if h.written {
		users, err := h.file.Users(context.Background())
		empty = err == nil && len(users) == 0
	}
	err := h.file.Close()
	if err == nil && empty {
		_ = sqlite.Discard(path, true) // then it stays, empty
	}
	return err
}
