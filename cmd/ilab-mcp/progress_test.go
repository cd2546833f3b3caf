package main

import (
	"bytes"
	"testing"
)

// TestProgress: it is drawn where a person is looking, and nowhere else.
func TestProgress(t *testing.T) {
	for _, watched := range []bool{true, false} {
		var out bytes.Buffer
		p := newProgress(env{stderr: &out, watched: watched}, "importing", 100, true)
		if n, err := p.Write(make([]byte, 60)); n != 60 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		p.done()
		if drawn := bytes.Contains(out.Bytes(), []byte("importing")); drawn != watched {
			t.Errorf("watched %v: drawn %q", watched, out.String())
		}
	}
}
