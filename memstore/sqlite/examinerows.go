package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func (x *examiner) revisions(ctx context.Context) error {
	var user string
	var id int64
	var v revisionRow
	dest := []any{&user, &id, &v.revision, &v.typ, &v.title, &v.content, &v.session, &v.source, &v.at, &v.sum}
	return x.each(ctx, "revisions", allRevisions, dest, func() bool {
		if v.sum != v.checksum(user, id) {
			return false
		}
		x.report.Revisions++
		return true
	})
}

// terms looks at those that no memory refers to; the others were looked at with
// their memories.
func (x *examiner) terms(ctx context.Context) error {
	var user string
	var seq, id, sum int64
	var blob []byte
	var owned bool
	stray := 0
	err := x.each(ctx, "terms", allTerms, []any{&user, &seq, &id, &blob, &sum, &owned}, func() bool {
		if owned {
			return true
		}
		if sum == sumTerms(user, seq, id, blob) && blob == nil {
			t := x.of(user)
			t.seq = max(t.seq, seq)
			return true // the tombstone of an erased memory
		}
		stray++
		owner, at := user, seq
		x.fix(func() error { return x.c.exec(statements[deleteTerms], owner, at) })
		return true
	})
	if stray > 0 {
		x.find(Finding{What: fmt.Sprintf("%d entries of search terms belong to no memory", stray), Do: mends, Mend: true})
	}
	return err
}

func (x *examiner) snapshots(ctx context.Context) error {
	var user string
	var part, run, sum int64
	var blob []byte
	bad := map[string]bool{}
	err := x.each(ctx, "snapshots", allSnapshots, []any{&user, &part, &run, &blob, &sum}, func() bool {
		if sum != sumSnapshot(user, part, run, blob) {
			bad[user] = true
		}
		return true
	})
	for user := range bad {
		x.find(Finding{
			What: "a stored search index is damaged; searches do without it", Do: mends,
			Mend: x.fix(func() error { return x.c.exec(statements[deleteSnapshot], user) }),
		})
	}
	return err
}

func (x *examiner) keys(ctx context.Context) error {
	var k keyRow
	return x.each(ctx, "API keys", allKeys, k.fields(), func() bool {
		if _, err := k.key(); err != nil {
			return false
		}
		x.report.Keys++
		return true
	})
}

func (x *examiner) facts(ctx context.Context) error {
	var name string
	var value []byte
	var sum int64
	return x.each(ctx, "facts about the store", allFacts, []any{&name, &value, &sum}, func() bool {
		return sum == sumFact(name, value)
	})
}

func (x *examiner) erasuresSum(ctx context.Context) error {
	var e erasure
	var sum int64
	next := int64(1)
	return x.each(ctx, "the log of erasures", allErasures,
		[]any{&e.n, &e.at, &e.epoch, &e.id, &e.key, &sum}, func() bool {
			ok := sum == e.checksum() && e.n >= next
			next = e.n + 1
			return ok
		})
}

func (x *examiner) users(ctx context.Context) error {
	var user string
	var u memstore.UserRow
	var sum int64
	dest := []any{&user, &u.Epoch, &u.Seq, &u.LastID, &u.Memories, &u.Bytes, &u.Ops, &sum}
	return x.each(ctx, "users", allUsers, dest, func() bool {
		t := x.of(user)
		t.row, t.head = true, u
		t.sound = sum == sumUser(user, u.Epoch, u.Seq, u.LastID, u.Memories, u.Bytes, u.Ops)
		if _, err := memstore.ParseUserID(user); err != nil || !t.sound {
			return false
		}
		x.report.Users++
		return true
	})
}

