package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// adversarial is the category of questions that nothing said answers. They are
// asked, and told apart.
const adversarial = "adversarial"

// memoryRow is a line of memories.jsonl.
type memoryRow struct {
	ID       string `json:"id"`
	User     string `json:"user"`
	Session  string `json:"session"`
	Time     string `json:"time"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Content  string `json:"content"`
	TopicKey string `json:"topic_key"`

	line int
	at   time.Time
}

// questionRow is a line of queries.jsonl.
type questionRow struct {
	ID       string   `json:"id"`
	User     string   `json:"user"`
	Query    string   `json:"query"`
	Relevant []string `json:"relevant"`
	Category string   `json:"category"`
}

// asker is one user of the data: what they remember, in the order of the file,
// and what they ask.
type asker struct {
	name      string // in the data
	id        string // in the store
	memories  []memoryRow
	questions []questionRow
}

// readAskers reads a folder of data and checks it, so that what is wrong with it
// is told before anything is measured.
func readAskers(folder string) ([]*asker, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, errors.New("there is no such folder: name one that holds memories.jsonl and queries.jsonl with --data")
	}
	var askers []*asker
	byName := map[string]*asker{}
	owner := map[string]string{}
	err := readRows(folder, "memories.jsonl", func(line int, m memoryRow) (err error) {
		if m.ID == "" || m.User == "" {
			return errors.New("id and user must be there")
		}
		if _, twice := owner[m.ID]; twice {
			return errors.New("another memory has its id")
		}
		if m.at, err = rowTime(m.Time); err != nil {
			return err
		}
		if m.Type == "" {
			m.Type = memstore.Discovery.String()
		}
		m.line, owner[m.ID] = line, m.User
		if byName[m.User] == nil {
			byName[m.User] = &asker{name: m.User}
			askers = append(askers, byName[m.User])
		}
		a := byName[m.User]
		a.memories = append(a.memories, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = readRows(folder, "queries.jsonl", func(_ int, q questionRow) error {
		a := byName[q.User]
		switch {
		case a == nil:
			return errors.New("its user has no memories")
		case q.Query == "":
			return errors.New("query must be there")
		case len(q.Relevant) == 0 && q.Category != adversarial:
			return errors.New("relevant must name a memory, unless the category is " + adversarial)
		}
		for _, id := range q.Relevant {
			if user, ok := owner[id]; !ok {
				return fmt.Errorf("there is no memory %q, which it calls relevant", id)
			} else if user != q.User {
				return fmt.Errorf("the memory %q, which it calls relevant, is another user's", id)
			}
		}
		a.questions = append(a.questions, q)
		return nil
	})
	if err != nil {
		return nil, err
	}
	nameUsers(askers)
	return askers, nil
}

// readRows reads a file of JSON objects, one a line. An error of each is told
// with the line.
func readRows[T any](folder, name string, each func(line int, row T) error) (err error) {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return fmt.Errorf("%s cannot be read; the folder must hold memories.jsonl and queries.jsonl\n  Cause: %w", name, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, transfer.MaxLine)
	number, rows := 0, 0
	for lines.Scan() {
		number++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var row T
		err := json.Unmarshal(lines.Bytes(), &row)
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			err = fmt.Errorf("%s has a value of another kind than it should", wrong.Field)
		} else if err != nil {
			err = errors.New("this is not a JSON object")
		} else {
			rows++
			err = each(number, row)
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", name, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s cannot be read beyond line %d\n  Cause: %w", name, number, err)
	}
	if rows == 0 {
		return fmt.Errorf("%s is empty, so there is nothing to measure", name)
	}
	return nil
}

// rowTime reads a time as in RFC 3339. One without a zone is taken as UTC: only
// its order matters.
func rowTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("time must be as in RFC 3339, such as 2026-03-14T12:00:00Z, with or without the zone")
}

// nameUsers gives each an id in the store: the name, where that is a legal id,
// else a counter.
func nameUsers(askers []*asker) {
	n := 0
	for _, a := range askers {
		a.id = a.name
		for _, err := memstore.ParseUserID(a.id); err != nil; {
			n++
			a.id = fmt.Sprintf("user-%d", n)
			if !slices.ContainsFunc(askers, func(b *asker) bool { return b.name == a.id }) {
				break
			}
		}
	}
}
