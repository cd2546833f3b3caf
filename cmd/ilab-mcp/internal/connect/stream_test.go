package connect

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
