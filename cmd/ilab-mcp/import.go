package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// importCommand reads a file into a user's memory.
type importCommand struct {
	whose
	config.Capacity
	config.Secrets

	File   string `arg:"" name:"file" help:"What to read; - is stdin."`
	Strict bool   `name:"strict" help:"Exit with 1 if a line was skipped."`
}

const importExample = "ilab-mcp import --user me memories.jsonl"

// Help is what import --help adds.
func (importCommand) Help() string {
	return "It reads JSON Lines as ilab-mcp export writes them. Only type, title and content must be there; times, ids, sessions " +
		"and old revisions are kept. What is private, and secrets, are taken out as in every save.\n\n" +
		"Importing the same file again changes nothing, so an import that was interrupted is simply run again."
}

func (c *importCommand) run(ctx context.Context, e env) error {
	o := memstore.DefaultOptions()
	var err error
	if o.Limits, err = config.Room(importExample, c.Capacity); err != nil {
		return err
	}
	mode, err := config.Untagged(importExample, c.Secrets)
	if err != nil {
		return err
	}
	o.Redactor = privacy.NewWith(mode)
	in, size, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	var report transfer.Report
	begun := false
	err = c.withUser(ctx, e, importExample, o, func(s *memstore.Store) (err error) {
		begun = true
		drawn := newProgress(e, "importing", size, true)
		defer drawn.done()
		from := transfer.NewJSONLines(io.TeeReader(in, drawn))
		report, err = transfer.Import(ctx, s, from, o.Redactor)
		return err
	})
	if wrong, ok := errors.AsType[*transfer.FormatError](err); ok {
		return fmt.Errorf("nothing was imported: %w", wrong)
	}
	if !begun {
		return err
	}
	if _, told := fmt.Fprint(e.stderr, summary(report)); told != nil {
		return errors.Join(err, told)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("the import was interrupted. What it took so far is kept; run it again to go on")
	case err != nil:
		return err
	case c.Strict && report.Skipped > 0:
		return fmt.Errorf("%s skipped, and --strict does not allow that; the others are imported", counted(report.Skipped, "line was", "lines were"))
	}
	return nil
}

// open opens the file, and says how long it is; -1 where that is not known.
func (c *importCommand) open(e env) (io.ReadCloser, int64, error) {
	if c.File == "-" {
		return io.NopCloser(e.stdin), -1, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, fmt.Errorf("the file cannot be read; check its name and its permissions\n  Cause: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("the file cannot be read\n  Cause: %w", err), f.Close())
	}
	if !info.Mode().IsRegular() {
		return f, -1, nil
	}
	return f, info.Size(), nil
}

// summary words what an import did.
func summary(r transfer.Report) string {
	var b strings.Builder
	parts := []string{"memories: " + outcome(r.Memories)}
	if r.Revisions != (transfer.Count{}) {
		parts = append(parts, "old revisions: "+outcome(r.Revisions))
	}
	if r.Sessions != (transfer.Count{}) {
		parts = append(parts, "sessions: "+outcome(r.Sessions))
	}
	b.WriteString(strings.Join(parts, "; ") + "\n")
	if r.Redacted.Total() > 0 {
		fmt.Fprintf(&b, "taken out: %s\n", kinds(r.Redacted))
	}
	if r.Ignored > 0 {
		fmt.Fprintf(&b, "%s fields that this format does not have; those were ignored\n", counted(r.Ignored, "line has", "lines have"))
	}
	for _, s := range r.Skips {
		fmt.Fprintf(&b, "line %d was skipped: %s\n", s.Line, s.Reason)
	}
	if more := r.Skipped - len(r.Skips); more > 0 {
		fmt.Fprintf(&b, "and %s skipped\n", counted(more, "more line was", "more lines were"))
	}
	return b.String()
}

// kinds words what was taken out of texts, by kind.
func kinds(r privacy.Report) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(r)) {
		parts = append(parts, fmt.Sprintf("%d %s", r[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// outcome words what became of things; what there was none of is left out.
func outcome(c transfer.Count) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Created, "new"}, {c.Updated, "updated"}, {c.Same, "there already"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
