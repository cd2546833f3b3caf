package sqlite

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// goneFile is the log of erasures beside the store, <file>.gone: lines of text
// for whoever restores an older copy of the store. What was erased is in the
// table of erasures in the same transaction; the file follows it, before the
// erasure is acknowledged. It is written under the store's write lock.
//
//	ilab-mcp erasures ID       which log it is, 32 hexadecimal digits
//	N UNIX memory EPOCH ID
//	N UNIX user EPOCH
//	N UNIX key KEYID
type goneFile struct{ path string }

const goneTitle = "ilab-mcp erasures "

// tailBytes holds more than one line.
const tailBytes = 256

var errGoneDamaged = &memstore.Error{Kind: memstore.Damaged, Msg: "the log of erasures beside the store (.gone) is damaged; run ilab-mcp doctor"}

// tail gives the log's id, its last entry, and where that ends; an empty id where
// there is no log.
func (g goneFile) tail() (id string, last erasure, end int64, err error) {
	f, err := os.Open(g.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", last, 0, nil
	}
	if err != nil {
		return "", last, 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, len(goneTitle)+33)
	if n, err := io.ReadFull(f, head); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && bytes.HasPrefix([]byte(goneTitle), head[:min(n, len(goneTitle))]) {
		return "", last, 0, nil // whoever made it did not get further
	} else if err != nil {
		return "", last, 0, errGoneDamaged
	}
	id, ok := strings.CutPrefix(strings.TrimSuffix(string(head), "\n"), goneTitle)
	if !ok || len(id) != 32 {
		return "", last, 0, errGoneDamaged
	}
	info, err := f.Stat()
	if err != nil {
		return "", last, 0, err
	}
	start := max(int64(len(head)), info.Size()-tailBytes)
	b, err := io.ReadAll(io.NewSectionReader(f, start, info.Size()-start))
	if err != nil {
		return "", last, 0, err
	}
	// A line without its end was not written whole.
	b = b[:bytes.LastIndexByte(b, '\n')+1]
	end = start + int64(len(b))
	if len(b) == 0 {
		if end > int64(len(head)) {
			return "", last, 0, errGoneDamaged
		}
		return id, last, end, nil
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	last, err = parseErasure(lines[len(lines)-1])
	return id, last, end, err
}

// follow brings the file up to date with the table, and makes it where there is
// none. The caller holds the write lock. A log of another store stays as it is:
// what restores from it is told.
func (g goneFile) follow(c *conn) error {
	own, err := c.fact(factGone)
	if err != nil {
		return err
	}
	id, last, end, err := g.tail()
	if err != nil || id != "" && id != string(own) {
		return err
	}
	if same, err := c.knows(last); err != nil || !same {
		return err // what the log has beyond the store comes first: see missed
	}
	todo, err := c.erasures(last.n)
	if err != nil || id != "" && len(todo) == 0 {
		return err
	}
	f, err := os.OpenFile(g.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if id == "" {
		end = 0
		b.WriteString(goneTitle + string(own) + "\n")
	}
	for i := range todo {
		b.WriteString(todo[i].line())
	}
	_, err = f.WriteAt(b.Bytes(), end)
	if err == nil {
		err = f.Truncate(end + int64(b.Len()))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil && id == "" {
		syncDir(filepath.Dir(g.path))
	}
	return err
}

// behind reports whether the file lacks something that the table has.
func (g goneFile) behind(c *conn) (bool, error) {
	own, err := c.fact(factGone)
	if err != nil || own == nil {
		return false, err
	}
	var n int64
	if err := c.queryOne(lastErasure, nil, &n); err != nil {
		return false, err
	}
	id, last, _, err := g.tail()
	if err != nil || id != "" && (id != string(own) || last.n >= n) {
		return false, err
	}
	return c.knows(last)
}

// knows reports whether the table has the entry under its number, and so all that
// came before it.
func (c *conn) knows(e erasure) (bool, error) {
	if e.n == 0 {
		return true, nil
	}
	have, err := c.erasures(e.n - 1)
	return err == nil && len(have) > 0 && have[0] == e, err
}

// missed gives the entries that the table does not have: it is an older copy's, or
// one that went on by itself after an older copy was restored somewhere else. Then
// both count on from the same number, and the log's go first.
func (g goneFile) missed(c *conn) ([]erasure, error) {
	own, err := c.fact(factGone)
	if err != nil {
		return nil, err
	}
	var n int64
	if err := c.queryOne(lastErasure, nil, &n); err != nil {
		return nil, err
	}
	id, last, _, err := g.tail()
	switch {
	case err != nil:
		return nil, err
	case id == "":
		return nil, nil
	case id != string(own):
		return nil, memstore.ErrOtherLog
	}
	if last.n <= n {
		if same, err := c.knows(last); err != nil || same {
			return nil, err
		}
	}
	logged, err := g.after(0)
	if err != nil {
		return nil, err
	}
	have, err := c.erasures(0)
	if err != nil {
		return nil, err
	}
	same := 0
	for same < len(have) && same < len(logged) && have[same] == logged[same] {
		same++
	}
	return logged[same:], nil
}

// after reads the entries after number n.
func (g goneFile) after(n int64) ([]erasure, error) {
	f, err := os.Open(g.path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	r := bufio.NewReader(f)
	if head, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(head, goneTitle) {
		return nil, errGoneDamaged
	}
	var out []erasure
	for next := int64(1); ; next++ {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return out, nil // a line without its end was not written whole
		}
		if err != nil {
			return nil, err
		}
		e, err := parseErasure(strings.TrimSuffix(line, "\n"))
		if err != nil || e.n != next {
			return nil, errGoneDamaged
		}
		if e.n > n {
			out = append(out, e)
		}
	}
}

func (e *erasure) line() string {
	switch {
	case e.key != "":
		return fmt.Sprintf("%d %d key %s\n", e.n, e.at, e.key)
	case e.id == 0:
		return fmt.Sprintf("%d %d user %d\n", e.n, e.at, e.epoch)
	}
	return fmt.Sprintf("%d %d memory %d %d\n", e.n, e.at, e.epoch, e.id)
}

func parseErasure(line string) (e erasure, err error) {
	var kind string
	switch n, _ := fmt.Sscanf(line, "%d %d %s", &e.n, &e.at, &kind); {
	case n != 3:
		return e, errGoneDamaged
	case kind == "key":
		_, err = fmt.Sscanf(line, "%d %d key %s", &e.n, &e.at, &e.key)
	case kind == "user":
		_, err = fmt.Sscanf(line, "%d %d user %d", &e.n, &e.at, &e.epoch)
	default:
		_, err = fmt.Sscanf(line, "%d %d memory %d %d", &e.n, &e.at, &e.epoch, &e.id)
	}
	if err != nil || e.line() != line+"\n" {
		return e, errGoneDamaged
	}
	return e, nil
}

// begin gives a new store its log: the one that is there, of a store that was
// lost, or a new one.
func (g goneFile) begin(c *conn, isNew bool) error {
	if isNew {
		if id, _, _, err := g.tail(); err == nil && id != "" {
			return g.takeUp(c)
		}
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	return c.setFact(factGone, fmt.Appendf(nil, "%x", id))
}

// takeUp has a new store go on with the log that is there: there is nothing in
// it to be erased.
func (g goneFile) takeUp(c *conn) error {
	if err := g.adopt(c); err != nil {
		return err
	}
	entries, err := g.after(0)
	for _, e := range entries {
		err = errors.Join(err, c.putErasure(e))
	}
	return err
}

// adopt takes the log that is there for the store's own, as one of which the
// store knows no entry yet.
func (g goneFile) adopt(c *conn) error {
	id, _, _, err := g.tail()
	if err != nil || id == "" {
		return err
	}
	if err := c.exec(deleteErasures, 0); err != nil {
		return err
	}
	return c.setFact(factGone, []byte(id))
}

// syncDir makes a new name in a folder last. Not every system can; a name that
// is lost with the power is made again.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
