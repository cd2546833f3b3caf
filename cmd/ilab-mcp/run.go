package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// env is the process as a command sees it. Nothing behind main reads the
// process itself, so that a test can be one.
type env struct {
	args    []string // without the program's name
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	getenv  func(string) string
	environ func() []string // for processes that a command starts

	terminal bool // stdout is one: a person is looking
	watched  bool // stderr is one: progress can be drawn there
}

// plain is the environment without settings of this program, or of what it links:
// what a command starts on a throwaway store is not for them.
func (e env) plain() []string {
	return slices.DeleteFunc(e.environ(), func(v string) bool {
		return strings.HasPrefix(v, "ILAB_") || strings.HasPrefix(v, "USER_ID_SALT=") || strings.HasPrefix(v, "OTEL_")
	})
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run runs one command line and gives the exit code. An error is told on
// stderr: what was wrong, what to do and, for wrong usage, a command that is
// right.
func run(ctx context.Context, e env) int {
	err := command(ctx, e)
	if err == nil {
		return exitDone
	}
	_, _ = fmt.Fprintf(e.stderr, "ilab-mcp: %s\n", forPeople(err)) // where it fails there is nobody to tell
	if _, ok := errors.AsType[*config.Error](err); ok {
		return exitUsage
	}
	return exitFailed
}

func command(ctx context.Context, e env) error {
	chosen, err := parse(e)
	if err != nil || chosen == nil {
		return err
	}
	return chosen.run(ctx, e)
}

// forPeople gives an error's text. What the store says is made for people, and
// goes with its cause: on a command line there is nobody to hide it from.
func forPeople(err error) string {
	if stored, ok := memstore.ForPeople(err); ok && stored.Err != nil {
		return fmt.Sprintf("%s\n  Cause: %s", stored.Msg, stored.Err)
	}
	return err.Error()
}