// totals compares what users' rows count with what there is. All of such a row
// but the epoch follows from the user's other rows. The last change is always
// there: an index follows up to it.
func (x *examiner) totals() {
	if x.uncounted {
		return
	}
	wrong := 0
	for user, t := range x.tallies {
		u := t.head
		if !t.row || t.sound && u.Memories == t.memories && u.Bytes == t.bytes && u.LastID >= t.lastID && u.Seq == t.seq {
			continue
		}
		if wrong++; !t.sound {
			u.LastID, u.Seq, u.Ops = 0, 0, nil
		}
		u.Memories, u.Bytes, u.LastID, u.Seq = t.memories, t.bytes, max(u.LastID, t.lastID), max(u.Seq, t.seq)
		m := memstore.Mutation{User: u}
		if u.Seq > t.seq {
			m.Wiped = u.Seq // a change without a memory
		}
		x.fix(func() error { return (&change{reader: reader{c: x.c, user: user}}).Apply(m) })
	}
	if wrong > 0 {
		x.find(Finding{What: fmt.Sprintf("the totals of %d users do not fit what they have", wrong), Do: mends, Mend: true})
	}
}

// log looks at what is still to be wiped, and at the log of erasures beside the
// file.
func (x *examiner) log() {
	if note, err := x.c.fact(factErased); err == nil && note != nil {
		x.find(Finding{
			What: "what was erased last is still to be overwritten in the file", Note: true,
			Do: "It is done when nobody reads any more, or at the next start.",
		})
	}
	behind, err := x.db.gone.behind(x.c)
	mend := Finding{Do: mends, Mend: x.fix(func() error { return x.db.gone.follow(x.c) })}
	switch {
	case err != nil:
		mend.What, mend.Do, mend.Mend = "the log of erasures beside the store (.gone) cannot be read", "Move it away; the next start makes it anew. A restore then asks for --accept-lost-erasures.", false
		x.find(mend)
		return
	case behind:
		mend.What = "the log of erasures beside the store (.gone) is not complete"
		if id, _, _, err := x.db.gone.tail(); err == nil && id == "" {
			mend.What, mend.Note = "there is no log of erasures (.gone) beside this file, as beside a backup", true
			mend.Do = "Beside a store the next start makes it anew."
		}
		x.find(mend)
		return
	}
	missed, err := x.db.gone.missed(x.c)
	switch {
	case err != nil:
		x.find(Finding{
			What: "the log of erasures beside the store (.gone) is of another store, or was begun anew",
			Do:   "If this is a copy that was put here by hand, put the right log beside it. Otherwise move the log away; the next start makes it anew.",
		})
	case len(missed) > 0:
		x.find(Finding{
			What: fmt.Sprintf("this is an older copy: of the log of erasures beside it (.gone), what was erased is not made in it: %d", len(missed)),
			Do:   "The next start of ilab-mcp makes them.",
		})
	}
}

// modes looks at who else may read or write the store's files.
func (x *examiner) modes() {
	if runtime.GOOS == "windows" {
		return // it has none
	}
	for _, name := range Files(x.db.path) {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		x.find(Finding{
			What: fmt.Sprintf("others on this machine may open %s: its mode is %04o", filepath.Base(name), info.Mode().Perm()),
			Do:   "ilab-mcp doctor --repair makes it 0600.", Mend: x.fix(func() error { return os.Chmod(name, 0o600) }),
		})
	}
	info, err := os.Stat(filepath.Dir(x.db.path))
	if err != nil {
		return
	}
	switch mode := info.Mode(); {
	case mode.Perm()&0o022 != 0 && mode&os.ModeSticky == 0:
		x.find(Finding{
			What: fmt.Sprintf("others on this machine may replace the store: the mode of its folder is %04o", mode.Perm()),
			Do:   "Make it 0700, or move the store into a folder of its own.",
		})
	case mode.Perm()&0o077 != 0:
		x.find(Finding{
			What: fmt.Sprintf("others on this machine may look into the store's folder: its mode is %04o", mode.Perm()),
			Do:   "They cannot open the files. 0700 keeps the names to yourself too.", Note: true,
		})
	}
}

// mend does what can be done, in one transaction.
func (x *examiner) mend() error {
	if err := x.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, fix := range x.fixes {
		if err := fix(); err != nil {
			_ = x.c.exec("ROLLBACK") // the first error is what there is to tell
			return err
		}
	}
	return x.c.exec("COMMIT")
}
