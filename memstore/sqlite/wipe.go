package sqlite

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// wipePause is the least time between two tries.
const wipePause = time.Second

// wiper overwrites what was erased. Deleted rows are zeroed in their pages at
// once (secure_delete), but the write-ahead log keeps older copies of those
// pages until a checkpoint truncates it, and a reader anywhere can hold that
// off. So it tries again until it succeeds, also after a restart: the note in
// the file is only removed when the log was cut after the last erasure.
type wiper struct {
	mu    sync.Mutex // one try at a time
	c     *conn
	write *writer
	last  time.Time
	timer *time.Timer
	ended bool
}

// startWiper takes up what an earlier process left.
func startWiper(_ context.Context, db *DB) (*wiper, error) {
	pragmas := append([]string{}, writePragmas...)
	pragmas[0] = "busy_timeout(0)" // a try must not wait for readers
	w := &wiper{c: db.conn(pragmas), write: db.writer}
	left, err := db.writer.c.fact(factErased) // the writer has no work yet
	if err == nil && left != nil {
		w.later(0)
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
	if pause := wipePause - time.Since(w.last); pause > 0 {
		w.later(pause)
		return false
	}
	return w.try(ctx)
}

// try is called with mu held.
func (w *wiper) try(ctx context.Context) bool {
	w.last = time.Now()
	if w.once(ctx) {
		return true
	}
	w.later(wipePause)
	return false
}

// later is called with mu held, or before anybody else knows w.
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
}
