package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// openLock is the shared lock that every process holds while it has the file
// open. Whoever wants to replace or remove the file takes it alone. In the lock's
// file stand the numbers of the processes that took it, a line each, to be named
// to who waits.
type openLock struct{ file *flock.Flock }

// openTries is how often one who waits for the lock looks again.
const openTries = 20 * time.Millisecond

// signMost is how long the list of processes may get before it is begun anew.
const signMost = 4 << 10

func shareOpen(ctx context.Context, path string, wait time.Duration) (*openLock, error) {
	l := newOpenLock(path)
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ok, err := l.file.TryRLockContext(ctx, openTries)
	if ctx.Err() != nil && !ok {
		return nil, &memstore.Error{Kind: memstore.Busy, Msg: "another ilab-mcp process is replacing the store's file; try again when it is done"}
	}
	if err != nil {
		return nil, unavailable(err, "the store's lock file cannot be opened; check the folder's permissions")
	}
	l.sign()
	return l, nil
}

// aloneOpen waits until no other process has the file open, and names those that
// still have it after that time.
func aloneOpen(ctx context.Context, path string, wait time.Duration) (*openLock, error) {
	l := newOpenLock(path)
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ok, err := l.file.TryLockContext(waiting, openTries)
	switch {
	case ok:
		return l, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case waiting.Err() == nil:
		return nil, unavailable(err, "the store's lock file cannot be opened; check the folder's permissions")
	}
	who := "another ilab-mcp process has"
	if pids := l.others(); len(pids) == 1 {
		who = "an ilab-mcp process (pid " + pids[0] + ") has"
	} else if len(pids) > 1 {
		who = "ilab-mcp processes (pids " + strings.Join(pids, ", ") + ") have"
	}
	return nil, &memstore.Error{Kind: memstore.Busy, Msg: fmt.Sprintf("%s the store open, and it was not closed within %s. Stop them, or the agent hosts that started them, and try again", who, wait)}
}

func newOpenLock(path string) *openLock {
	return &openLock{file: flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))}
}

// sign adds this process to the list. It is for people only: whoever cannot be
// named holds the lock no less.
func (l *openLock) sign() {
	flag := os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(l.file.Path()); err == nil && info.Size() > signMost {
		flag |= os.O_TRUNC
	}
	f, err := os.OpenFile(l.file.Path(), flag, 0)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintln(f, os.Getpid())
	_ = f.Close()
}

// others lists the processes of the list that still run.
func (l *openLock) others() (pids []string) {
	b, err := os.ReadFile(l.file.Path())
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(b) {
		s := strings.TrimSpace(string(line))
		pid, err := strconv.Atoi(s)
		if err == nil && pid != os.Getpid() && runs(pid) && !slices.Contains(pids, s) {
			pids = append(pids, s)
		}
	}
	return pids
}

func runs(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil || runtime.GOOS == "windows" { // which finds only those that run
		return err == nil
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM)
}

func (l *openLock) release() error { return l.file.Close() }

// Files lists the files of a store that exist: the file itself, SQLite's, the
// locks, the log of erasures, copies that upgrades left, and unfinished copies in
// its folder.
func Files(path string) []string {
	path = resolved(path)
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir + ".")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), base)
		copied, err := filepath.Match(upgradeCopies[1:], strings.TrimPrefix(rest, "."))
		if ok && (slices.Contains(ownSuffixes, rest) || err == nil && copied) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	for _, left := range leftovers(dir) {
		entries, err := os.ReadDir(left)
		if err != nil {
			continue // it has just gone
		}
		for _, e := range entries {
			files = append(files, filepath.Join(left, e.Name()))
		}
	}
	return files
}
