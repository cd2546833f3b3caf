package connect

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/telemetry"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/tools"
)

// Gate checks credentials: identity.Gate does.
type Gate interface {
	// Verify gives what a credential opens, or an *identity.Refusal.
	Verify(ctx context.Context, credential string) (identity.Access, error)
	// Recheck asks whether what was opened still is.
	Recheck(ctx context.Context, a identity.Access) error
}

// HTTPOptions set up an HTTP server.
type HTTPOptions struct {
	Options

	Gate      Gate
	Hosts     []string       // that a request may be addressed to: names, with or without a port; [] is none
	Origins   []string       // of the web pages that may ask, as browsers write them; usually none
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	BasePath  string         // in front of /mcp and the others, as clients see it; usually ""
	Resource  *Resource      // where tokens come from (RFC 9728); nil: API keys only
	Telemetry *telemetry.Telemetry

	servers int // 0: maxServers
}

func (o *HTTPOptions) maxServers() int {
	if o.servers > 0 {
		return o.servers
	}
	return maxServers
}

// quietLog is for what lies behind the requests: they are logged in front, with
// their outcome, so only what went wrong inside is worth a line of its own.
func (o *HTTPOptions) quietLog() *slog.Logger { return slog.New(atLeastWarn{o.Log.Handler()}) }

func (o *HTTPOptions) toolOptions() tools.Options {
	t := o.tools()
	t.Log = o.quietLog()
	return t
}

type atLeastWarn struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h atLeastWarn) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// HTTP serves many users. Every request proves who it is, and reaches that
// user's server alone.
type HTTP struct {
	o        HTTPOptions
	hub      *hub
	failures *failures
	refusals bucket // of lines in the log
	count    *telemetry.Instruments
	life     context.Context // ends calls that a shutdown has waited for long enough
	kill     context.CancelFunc
}

// NewHTTP makes the handler of a server. [HTTP.Serve] runs it.
func NewHTTP(db *memstore.DB, o HTTPOptions) (*HTTP, error) {
	o.Now = o.clock()
	o.Telemetry = o.Telemetry.OrNobody()
	h := &HTTP{o: o, hub: newHub(db, o), failures: newFailures(o.Limits.Failures), refusals: perSecond(refusalLines, 10*refusalLines)}
	h.life, h.kill = context.WithCancel(context.Background())
	var err error
	if h.count, err = o.Telemetry.Instruments(); err != nil {
		return nil, err
	}
	return h, h.count.Observe(h.hub.gauges)
}

// refusalLines is how many lines a second are logged of requests without a good
// credential.
const refusalLines = 10

// Timeouts of a connection. Answers have deadlines of their own.
const (
	headTime = 10 * time.Second // for a request's head
	bodyTime = 30 * time.Second // for a message
	slowBody = recheckEvery     // a message that took longer has its credential asked for again
	restTime = time.Second      // for the rest of a request that nobody reads
	idleTime = 2 * time.Minute  // between requests
	headSize = 32 << 10
	h2Calls  = 64 // requests at once on one connection of HTTP/2
)

// Serve serves l until ctx ends, then lets what runs finish: calls are answered,
// streams are closed, and Serve returns. l may be a TLS listener, over one of
// [NewDoor].
func (h *HTTP) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headSize,
		ErrorLog:          slog.NewLogLogger(connectionLog{h.o.Log.Handler()}, slog.LevelDebug),
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: h2Calls},
	}
	stopped := make(chan error, 1)
	go func() {
		h.keep(ctx)
		stopped <- h.stop(ctx, s)
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// keep does what has to be done now and then, until ctx ends.
func (h *HTTP) keep(ctx context.Context) {
	recheck, sweep := time.NewTicker(recheckEvery), time.NewTicker(sweepEvery)
	defer recheck.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-recheck.C:
			h.hub.recheck(ctx)
		case <-sweep.C:
			h.hub.sweep(h.o.Now())
			h.failures.sweep(h.o.Now())
		case <-ctx.Done():
			return
		}
	}
}

// stop ends the server. New requests are refused from here on.
func (h *HTTP) stop(ctx context.Context, s *http.Server) error {
	if n := h.hub.close(cmp.Or(h.o.drain, drainTime)); n > 0 {
		h.o.Log.WarnContext(ctx, "calls were cancelled, because they did not end in time", slog.Int("calls", n))
	}
	h.kill()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	if err := s.Shutdown(end); err != nil {
		return s.Close() // what is left does not read its answer
	}
	return nil
}

// close lets no more calls in, waits for those that run, and ends the streams.
// It gives how many calls were not done in time.
func (h *hub) close(wait time.Duration) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	waitAtMost(&h.changed, wait, func() bool { return h.open == 0 })
	for st := range h.streams {
		st.flush.Store(true)
		st.end()
	}
	return h.open
}

func (h *hub) gauges() telemetry.Gauges {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := telemetry.Gauges{Servers: int64(len(h.servers)), Streams: int64(len(h.streams)), Users: int64(len(h.members))}
	for _, m := range h.members {
		g.Sessions += int64(len(m.sessions))
	}
	return g
}
