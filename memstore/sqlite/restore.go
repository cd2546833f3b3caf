package sqlite

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// RestoreOptions set up a restore.
type RestoreOptions struct {
	Program string        // version of the running program
	Force   bool          // replace a store that is there
	Wait    time.Duration // for others to close the store
	// AcceptLost goes on where nobody can tell what was erased since the backup
	// was made.
	AcceptLost bool
	// CatchUp applies the log of erasures to the copy that is going to be the
	// store, and gives how many entries that were: see memstore.DB.CatchUp.
	CatchUp  func(context.Context, *DB) (int, error)
	Progress func(n int64) // told of rows that were checked; may be nil
}

// Restored says what a restore did.
type Restored struct {
	Report

	Erased int  // erasures of the log that were made in it
	NoLog  bool // there was no log of erasures to apply
}

// ErrLostErasures is why a restore stops without AcceptLost.
var ErrLostErasures error = &memstore.Error{Kind: memstore.Conflict, Msg: "the backup is older than the log of erasures beside the store (.gone), or of another store: " +
	"nobody can tell what was forgotten since it was made, and it would be there again. Nothing was changed"}

// Restore puts a backup in the place of a store. The backup is copied, upgraded
// where it is older, examined, and told what was erased since; only then, when no
// other process has the store open, does it take its place. Whatever fails before
// leaves the store as it is.
func Restore(ctx context.Context, from, path string, o RestoreOptions) (done Restored, err error) {
	s, err := Stage(ctx, from, path, o)
	if err != nil {
		return done, err
	}
	defer s.Remove()
	alone, err := aloneOpen(ctx, s.path+".open", o.Wait)
	if err != nil {
		return s.Done, err
	}
	defer func() { err = errors.Join(err, alone.release()) }()
	if err := s.CatchUp(ctx); err != nil {
		return s.Done, err
	}
	return s.Done, s.Place()
}

// Staged is a backup that was copied beside its place and examined, and has not taken
// it yet.
type Staged struct {
	Done Restored // what is known so far

	path   string
	copied string
	work   *Work
	o      RestoreOptions
	lost   bool // the store that is there could not be opened, to bring its log up to date
}

// Stage begins a restore: it changes nothing of the store.
func Stage(ctx context.Context, from, path string, o RestoreOptions) (s *Staged, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, unavailable(err, "the store's path cannot be resolved")
	}
	path = resolved(path) // a link stays a link, and the locks are those of the file
	if err := restorable(from, path, o.Force); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, unavailable(err, "the store's folder cannot be made; name another with --db")
	}
	s = &Staged{path: path, o: o}
	// Whoever opens the store brings its log of erasures up to date. Where it
	// cannot be opened there is nothing to bring.
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		live, err := Open(ctx, path, Options{Program: o.Program, LockWait: o.Wait})
		if err == nil {
			err = live.Close()
		}
		s.lost = err != nil
	}
	if s.work, err = NewWork(filepath.Dir(path)); err != nil {
		return nil, unavailable(err, "the store's folder cannot be written")
	}
	s.copied = filepath.Join(s.work.Dir, "memory.db")
	if err := copyStore(from, s.copied); err != nil {
		s.Remove()
		return nil, unavailable(err, "the backup cannot be copied beside the store; is there room on the disk?")
	}
	if s.Done.Report, err = o.check(ctx, s.copied); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// CatchUp makes in the copy what the store's log says was erased. From here on no
// other process may have the store open.
func (s *Staged) CatchUp(ctx context.Context) error {
	gone := goneFile{s.path + ".gone"}
	id, _, _, err := gone.tail()
	if err != nil && s.o.AcceptLost {
		err = os.Rename(gone.path, gone.path+".damaged")
	}
	switch {
	case err != nil:
		return err
	case id == "" && s.lost && !s.o.AcceptLost:
		return ErrLostErasures
	}
	s.Done.NoLog = id == ""
	s.Done.Erased, err = s.o.catchUp(ctx, s.copied, gone.path)
	return err
}

// Place moves the copy to where the store is.
func (s *Staged) Place() error { return takePlace(s.copied, s.path) }

// Remove takes away what is left of the copy.
func (s *Staged) Remove() { s.work.Remove() }

// Alone waits until no other process has a store open, and keeps others from opening
// it until it is released.
func Alone(ctx context.Context, path string, wait time.Duration) (release func() error, err error) {
	l, err := aloneOpen(ctx, resolved(path)+".open", wait)
	if err != nil {
		return nil, err
	}
	return l.release, nil
}

