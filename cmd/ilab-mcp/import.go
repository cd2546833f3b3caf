package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
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

	File   string `arg:"" name:"file" help:"What to read, a file or a folder; - is stdin."`
	Format string `name:"format" enum:"auto,ilab,server-memory,engram,claude-mem,openmemory,markdown" default:"auto" placeholder:"auto" help:"What it is: auto (seen by its content), ilab, server-memory, engram, claude-mem, openmemory, markdown."`
	Strict bool   `name:"strict" help:"Exit with 1 if anything was skipped."`
}

const importExample = "ilab-mcp import --user me memories.jsonl"

// Help is what import --help adds.
func (importCommand) Help() string {
	return "It reads JSON Lines as ilab-mcp export writes them. Only type, title and content must be there; times, ids, sessions " +
		"and old revisions are kept. What is private, and secrets, are taken out as in every save.\n\n" +
		"It also reads what other programs have; which one is seen by the content, or said with --format:\n\n" +
		"server-memory: memory.jsonl of the reference MCP memory server. Each entity becomes a memory.\n\n" +
		"engram: the file of engram export. Its prompts are left aside.\n\n" +
		"claude-mem: its database, ~/.claude-mem/claude-mem.db, which is only read. Observations, summaries and directives become memories.\n\n" +
		"openmemory: the backup of mem0's OpenMemory, the zip file or memories.json of it.\n\n" +
		"markdown: a folder of *.md files, such as notes or the memory of Claude Code, or one such file. Each file becomes a memory; " +
		"MEMORY.md, CLAUDE.md, AGENTS.md and GEMINI.md are cut at their headings. A file that was edited becomes a revision.\n\n" +
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
	in, err := openSource(c.File, transfer.Format(c.Format), e)
	if err != nil {
		return err
	}
	defer func() { _ = in.close() }() // it was only read
	var report transfer.Report
	begun := false
	err = c.withUser(ctx, e, importExample, o, func(s *memstore.Store) (err error) {
		drawn := newProgress(e, "importing", in.size, true)
		defer drawn.done()
		from, err := in.reader(ctx, drawn, o.Redactor)
		if err != nil {
			return err
		}
		begun = true
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
		return fmt.Errorf("%s skipped, and --strict does not allow that; the others are imported", skipped(report))
	}
	return nil
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
	for _, l := range r.Left {
		fmt.Fprintf(&b, "left aside: %s\n", counted(l.N, l.One, l.Many))
	}
	for _, s := range r.Skips {
		fmt.Fprintf(&b, "%s was skipped: %s\n", place(s), s.Reason)
	}
	if r.Skipped > len(r.Skips) {
		fmt.Fprintf(&b, "in all, %s skipped:\n", skipped(r))
		for _, why := range r.Reasons {
			fmt.Fprintf(&b, "  %d: %s\n", why.N, why.Text)
		}
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

// place says where something stands. A name is of somebody else's making: what
// a terminal would take for more than letters is spelled out.
func place(s transfer.Skip) string {
	if s.Line > 0 {
		return fmt.Sprintf("line %d", s.Line)
	}
	quoted := strconv.Quote(s.Name)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// skipped words how many things were.
func skipped(r transfer.Report) string {
	if r.Skips[0].Line > 0 {
		return counted(r.Skipped, "line was", "lines were")
	}
	return counted(r.Skipped, "entry was", "entries were")
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
