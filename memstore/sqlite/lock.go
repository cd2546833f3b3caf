package sqlite

import (
	"context"
	"errors"
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
	file *flock.Flock
	sign *os.File   // the same file, to write the holder's process number
	wait chan error // a blocking attempt that outlived its waiter
}

func newWriteLock(path string) *writeLock {
	return &writeLock{path: path, file: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))}
}

// acquire waits at most the given time. The blocking attempt runs on a
// goroutine of its own, so that the kernel keeps this process's place in the
// line; one that comes too late stays for the next caller.
func (l *writeLock) acquire(ctx context.Context, wait time.Duration) error {
	if l.wait == nil {
		if ok, err := l.file.TryLock(); err != nil {
			return unavailable(err, "the store's lock file cannot be opened; nothing was saved. Check the folder's permissions")
		} else if ok {
			l.name()
			return nil
		}
		done := make(chan error, 1)
		go func() { done <- l.file.Lock() }()
		l.wait = done
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err := <-l.wait:
		l.wait = nil
		if err != nil {
			return unavailable(err, "the store cannot be locked; nothing was saved")
		}
		l.name()
		return nil
	case <-timer.C:
		return l.busy()
	case <-ctx.Done():
		return ctx.Err()
	}
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
	_ = l.file.Unlock()
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
	if l.sign != nil {
		return errors.Join(l.sign.Close(), l.file.Close())
	}
	return l.file.Close()
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

// openLock is the shared lock that every process holds while it has the file
// open. Whoever wants to replace or remove the file takes it exclusively.
type openLock struct{ file *flock.Flock }

func shareOpen(ctx context.Context, path string, wait time.Duration) (*openLock, error) {
	f := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ok, err := f.TryRLockContext(ctx, 20*time.Millisecond)
	if ctx.Err() != nil && !ok {
		return nil, &memstore.Error{Kind: memstore.Busy, Msg: "another ilab-mcp process is replacing the store's file; try again when it is done"}
	}
	if err != nil {
		return nil, unavailable(err, "the store's lock file cannot be opened; check the folder's permissions")
	}
	return &openLock{file: f}, nil
}

func (l *openLock) release() error { return l.file.Close() }
