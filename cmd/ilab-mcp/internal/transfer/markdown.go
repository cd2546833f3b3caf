package transfer

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// MaxNote is the longest file of a folder that is read, in bytes.
const MaxNote = 8 << 20

// markdown reads a folder of notes.
type markdown struct {
	remainder

	fsys     fs.FS
	root     string
	prefix   string
	redactor *privacy.Redactor
	topics   topics

	walked bool
	files  []noteFile
	there  map[string]bool // names of the files
	steps  []noteStep      // what is left of the file that was read last
}

// noteFile is a file that is going to be read.
type noteFile struct {
	name     string // relative, with slashes
	size     int64
	modified time.Time
	problem  error
}

// noteStep is a memory, or what was wrong with a file.
type noteStep struct {
	item    Item
	problem error
}

// NewMarkdown reads the *.md files in a folder of fsys and below, or the one
// file that root names: one memory a file, or one a section where the file is
// a collection, such as CLAUDE.md. Hidden files and folders are left out, and
// symbolic links are not followed. Topic keys are made of prefix and the file's
// name.
//
// A file is cut into pieces only after it was redacted as a whole: a private
// passage may begin before a heading and end after it.
func NewMarkdown(fsys fs.FS, root, prefix string, redactor *privacy.Redactor) Source {
	return &markdown{fsys: fsys, root: root, prefix: prefix, redactor: redactor, topics: topics{}, there: map[string]bool{}}
}

// Next implements Source.
func (m *markdown) Next() (Item, error) {
	if !m.walked {
		m.walked = true
		if err := fs.WalkDir(m.fsys, m.root, m.visit); err != nil {
			return Item{}, err
		}
	}
	for len(m.steps) == 0 {
		if len(m.files) == 0 {
			return Item{}, io.EOF
		}
		f := m.files[0]
		m.files = m.files[1:]
		m.steps = m.read(f)
	}
	step := m.steps[0]
	m.steps = m.steps[1:]
	return step.item, step.problem
}

// visit notes what is to be read.
func (m *markdown) visit(name string, d fs.DirEntry, err error) error {
	switch {
	case err != nil && (d == nil || name == m.root):
		return errors.New("the folder cannot be read; check its permissions")
	case err != nil:
		m.files = append(m.files, noteFile{name: name, problem: &Problem{Reason: "the folder cannot be read; check its permissions"}})
		return nil //nolint:nilerr // it costs this folder alone
	case name != m.root && strings.HasPrefix(d.Name(), "."):
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	case d.IsDir():
		return nil
	case d.Type()&fs.ModeSymlink != 0:
		m.aside("symbolic link, which is not followed", "symbolic links, which are not followed")
		return nil
	case !d.Type().IsRegular() || name != m.root && !isMarkdown(name):
		m.aside("file that is not Markdown", "files that are not Markdown")
		return nil
	}
	f := noteFile{name: name}
	if info, err := d.Info(); err == nil {
		f.size, f.modified = info.Size(), info.ModTime()
	}
	m.files = append(m.files, f)
	m.there[name] = true
	return nil
}

// isMarkdown reports whether a file is one of notes, by its name.
func isMarkdown(name string) bool {
	return strings.EqualFold(path.Ext(name), ".md") || strings.EqualFold(path.Ext(name), ".markdown")
}

var (
	errNoteLong     = &Problem{Reason: "it is longer than 8 MiB, the most that is read of one"}
	errNoteUnread   = &Problem{Reason: "it cannot be read; check its permissions"}
	errNoteEncoding = &Problem{Reason: "it is not valid UTF-8"}
)

// read makes memories of a file.
func (m *markdown) read(f noteFile) []noteStep {
	text, problem := m.content(f)
	if problem != nil {
		return []noteStep{{item: Item{Name: f.name}, problem: problem}}
	}
	if strings.TrimSpace(text) == "" {
		m.aside("empty file", "empty files")
		return nil
	}
	if isIndex(f.name, text) {
		return nil
	}
	clean, taken, err := m.redactor.Redact(privacy.Field{Name: "the file"}, text)
	if err != nil {
		return []noteStep{{item: Item{Name: f.name}, problem: &Problem{Reason: err.Error()}}}
	}
	n := m.note(f, clean.String())
	steps := make([]noteStep, len(n.memories))
	for i := range n.memories {
		steps[i].item = Item{Name: f.name, Observation: &n.memories[i]}
	}
	if len(steps) > 0 {
		steps[0].item.Taken = taken
	}
	return steps
}

// content gives the text of a file.
func (m *markdown) content(f noteFile) (string, error) {
	if f.problem != nil {
		return "", f.problem
	}
	if f.size > MaxNote {
		return "", errNoteLong
	}
	file, err := m.fsys.Open(f.name)
	if err != nil {
		return "", errNoteUnread
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(file, MaxNote+1))
	switch {
	case err != nil:
		return "", errNoteUnread
	case len(raw) > MaxNote:
		return "", errNoteLong
	case !utf8.Valid(raw):
		return "", errNoteEncoding
	}
	return strings.TrimPrefix(string(raw), "\uFEFF"), nil
}
