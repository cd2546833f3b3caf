package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
)

// benchCommand measures this program, on stores of its own.
type benchCommand struct {
	Recall benchRecall `cmd:"" help:"Measure how well questions with known answers are answered."`
	Load   benchLoad   `cmd:"" help:"Measure how fast agents are served, over stdio and HTTP."`
}

// benchSettings are those of every benchmark.
type benchSettings struct {
	JSON   bool   `name:"json" help:"One JSON document on stdout instead of a table."`
	Folder string `name:"folder" placeholder:"DIR" help:"Where the throwaway stores are made; saves wait for the disk it is on. Default: the system's folder for temporary files."`
}

// tell prints a report: as JSON, or as a table that draw draws.
func (b benchSettings) tell(e env, report any, draw func(w io.Writer)) error {
	if b.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	draw(w)
	return w.Flush() // it keeps the first error
}

// throwaway gives f a temporary folder, and takes it away afterwards, whatever
// happened.
func (b benchSettings) throwaway(ctx context.Context, f func(folder string) error) (err error) {
	folder, err := os.MkdirTemp(b.Folder, "ilab-mcp-bench-")
	if err != nil {
		return fmt.Errorf("a throwaway store needs a folder that can be written; name one with --folder\n  Cause: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	err = f(folder)
	if ctx.Err() != nil {
		return errors.New("interrupted, so there is no result. Nothing is left behind")
	}
	return err
}

// inside is the env of what a benchmark does itself on its store: the settings
// around it are not for that store.
func inside() env { return env{getenv: func(string) string { return "" }} }

// span words how long something took, with three digits or to the microsecond.
func span(us measure.Micros) string {
	switch ms := us / 1000; {
	case ms < 1:
		return fmt.Sprintf("%.0f µs", us)
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.0f ms", ms)
	}
}

// perSecond is a rate; 0 where no time passed.
func perSecond(n int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return float64(n) / took.Seconds()
}
