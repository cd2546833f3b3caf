// Command ilab-mcp gives AI agents a memory that outlives the conversation, as
// an MCP server. Run ilab-mcp --help for its commands, or ilab-mcp tour for a
// look at what it does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mattn/go-isatty"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, env{
		args:    os.Args[1:],
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		getenv:  os.Getenv,
		environ: os.Environ,

		terminal: isatty.IsTerminal(os.Stdout.Fd()),
		watched:  isatty.IsTerminal(os.Stderr.Fd()),
	}))
}
