package sqlite

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
)

// batch is one transaction with a savepoint for each member. Nobody is
// answered before COMMIT.
type batch struct {
	c       *conn
	file    *openFile
	gone    goneFile
	members []*member
	broken  bool // the transaction is gone
	logged  bool // the table of erasures has grown
}

type member struct {
	job *job
	err error
}

// begin opens the transaction and checks that the file has not been upgraded
// by a newer program since this process opened it.
func (b *batch) begin() error {
	if err := b.file.there(); err != nil {
		return err
	}
	if err := b.c.move(beginWrite); err != nil {
		return err
	}
	v, err := schemaVersion(b.c)
	if err == nil && v > len(migrations()) {
		err = newerProgram(b.c)
	}
	if err != nil {
		return errors.Join(err, b.c.move(rollback))
	}
	return nil
}

// run does one member's work in its savepoint. A member that fails undoes its
// own work only, unless the transaction itself is gone: then the savepoint is
// unknown, and the whole batch is run again.
func (b *batch) run(j *job) {
	m := &member{job: j}
	b.members = append(b.members, m)
	if err := b.c.move(savepoint); err != nil {
		m.err, b.broken = err, true
		return
	}
	m.err = b.work(j)
	if m.err != nil {
		if err := b.c.move(rollbackTo); err != nil {
			b.broken = true
			return
		}
	}
	if err := b.c.move(releaseSavepoint); err != nil {
		b.broken = true
	}
}

// work calls the rule. Its panic is its own failure and nobody else's.
func (b *batch) work(j *job) (err error) {
	w := &change{reader: reader{c: b.c, user: j.user}}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sqlite: panic in an update: %v\n%s", p, debug.Stack())
		}
	}()
	if err := j.work(w); err != nil {
		return err
	}
	b.logged = b.logged || w.logged
	return w.failed
}

// finish commits and answers. Where the transaction was lost nothing was
// saved, so each member runs again alone, once, and gets its own answer.
func (b *batch) finish() {
	if !b.broken {
		if err := b.c.move(commit); err == nil {
			b.log()
			for _, m := range b.members {
				m.job.answer <- explain(m.err)
			}
			return
		}
	}
	// Whether a transaction is still open is unknown here; without one this
	// fails, and there is nothing to undo.
	_ = b.c.move(rollback)
	for _, m := range b.members {
		m.job.answer <- explain(b.alone(m.job))
	}
}

// alone runs one job in a transaction of its own.
func (b *batch) alone(j *job) error {
	one := &batch{c: b.c, file: b.file, gone: b.gone}
	if err := one.begin(); err != nil {
		return err
	}
	err := one.work(j)
	if err == nil {
		err = one.c.move(commit)
	}
	if err != nil {
		// As above: where SQLite has rolled back already, this fails.
		_ = one.c.move(rollback)
	}
	one.log()
	return err
}

// log brings the log of erasures beside the file up to date, before anybody is
// told that something was erased. Where that fails, the wiper tries again, and
// says until then that it is not done.
func (b *batch) log() {
	if b.logged {
		_ = b.gone.follow(b.c)
	}
}

// openFile is the file as it was opened. Somebody who moves or removes it
// leaves this process with a file that no name leads to: saves into it would be
// acknowledged and lost.
type openFile struct {
	path string
	info os.FileInfo
}

func (f *openFile) there() error {
	info, err := os.Stat(f.path)
	if err == nil && os.SameFile(info, f.info) {
		return nil
	}
	return unavailable(err, "the store's file was moved, replaced or removed while it was open; nothing was saved. Put it back, or restart this host")
}
