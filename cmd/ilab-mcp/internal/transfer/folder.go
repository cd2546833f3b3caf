package transfer

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// What an export as Markdown marks as its own.
const (
	indexName   = "index.md"
	indexMark   = "<!-- ilab-mcp:index -->"
	historyMark = "<!-- ilab-mcp:history -->"
)

// maxHistory is how much of what a memory said before is written into its file:
// what an import reads of one file has a limit.
const maxHistory = MaxNote / 2

// ExportMarkdown writes a user's memory for people: a file for each memory, in a
// folder of its type, and an index. write is given each file's name, with slashes,
// and its text; progress, if it is not nil, is called after each memory.
func ExportMarkdown(ctx context.Context, store *memstore.Store, write func(name string, text []byte) error, progress func()) (Exported, error) {
	f := folder{write: write, names: fileNames{}}
	err := store.Export(ctx, func(e memstore.Exported) error {
		switch {
		case e.Session != nil:
			f.n.Sessions++
			f.sessions = append(f.sessions, sessionIndexed(e.Session))
			return nil
		case e.Revision != nil:
			f.n.Revisions++
			f.page.before(e.Revision)
			return nil
		}
		if err := f.flush(); err != nil {
			return err
		}
		f.n.Memories++
		f.begin(e.Memory)
		if progress != nil {
			progress()
		}
		return nil
	})
	if err == nil {
		err = f.flush()
	}
	if err == nil {
		err = f.write(indexName, f.index())
	}
	return f.n, err
}

// folder is an export that is being written. What the store gives is good for a
// moment only, so each memory is put into words at once.
type folder struct {
	write    func(string, []byte) error
	names    fileNames
	n        Exported
	page     page
	lines    []string // of the index, oldest first
	sessions []string
}

// page is the file of a memory, to which its old revisions are still to come.
type page struct {
	name         string // "" for none
	head, text   bytes.Buffer
	history      bytes.Buffer
	told, untold int // old revisions
}

// begin begins the file of a memory.
func (f *folder) begin(m *memstore.Memory) {
	day := m.Created.UTC().Format(time.DateOnly)
	f.page = page{name: f.names.of(m.Type.String(), day, m.Title)}
	p := &f.page
	fmt.Fprintf(&p.head, "---\nid: %d\ntype: %s\ntopic_key: %s\nsession: %s\ncreated: %s\nupdated: %s\nrevision: %d\nsource: %s\ntitle: %s\n",
		m.ID, m.Type, strconv.Quote(m.TopicKey), strconv.Quote(m.Session), stamp(m.Created), stamp(m.Updated), m.Revision,
		strconv.Quote(m.Source), strconv.Quote(m.Title))
	fmt.Fprintf(&p.text, "---\n\n# %s\n\n%s\n", oneLine(m.Title), m.Content)
	f.lines = append(f.lines, fmt.Sprintf("- %s [%s](%s), %s", day, linkText(m.Title), p.name, m.Type))
}

// before adds what a memory said before, quoted, so that no line of it can look
// like one of ours.
func (p *page) before(v *memstore.Revision) {
	if p.history.Len() > maxHistory {
		p.untold++
		return
	}
	p.told++
	fmt.Fprintf(&p.history, "\n### Revision %d, %s, %s\n\n", v.Revision, stamp(v.At), v.Type)
	for line := range strings.Lines("**" + oneLine(v.Title) + "**\n\n" + v.Content) {
		p.history.WriteString(strings.TrimRight("> "+strings.TrimRight(line, "\r\n"), " ") + "\n")
	}
}

// flush writes the file of the last memory.
func (f *folder) flush() error {
	p := &f.page
	if p.name == "" {
		return nil
	}
	if p.told > 0 {
		fmt.Fprintf(&p.head, "history: %d\n", p.told)
		fmt.Fprintf(&p.text, "\n%s\n\n## What it said before\n%s", historyMark, p.history.Bytes())
	}
	if p.untold > 0 {
		fmt.Fprintf(&p.text, "\nThere are %d more, which an export as JSON Lines has.\n", p.untold)
	}
	return f.write(p.name, append(p.head.Bytes(), p.text.Bytes()...))
}

// index lists everything, newest first.
func (f *folder) index() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n# Memories\n\n", indexMark)
	slices.Reverse(f.lines)
	slices.Reverse(f.sessions)
	b.WriteString(strings.Join(append(f.lines, ""), "\n"))
	if len(f.sessions) > 0 {
		b.WriteString("\n## Sessions\n\n" + strings.Join(append(f.sessions, ""), "\n"))
	}
	return b.Bytes()
}

// sessionIndexed words a session for the index.
func sessionIndexed(s *memstore.Session) string {
	const minute = "2006-01-02 15:04"
	to := "now"
	if !s.Active() {
		to = s.Ended.UTC().Format(minute)
	}
	line := fmt.Sprintf("- %s to %s: %s", s.Started.UTC().Format(minute), to, linkText(s.ID))
	if s.Summary != "" {
		line += ". " + linkText(firstLine(s.Summary))
	}
	return line
}

// oneLine puts a text into one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// linkText keeps a text from being more than a text in a line of Markdown.
func linkText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "<", `\<`, "`", "\\`", "*", `\*`, "_", `\_`).Replace(oneLine(s))
}
