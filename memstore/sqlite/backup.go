package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// BackupOptions set up a backup.
type BackupOptions struct {
	// Keep is how many backups there are to be: the file itself, and the ones
	// before as file.1, file.2 and so on, newest first. At least 1.
	Keep int
	// Progress is told now and then how many bytes are written, of how many; may
	// be nil.
	Progress func(done, of int64)
}

// Backup writes a copy of the store to a file, while others use the store: it
// is of one moment, and holds every save that was acknowledged before it began.
// It is written beside its place, examined as [Examine] does, and takes its
// place when it is on the disk. What was erased is not in it, nor are files of
// the store other than the one.
func (db *DB) Backup(ctx context.Context, to string, o BackupOptions) (Report, error) {
	to, err := filepath.Abs(to)
	if err != nil {
		return Report{}, unavailable(err, "the backup's path cannot be resolved")
	}
	if ownFile(to, db.path) {
		return Report{}, &memstore.Error{Kind: memstore.Invalid, Msg: "a file of that name belongs to the store itself; name another for the backup"}
	}
	for n := range max(1, o.Keep) {
		if err := replaceable(backupName(to, n)); err != nil {
			return Report{}, err
		}
	}
	work, err := NewWork(filepath.Dir(to))
	if err != nil {
		return Report{}, unavailable(err, "the backup cannot be written; check that its folder exists and can be written")
	}
	defer work.Remove()
	temp := filepath.Join(work.Dir, "memory.db")
	if err := os.WriteFile(temp, nil, 0o600); err != nil { // SQLite takes an empty file, and its mode
		return Report{}, unavailable(err, "the backup cannot be written; is there room on its disk?")
	}
	if err := db.copyInto(temp, o.Progress); err != nil {
		return Report{}, unavailable(err, "the backup could not be written whole, so there is none; is there room on its disk?")
	}
	report, err := examineCopy(ctx, temp, ExamineOptions{})
	if err != nil {
		return report, err
	}
	if !report.Intact() {
		return report, &memstore.Error{Kind: memstore.Damaged, Msg: "the store is damaged, and so would be its backup; the backups that are there stay as they are. Run ilab-mcp doctor"}
	}
	if err := settleFile(temp); err != nil {
		return report, err
	}
	if err := rotate(to, max(1, o.Keep)); err != nil {
		return report, unavailable(err, "earlier backups cannot be renamed")
	}
	if err := os.Rename(temp, to); err != nil {
		return report, unavailable(err, "the backup cannot be put in its place")
	}
	syncDir(filepath.Dir(to))
	return report, nil
}

// copyInto copies the store as it is now, without gaps, on a connection of its
// own: readers and writers go on.
func (db *DB) copyInto(to string, progress func(done, of int64)) (err error) {
	c := (&DB{path: db.path}).conn(writePragmas)
	defer func() { err = errors.Join(err, c.close()) }()
	if progress != nil {
		var size int64
		if err := c.queryOne(fileSize, nil, &size); err != nil {
			return err
		}
		done := make(chan struct{})
		told := make(chan struct{})
		defer func() { close(done); <-told }()
		go func() {
			defer close(told)
			watch(to, size, progress, done)
		}()
	}
	return c.exec("VACUUM INTO ?", to)
}

// watch tells how long a file is, until done.
func watch(path string, of int64, progress func(done, of int64), done <-chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if info, err := os.Stat(path); err == nil {
				progress(min(info.Size(), of), of)
			}
		case <-done:
			return
		}
	}
}

// replaceable refuses to write over what is no store.
func replaceable(to string) error {
	info, err := os.Lstat(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unavailable(err, "the backup's place cannot be reached")
	}
	if !info.Mode().IsRegular() || info.Size() > 0 && !isStore(to) {
		return &memstore.Error{Kind: memstore.Invalid, Msg: "there is something else than a backup of ilab-mcp at that place, and it is left as it is; name another file"}
	}
	return nil
}

// isStore reports whether a file says in its header that it is one of ours. It
// is for files that nobody has open: closing one drops a process's locks on it.
func isStore(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 72)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head[:16]) == "SQLite format 3\x00" && string(head[68:]) == "ilab"
}

// backupName is the file of a backup: 0 is the newest.
func backupName(to string, n int) string {
	if n == 0 {
		return to
	}
	return fmt.Sprintf("%s.%d", to, n)
}

// rotate makes room for a new backup; the file itself stays until the new one
// takes its place.
func rotate(to string, keep int) error {
	if keep == 1 {
		return nil
	}
	if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for n := keep - 2; n >= 1; n-- {
		if err := os.Rename(backupName(to, n), backupName(to, n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Remove(backupName(to, 1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(to, backupName(to, 1)); err != nil { // not every file system has links
		return os.Rename(to, backupName(to, 1))
	}
	return nil
}

// settleFile brings a file to the disk.
func settleFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return unavailable(err, "the file cannot be brought to the disk")
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return unavailable(err, "the file cannot be brought to the disk")
	}
	return nil
}
