package config

import (
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

const serveExample = "ilab-mcp serve"

// ServeConfig is what the serve command runs on.
type ServeConfig struct {
	Config

	Listen        string // host:port
	MetricsListen string // "" for none
	TLSCert       string // "" for none
	TLSKey        string
	BasePath      string // that clients find in front of the server's paths; usually ""
	Endpoint      string // of MCP, as clients know it: https://memory.example.com/mcp
	Hosts         []string
	Origins       []string
	Proxies       []netip.Prefix
	OIDC          *OIDC // nil: API keys only

	Rate, Burst, Calls, Streams, Sessions, Failures int // 0: no bound

	named bool // Endpoint is what the operator says
}

// NewServe checks the settings of serve. Its errors are *[Error].
func NewServe(s ServeSettings, getenv func(string) string) (ServeConfig, error) {
	return newServe(s, host{os: runtime.GOOS, getenv: getenv})
}

func newServe(s ServeSettings, h host) (c ServeConfig, err error) {
	if c.Config, err = common(serveExample, s.Store, s.Replica, s.Limits, s.Rights, s.Secrets, s.Logging, h); err != nil {
		return ServeConfig{}, err
	}
	for _, check := range []func() error{
		func() error { return c.listen(s.Network) },
		func() error { return c.public(s.Network) },
		func() error { return c.origins(s.Network) },
		func() error { return c.proxies(s.Network) },
		func() error { return c.oidc(s.OIDC, h) },
		func() error { return c.traffic(s.Traffic) },
	} {
		if err := check(); err != nil {
			return ServeConfig{}, err
		}
	}
	return c, nil
}

// listen checks the addresses. What other machines can reach is not served in
// the clear.
func (c *ServeConfig) listen(s Network) error {
	name, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return wrongf("Write an address and a port.", serveExample+" --listen 127.0.0.1:7437", "--listen (ILAB_LISTEN) cannot be %q", s.Listen)
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return wrong("TLS needs a certificate and its key, and only one of them is set", "Set both --tls-cert (ILAB_TLS_CERT) and --tls-key (ILAB_TLS_KEY).",
			serveExample+" --listen :7437 --tls-cert cert.pem --tls-key key.pem")
	}
	if !loopback(name) && s.TLSCert == "" && !s.BehindProxy {
		return wrong("--listen (ILAB_LISTEN) is an address that other machines reach, and keys would travel to it in the clear",
			"Set --tls-cert and --tls-key, or --behind-proxy if a reverse proxy does TLS, or listen on 127.0.0.1.",
			serveExample+" --listen :7437 --tls-cert cert.pem --tls-key key.pem")
	}
	if s.MetricsListen != "" {
		if _, _, err := net.SplitHostPort(s.MetricsListen); err != nil {
			return wrongf("Write an address and a port.", serveExample+" --metrics-listen 127.0.0.1:9464",
				"--metrics-listen (ILAB_METRICS_LISTEN) cannot be %q", s.MetricsListen)
		}
	}
	c.Listen, c.MetricsListen, c.TLSCert, c.TLSKey = s.Listen, s.MetricsListen, s.TLSCert, s.TLSKey
	c.Hosts = []string{"localhost", "127.0.0.1", "::1"}
	if ip, err := netip.ParseAddr(name); err != nil || !ip.IsUnspecified() {
		c.Hosts = append(c.Hosts, strings.ToLower(name))
	}
	for _, h := range s.AllowHost {
		if h == "" || strings.ContainsAny(h, "/@ *") {
			return wrongf("Write a name as it stands in a URL, with or without a port.", serveExample+" --allow-host memory.example.com",
				"--allow-host (ILAB_ALLOW_HOST) cannot be %q", h)
		}
		c.Hosts = append(c.Hosts, strings.ToLower(strings.Trim(h, "[]")))
	}
	c.Hosts = slices.DeleteFunc(c.Hosts, func(h string) bool { return h == "" })
	return nil
}

func loopback(name string) bool {
	ip, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && ip.IsLoopback()
}

// public works out what clients call the server.
func (c *ServeConfig) public(s Network) error {
	given := s.PublicURL
	if given == "" {
		c.At(s.Listen)
		return nil
	}
	c.named = true
	u, err := url.Parse(given)
	if err != nil || !plainHost(u) || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return wrong("--public-url (ILAB_PUBLIC_URL) is not the URL of a server",
			"Write it with https:// and without a query; http:// is for this machine only.", serveExample+" --public-url https://memory.example.com")
	}
	c.Hosts = append(c.Hosts, strings.ToLower(u.Hostname()))
	c.BasePath = strings.TrimSuffix(u.EscapedPath(), "/")
	if strings.HasSuffix(c.BasePath, "/mcp") {
		return wrong("--public-url (ILAB_PUBLIC_URL) ends in /mcp, which the server adds itself", "Leave /mcp out.", serveExample+" --public-url https://memory.example.com")
	}
	c.Endpoint = u.Scheme + "://" + strings.ToLower(u.Host) + c.BasePath + "/mcp"
	return nil
}

