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
	"github.com/ilab-mcp/ilab-mcp/memstore/sqlite"
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

	log := slog.New(logHandler(cfg.Log, e.stderr))
	version := buildVersion()
	backend, err := sqlite.Open(ctx, cfg.Path, sqlite.Options{Program: version})
	if err != nil {
		return err
	}
	redactor := privacy.New()
	db := memstore.New(backend, options(cfg, redactor))
	defer func() { err = errors.Join(err, db.Close()) }()

	if !cfg.Salt.IsZero() {
		if err := cfg.Salt.Check(ctx, backend); err != nil {
			return err
		}
	}
	log.InfoContext(ctx, "serving", slog.String("version", version), slog.String("store", backend.Path()))
	err = connect.Stdio(ctx, db, cfg.User, e.stdin, e.stdout, connect.Options{
		Version: version, Redactor: redactor, Log: log, MaxMessage: cfg.MaxMessage,
	})
	log.InfoContext(ctx, "done")
	return err
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
