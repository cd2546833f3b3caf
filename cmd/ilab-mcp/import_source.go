package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// source is a file that is about to be imported.
type source struct {
	format transfer.Format
	in     *bufio.Reader
	size   int64 // -1 where that is not known
	close  func() error
}

// formatAuto is the --format that leaves it to the content.
const formatAuto = transfer.Format("auto")

// openSource opens what the command line names, and sees what it is.
func openSource(name string, format transfer.Format, e env) (*source, error) {
	s := &source{format: format, size: -1, close: func() error { return nil }}
	if name == "-" {
		s.in = bufio.NewReaderSize(e.stdin, transfer.HeadBytes)
		return s, s.recognise()
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read; check its name and its permissions\n  Cause: %w", err)
	}
	s.close = f.Close
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the file cannot be read\n  Cause: %w", err), f.Close())
	}
	if info.Mode().IsRegular() {
		s.size = info.Size()
	}
	s.in = bufio.NewReaderSize(f, transfer.HeadBytes)
	if err := s.recognise(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
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

// supported says what can be imported.
const supported = "What can be read: JSON Lines of ilab-mcp export, and memory.jsonl of the reference MCP memory server. " +
	"If it is one of them, name it with --format"

// source gives the reader of the format. Bytes that are read are counted in seen.
func (s *source) source(seen io.Writer) (transfer.Source, error) {
	r := io.TeeReader(s.in, seen)
	switch s.format {
	case transfer.ServerMemory:
		return transfer.NewServerMemory(r), nil
	default:
		return transfer.NewJSONLines(r), nil
	}
}
