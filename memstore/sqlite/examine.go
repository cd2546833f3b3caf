package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Finding is something about a store that a person should know. It holds no text
// of a memory.
type Finding struct {
	What string
	Do   string // "" where there is nothing to do
	Note bool   // nothing is wrong
	Mend bool   // Repair can mend it
}

// Report says what an examination saw.
type Report struct {
	Users, Sessions, Memories, Revisions, Keys int64 // rows that are as they were written
	Findings                                   []Finding
}

// Sound reports whether nothing is wrong.
func (r *Report) Sound() bool { return r.first(func(f Finding) bool { return !f.Note }) == "" }

// Intact reports whether nothing is lost: what is wrong, if anything, can be made
// again.
func (r *Report) Intact() bool { return r.lost() == "" }

func (r *Report) lost() string { return r.first(func(f Finding) bool { return !f.Note && !f.Mend }) }

func (r *Report) first(is func(Finding) bool) string {
	if i := slices.IndexFunc(r.Findings, is); i >= 0 {
		return r.Findings[i].What
	}
	return ""
}

// ExamineOptions set up an examination.
type ExamineOptions struct {
	Program  string        // version of the running program
	Progress func(n int64) // told of rows that were read; may be nil
}

// Examine looks at a store while others use it, without opening it as a store:
// its files' modes, SQLite's own checks, its schema, the checksum of every row,
// the search terms of every memory against its text, each user's totals, and the
// log of erasures. The error is about what kept it from looking.
func Examine(ctx context.Context, path string, o ExamineOptions) (Report, error) {
	x, err := newExaminer(ctx, path, o, readPragmas)
	if err != nil {
		return Report{}, err
	}
	x.all(ctx)
	return x.report, errors.Join(ctx.Err(), x.close())
}

// Repair is Examine, and mends what can be made again from what is sound: modes,
// search terms, totals, indexes, and the log beside the file. Meanwhile nobody
// else can write. Rows that are damaged themselves stay as they are. It gives what
// it found, and what is left.
func Repair(ctx context.Context, path string, o ExamineOptions) (found, left Report, err error) {
	x, err := newExaminer(ctx, path, o, writePragmas)
	if err != nil {
		return Report{}, Report{}, err
	}
	lock := newWriteLock(x.db.path + ".lock")
	if err := lock.acquire(ctx, defaultLockWait); err != nil {
		return Report{}, Report{}, errors.Join(err, x.close())
	}
	x.all(ctx)
	err = x.mend()
	lock.release()
	if err = errors.Join(err, ctx.Err(), lock.close(), x.close()); err != nil {
		return x.report, x.report, explain(err)
	}
	left, err = Examine(ctx, path, o)
	return x.report, left, err
}

// examiner is one examination.
type examiner struct {
	ExamineOptions

	db        *DB // not opened: only its connections and files
	c         *conn
	immutable bool // a file that nobody uses, and that must not change
	uncounted bool // damaged rows are missing from the tallies
	report    Report
	tallies   map[string]*tally // of each user
	fixes     []func() error
}

// tally counts what a user has.
type tally struct {
	row, sound bool // there is a row of the user's, and it is as it was written
	head       memstore.UserRow

	memories, bytes int64
	lastID, seq     int64
}

func newExaminer(ctx context.Context, path string, o ExamineOptions, pragmas []string) (*examiner, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unavailable(err, "the store's path cannot be resolved")
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, unavailable(err, "there is no store's file at that place; check --db")
	}
	db := &DB{path: path, gone: goneFile{path + ".gone"}}
	x := &examiner{ExamineOptions: o, db: db, tallies: map[string]*tally{}}
	if db.present, err = shareOpen(ctx, path+".open", defaultLockWait); err != nil {
		return nil, err
	}
	x.c = db.conn(pragmas)
	return x, nil
}

// examineCopy examines a file that is not in use, and leaves it as it is.
func examineCopy(ctx context.Context, path string, o ExamineOptions) (Report, error) {
	x := &examiner{ExamineOptions: o, db: &DB{path: path}, immutable: true, tallies: map[string]*tally{}}
	x.c = x.db.connTo(dsn(path, []string{"query_only(1)", "cell_size_check(1)", "temp_store(MEMORY)"}) + "&mode=ro&immutable=1")
	x.all(ctx)
	return x.report, errors.Join(ctx.Err(), x.close())
}

