package config

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func serveDefaults() ServeSettings {
	d := defaults()
	return ServeSettings{
		Limits: d.Limits, Logging: d.Logging, Network: Network{Listen: "127.0.0.1:7437"},
		Traffic: Traffic{Rate: "200", Burst: "400", MaxCalls: "32", MaxStreams: "8", MaxSessions: "64", MaxFailures: "20"},
		OIDC:    OIDC{Claim: "sub", ReadScope: "read", WriteScope: "write"},
	}
}

func TestServeDefaults(t *testing.T) {
	c, err := newServe(serveDefaults(), linux(map[string]string{"HOME": "/h"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Rate != 200 || c.Burst != 400 || c.Calls != 32 || c.Streams != 8 || c.Sessions != 64 || c.Failures != 20 || c.MaxForgets != 20 ||
		c.MaxMessage != 1<<20 || c.OIDC != nil || len(c.Origins) != 0 || len(c.Proxies) != 0 || c.ReadOnly || c.NoForget {
		t.Errorf("got %+v", c)
	}
}

// TestNames: what clients call the server, and under which names it answers.
func TestNames(t *testing.T) {
	for what, c := range map[string]struct {
		network  Network
		endpoint string
		base     string
		host     string // one that is allowed
		not      string // one that is not
	}{
		"loopback":          {Network{Listen: "127.0.0.1:7437"}, "http://127.0.0.1:7437/mcp", "", "localhost", "192.0.2.1"},
		"an address":        {Network{Listen: "192.0.2.1:80", BehindProxy: true}, "http://192.0.2.1:80/mcp", "", "192.0.2.1", "192.0.2.2"},
		"all addresses":     {Network{Listen: ":7437", TLSCert: "c", TLSKey: "k"}, "https://localhost:7437/mcp", "", "127.0.0.1", ""},
		"the same, in full": {Network{Listen: "0.0.0.0:7437", BehindProxy: true}, "http://localhost:7437/mcp", "", "::1", "0.0.0.0"},
		"a name":            {Network{Listen: "memory.local:7437", BehindProxy: true}, "http://memory.local:7437/mcp", "", "memory.local", "local"},
		"a public URL": {
			Network{Listen: "127.0.0.1:7437", PublicURL: "https://Memory.example.com/"}, "https://memory.example.com/mcp", "", "memory.example.com", "example.com",
		},
		"one with a path": {
			Network{Listen: "127.0.0.1:7437", PublicURL: "https://example.com/my/memory/"}, "https://example.com/my/memory/mcp", "/my/memory", "example.com", "",
		},
		"another name": {
			Network{Listen: "127.0.0.1:7437", AllowHost: []string{"Other.example.com:8443"}}, "http://127.0.0.1:7437/mcp", "", "other.example.com:8443", "other.example.com",
		},
	} {
		s := serveDefaults()
		s.Network = c.network
		got, err := newServe(s, linux(map[string]string{"HOME": "/h"}))
		if err != nil || got.Endpoint != c.endpoint || got.BasePath != c.base || !slices.Contains(got.Hosts, c.host) || slices.Contains(got.Hosts, c.not) {
			t.Errorf("%s: %v, %+v", what, err, got)
		}
	}
}

func TestServeRefusals(t *testing.T) {
	salt := map[string]string{"HOME": "/h", "USER_ID_SALT": "pepper"}
	for what, c := range map[string]struct {
		change func(*ServeSettings)
		vars   map[string]string
		want   string
	}{
		"in the clear":           {func(s *ServeSettings) { s.Listen = "192.0.2.1:80" }, salt, "in the clear"},
		"no port":                {func(s *ServeSettings) { s.Listen = "127.0.0.1" }, salt, "ILAB_LISTEN"},
		"half of TLS":            {func(s *ServeSettings) { s.TLSKey = "k" }, salt, "only one of them"},
		"metrics without a port": {func(s *ServeSettings) { s.MetricsListen = "x" }, salt, "ILAB_METRICS_LISTEN"},
		"a public URL, clear":    {func(s *ServeSettings) { s.PublicURL = "http://example.com" }, salt, "ILAB_PUBLIC_URL"},
		"one with a password":    {func(s *ServeSettings) { s.PublicURL = "https://me:secret@example.com" }, salt, "ILAB_PUBLIC_URL"},
		"one with a query":       {func(s *ServeSettings) { s.PublicURL = "https://example.com/?a=b" }, salt, "ILAB_PUBLIC_URL"},
		"a host with a path":     {func(s *ServeSettings) { s.AllowHost = []string{"a/b"} }, salt, "ILAB_ALLOW_HOST"},
		"any host":               {func(s *ServeSettings) { s.AllowHost = []string{""} }, salt, "ILAB_ALLOW_HOST"},
		"an origin with a path":  {func(s *ServeSettings) { s.AllowOrigin = []string{"https://a/b"} }, salt, "ILAB_ALLOW_ORIGIN"},
		"any origin":             {func(s *ServeSettings) { s.AllowOrigin = []string{"*"} }, salt, "ILAB_ALLOW_ORIGIN"},
		"origins by a pattern":   {func(s *ServeSettings) { s.AllowOrigin = []string{"https://*.example.com"} }, salt, "ILAB_ALLOW_ORIGIN"},
		"hosts by a pattern":     {func(s *ServeSettings) { s.AllowHost = []string{"*"} }, salt, "ILAB_ALLOW_HOST"},
		"a public URL with /mcp": {func(s *ServeSettings) { s.PublicURL = "https://example.com/mcp" }, salt, "ends in /mcp"},
		"a port that is none":    {func(s *ServeSettings) { s.PublicURL = "https://example.com:99999" }, salt, "ILAB_PUBLIC_URL"},
		"no host at all":         {func(s *ServeSettings) { s.PublicURL = "https://:443/" }, salt, "ILAB_PUBLIC_URL"},
		"a quote in the host":    {func(s *ServeSettings) { s.PublicURL = `https://x"y` }, salt, "ILAB_PUBLIC_URL"},
		"tokens for nobody":      {func(s *ServeSettings) { s.Issuer, s.Listen, s.BehindProxy = "https://id.example.com", ":7437", true }, salt, "whom tokens must be made for"},
		"no origin":              {func(s *ServeSettings) { s.AllowOrigin = []string{"null"} }, salt, "ILAB_ALLOW_ORIGIN"},
		"a proxy by name":        {func(s *ServeSettings) { s.TrustedProxy = []string{"proxy"} }, salt, "ILAB_TRUSTED_PROXY"},
		"tokens without a salt":  {func(s *ServeSettings) { s.Issuer = "https://id.example.com" }, map[string]string{"HOME": "/h"}, "USER_ID_SALT"},
		"an audience alone":      {func(s *ServeSettings) { s.Audience = "x" }, salt, "--oidc-issuer"},
		"a negative rate":        {func(s *ServeSettings) { s.Rate = "-1" }, salt, "ILAB_RATE"},
		"too many calls":         {func(s *ServeSettings) { s.MaxCalls = "99999999999" }, salt, "ILAB_MAX_CALLS"},
	} {
		s := serveDefaults()
		c.change(&s)
		got, err := newServe(s, linux(c.vars))
		var usage *Error
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || usage.Do == "" || !strings.Contains(usage.Example, "ilab-mcp serve") {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats a password: %v", what, err)
		}
	}
	s := serveDefaults()
	s.Issuer, s.BehindProxy = "https://id.example.com", true
	c, err := newServe(s, linux(salt))
	if err != nil || c.OIDC.Audience != "http://127.0.0.1:7437/mcp" || c.Salt.IsZero() || len(c.Proxies) != 2 {
		t.Errorf("tokens behind a proxy: %+v, %v", c, err)
	}
}
