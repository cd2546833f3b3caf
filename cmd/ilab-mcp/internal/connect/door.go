package connect

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Connections at once. A connection costs a descriptor and some memory before
// anybody has proved anything.
const (
	maxConnections = 8192
	maxFromOne     = 512 // of one address; of IPv6, of one network
)

// door is a listener that lets so many connections in at once, and so many from
// one address, so that one stranger cannot take all of them. Proxies that are
// trusted stand for many, and only count in total.
type door struct {
	net.Listener

	proxies []netip.Prefix
	total   int // maxConnections
	each    int // maxFromOne

	mu   sync.Mutex
	open int
	from map[netip.Prefix]int
}

// NewDoor bounds the connections that a listener lets in: 8,192 at once, and 512
// of one address (one /64 of IPv6) that is not one of the proxies. It belongs
// beneath TLS.
func NewDoor(l net.Listener, proxies []netip.Prefix) net.Listener {
	return &door{Listener: l, proxies: proxies, total: maxConnections, each: maxFromOne, from: map[netip.Prefix]int{}}
}

// Accept implements net.Listener. One too many is closed at once.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if at, ok := d.enter(parseAddress(c.RemoteAddr().String())); ok {
			return &guest{Conn: c, leave: sync.OnceFunc(func() { d.leave(at) })}, nil
		}
		_ = c.Close() // there is nobody to tell
	}
}

func (d *door) enter(a netip.Addr) (at netip.Prefix, ok bool) {
	at = network(a)
	known := slices.ContainsFunc(d.proxies, func(p netip.Prefix) bool { return p.Contains(a) })
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open >= d.total || d.from[at] >= d.each && !known {
		return at, false
	}
	d.open++
	d.from[at]++
	return at, true
}

func (d *door) leave(at netip.Prefix) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open--
	if d.from[at]--; d.from[at] == 0 {
		delete(d.from, at)
	}
}

// guest is a connection that was let in.
type guest struct {
	net.Conn

	leave func()
}

// Close implements net.Conn.
func (g *guest) Close() error {
	g.leave()
	return g.Conn.Close()
}

// connectionLog logs what net/http has to report. It quotes addresses and
// requests, so none of its words are kept; what an operator has to act on is
// said in ours.
type connectionLog struct{ slog.Handler }

// Enabled implements slog.Handler: the level is decided by what it is.
func (connectionLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h connectionLog) Handle(ctx context.Context, r slog.Record) error {
	level, text := slog.LevelDebug, "a connection failed"
	if strings.Contains(r.Message, "Accept error") {
		level, text = slog.LevelWarn, "connections cannot be accepted; too many may be open"
	}
	if !h.Handler.Enabled(ctx, level) {
		return nil
	}
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, level, text, r.PC))
}