func (x *examiner) close() error { return x.db.release() }

func (x *examiner) find(f Finding) { x.report.Findings = append(x.report.Findings, f) }

// fix notes how something can be mended, and gives whether it can.
func (x *examiner) fix(f func() error) bool {
	x.fixes = append(x.fixes, f)
	return true
}

// all looks at everything. Where SQLite cannot read on, what comes after is still
// tried.
func (x *examiner) all(ctx context.Context) {
	if !x.immutable {
		x.modes()
	}
	if err := x.c.exec("BEGIN"); err != nil {
		x.unreadable(err)
		return
	}
	defer func() { _ = x.c.exec("ROLLBACK") }() // where it was mended, it is over already
	if !x.version() {
		return
	}
	x.integrity()
	x.schema()
	for _, look := range []func(context.Context) error{
		x.users, x.sessions, x.memories, x.revisions, x.terms, x.snapshots, x.keys, x.facts, x.erasuresSum,
	} {
		if ctx.Err() != nil {
			return
		}
		if err := look(ctx); err != nil {
			x.unreadable(err)
		}
	}
	x.totals()
	if !x.immutable {
		x.log()
	}
}

const fromBackup = "Restore a backup with ilab-mcp restore. What can still be read of a user can be saved with ilab-mcp export."

func (x *examiner) unreadable(err error) {
	x.uncounted = true
	what := "SQLite cannot read all of the file"
	if stored, ok := memstore.ForPeople(explain(err)); ok {
		what = stored.Msg
	}
	x.find(Finding{What: strings.TrimSuffix(what, "; run ilab-mcp doctor"), Do: fromBackup})
}

// version reports whether the file is a store that this program can examine.
func (x *examiner) version() bool {
	var app int64
	if err := x.c.queryOne("PRAGMA application_id", nil, &app); err != nil {
		x.unreadable(err)
		return false
	}
	v, err := schemaVersion(x.c)
	switch {
	case err != nil:
		x.unreadable(err)
	case app != applicationID:
		x.find(Finding{What: "the file does not say that it is a memory store", Do: fromBackup})
	case v < 1 || v > 1<<16:
		x.find(Finding{What: "the file's version is damaged", Do: fromBackup})
	case v > len(migrations()):
		x.find(Finding{What: "the file was upgraded by a newer ilab-mcp, so this one cannot judge it", Do: "Use the newer program."})
	case v < len(migrations()):
		x.integrity()
		x.find(Finding{What: "the file is of an older version; its rows are checked once it is upgraded", Do: "Start ilab-mcp on it once.", Note: true})
	default:
		return true
	}
	return false
}

// integrity asks SQLite.
func (x *examiner) integrity() {
	const most = 100
	rows, err := x.c.c.QueryContext(context.Background(), fmt.Sprintf("PRAGMA integrity_check(%d)", most))
	if err != nil {
		x.unreadable(err)
		return
	}
	defer func() { _ = rows.Close() }() // rows.Err has told
	indexes, others := 0, 0
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			break
		}
		switch {
		case line == "ok":
		case strings.Contains(line, "index"):
			indexes++
		default:
			others++
		}
	}
	if others > 0 || rows.Err() != nil {
		x.find(Finding{What: fmt.Sprintf("SQLite found the file's structure damaged, in so many places: %d", max(1, others)), Do: fromBackup})
	}
	if indexes > 0 {
		x.find(Finding{
			What: "an index does not fit its table", Do: "ilab-mcp doctor --repair builds it anew.",
			Mend: x.fix(func() error { return x.c.exec("REINDEX") }),
		})
	}
	var broken int
	if err := x.c.queryOne(brokenReferences, nil, &broken); err == nil && broken > 0 {
		x.find(Finding{What: fmt.Sprintf("rows refer to something that is not there, such as a user or a session: %d", broken), Do: fromBackup})
	}
}

