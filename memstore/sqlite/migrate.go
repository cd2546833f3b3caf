package sqlite

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Facts about the whole file.
const (
	factGone      = "gone"     // which log of erasures is this store's
	factErased    = "erased"   // a random token while the log may hold erased text
	factProgram   = "program"  // the version that migrated the file last
	factReadable  = "readable" // the oldest schema whose programs can still read
	applicationID = 0x696c6162 // "ilab", in SQLite's header
)

// migrations gives the text of each, in order; the schema's version is how many
// have run. They only add, so that older programs can go on reading.
func migrations() []string {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic("sqlite: " + err.Error()) // the pattern is a constant
	}
	texts := make([]string, len(names)) // Glob sorts
	for i, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic("sqlite: " + err.Error())
		}
		texts[i] = string(b)
	}
	return texts
}

func schemaVersion(c *conn) (int, error) {
	var v int
	s, err := c.prepared(&c.moves[userVersion], controlStatements[userVersion])
	if err == nil {
		err = s.QueryRowContext(context.Background()).Scan(&v)
	}
	return v, err
}

// schemaReady reports whether the file needs nothing done before use.
func schemaReady(c *conn) (bool, error) {
	v, err := schemaVersion(c)
	if err != nil {
		return false, err
	}
	if v > len(migrations()) {
		return true, checkReadable(c)
	}
	return v == len(migrations()), nil
}

// checkReadable refuses a file that a newer program wrote and says older ones
// cannot read.
func checkReadable(c *conn) error {
	b, err := c.fact(factReadable)
	if err != nil {
		return err
	}
	if oldest, err := strconv.Atoi(string(b)); err == nil && oldest <= len(migrations()) {
		return nil
	}
	return newerProgram(c)
}

// newerProgram is the error of a process that is older than the file.
func newerProgram(c *conn) error {
	by, err := c.fact(factProgram)
	if err != nil {
		return err
	}
	version := "a newer version"
	if len(by) > 0 {
		version = string(by)
	}
	return unavailable(nil, "this memory was upgraded by ilab-mcp %s; nothing was saved. Restart this host so that it starts the new program", version)
}

// migrate brings the schema up to date, in one transaction, after a backup of
// a file that already holds something. The caller holds the write lock.
func migrate(c *conn, path string, gone goneFile, program string, steps []string) error {
	from, err := schemaVersion(c)
	if err != nil {
		return err
	}
	switch {
	case from > len(steps):
		return checkReadable(c)
	case from == len(steps):
		return nil
	}
	if from == 0 {
		if err := refuseForeign(c); err != nil {
			return err
		}
	} else if err := backupBefore(c, path, from); err != nil {
		return err
	}
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := runSteps(c, gone, program, steps, from); err != nil {
		return errors.Join(err, c.exec("ROLLBACK"))
	}
	return c.exec("COMMIT")
}

func runSteps(c *conn, gone goneFile, program string, steps []string, from int) error {
	for _, step := range steps[from:] {
		if err := c.exec(step); err != nil {
			return err
		}
	}
	if err := c.setFact(factProgram, []byte(program)); err != nil {
		return err
	}
	if err := c.setFact(factReadable, []byte("1")); err != nil {
		return err
	}
	if from < sumsFrom {
		if err := sumFacts(c); err != nil {
			return err
		}
		if err := gone.begin(c, from == 0); err != nil {
			return err
		}
	}
	if err := c.exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return c.exec(fmt.Sprintf("PRAGMA user_version = %d", len(steps)))
}

// sumsFrom is the version since which facts have checksums and the store has a
// log of erasures.
const sumsFrom = 4

// sumFacts gives the facts that are there their checksums.
func sumFacts(c *conn) error {
	facts, err := c.facts()
	if err != nil {
		return err
	}
	for name, value := range facts {
		if err := c.setFact(name, value); err != nil {
			return err
		}
	}
	return nil
}

// refuseForeign refuses a database that is somebody else's.
func refuseForeign(c *conn) error {
	var tables int
	if err := c.queryOne("SELECT count(*) FROM sqlite_schema", nil, &tables); err != nil {
		return err
	}
	if tables > 0 {
		return &memstore.Error{Kind: memstore.Unavailable, Msg: "the store's file is a database of another program; name another file with --db"}
	}
	return nil
}

// upgradeCopies matches what backupBefore makes.
const upgradeCopies = ".v[0-9]*.bak"

// backupBefore copies the file to <file>.v<N>.bak before it is changed.
func backupBefore(c *conn, path string, version int) error {
	to := fmt.Sprintf("%s.v%d.bak", path, version)
	f, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // SQLite accepts an empty file
	if err != nil {
		return unavailable(err, "the store cannot be upgraded: its backup cannot be written beside it")
	}
	if err := f.Close(); err != nil {
		return err
	}
	return c.exec("VACUUM INTO ?", to)
}
