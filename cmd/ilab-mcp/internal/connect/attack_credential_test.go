package connect

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// TestOnlyTheCredentialSaysWho: everything else that could name a user is tried
// with Bob's good key, and with none.
func TestOnlyTheCredentialSaysWho(t *testing.T) {
	s := open(t, nil)
	alice, bob := s.user("alice"), s.user("bob")
	alice.save(alice.begin(), "Alice's", "the plan")
	session := bob.begin()
	search := callLine(1, "mem_search", `{"query":"plan"}`)
	named := []string{
		"X-User: alice", "X-User-Id: alice", "X-Forwarded-User: alice", "X-Auth-Request-User: alice", "X-Remote-User: alice",
		"Remote-User: alice", "From: alice", "X-Ilab-User: alice", "X-Tenant-Id: alice", "User: alice", "Mcp-User: alice",
		"Cookie: user=alice; ilab=" + alice.credential, "X-Api-Key: " + alice.credential, "Proxy-Authorization: Bearer " + alice.credential,
	}
	for _, h := range named {
		a := bob.ask("POST", "/mcp", search, session, h)
		if a.status != http.StatusOK || strings.Contains(a.body, "Alice's") {
			t.Errorf("%s: %+v", h, a)
		}
	}
	for _, query := range []string{"user=alice", "user_id=alice", "key=" + alice.credential, "access_token=" + alice.credential, "Authorization=Bearer+" + alice.credential} {
		if a := bob.ask("POST", "/mcp?"+query, search, session); a.status != http.StatusOK || strings.Contains(a.body, "Alice's") {
			t.Errorf("?%s: %+v", query, a)
		}
	}

	// Without a credential none of it opens anything.
	nobody := s.with("", memstore.KeyID{})
	for _, h := range named {
		if a := nobody.ask("POST", "/mcp", search, session, h); a.status != http.StatusUnauthorized {
			t.Errorf("%s, no credential: %+v", h, a)
		}
	}
	for _, path := range []string{"/mcp", "/sse", "/message"} {
		for _, query := range []string{"?key=" + alice.credential, "?access_token=" + alice.credential, "?sessionId=" + alice.credential} {
			if a := nobody.ask("POST", path+query, search); a.status != http.StatusUnauthorized || strings.Contains(a.body, alice.credential) {
				t.Errorf("%s%s: %+v", path, query, a)
			}
		}
	}
	// A credential that was sent in the wrong place is in no log.
	if log := s.log.String(); strings.Contains(log, alice.credential) || strings.Contains(log, "alice") {
		t.Errorf("the log holds a key or a name:\n%s", log)
	}
}

// TestBadCredentials: what is no good key is refused before anything is read,
// and a guess learns nothing from the words.
func TestBadCredentials(t *testing.T) {
	s := open(t, func(o *HTTPOptions) { o.Limits.Failures = 0 })
	alice := s.user("alice")
	parts := strings.Split(alice.credential, "_")
	words := map[string]string{}
	for what, header := range map[string]string{
		"unknown id":      "Bearer ilab_" + strings.Repeat("A", 8) + "_" + parts[2],
		"wrong secret":    "Bearer ilab_" + parts[1] + "_" + strings.Repeat("B", 43),
		"a letter off":    "Bearer " + alice.credential[:len(alice.credential)-1] + "!",
		"too short":       "Bearer ilab_" + parts[1],
		"not one of ours": "Bearer sk-live-1234567890",
		"with a space":    "Bearer " + alice.credential + " x",
		"Basic":           "Basic " + base64.StdEncoding.EncodeToString([]byte("alice:"+alice.credential)),
		"no scheme":       alice.credential,
		"an empty one":    "Bearer ",
		"upper case":      "Bearer " + strings.ToUpper(alice.credential),
		"very long":       "Bearer " + strings.Repeat("a", 20_000),
	} {
		c := s.with("", memstore.KeyID{})
		a := c.ask("POST", "/mcp", hello, "Authorization: "+header)
		if a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer realm=") {
			t.Errorf("%s: %+v", what, a)
		}
		if strings.Contains(a.body, parts[2]) {
			t.Errorf("%s: the answer repeats the credential", what)
		}
		words[what] = a.body
	}
	if words["unknown id"] != words["wrong secret"] || words["unknown id"] != words["too short"] {
		t.Errorf("a guess can tell: %q", words)
	}
	two := s.with("", memstore.KeyID{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mcp", strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Authorization"] = []string{"Bearer " + alice.credential, "Bearer " + s.user("bob").credential}
	r.Header.Set("Content-Type", "application/json")
	resp, err := two.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("two credentials at once: %d", resp.StatusCode)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	expired := s.withKey("alice", false, time.Now().Add(time.Hour))
	if a := expired.ask("POST", "/mcp", hello); a.status != http.StatusOK {
		t.Errorf("an hour before it expires: %+v", a)
	}
}

