package sqlite

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// wipePause is the least time between two tries; a try that took long is
// followed by a pause of wipeShare times as long, so that writers get their turn.
const (
	wipePause = time.Second
	wipeShare = 20
)

// wipeAtOnce is the largest file, in bytes, that a forget itself waits for; a
// larger one is wiped in the background.
const wipeAtOnce = 16 << 20

// wiper overwrites what was erased. Deleted rows are zeroed in their pages at
// once (secure_delete), but that is not enough: when SQLite rebalances pages it
// leaves copies of cells in the space between them, and the write-ahead log
// keeps older pages. So the file is rewritten (VACUUM) and the log then cut by
// a checkpoint, which a reader anywhere can hold off. Copies that upgrades left
// beside the file go too. It tries again until it succeeds, also after a restart:
// the note in the file is only removed when all this was done after the last
// erasure.
type wiper struct {
	mu    sync.Mutex // one try at a time
	c     *conn
	write *writer
	lock  *writeLock // VACUUM writes: under the same lock as everybody
	path  string
	gone  goneFile
	next  time.Time // no try before
	timer *time.Timer
	ended bool
}

// startWiper takes up what an earlier process left.
func startWiper(db *DB) (*wiper, error) {
	pragmas := append([]string{}, writePragmas...)
	pragmas[0] = "busy_timeout(0)" // a try must not wait for readers
	w := &wiper{c: db.conn(pragmas), write: db.writer, lock: newWriteLock(db.path + ".lock"), path: db.path, gone: db.gone}
	left, err := db.writer.c.fact(factErased) // the writer has no work yet
	if err == nil && left != nil {
		w.mu.Lock() // the timer may be faster than this function
		w.later(0)
		w.mu.Unlock()
	}
	return w, err
}

// Wipe implements memstore.Wiper.
func (db *DB) Wipe(ctx context.Context) bool {
	w := db.wiper
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	pause := time.Until(w.next)
	if info, err := os.Stat(w.path); err != nil || info.Size() > wipeAtOnce || pause > 0 {
		w.later(max(0, pause))
		return false
	}
	return w.try(ctx)
}

// WipeNow is Wipe for somebody who waits: it tries until nothing erased is left
// in the file, however long that is, or ctx ends.
func (db *DB) WipeNow(ctx context.Context) bool {
	w := db.wiper
	for ctx.Err() == nil {
		w.mu.Lock()
		if w.ended {
			w.mu.Unlock()
			return false
		}
		done := w.once(ctx)
		w.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-time.After(wipePause / 10):
		case <-ctx.Done():
		}
	}
	return false
}

// try is called with mu held.
func (w *wiper) try(ctx context.Context) bool {
	began := time.Now()
	done := w.once(ctx)
	pause := max(wipePause, wipeShare*time.Since(began))
	w.next = time.Now().Add(pause)
	if !done {
		w.later(pause)
	}
	return done
}

// later is called with mu held.
func (w *wiper) later(d time.Duration) {
	if w.timer != nil || w.ended {
		return
	}
	w.timer = time.AfterFunc(d, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.timer = nil
		if !w.ended {
			w.try(context.Background())
		}
	})
}

// once reports whether nothing erased is left in the log.
func (w *wiper) once(ctx context.Context) bool {
	note, err := w.c.fact(factErased)
	if err != nil {
		return false
	}
	if note == nil {
		return true
	}
	if err := w.rewrite(ctx); err != nil {
		return false
	}
	var busy, log, moved int
	if err := w.c.queryOne("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &log, &moved); err != nil || busy != 0 {
		return false
	}
	err = w.write.do(ctx, "", func(c *change) error {
		now, err := c.c.fact(factErased)
		if err != nil || !bytes.Equal(now, note) { // erased again meanwhile
			return err
		}
		return c.c.exec(deleteFact, factErased)
	})
	return err == nil
}

// rewrite rewrites the file without gaps, sees that the log of erasures is
// complete, and removes the copies that upgrades left.
func (w *wiper) rewrite(ctx context.Context) error {
	if err := w.lock.acquire(ctx, wipePause); err != nil {
		return err
	}
	defer w.lock.release()
	v, err := schemaVersion(w.c)
	if err != nil || v > len(migrations()) {
		return errors.Join(err, errNewer)
	}
	if err := w.gone.follow(w.c); err != nil {
		return err
	}
	copies, err := filepath.Glob(w.path + upgradeCopies)
	if err != nil {
		return err
	}
	for _, name := range copies {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return w.c.exec("VACUUM")
}

// errNewer keeps the wiper from a file that a newer program has upgraded.
var errNewer = errors.New("sqlite: the file was upgraded by a newer program")

// stop tries one last time. A note that stays is taken up at the next start.
func (w *wiper) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
	w.once(context.Background())
	_ = w.lock.close() // it is not held
}
