package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress draws how far a long command is, if a person is looking.
type progress struct{ bar *progressbar.ProgressBar }

// newProgress begins to draw; total is -1 where it is not known. Bytes are drawn
// as such.
func newProgress(e env, what string, total int64, bytes bool) progress {
	if !e.watched {
		return progress{}
	}
	return progress{bar: progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(bytes), progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(drawEvery), progressbar.OptionClearOnFinish())}
}

// drawEvery is often enough for a person.
const drawEvery = 100 * time.Millisecond

// Write counts bytes that go by.
func (p progress) Write(b []byte) (int, error) {
	p.add(len(b))
	return len(b), nil
}

// add counts n more.
func (p progress) add(n int) {
	if p.bar != nil {
		_ = p.bar.Add(n) // a bar that cannot be drawn is no reason to stop
	}
}

// done takes the bar away.
func (p progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear() // as above
	}
}
