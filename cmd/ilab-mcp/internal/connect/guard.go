package connect

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// drainTime is how long the end of the input waits for answers. A call that
// takes longer is cancelled then.
const drainTime = 10 * time.Second

// guard is the input as mcp-go reads it: whole lines, each a message that is
// well formed. See the package's documentation.
type guard struct {
	in     *lines
	out    *writer
	ledger *ledger
	log    *slog.Logger
	late   func()        // called when calls did not end in time; may be nil
	drain  time.Duration // 0: drainTime

	server  *server.MCPServer
	forgets bucket
	now     func() time.Time

	rest []byte // of the line that mcp-go is reading
	over bool   // the input has ended
}

// Read implements io.Reader for one goroutine at a time. It does its work on
// the goroutine that mcp-go reads on: a message is handed over to nobody.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.rest) == 0 {
		if g.over {
			return 0, io.EOF
		}
		g.next()
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

// next reads one line and passes it on, answers it or drops it.
func (g *guard) next() {
	line, long, err := g.in.next()
	switch {
	case g.ledger.isClosed(): // shutting down: nothing new is begun
		g.end()
	case err != nil:
		if !errors.Is(err, io.EOF) {
			g.log.Warn("the input cannot be read any more", slog.String("cause", err.Error()))
		}
		g.end()
	case long:
		g.refuse(parseError("the message is longer than " + size(g.in.max) + "; send less at once"))
	case len(bytes.TrimSpace(line)) > 0:
		g.message(line)
	}
}

func (g *guard) message(line []byte) {
	m, f := inspect(line)
	if f != nil {
		g.refuse(f)
		return
	}
	switch m.kind {
	case request:
		if f := unknownTool(g.server, m); f != nil {
			g.refuse(f)
			return
		}
		if m.tool == forgetTool {
			if wait, ok := g.forgets.take(g.now()); !ok {
				g.refuse(&fault{code: codeRefused, id: m.id, text: "too many memories are being forgotten; try again in " + strconv.Itoa(seconds(wait)) + " s"})
				return
			}
		}
		if m.method == string(mcp.MethodSubscriptionsListen) {
			m.key = "" // answered at the end of the connection: nobody waits for it
		}
	case notification:
		if !strings.HasPrefix(m.method, "notifications/") {
			// A request that forgot its id: nobody would see its answer.
			g.log.Debug("dropped a request without an id", slog.Int("bytes", len(line)))
			return
		}
	case answer:
		if !g.out.awaited(m.key) {
			// mcp-go would answer some of these answers with an error.
			g.log.Debug("dropped an answer that nobody asked for", slog.Int("bytes", len(line)))
			return
		}
		m.key = ""
	}
	if !g.ledger.enter(m.key, m.method == string(mcp.MethodInitialize)) {
		g.end()
		return
	}
	g.rest = line
}

func (g *guard) refuse(f *fault) {
	g.log.Debug("refused a message", slog.Int("code", f.code))
	g.out.refuse(f)
}

// end is the end of the input. mcp-go is told only when everything is
// answered: it cancels what runs and drops what waits.
func (g *guard) end() {
	g.over = true
	if n := g.ledger.drain(cmp.Or(g.drain, drainTime)); n > 0 {
		g.log.Warn("calls were cancelled, because they did not end in time", slog.Int("calls", n))
		if g.late != nil {
			g.late()
		}
	}
}
