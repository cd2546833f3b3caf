package connect

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
)

// writer is stdout: whole messages, one at a time. It ticks off answers in the
// ledger and remembers which requests of the server the client may answer.
//
// It never reports a failure to mcp-go, which would then stop: a client that
// does not read any more has its calls finished all the same.
type writer struct {
	out    io.Writer
	ledger *ledger
	log    *slog.Logger

	mu     sync.Mutex
	gone   bool            // the client does not read any more
	asked  map[string]bool // requests of the server
	closed atomic.Bool     // not under mu: a Write that blocks holds it
}

func newWriter(out io.Writer, l *ledger, log *slog.Logger) *writer {
	return &writer{out: out, ledger: l, log: log, asked: map[string]bool{}}
}

// Write takes one message with its line's end, which is how mcp-go writes.
func (w *writer) Write(p []byte) (int, error) {
	m := outgoing(p)
	w.mu.Lock()
	if m.key != "" && !m.answer {
		w.asked[m.key] = true
	}
	w.put(p)
	w.mu.Unlock()
	if m.key != "" && m.answer {
		w.ledger.answered(m.key)
	}
	return len(p), nil
}

// put needs w.mu.
func (w *writer) put(p []byte) {
	if w.gone || w.closed.Load() {
		return
	}
	if _, err := w.out.Write(p); err != nil {
		w.gone = true
		w.log.Info("the client does not read any more; finishing what it asked for")
	}
}

// refuse answers a message that is not passed on.
func (w *writer) refuse(f *fault) {
	line := append(errorMessage(f.id, f.code, f.text), '\n')
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(line)
}

// awaited reports, once, whether the server asked the client under this id.
func (w *writer) awaited(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer delete(w.asked, key)
	return w.asked[key]
}

// close makes sure that nothing is written behind the end: mcp-go does not
// wait for the goroutine that writes notifications.
func (w *writer) close() { w.closed.Store(true) }

// sent is what the ledger has to know of a message of the server.
type sent struct {
	key    string // "": a notification
	answer bool
}

// outgoing looks at the members up to the one that tells. mcp-go writes the id
// before the result, so nothing large is walked over.
func outgoing(line []byte) sent {
	var s sent
	var m message
	if len(line) == 0 || line[0] != '{' {
		return s
	}
	members(line, func(name, value []byte) bool {
		switch string(name) {
		case `"id"`:
			if m.setID(value) == "" {
				s.key = m.key
			}
		case `"result"`, `"error"`:
			s.answer = true
			return s.key == ""
		case `"method"`:
			return s.key == ""
		}
		return true
	})
	return s
}
