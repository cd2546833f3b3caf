package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/connect"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// stdioCommand serves one user over stdin and stdout.
type stdioCommand struct {
	config.Settings
}

// Help is what stdio --help adds.
func (stdioCommand) Help() string {
	return "An agent's host starts this program. stdout carries MCP and nothing else; logs go to stderr.\n\n" +
		"In a host's configuration:\n\n" +
		`  {"mcpServers": {"memory": {"command": "ilab-mcp", "args": ["stdio", "--user", "me"]}}}`
}

func (c *stdioCommand) run(ctx context.Context, e env) (err error) {
	cfg, err := config.New(c.Settings, e.getenv)
	if err != nil {
		return err
	}
	// A host that goes away closes its end of our pipes. Writing must fail
	// then, and not kill us in the middle of what it asked for.
	signal.Ignore(syscall.SIGPIPE)

	o, err := openStore(ctx, e, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.db.Close()) }()

	o.log.InfoContext(ctx, "serving", slog.String("version", buildVersion()), slog.String("store", o.name))
	err = connect.Stdio(ctx, o.db, cfg.User, e.stdin, e.stdout, connection(cfg, o))
	o.log.InfoContext(ctx, "done")
	return err
}

// connection sets up what every connection has, whatever it runs over.
func connection(c config.Config, o *opened) connect.Options {
	return connect.Options{
		Version: buildVersion(), Redactor: o.redactor, Log: o.log, MaxMessage: c.MaxMessage,
		ReadOnly: c.ReadOnly, NoForget: c.NoForget, Limits: connect.Limits{Forgets: c.MaxForgets},
	}
}

func options(c config.Config, r *privacy.Redactor) memstore.Options {
	o := memstore.DefaultOptions()
	o.Limits = c.Limits
	o.SessionTimeout = c.SessionTimeout
	o.IndexBytes = c.IndexBytes
	o.Redactor = r
	return o
}

func logHandler(c config.LogConfig, w io.Writer) slog.Handler {
	o := &slog.HandlerOptions{Level: c.Level}
	if c.JSON {
		return slog.NewJSONHandler(w, o)
	}
	return slog.NewTextHandler(w, o)
}
