package connect

import (
	"net/netip"
	"sync"
	"time"
)

// failures counts failed credentials by address. A good credential never asks
// it: nobody can lock somebody else out.
type failures struct {
	perMinute int

	mu sync.Mutex
	of map[netip.Prefix]bucket
}

// maxAddresses bounds what an attacker with many addresses can make it keep.
// Beyond it, addresses are forgotten, and begin anew.
const maxAddresses = 100_000

func newFailures(perMinute int) *failures {
	return &failures{perMinute: perMinute, of: map[netip.Prefix]bucket{}}
}

// failed counts one, and says how long the address has to wait once it has had
// too many.
func (f *failures) failed(from netip.Addr, now time.Time) (wait time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := network(from)
	b, known := f.of[at]
	if !known {
		if len(f.of) >= maxAddresses {
			clear(f.of)
		}
		b = perMinute(f.perMinute)
		f.of[at] = b
	}
	return b.take(now)
}

// sweep forgets addresses that have waited long enough.
func (f *failures) sweep(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for at, b := range f.of {
		if b.full(now) {
			delete(f.of, at)
		}
	}
}

// network is what counts as one address: of IPv6, a network is what a
// subscriber gets.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a = a.Unmap(); a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address: all such are one
	}
	return p
}