// plainHost says that a URL names a host, and a port if any that there is.
func plainHost(u *url.URL) bool {
	port := u.Port()
	n, err := strconv.Atoi(port)
	return u.Hostname() != "" && !strings.ContainsAny(u.Host, "\"*\\<>") && !strings.HasSuffix(u.Host, ":") && (port == "" || err == nil && n > 0 && n < 1<<16)
}

// At makes the endpoint out of the address that is listened on, once it is
// known, unless the operator has said what clients call the server.
func (c *ServeConfig) At(address string) {
	name, port, err := net.SplitHostPort(address)
	if err != nil || c.named {
		return
	}
	if ip, err := netip.ParseAddr(name); name == "" || err == nil && ip.IsUnspecified() {
		name = "localhost"
	}
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	c.Endpoint = scheme + net.JoinHostPort(name, port) + "/mcp"
}

func (c *ServeConfig) origins(s Network) error {
	for _, o := range s.AllowOrigin {
		u, err := url.Parse(o)
		if err != nil || u.Scheme == "" || !plainHost(u) || strings.TrimSuffix(o, "/") != u.Scheme+"://"+u.Host {
			return wrongf("Write scheme, name and port only, as a browser sends it.", serveExample+" --allow-origin https://app.example.com",
				"--allow-origin (ILAB_ALLOW_ORIGIN) cannot be %q", o)
		}
		c.Origins = append(c.Origins, strings.ToLower(strings.TrimSuffix(o, "/")))
	}
	return nil
}

func (c *ServeConfig) proxies(s Network) error {
	given := s.TrustedProxy
	if len(given) == 0 && s.BehindProxy {
		given = []string{"127.0.0.0/8", "::1/128"}
	}
	for _, p := range given {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			a, err := netip.ParseAddr(p)
			if err != nil {
				return wrongf("Write an address, or a network such as 10.0.0.0/8.", serveExample+" --behind-proxy --trusted-proxy 10.0.0.0/8",
					"--trusted-proxy (ILAB_TRUSTED_PROXY) cannot be %q", p)
			}
			prefix = netip.PrefixFrom(a, a.BitLen())
		}
		c.Proxies = append(c.Proxies, prefix.Masked())
	}
	return nil
}

// oidc checks what can be checked without asking the provider; identity checks
// the rest.
func (c *ServeConfig) oidc(s OIDC, h host) error {
	if s.Issuer == "" {
		if s.Audience != "" {
			return wrong("--oidc-audience (ILAB_OIDC_AUDIENCE) is set, and --oidc-issuer is not", "Name the identity provider with --oidc-issuer (ILAB_OIDC_ISSUER).",
				serveExample+" --oidc-issuer https://id.example.com --public-url https://memory.example.com")
		}
		return nil
	}
	if c.Salt = identity.NewSalt(h.getenv("USER_ID_SALT")); c.Salt.IsZero() {
		return wrong("--oidc-issuer (ILAB_OIDC_ISSUER) needs a salt for user ids, and USER_ID_SALT is not set",
			"Set USER_ID_SALT to a long random text, once and for all: with another salt everybody would meet an empty memory.",
			"USER_ID_SALT=... "+serveExample+" --oidc-issuer https://id.example.com")
	}
	if name, _, err := net.SplitHostPort(c.Listen); s.Audience == "" && !c.named && err == nil && !loopback(name) {
		return wrong("--oidc-issuer (ILAB_OIDC_ISSUER) needs to know whom tokens must be made for",
			"Set --public-url (ILAB_PUBLIC_URL), or --oidc-audience (ILAB_OIDC_AUDIENCE).",
			serveExample+" --oidc-issuer https://id.example.com --public-url https://memory.example.com")
	}
	if s.Audience == "" {
		s.Audience = c.Endpoint
	}
	c.OIDC = &s
	return nil
}

func (c *ServeConfig) traffic(s Traffic) error {
	for _, n := range []struct {
		flag, variable, given string
		to                    *int
	}{
		{"--rate", "ILAB_RATE", s.Rate, &c.Rate},
		{"--burst", "ILAB_BURST", s.Burst, &c.Burst},
		{"--max-calls", "ILAB_MAX_CALLS", s.MaxCalls, &c.Calls},
		{"--max-streams", "ILAB_MAX_STREAMS", s.MaxStreams, &c.Streams},
		{"--max-sessions", "ILAB_MAX_SESSIONS", s.MaxSessions, &c.Sessions},
		{"--max-failures", "ILAB_MAX_FAILURES", s.MaxFailures, &c.Failures},
	} {
		if err := count(serveExample, n.flag, n.variable, n.given, func(v int64) { *n.to = int(v) }); err != nil {
			return err
		}
	}
	return nil
}
