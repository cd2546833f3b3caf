package sqlite

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// writeLock is the exclusive lock that surrounds write transactions, between
// processes. The operating system frees it when its holder dies. It is used by
// one goroutine at a time.
type writeLock struct {
	path string
	held *flock.Flock // nil while it is not held
	sign *os.File     // the same file, to write the holder's process number
}

func newWriteLock(path string) *writeLock { return &writeLock{path: path} }

// acquire waits at most the given time. The blocking attempt runs on a
// goroutine of its own, so that the kernel keeps this process's place in the
// line. One that comes too late lets go at once: a lock that nobody here waits
// for any more must not keep others out.
func (l *writeLock) acquire(ctx context.Context, wait time.Duration) error {
	f := flock.New(l.path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	if ok, err := f.TryLock(); err != nil {
		return unavailable(err, "the store's lock file cannot be opened; nothing was saved. Check the folder's permissions")
	} else if ok {
		l.hold(f)
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- f.Lock() }()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var err error
	select {
	case err := <-done:
		if err != nil {
			return unavailable(err, "the store cannot be locked; nothing was saved")
		}
		l.hold(f)
		return nil
	case <-timer.C:
		err = l.busy()
	case <-ctx.Done():
		err = ctx.Err()
	}
	go func() {
		if <-done == nil {
			_ = f.Close() // it unlocks; what fails here is gone with the process
		}
	}()
	return err
}

func (l *writeLock) hold(f *flock.Flock) {
	l.held = f
	l.name()
}

func (l *writeLock) busy() error {
	who := "another ilab-mcp process"
	if pid := readPid(l.path); pid > 0 {
		who += fmt.Sprintf(" (pid %d)", pid)
	}
	return &memstore.Error{Kind: memstore.Busy, Msg: who + " holds the store; nothing was saved. Try again, or stop that process"}
}

func (l *writeLock) release() {
	// Unlocking a lock that is held cannot fail for a reason anybody can mend;
	// the next acquire would report it.
	_ = l.held.Close()
	l.held = nil
}

// name writes who holds the lock, for the error message of those who wait.
func (l *writeLock) name() {
	if l.sign == nil {
		f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
		if err != nil {
			return // for people only: a lock without a name is still held
		}
		l.sign = f
	}
	// As above. On Windows a locked file cannot be written by a second handle.
	_, _ = l.sign.WriteAt(fmt.Appendf(nil, "%-10d\n", os.Getpid()), 0)
}

func (l *writeLock) close() error {
	if l.sign == nil {
		return nil
	}
	return l.sign.Close()
}

func readPid(path string) int {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0
	}
	return pid
}
