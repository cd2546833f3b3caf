package connect

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// What stands in front of every request: to whom it is addressed, which web
// page asks, and where it comes from. mcp-go checks the host on loopback only
// and no origin at all.

// wrongHost refuses a request that is addressed to another name than this
// server's: a web page that had its own name point here would send such.
func (o *HTTPOptions) wrongHost(r *http.Request) *refusal {
	host := strings.ToLower(r.Host)
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if slices.Contains(o.Hosts, host) || slices.Contains(o.Hosts, strings.Trim(name, "[]")) {
		return nil
	}
	return refused(http.StatusForbidden, "this server is not known by the name in the Host header; "+
		"whoever runs it can add it with --allow-host or --public-url", "host")
}

// wrongOrigin refuses web pages that are not on the list. Programs send no
// Origin.
func (o *HTTPOptions) wrongOrigin(r *http.Request) *refusal {
	if origins := r.Header.Values("Origin"); len(origins) == 0 || len(origins) == 1 && slices.Contains(o.Origins, strings.ToLower(origins[0])) {
		return nil
	}
	return refused(http.StatusForbidden, "web pages of this origin may not use this server; "+
		"whoever runs it can allow them with --allow-origin", "origin")
}

// cors tells a browser what an allowed page may do and see. The page is named,
// never "*", and credentials of the browser's own are not asked for.
func cors(w http.ResponseWriter, r *http.Request) (preflight bool) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Mcp-Session-Id, Mcp-Protocol-Version, "+
		"Mcp-Method, Mcp-Name, Last-Event-ID, Traceparent, Tracestate")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// address is where a request comes from: the connection's other end or, behind
// proxies that are trusted, the last address that is none of them.
func (o *HTTPOptions) address(r *http.Request) netip.Addr {
	from := parseAddress(r.RemoteAddr)
	if !o.trusted(from) {
		return from
	}
	var hops []string
	for _, line := range r.Header.Values("X-Forwarded-For") {
		hops = append(hops, strings.Split(line, ",")...)
	}
	for _, hop := range slices.Backward(hops) {
		a := parseAddress(strings.TrimSpace(hop))
		if !a.IsValid() {
			break
		}
		if from = a; !o.trusted(a) {
			break
		}
	}
	return from
}

func (o *HTTPOptions) trusted(a netip.Addr) bool {
	return slices.ContainsFunc(o.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// parseAddress reads an address with or without a port.
func parseAddress(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().WithZone("").Unmap()
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.WithZone("").Unmap()
}
