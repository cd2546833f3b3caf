package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer/claudemem"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// source is a file or a folder that is about to be imported.
type source struct {
	format transfer.Format
	path   string
	file   *os.File
	in     *bufio.Reader
	size   int64 // -1 where that is not known
	notes  notes
	close  func() error
}

// formatAuto is the --format that leaves it to the content.
const formatAuto = transfer.Format("auto")

// openSource opens what the command line names, and sees what it is.
func openSource(name string, format transfer.Format, e env) (*source, error) {
	s := &source{format: format, path: name, size: -1, close: func() error { return nil }}
	if name == "-" {
		s.in = bufio.NewReaderSize(e.stdin, transfer.HeadBytes)
		if err := s.recognise(); err != nil {
			return nil, err
		}
		return s, s.streams()
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read; check its name and its permissions\n  Cause: %w", err)
	}
	if info.IsDir() {
		return s, s.openFolder(name)
	}
	return s, s.openFile(name, info)
}

// openFile opens a file that is no folder.
func (s *source) openFile(name string, info os.FileInfo) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("the file cannot be read; check its name and its permissions\n  Cause: %w", err)
	}
	s.file, s.close = f, f.Close
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if info.Mode().IsRegular() {
		s.size = info.Size()
	}
	s.in = bufio.NewReaderSize(f, transfer.HeadBytes)
	if s.format == formatAuto && isNote(name) { // text is all that its content says
		s.format = transfer.Markdown
	}
	if err := s.recognise(); err != nil {
		return err
	}
	if s.format == transfer.Markdown {
		if err := f.Close(); err != nil {
			return fmt.Errorf("the file cannot be read\n  Cause: %w", err)
		}
		return s.openNote(name)
	}
	return nil
}

// recognise looks at the beginning of the file, unless its format was said.
func (s *source) recognise() error {
	if s.format != formatAuto {
		return nil
	}
	head, err := s.in.Peek(transfer.HeadBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the file cannot be read\n  Cause: %w", err)
	}
	if s.format = transfer.Recognise(head); s.format == transfer.Unknown {
		return errors.New("nothing was imported: it is not clear what this file is. " + supported)
	}
	return nil
}

// streams refuses stdin where a format is more than a stream of bytes.
func (s *source) streams() error {
	if s.format == transfer.Markdown || s.format == transfer.ClaudeMem || s.zipped() {
		return &config.Error{What: "this format cannot be read from stdin", Do: "Name the file or the folder.", Example: importExample}
	}
	return nil
}

// zipped reports whether the file is a zip file.
func (s *source) zipped() bool {
	head, _ := s.in.Peek(4) // a file that is shorter is none
	return s.format == transfer.OpenMemory && string(head) == "PK\x03\x04"
}

// supported says what can be imported.
const supported = "What can be read: JSON Lines of ilab-mcp export, memory.jsonl of the reference MCP memory server, the file of engram export, the database of claude-mem, the backup of OpenMemory, and folders of Markdown. " +
	"If it is one of them, name it with --format"

// reader gives the reader of the format. Bytes that are read are counted in seen.
func (s *source) reader(ctx context.Context, seen io.Writer, r *privacy.Redactor) (transfer.Source, error) {
	switch s.format {
	case transfer.Markdown:
		return transfer.NewMarkdown(s.notes.root.FS(), s.notes.name, s.notes.prefix, r), nil
	case transfer.ClaudeMem:
		return s.database(ctx)
	case transfer.OpenMemory:
		if s.zipped() {
			return transfer.NewOpenMemoryZip(s.file, s.size)
		}
		return transfer.NewOpenMemory(io.TeeReader(s.in, seen)), nil
	case transfer.ServerMemory:
		return transfer.NewServerMemory(io.TeeReader(s.in, seen)), nil
	case transfer.Engram:
		return transfer.NewEngram(io.TeeReader(s.in, seen)), nil
	case transfer.ILAB, transfer.Unknown:
	}
	return transfer.NewJSONLines(io.TeeReader(s.in, seen)), nil
}

// database opens the file as what it is, a database.
func (s *source) database(ctx context.Context) (transfer.Source, error) {
	db, err := claudemem.Open(ctx, s.path)
	if err != nil {
		return nil, err
	}
	file := s.close
	s.close = func() error { return errors.Join(db.Close(), file()) }
	return transfer.NewClaudeMem(db), nil
}

// notes are a folder of Markdown, or one file of it.
type notes struct {
	root   *os.Root // nothing outside of it is read, whatever links there are
	name   string   // "." or the file
	prefix string   // of topic keys
}

// isNote reports whether a file is Markdown, by its name.
func isNote(name string) bool {
	ext := filepath.Ext(name)
	return strings.EqualFold(ext, ".md") || strings.EqualFold(ext, ".markdown")
}

func (s *source) openFolder(name string) error {
	if s.format != formatAuto && s.format != transfer.Markdown {
		return errors.New("the file cannot be read: it is a folder, and only --format markdown reads one")
	}
	s.format = transfer.Markdown
	return s.openRoot(name, ".")
}

// openNote opens the folder that a note is in, for the note alone.
func (s *source) openNote(name string) error {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fmt.Errorf("the file cannot be read\n  Cause: %w", err)
	}
	return s.openRoot(filepath.Dir(real), filepath.Base(real))
}

func (s *source) openRoot(folder, name string) error {
	full, err := filepath.Abs(folder)
	if err == nil {
		s.notes.root, err = os.OpenRoot(full)
	}
	if err != nil {
		return fmt.Errorf("the folder cannot be read; check its name and its permissions\n  Cause: %w", err)
	}
	s.close, s.size = s.notes.root.Close, -1
	s.notes.name, s.notes.prefix = name, keyPrefix(full)
	return nil
}

// keyPrefix gives the last two names of a folder's path: the last alone is
// "memory" for every project of Claude Code.
func keyPrefix(full string) string {
	names := strings.FieldsFunc(strings.TrimPrefix(full, filepath.VolumeName(full)), func(r rune) bool { return r == '/' || r == filepath.Separator })
	return strings.Join(names[max(0, len(names)-2):], "/")
}
