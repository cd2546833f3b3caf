package certs

import (
	"crypto/tls"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how long a look at the files holds.
const lookEvery = time.Second

// Files is a certificate and its key in two PEM files.
type Files struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	current atomic.Pointer[tls.Certificate]

	look     sync.Mutex // held by the handshake that looks; guards what follows
	looked   time.Time
	seen     pair   // as the files were when they were last read
	broken   string // why the last new pair was not taken; "" when it was
	outdated bool   // that the dates of the current one do not hold was logged
}

// Load reads a certificate, with the chain below it, and its key. A
// certificate whose dates do not hold is served with a warning. Load's errors
// say what is wrong with which file; they do not name the files.
func Load(cert, key string, log *slog.Logger) (*Files, error) {
	return load(cert, key, log, time.Now) //nolint:forbidigo // the injected clock's default
}

func load(cert, key string, log *slog.Logger, now func() time.Time) (*Files, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	f := &Files{cert: cert, key: key, log: log, now: now, looked: now()}
	// Looked at first: what changes from here on is a change at the next look.
	f.seen = see(cert, key)
	first, err := f.seen.read()
	if err != nil {
		return nil, err
	}
	f.current.Store(first)
	f.checkDates(first, f.looked)
	return f, nil
}

// TLSConfig gives a server's settings with this certificate, for HTTP/2 and
// HTTP/1.1 over TLS 1.2 and later.
func (f *Files) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			f.refresh()
			return f.current.Load(), nil
		},
	}
}

// refresh takes up a new pair if there is one.
func (f *Files) refresh() {
	if !f.look.TryLock() {
		return // somebody is looking; what is there will do
	}
	defer f.look.Unlock()
	now := f.now()
	if past := now.Sub(f.looked); past >= 0 && past <= lookEvery { // a clock may be set back
		return
	}
	f.looked = now
	if seen := see(f.cert, f.key); f.broken != "" || !seen.same(f.seen) {
		f.seen = seen
		f.reload()
	}
	f.checkDates(f.current.Load(), now)
}

func (f *Files) reload() {
	next, err := f.seen.read()
	if err != nil {
		if why := err.Error(); why != f.broken {
			f.broken = why
			f.log.Warn("the new TLS certificate cannot be used; the old one is kept", slog.String("cause", why))
		}
		return
	}
	f.current.Store(next)
	f.broken, f.outdated = "", false
	f.log.Info("a new TLS certificate is in use", slog.Time("valid_until", next.Leaf.NotAfter))
}

// checkDates warns once for each certificate: clients will refuse it, and only
// the log tells why.
func (f *Files) checkDates(c *tls.Certificate, now time.Time) {
	if f.outdated {
		return
	}
	switch {
	case now.After(c.Leaf.NotAfter):
		f.log.Warn("the TLS certificate has expired; clients will refuse it", slog.Time("valid_until", c.Leaf.NotAfter))
	case now.Before(c.Leaf.NotBefore):
		f.log.Warn("the TLS certificate is not valid yet; clients will refuse it", slog.Time("valid_from", c.Leaf.NotBefore))
	default:
		return
	}
	f.outdated = true
}