// restorable looks at the two files before anything is done.
func restorable(from, path string, force bool) error {
	info, err := os.Stat(from)
	switch {
	case err != nil:
		return unavailable(err, "the backup cannot be read; check its name and its permissions")
	case !info.Mode().IsRegular():
		return &memstore.Error{Kind: memstore.Invalid, Msg: "the backup is no file"}
	}
	for _, name := range Files(path) {
		if its, err := os.Stat(name); err == nil && os.SameFile(info, its) && filepath.Ext(name) != ".bak" {
			return &memstore.Error{Kind: memstore.Invalid, Msg: "that file belongs to the store itself; name a backup"}
		}
	}
	if link, err := os.Lstat(path); err == nil && link.Mode()&fs.ModeSymlink != 0 {
		return &memstore.Error{Kind: memstore.Invalid, Msg: "the store's path is a link to nowhere; name the file itself with --db"}
	}
	if !isStore(from) {
		return &memstore.Error{Kind: memstore.Invalid, Msg: "the file is no backup of ilab-mcp"}
	}
	if its, err := os.Stat(path); err == nil && its.Size() > 0 && !force {
		return &memstore.Error{Kind: memstore.Conflict, Msg: "there is a store already; --force replaces it with the backup, and what it holds beyond that is gone"}
	}
	return nil
}

// copyStore copies a file that nobody uses, with the log of one that was copied
// by hand while it was in use.
func copyStore(from, to string) error {
	for _, suffix := range []string{"", "-wal"} {
		in, err := os.Open(from + suffix)
		if suffix != "" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		out, err := os.OpenFile(to+suffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = io.Copy(out, in)
			err = errors.Join(err, out.Close())
		}
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}

// check upgrades the copy where it is older, and examines it.
func (o *RestoreOptions) check(ctx context.Context, copied string) (Report, error) {
	broken := func(err error) error {
		return &memstore.Error{Kind: memstore.Damaged, Msg: "the backup is damaged; nothing was changed. Choose another", Err: err}
	}
	db, err := Open(ctx, copied, Options{Program: o.Program, Gone: copied + ".gone"})
	if err != nil {
		if errors.Is(err, memstore.ErrDamaged) {
			err = broken(err)
		}
		return Report{}, err
	}
	version, err := schemaVersion(db.writer.c) // which has nothing to do yet
	if err = errors.Join(err, db.Close()); err != nil {
		return Report{}, broken(err)
	}
	if version > len(migrations()) {
		return Report{}, &memstore.Error{Kind: memstore.Invalid, Msg: "the backup was made by a newer ilab-mcp; nothing was changed. Restore it with that version"}
	}
	report, err := examineCopy(ctx, copied, ExamineOptions{Progress: o.Progress})
	if err == nil && !report.Intact() {
		err = broken(errors.New(report.lost()))
	}
	return report, err
}

// catchUp makes in the copy what the log says was erased.
func (o *RestoreOptions) catchUp(ctx context.Context, copied, gone string) (n int, err error) {
	db, err := Open(ctx, copied, Options{Program: o.Program, Gone: gone})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if n, err = o.CatchUp(ctx, db); errors.Is(err, memstore.ErrOtherLog) {
		if !o.AcceptLost {
			return 0, ErrLostErasures
		}
		if err := db.adopt(ctx); err != nil {
			return 0, err
		}
		n, err = o.CatchUp(ctx, db)
	}
	if err == nil && !db.WipeNow(ctx) {
		err = unavailable(ctx.Err(), "what was erased could not be overwritten in the copy; nothing was changed")
	}
	return n, err
}

// adopt takes the log of erasures that is there for the store's own.
func (db *DB) adopt(ctx context.Context) error {
	return db.writer.do(ctx, "", func(w *change) error { return db.gone.adopt(w.c) })
}

// Discard removes a store's file and SQLite's beside it; with empty, only if nobody has
// anything in it. It is an error if another process has it open. The locks and the
// log of erasures stay.
func Discard(path string, empty bool) (err error) {
	alone, err := aloneOpen(context.Background(), path+".open", 5*openTries)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, alone.release()) }()
	if _, err := os.Stat(path); err != nil {
		return nil // another process was faster
	}
	if empty {
		// Another process may have saved something since it was looked at last.
		c := (&DB{path: path}).conn(writePragmas)
		var users int
		err := c.queryOne(countUsers, nil, &users)
		if err = errors.Join(err, c.close()); err != nil || users > 0 {
			return err
		}
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// takePlace moves the copy to where the store is. The caller alone has the store
// open. The old file's log goes first: SQLite would play it into the new one.
func takePlace(copied, path string) error {
	if err := settleFile(copied); err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unavailable(err, "the old store's log cannot be removed, so the store is as it was")
		}
	}
	if err := os.Rename(copied, path); err != nil {
		return unavailable(err, "the backup cannot take the store's place")
	}
	syncDir(filepath.Dir(path))
	return nil
}