// schema compares the file's tables with those of a new one. Litestream, which
// copies a store while it is in use, adds two of its own.
func (x *examiner) schema() {
	var want, got string
	const all = `SELECT coalesce(group_concat(line, char(10)), '') FROM
		(SELECT type || name || tbl_name || coalesce(sql, '') AS line FROM sqlite_schema
		WHERE name NOT LIKE 'sqlite_stat%' AND NOT (type = 'table' AND name IN ('_litestream_lock', '_litestream_seq')) ORDER BY name)`
	fresh := x.db.connTo("file::memory:")
	err := fresh.exec(strings.Join(migrations(), ";\n"))
	err = errors.Join(err, fresh.queryOne(all, nil, &want), x.c.queryOne(all, nil, &got))
	if err != nil {
		x.unreadable(err)
	} else if want != got {
		x.find(Finding{What: "the file's schema is not as this version made it", Do: fromBackup})
	}
}

// each reads all rows of a query. A value that is no longer of its column's type
// makes its row a damaged one.
func (x *examiner) each(ctx context.Context, table, query string, dest []any, row func() bool) error {
	rows, err := x.c.c.QueryContext(context.Background(), query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	damaged := 0
	counted := table == "memories" || table == "sessions"
	for rows.Next() && ctx.Err() == nil {
		if rows.Scan(dest...) != nil || !row() {
			damaged++
		}
		if x.Progress != nil {
			x.Progress(1)
		}
	}
	if damaged > 0 {
		x.uncounted = x.uncounted || counted
		x.find(Finding{What: fmt.Sprintf("%d rows of %s are damaged: their checksums do not fit", damaged, table), Do: fromBackup})
	}
	return rows.Err()
}

func (x *examiner) of(user string) *tally {
	t := x.tallies[user]
	if t == nil {
		t = &tally{}
		x.tallies[user] = t
	}
	return t
}

func (x *examiner) sessions(ctx context.Context) error {
	var user, id string
	var started, last, sum int64
	var ended sql.NullInt64
	var summary []byte
	var auto bool
	dest := []any{&user, &id, &started, &last, &ended, &summary, &auto, &sum}
	return x.each(ctx, "sessions", allSessions, dest, func() bool {
		if sum != sumSession(user, id, started, last, ended.Int64, summary, auto) {
			return false
		}
		x.report.Sessions++
		x.of(user).bytes += (&memstore.SessionRow{ID: id, Summary: summary}).Weight()
		return true
	})
}

func (x *examiner) memories(ctx context.Context) error {
	var user string
	var m memoryRow
	find, err := x.c.c.PrepareContext(context.Background(), selectTerms)
	if err != nil {
		return err
	}
	defer func() { _ = find.Close() }() // it was only read with
	missing := 0
	err = x.each(ctx, "memories", allMemories, append([]any{&user}, m.fields()...), func() bool {
		if m.sum != m.checksum(user) {
			return false
		}
		x.report.Memories++
		row := m.row()
		t := x.of(user)
		t.memories++
		t.bytes += row.Weight()
		t.lastID, t.seq = max(t.lastID, m.id), max(t.seq, m.seq)
		var id, sum int64
		var blob []byte
		err := find.QueryRowContext(context.Background(), user, m.seq).Scan(&id, &blob, &sum)
		want := []byte(nil)
		if err == nil && id == m.id && blob != nil && sum == sumTerms(user, m.seq, id, blob) {
			if !memstore.CurrentTerms(blob) {
				return true // a search makes them anew
			}
			if want = memstore.TermsOf(row).Bytes(); string(want) == string(blob) {
				return true
			}
		}
		missing++
		owner, at, of := user, m.seq, m.id
		if want == nil {
			want = memstore.TermsOf(row).Bytes()
		}
		x.fix(func() error {
			if err := x.c.exec(statements[deleteTerms], owner, at); err != nil {
				return err
			}
			return x.c.exec(statements[insertTerms], owner, at, of, want, sumTerms(owner, at, of, want))
		})
		return true
	})
	if missing > 0 {
		x.find(Finding{What: fmt.Sprintf("the search terms of %d memories do not fit their texts, so a search can miss them", missing), Do: mends, Mend: true})
	}
	return err
}

const mends = "ilab-mcp doctor --repair makes it anew."
