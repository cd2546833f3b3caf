package connect

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestFlush: answers that were queued when the server went down are sent before
// the stream ends, all of them.
func TestFlush(t *testing.T) {
	for range 100 {
		w := httptest.NewRecorder()
		st := &stream{w: w, rc: http.NewResponseController(w)}
		st.flush.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		queued := make(chan []byte, 3)
		for _, m := range []string{"one", "two", "three"} {
			queued <- []byte(m)
		}
		cancel()
		if err := st.run(ctx, queued); err != nil {
			t.Fatal(err)
		}
		if got := w.Body.String(); strings.Count(got, "event: message\n") != 3 || !strings.Contains(got, "data: three\n\n") {
			t.Fatalf("sent %q", got)
		}
	}
}

// timed is an answer that remembers its deadlines.
type timed struct {
	*httptest.ResponseRecorder

	read, write time.Time
	each        []time.Time // the deadline at each write
}

func (w *timed) SetReadDeadline(t time.Time) error  { w.read = t; return nil }
func (w *timed) SetWriteDeadline(t time.Time) error { w.write = t; return nil }
func (w *timed) Write(p []byte) (int, error) {
	w.each = append(w.each, w.write)
	return w.ResponseRecorder.Write(p)
}

// TestDeadlines: what a client sends and reads is bounded in time, but for the
// silence of a stream and the time in which a credential is checked.
func TestDeadlines(t *testing.T) {
	for body, bounded := range map[string]bool{"": false, "{": true} {
		w := &timed{ResponseRecorder: httptest.NewRecorder()}
		setDeadlines(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(body)))
		if w.write.IsZero() || w.read.IsZero() == bounded {
			t.Errorf("a body of %d bytes: reading until %v, writing until %v", len(body), w.read, w.write)
		}
	}
	w := &timed{ResponseRecorder: httptest.NewRecorder(), read: time.Now(), write: time.Now()}
	st := &stream{w: w, rc: http.NewResponseController(w)}
	if err := st.start(); err != nil || !w.read.IsZero() || !w.write.IsZero() {
		t.Errorf("an open stream: reading until %v, writing until %v, %v", w.read, w.write, err)
	}
	if err := st.comment(); err != nil || !w.write.IsZero() || len(w.each) != 1 || w.each[0].IsZero() {
		t.Errorf("an event was written until %v, and later %v, %v", w.each, w.write, err)
	}
}

// TestUnreadStream: what is refused for a stream that nobody reads waits for
// nobody, so that it cannot be made to hold memory.
func TestUnreadStream(t *testing.T) {
	to := &events{out: make(chan []byte, 1), done: make(chan struct{})}
	f := faulty(parseError("it is no message"), false)
	for i, want := range []int{http.StatusAccepted, http.StatusTooManyRequests} {
		w, v := httptest.NewRecorder(), &visit{}
		got := (&HTTP{}).post(w, v, to, f)
		if accepted := got == nil && v.status == http.StatusAccepted; accepted != (want == http.StatusAccepted) || !accepted && (got.status != want || got.retry == 0) {
			t.Errorf("refusal %d: %+v", i+1, got)
		}
	}
}