// TestGuessing: an address that guesses has to wait; whoever has a good key at
// that address does not.
func TestGuessing(t *testing.T) {
	s := open(t, nil)
	alice := s.user("alice")
	guess := s.with("ilab_AAAAAAAA_"+strings.Repeat("x", 43), memstore.KeyID{})
	for i := range 20 {
		if a := guess.ask("POST", "/mcp", hello); a.status != http.StatusUnauthorized {
			t.Fatalf("guess %d: %+v", i, a)
		}
	}
	a := guess.ask("POST", "/mcp", hello)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("guess 21: %+v", a)
	}
	if a := alice.ask("POST", "/mcp", hello); a.status != http.StatusOK {
		t.Errorf("Alice, from there: %+v", a)
	}
	// Nobody can have another address blamed by claiming it.
	if a := guess.ask("POST", "/mcp", hello, "X-Forwarded-For: 203.0.113.9", "X-Real-Ip: 203.0.113.9", "Forwarded: for=203.0.113.9"); a.status != http.StatusTooManyRequests {
		t.Errorf("guess 22 under another name: %+v", a)
	}
}

// provider is an identity provider with one key.
type provider struct {
	url string
	key *rsa.PrivateKey
	t   *testing.T
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key, t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, p.url, p.url+"/keys")
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Use: "sig", Algorithm: "RS256"}}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// claims are those of a good token of Alice's, changed.
func (p *provider) claims(change map[string]any) []byte {
	c := map[string]any{
		"iss": p.url, "aud": "https://memory.example.com/mcp", "sub": "alice", "scope": "read write",
		"exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
	}
	for k, v := range change {
		if v == nil {
			delete(c, k)
		} else {
			c[k] = v
		}
	}
	b, err := json.Marshal(c)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (p *provider) token(change map[string]any) string {
	return p.sign(jose.SigningKey{Algorithm: jose.RS256, Key: p.key}, p.claims(change))
}

func (p *provider) sign(key jose.SigningKey, claims []byte) string {
	p.t.Helper()
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		p.t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// TestTokens tries access tokens, forged in the known ways, on a server that
// takes keys as well.
func TestTokens(t *testing.T) {
	p := newProvider(t)
	s := open(t, func(o *HTTPOptions) {
		tokens, err := identity.NewOIDC(identity.OIDCOptions{
			Issuer: p.url, Audience: "https://memory.example.com/mcp", Claim: "sub", ReadScope: "read", WriteScope: "write",
			Salt: identity.NewSalt("pepper"), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Gate.(*identity.Gate).OIDC = tokens
		o.Limits.Failures = 0
		o.Resource = &Resource{URL: "https://memory.example.com/mcp", Issuer: p.url, Scopes: []string{"read", "write"}}
	})
	alice := s.with(p.token(nil), memstore.KeyID{})
	session := alice.begin()
	alice.save(session, "By token", "kept")

	// The metadata says where tokens come from, to everybody.
	nobody := s.with("", memstore.KeyID{})
	a := nobody.ask("POST", "/mcp", hello)
	challenge := a.header.Get("WWW-Authenticate")
	if a.status != http.StatusUnauthorized || !strings.Contains(challenge, `resource_metadata="https://memory.example.com/.well-known/oauth-protected-resource/mcp"`) ||
		strings.Contains(challenge, "error=") {
		t.Errorf("no token: %+v", a)
	}
	meta := nobody.ask("GET", "/.well-known/oauth-protected-resource/mcp", "")
	if meta.status != http.StatusOK || !strings.Contains(meta.body, `"resource":"https://memory.example.com/mcp"`) || !strings.Contains(meta.body, p.url) {
		t.Errorf("metadata: %+v", meta)
	}

	public, err := x509.MarshalPKIXPublicKey(p.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	raw := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	good := strings.Split(p.token(nil), ".")
	for what, token := range map[string]string{
		"malformed":                         "not.a.token",
		"expired":                           p.token(map[string]any{"exp": time.Now().Add(-2 * time.Minute).Unix()}),
		"never expires":                     p.token(map[string]any{"exp": nil}),
		"not yet":                           p.token(map[string]any{"nbf": time.Now().Add(5 * time.Minute).Unix()}),
		"wrong audience":                    p.token(map[string]any{"aud": "https://other.example.com"}),
		"no audience":                       p.token(map[string]any{"aud": nil}),
		"wrong issuer":                      p.token(map[string]any{"iss": "https://evil.example.com"}),
		"nobody":                            p.token(map[string]any{"sub": ""}),
		"alg none":                          raw([]byte(`{"alg":"none"}`)) + "." + raw(p.claims(nil)) + ".",
		"alg none, signature kept":          raw([]byte(`{"alg":"none","kid":"k1"}`)) + "." + raw(p.claims(nil)) + "." + good[2],
		"other claims under that signature": good[0] + "." + raw(p.claims(map[string]any{"sub": "bob"})) + "." + good[2],
		"HS256 with the public key":         p.sign(jose.SigningKey{Algorithm: jose.HS256, Key: asPEM}, p.claims(nil)),
		"HS256 with its bytes":              p.sign(jose.SigningKey{Algorithm: jose.HS256, Key: public}, p.claims(nil)),
		"another key of that name":          p.sign(jose.SigningKey{Algorithm: jose.RS256, Key: other}, p.claims(nil)),
	} {
		a := s.with(token, memstore.KeyID{}).ask("POST", "/mcp", callLine(1, "mem_stats", `{}`), session)
		if a.status != http.StatusUnauthorized || !strings.Contains(a.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%s: %+v", what, a)
		}
	}

	// Scopes: reading tools only, or nothing.
	reader := s.with(p.token(map[string]any{"scope": "openid read"}), memstore.KeyID{})
	own := reader.begin()
	if titles := reader.titles(own, "kept"); len(titles) != 1 {
		t.Errorf("a reading token finds %v", titles)
	}
	if a := reader.ask("POST", "/mcp", callLine(1, "mem_save", `{"type":"decision","title":"t","content":"c"}`), own); !strings.Contains(a.body, "no such tool") {
		t.Errorf("a save with a reading token: %+v", a)
	}
	scopeless := s.with(p.token(map[string]any{"scope": "openid"}), memstore.KeyID{})
	if a := scopeless.ask("POST", "/mcp", hello); a.status != http.StatusForbidden || !strings.Contains(a.header.Get("WWW-Authenticate"), "insufficient_scope") {
		t.Errorf("without a scope: %+v", a)
	}
	// Another user of the provider is another user here, and keys go on working.
	bob := s.with(p.token(map[string]any{"sub": "bob"}), memstore.KeyID{})
	if titles := bob.titles(bob.begin(), "kept"); len(titles) != 0 {
		t.Errorf("Bob finds %v", titles)
	}
	key := s.user("alice")
	if titles := key.titles(key.begin(), "kept"); len(titles) != 0 {
		t.Errorf("the user named alice finds what the token's Alice saved: %v", titles)
	}
}
