package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Bounds of a batch, so that nobody waits long for somebody else's work.
const (
	batchMembers = 64
	batchPerUser = 4
	batchTime    = 20 * time.Millisecond
)

// When a batch waits for company: somebody else's has just ended.
const (
	gatherTime   = 500 * time.Microsecond
	gatherWithin = 5 * time.Millisecond
)

// job is one waiting Update.
type job struct {
	user   string // "" for work on the whole file
	work   func(*change) error
	since  time.Time
	begun  atomic.Bool // set by whoever is first: the writer, or a caller that gives up
	answer chan error
}

// writer is the one goroutine that writes. It runs what waits in one
// transaction, a savepoint each, and answers after COMMIT: with
// synchronous=FULL, what costs is the commit and not the rows.
type writer struct {
	c    *conn
	lock *writeLock
	wait time.Duration
	file *openFile
	gone goneFile

	last  string    // whose job began the last batch
	ended time.Time // when it ended

	mu     sync.Mutex
	queue  []*job
	closed bool
	wake   chan struct{} // holds at most one token
	done   chan struct{}
}

func startWriter(c *conn, lock *writeLock, wait time.Duration, file *openFile, gone goneFile) *writer {
	w := &writer{c: c, lock: lock, wait: wait, file: file, gone: gone, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.loop()
	return w
}

// Update implements memstore.Backend.
func (db *DB) Update(ctx context.Context, u memstore.UserID, f func(memstore.Writer) error) error {
	if u.IsZero() {
		return unavailable(nil, "no user is bound to this connection")
	}
	return db.writer.do(ctx, u.String(), func(c *change) error { return f(c) })
}

// do queues work and waits for its answer. The context can end the wait for a
// turn; once the turn has begun, the answer is the only truth about it.
func (w *writer) do(ctx context.Context, user string, work func(*change) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{user: user, work: work, since: time.Now(), answer: make(chan error, 1)}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return memstore.ErrClosed
	}
	w.queue = append(w.queue, j)
	w.mu.Unlock()
	w.poke()
	select {
	case err := <-j.answer:
		return err
	case <-ctx.Done():
		if j.begun.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-j.answer
	}
}

func (w *writer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) stopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// stop lets what is queued finish and refuses what comes after.
func (w *writer) stop() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.poke()
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		w.mu.Lock()
		waiting, closed := len(w.queue), w.closed
		w.mu.Unlock()
		switch {
		case waiting > 0:
			w.gather()
			w.turn()
			w.ended = time.Now()
		case closed:
			return
		default:
			<-w.wake
		}
	}
}

// gather waits a little for company where several users are saving: a commit
// costs about as much as the wait and serves all, and each commit empties the
// page caches of those who read. A user who saves alone does not wait.
func (w *writer) gather() {
	w.mu.Lock()
	user, alone := w.queue[0].user, len(w.queue) == 1
	w.mu.Unlock()
	if alone && user != w.last && time.Since(w.ended) < gatherWithin {
		time.Sleep(gatherTime)
	}
	w.last = user
}

// turn takes the lock between processes and commits one batch under it.
func (w *writer) turn() {
	if err := w.lock.acquire(context.Background(), w.patience()); err != nil {
		w.giveUp(err)
		return
	}
	defer w.lock.release()
	b := &batch{c: w.c, file: w.file, gone: w.gone}
	err := b.begin()
	if err != nil {
		// Nothing began: everybody who waits learns why.
		for j := w.next(nil); j != nil; j = w.next(nil) {
			j.answer <- explain(err)
		}
		return
	}
	perUser := map[string]int{}
	start := time.Now()
	for len(b.members) < batchMembers && time.Since(start) < batchTime && !b.broken {
		j := w.next(perUser)
		if j == nil {
			break
		}
		b.run(j)
	}
	b.finish()
}

// next takes the first job whose user has not had its share of the batch. The
// order of one user's jobs is kept.
func (w *writer) next(perUser map[string]int) *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := 0; i < len(w.queue); i++ {
		j := w.queue[i]
		if perUser != nil && perUser[j.user] >= batchPerUser {
			continue
		}
		w.queue = append(w.queue[:i], w.queue[i+1:]...)
		if !j.begun.CompareAndSwap(false, true) {
			i-- // its caller gave up
			continue
		}
		if perUser != nil {
			perUser[j.user]++
		}
		return j
	}
	return nil
}

// patience is how long the job that waits longest may still wait.
func (w *writer) patience() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	oldest := time.Now()
	for _, j := range w.queue {
		if j.since.Before(oldest) {
			oldest = j.since
		}
	}
	return max(0, w.wait-time.Since(oldest))
}

// giveUp answers those who have waited their time.
func (w *writer) giveUp(err error) {
	w.mu.Lock()
	var keep, late []*job
	for _, j := range w.queue {
		if time.Since(j.since) >= w.wait {
			late = append(late, j)
		} else {
			keep = append(keep, j)
		}
	}
	if _, busy := memstore.ForPeople(err); !busy || len(late) == 0 {
		late, keep = append(late, keep...), nil
	}
	w.queue = keep
	w.mu.Unlock()
	for _, j := range late {
		if j.begun.CompareAndSwap(false, true) {
			j.answer <- err
		}
	}
}
