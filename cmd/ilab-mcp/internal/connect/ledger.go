package connect

import (
	"sync"
	"time"
)

// maxOpen is how many requests may be unanswered before the guard waits with
// reading on. mcp-go queues as many and no more: with a full queue it would
// carry out a call at once, ahead of those that wait.
const maxOpen = 32

// ledger counts the requests that were passed on and not yet answered. Clients
// should not use an id again while it is open; those that do are counted too.
type ledger struct {
	mu      sync.Mutex
	changed sync.Cond
	open    map[string]int
	count   int
	alone   bool // the open request is initialize: nothing goes beside it
	closed  bool // no more requests are let in
}

func newLedger() *ledger {
	l := &ledger{open: map[string]int{}}
	l.changed.L = &l.mu
	return l
}

// enter waits until another message may be passed on. A request is counted,
// and is to be answered under its key; "" is for messages without an answer.
// It reports false when no more are let in.
//
// What follows initialize waits for its answer: mcp-go carries out requests
// side by side, and what a call saves is to name the client.
func (l *ledger) enter(key string, alone bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.closed && (l.alone || l.count >= maxOpen) {
		l.changed.Wait()
	}
	if l.closed {
		return false
	}
	if key != "" {
		l.open[key]++
		l.count++
		l.alone = alone
	}
	return true
}

// answered takes a request out, once its answer is written.
func (l *ledger) answered(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.open[key] {
	case 0:
		return // an answer to nothing: subscriptions/listen, or mcp-go's doing
	case 1:
		delete(l.open, key)
	default:
		l.open[key]--
	}
	l.count--
	l.alone = false
	l.changed.Broadcast()
}

// isClosed reports that no more requests are let in.
func (l *ledger) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// drain lets no more requests in and waits until all are answered, at most for
// the given time. It gives how many were not.
func (l *ledger) drain(wait time.Duration) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.changed.Broadcast()
	waitAtMost(&l.changed, wait, func() bool { return l.count == 0 })
	return l.count
}

// waitAtMost waits until something holds that c tells of, or the time is over.
// It needs c.L.
func waitAtMost(c *sync.Cond, wait time.Duration, holds func() bool) {
	late := false
	timer := time.AfterFunc(wait, func() {
		c.L.Lock()
		defer c.L.Unlock()
		late = true
		c.Broadcast()
	})
	defer timer.Stop()
	for !holds() && !late {
		c.Wait()
	}
}

// abandon forgets what is open: its server is gone.
func (l *ledger) abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.count, l.open = 0, map[string]int{}
	l.changed.Broadcast()
}
