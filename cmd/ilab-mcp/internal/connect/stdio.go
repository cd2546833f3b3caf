package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Stdio serves the memory of one user to the client at the other end of in and
// out, until the input ends or ctx does. Either way every call that was read is
// finished first, if it ends in 10 seconds. A process can serve one
// client this way, since mcp-go keeps one session for stdio.
//
// A goroutine stays behind in a Read of in where ctx ended first.
func Stdio(ctx context.Context, db *memstore.DB, user memstore.UserID, in io.Reader, out io.Writer, o Options) error {
	s, err := bind(ctx, db, user, o.ReadOnly, o.tools())
	if err != nil {
		return err
	}
	return serve(ctx, s, in, out, o)
}

// graceTime is how long the transport may take to end after its calls were
// cancelled.
const graceTime = time.Second

func serve(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, o Options) error {
	book := newLedger()
	w := newWriter(out, book, o.Log)
	defer w.close()
	g := &guard{
		in: newLines(in, o.MaxMessage), out: w, ledger: book, log: o.Log,
		server: s, forgets: perMinute(o.Limits.Forgets), now: o.clock(),
	}

	t := server.NewStdioServer(s)
	t.SetErrorLogger(slog.NewLogLogger(heads{o.Log.Handler()}, slog.LevelWarn))
	// One worker: calls are carried out in the order they were sent.
	server.WithWorkerPoolSize(1)(t)
	server.WithQueueSize(maxOpen)(t)

	// Calls do not see ctx end: they are finished, then the transport is.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	var stopper sync.WaitGroup
	stopper.Go(func() {
		select {
		case <-ctx.Done():
			if n := book.drain(cmp.Or(o.drain, drainTime)); n > 0 {
				o.Log.WarnContext(ctx, "calls were cancelled, because they did not end in time", slog.Int("calls", n))
			}
			end()
		case <-life.Done():
		}
	})
	g.late, g.drain = end, o.drain
	listening := make(chan error, 1)
	go func() { listening <- t.Listen(life, g, w) }()
	var err error
	select {
	case err = <-listening:
	case <-life.Done():
		// A client that holds its end of the pipe and does not read blocks the
		// answer to it. Nobody waits for that for ever.
		select {
		case err = <-listening:
		case <-time.After(min(graceTime, cmp.Or(o.drain, graceTime))):
			o.Log.WarnContext(ctx, "the client does not read its answers; leaving")
		}
	}
	end()
	book.abandon()
	stopper.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the connection broke: %w", err)
	}
	return nil
}

// heads logs what mcp-go has to report up to its first colon. What follows may
// be what a panic threw, and so text of a memory.
type heads struct{ slog.Handler }

// Handle implements slog.Handler.
func (h heads) Handle(ctx context.Context, r slog.Record) error {
	head, _, _ := strings.Cut(strings.TrimSpace(r.Message), ":")
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "mcp-go: "+head, r.PC))
}
