package identity_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

const audience = "https://memory.example/mcp"

// options are those of a server that trusts the provider.
func options(p *idp, clk *clock) identity.OIDCOptions {
	return identity.OIDCOptions{Issuer: p.issuer, Audience: audience, Salt: identity.NewSalt("pepper"), Now: clk.Now}
}

func newOIDC(t *testing.T, o identity.OIDCOptions) *identity.OIDC {
	t.Helper()
	v, err := identity.NewOIDC(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// good are the claims of a token that opens all.
func good(p *idp, clk *clock) object {
	now := clk.Now().Unix()
	return object{
		"iss": p.issuer, "aud": audience, "sub": "alice", "scope": "read write",
		"exp": now + 300, "iat": now, "nbf": now,
	}
}

var rs256 = object{"alg": "RS256", "typ": "at+jwt", "kid": "rsa-1"}

// opens checks that a token does, and gives what.
func opens(t *testing.T, v identity.Verifier, token string) identity.Access {
	t.Helper()
	a, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatalf("refused: %v (%v)", err, errors.Unwrap(err))
	}
	return a
}

func TestTokensOfEveryAlgorithm(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	for name, try := range map[string]struct {
		header object
		key    any
	}{
		"RS256":                {rs256, pairs().rsa},
		"PS256":                {object{"alg": "PS256", "kid": "rsa-1"}, pss{pairs().rsa}},
		"ES256":                {object{"alg": "ES256", "kid": "ec-1"}, pairs().ec},
		"EdDSA":                {object{"alg": "EdDSA", "kid": "ed-1"}, pairs().ed},
		"without a kid":        {object{"alg": "ES256"}, pairs().ec},
		"with a kid of nobody": {rs256.with("kid", ""), pairs().rsa},
	} {
		a, err := v.Verify(t.Context(), forge(t, try.header, good(p, clk), try.key))
		if err != nil || a.ReadOnly || !a.Key.IsZero() || !a.Until.Equal(clk.Now().Add(360*time.Second)) {
			t.Errorf("%s: got %+v, %v", name, a, err)
		}
	}
}

// TestUserOfAToken compares with this Python:
//
//	hmac.new(b"pepper", b"https://idp.example\0alice", "sha256").hexdigest()
func TestUserOfAToken(t *testing.T) {
	const want = "fdf909bf50ec6f4c9efde62bf66a46e6dfc6f990b15bf3ab814be12630618b5c"
	got, err := identity.NewSalt("pepper").TokenUser("https://idp.example", "alice")
	if err != nil || got.String() != want {
		t.Errorf("got %s, %v", got, err)
	}
	p, clk := newIDP(t), newClock()
	o := options(p, clk)
	o.Claim = "oid"
	a := opens(t, newOIDC(t, o), forge(t, rs256, good(p, clk).with("oid", "x-1"), pairs().rsa))
	if want, err := o.Salt.TokenUser(p.issuer, "x-1"); err != nil || a.User != want {
		t.Errorf("the claim that is set does not name the user: %v", err)
	}
	b := opens(t, newOIDC(t, options(p, clk)), forge(t, rs256, good(p, clk), pairs().rsa))
	if a.User == b.User || len(b.User.String()) != 64 {
		t.Errorf("users %s and %s", a.User, b.User)
	}
}

func TestTokenUserRefuses(t *testing.T) {
	salt := identity.NewSalt("pepper")
	for name, try := range map[string]struct {
		salt         identity.Salt
		issuer, user string
	}{
		"no salt":                {identity.Salt{}, "i", "u"},
		"no issuer":              {salt, "", "u"},
		"no user":                {salt, "i", ""},
		"an issuer with a zero":  {salt, "i\x00u", "u"},
		"a user that is no text": {salt, "i", "u\ufffd"},
		"bytes that are no text": {salt, "i", "u\xff"},
	} {
		if u, err := try.salt.TokenUser(try.issuer, try.user); err == nil || !u.IsZero() {
			t.Errorf("%s: got %s", name, u)
		}
	}
}

// TestForgedTokens: nobody but the provider can make a token.
func TestForgedTokens(t *testing.T) {
	p, clk := newIDP(t), newClock()
	evil := newIDP(t)
	evil.keys = []any{jwk(&pairs().other.PublicKey, "rsa-1")}
	v := newOIDC(t, options(p, clk))
	rsaKey, other := pairs().rsa, pairs().other
	claims := good(p, clk)
	token := forge(t, rs256, claims, rsaKey)
	opens(t, v, token) // so that the keys are there
	cut := strings.Split(token, ".")
	der, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(jwk(&rsaKey.PublicKey, "rsa-1"))
	if err != nil {
		t.Fatal(err)
	}
	none := part(t, rs256.with("alg", "none")) + "." + cut[1] + "."
	for name, try := range map[string]string{
		"nothing":                          "",
		"not a JWT":                        "opaque",
		"two parts":                        cut[0] + "." + cut[1],
		"four parts":                       token + ".x",
		"five parts, as if encrypted":      token + ".x.y",
		"no header":                        "." + cut[1] + "." + cut[2],
		"no claims":                        cut[0] + ".." + cut[2],
		"no signature":                     cut[0] + "." + cut[1] + ".",
		"a bad digit in the signature":     token[:len(token)-10] + "!" + token[len(token)-9:],
		"a signature cut short":            token[:len(token)-10],
		"space within":                     cut[0] + ". " + cut[1] + "." + cut[2],
		"JSON serialization":               `{"protected":"` + cut[0] + `","payload":"` + cut[1] + `","signature":"` + cut[2] + `"}`,
		"too long":                         forge(t, rs256, claims.with("x", strings.Repeat("a", identity.MaxCredential)), rsaKey),
		"other claims, old signature":      cut[0] + "." + part(t, claims.with("sub", "bob")) + "." + cut[2],
		"alg none":                         none,
		"alg None, with the old signature": part(t, rs256.with("alg", "None")) + "." + cut[1] + "." + cut[2],
		"no alg":                           forge(t, rs256.with("alg", nil), claims, rsaKey),
		"HS256 with the PEM":               forge(t, rs256.with("alg", "HS256"), claims, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with the DER":               forge(t, rs256.with("alg", "HS256"), claims, der),
		"HS256 with the JWK":               forge(t, rs256.with("alg", "HS256"), claims, public),
		"HS256 with the modulus":           forge(t, rs256.with("alg", "HS256"), claims, rsaKey.N.Bytes()),
		"HS256 with nothing":               forge(t, rs256.with("alg", "HS256"), claims, []byte{}),
		"another's key, same kid":          forge(t, rs256, claims, other),
		"another's key, no kid":            forge(t, rs256.with("kid", nil), claims, other),
		"the kid of an EC key":             forge(t, rs256.with("kid", "ec-1"), claims, rsaKey),
		"ES256 with the kid of an RSA key": forge(t, object{"alg": "ES256", "kid": "rsa-1"}, claims, pairs().ec),
		"the header says ES256":            forge(t, rs256.with("alg", "ES256"), claims, rsaKey),
		"an ES256 signature of zeros":      sign(t, part(t, object{"alg": "ES256", "kid": "ec-1"})+"."+cut[1], nil) + strings.Repeat("A", 86),
		"a kid that is a number":           forge(t, rs256.with("kid", 1), claims, other),
		"a key in the header (jwk)":        forge(t, rs256.with("jwk", jwk(&other.PublicKey, "rsa-1")), claims, other),
		"jwk and no kid":                   forge(t, rs256.with("kid", nil).with("jwk", jwk(&other.PublicKey, "x")), claims, other),
		"the attacker's keys (jku)":        forge(t, rs256.with("jku", evil.jwks), claims, other),
		"the attacker's keys (x5u)":        forge(t, rs256.with("x5u", evil.jwks), claims, other),
		"jku, and a kid of the attacker":   forge(t, rs256.with("jku", evil.jwks).with("kid", "evil"), claims, other),
		"the attacker as issuer":           forge(t, rs256, claims.with("iss", evil.issuer), other),
		"crit of nothing known":            forge(t, rs256.with("crit", []string{"x"}).with("x", 1), claims, rsaKey),
		"crit of exp":                      forge(t, rs256.with("crit", []string{"exp"}).with("exp", 1), claims, rsaKey),
		"crit of b64, which is true":       forge(t, rs256.with("crit", []string{"b64"}).with("b64", true), claims, rsaKey),
		"an empty crit":                    forge(t, rs256.with("crit", []string{}), claims, rsaKey),
		"two alg":                          forge(t, `{"alg":"HS256","alg":"RS256","kid":"rsa-1"}`, claims, rsaKey),
		"a header that is no object":       forge(t, `["RS256"]`, claims, rsaKey),
	} {
		a, err := v.Verify(t.Context(), try)
		if reason(err) != identity.BadCredential || a != (identity.Access{}) {
			t.Errorf("%s: got %+v, %v", name, a, err)
			continue
		}
		if err.Error() != "the access token is not valid; get a new one from the identity provider" {
			t.Errorf("%s: the forger is told more: %v", name, err)
		}
	}
	if n := evil.asked(discoveryPath) + evil.asked(jwksPath) + len(evil.strange()); n != 0 {
		t.Errorf("the attacker's server was asked %d times", n)
	}
	opens(t, v, token)
}

// TestKeyIDIsNoPath: a key id is compared, and goes into no address.
func TestKeyIDIsNoPath(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	for _, kid := range []string{"../../etc/passwd", "/dev/null", "x' OR '1'='1", "http://127.0.0.1/x", "rsa-1\x00", "RSA-1", strings.Repeat("k", 8000)} {
		if _, err := v.Verify(t.Context(), forge(t, rs256.with("kid", kid), good(p, clk), pairs().rsa)); reason(err) != identity.BadCredential {
			t.Errorf("%.20q: %v", kid, err)
		}
	}
	if s := p.strange(); len(s) > 0 {
		t.Errorf("the provider was asked for %q", s)
	}
}

// TestClaims: tokens that the provider signed, and that may still not be for us.
func TestClaims(t *testing.T) {
	p, clk := newIDP(t), newClock()
	v := newOIDC(t, options(p, clk))
	claims, now := good(p, clk), clk.Now().Unix()
	const fine = identity.Reason(0)
	for name, try := range map[string]struct {
		claims any
		reason identity.Reason
		says   string
	}{
		"good":                          {claims, fine, ""},
		"expired 59 s ago":              {claims.with("exp", now-59), fine, ""},
		"expired 60 s ago":              {claims.with("exp", now-60), identity.BadCredential, "expired"},
		"expired 61 s ago":              {claims.with("exp", now-61), identity.BadCredential, "expired"},
		"expired, with a fraction":      {claims.with("exp", float64(now)-60.5), identity.BadCredential, "expired"},
		"no exp":                        {claims.with("exp", nil), identity.BadCredential, "when it expires"},
		"exp null":                      {claims.with("exp", json.RawMessage("null")), identity.BadCredential, "when it expires"},
		"exp a string":                  {claims.with("exp", fmt.Sprint(now+300)), identity.BadCredential, "when it expires"},
		"exp in milliseconds":           {claims.with("exp", (now+300)*1000), identity.BadCredential, "when it expires"},
		"exp past all time":             {claims.with("exp", 1e300), identity.BadCredential, "when it expires"},
		"exp under another case":        {claims.with("exp", nil).with("EXP", now+300), identity.BadCredential, "when it expires"},
		"nbf 60 s from now":             {claims.with("nbf", now+60), fine, ""},
		"nbf 61 s from now":             {claims.with("nbf", now+61), identity.BadCredential, "not valid yet"},
		"nbf a string":                  {claims.with("nbf", "soon"), identity.BadCredential, "not valid yet"},
		"no nbf, no iat":                {claims.with("nbf", nil).with("iat", nil), fine, ""},
		"iat 60 s from now":             {claims.with("iat", now+60), fine, ""},
		"iat 61 s from now":             {claims.with("iat", now+61), identity.BadCredential, "not valid yet"},
		"another audience":              {claims.with("aud", "https://other.example"), identity.BadCredential, "not for this server"},
		"no audience":                   {claims.with("aud", nil), identity.BadCredential, "not for this server"},
		"an audience and more":          {claims.with("aud", audience+"/"), identity.BadCredential, "not for this server"},
		"an audience in another case":   {claims.with("aud", strings.ToUpper(audience)), identity.BadCredential, "not for this server"},
		"audiences in one string":       {claims.with("aud", "x "+audience), identity.BadCredential, "not for this server"},
		"two audiences, ours second":    {claims.with("aud", []string{"x", audience}), fine, ""},
		"two audiences, none ours":      {claims.with("aud", []string{"x", "y"}), identity.BadCredential, "not for this server"},
		"no audience in a list":         {claims.with("aud", []string{}), identity.BadCredential, "not for this server"},
		"an audience and a number":      {claims.with("aud", []any{audience, 1}), identity.BadCredential, "not for this server"},
		"AUD in place of aud":           {claims.with("aud", nil).with("AUD", audience), identity.BadCredential, "not for this server"},
		"another issuer":                {claims.with("iss", "https://other.example"), identity.BadCredential, "another identity provider"},
		"the issuer with a slash":       {claims.with("iss", p.issuer+"/"), identity.BadCredential, "another identity provider"},
		"no issuer":                     {claims.with("iss", nil), identity.BadCredential, "another identity provider"},
		"issuers in a list":             {claims.with("iss", []string{p.issuer}), identity.BadCredential, "another identity provider"},
		"no user":                       {claims.with("sub", nil), identity.BadCredential, "name a user"},
		"an empty user":                 {claims.with("sub", ""), identity.BadCredential, "name a user"},
		"a user that is a number":       {claims.with("sub", 7), identity.BadCredential, "name a user"},
		"a user that is null":           {claims.with("sub", json.RawMessage("null")), identity.BadCredential, "name a user"},
		"users in a list":               {claims.with("sub", []string{"alice"}), identity.BadCredential, "name a user"},
		"a user of 1024 bytes":          {claims.with("sub", strings.Repeat("u", 1024)), fine, ""},
		"a user of 1025 bytes":          {claims.with("sub", strings.Repeat("u", 1025)), identity.BadCredential, "name a user"},
		"a user with half a surrogate":  {claims.with("sub", json.RawMessage(`"\ud800"`)), identity.BadCredential, "name a user"},
		"user_id is not looked at":      {claims.with("user_id", "bob"), fine, ""},
		"no scope":                      {claims.with("scope", nil), identity.TooLittleScope, "read or write"},
		"another scope":                 {claims.with("scope", "openid readwrite"), identity.TooLittleScope, "read or write"},
		"a scope in another case":       {claims.with("scope", "READ WRITE"), identity.TooLittleScope, "read or write"},
		"a scope that is an object":     {claims.with("scope", object{"write": true}), identity.TooLittleScope, "read or write"},
		"two sub":                       {`{"sub":"alice","sub":"bob"}`, identity.BadCredential, "not valid"},
		"claims that are a list":        {`[]`, identity.BadCredential, "not valid"},
		"claims that are null":          {`null`, identity.BadCredential, "another identity provider"},
		"claims that are not UTF-8":     {"{\"sub\":\"\xff\"}", identity.BadCredential, "not valid"},
		"claims with something behind":  {`{} {}`, identity.BadCredential, "not valid"},
		"a distributed claim elsewhere": {claims.with("_claim_names", object{"sub": "x"}).with("_claim_sources", object{"x": object{"endpoint": p.issuer + "/evil"}}), fine, ""},
	} {
		_, err := v.Verify(t.Context(), forge(t, rs256, try.claims, pairs().rsa))
		if reason(err) != try.reason || (err == nil) != (try.reason == fine) {
			t.Errorf("%s: got %v", name, err)
		} else if err != nil && !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: got %q, want %q in it", name, err, try.says)
		}
	}
	if s := p.strange(); len(s) > 0 {
		t.Errorf("the provider was asked for %q", s)
	}
}

func TestScopes(t *testing.T) {
	p, clk := newIDP(t), newClock()
	bare := good(p, clk).with("scope", nil)
	const all, some, nothing = "all", "read", ""
	for name, try := range map[string]struct {
		read, write string // settings
		claims      object
		want        string
	}{
		"scope, both":             {"", "", bare.with("scope", "read write"), all},
		"scope, among others":     {"", "", bare.with("scope", "openid write email"), all},
		"scope, read":             {"", "", bare.with("scope", "openid read"), some},
		"scp, a list":             {"", "", bare.with("scp", []string{"x", "write"}), all},
		"scp, a list of one":      {"", "", bare.with("scp", []string{"read"}), some},
		"scp, a string":           {"", "", bare.with("scp", "read write"), all},
		"scp, an empty list":      {"", "", bare.with("scp", []string{}), nothing},
		"both claims":             {"", "", bare.with("scope", "read").with("scp", []string{"write"}), all},
		"names of their own":      {"mem:r", "mem:w", bare.with("scope", "mem:r"), some},
		"names that are not set":  {"mem:r", "mem:w", bare.with("scope", "read write"), nothing},
		"none is needed to read":  {"none", "", bare, some},
		"none is needed at all":   {"none", "none", bare, all},
		"none to write is enough": {"", "none", bare, all},
		"a scope called none":     {"", "", bare.with("scope", "none"), nothing},
	} {
		o := options(p, clk)
		o.ReadScope, o.WriteScope = try.read, try.write
		a, err := newOIDC(t, o).Verify(t.Context(), forge(t, rs256, try.claims, pairs().rsa))
		got := all
		switch {
		case reason(err) == identity.TooLittleScope:
			got = nothing
		case err != nil:
			got = err.Error()
		case a.ReadOnly:
			got = some
		}
		if got != try.want {
			t.Errorf("%s: got %q, want %q", name, got, try.want)
		}
	}
}

func TestAlgorithmsAreAnAllowList(t *testing.T) {
	p, clk := newIDP(t), newClock()
	o := options(p, clk)
	o.Algorithms = []string{"ES256"}
	v := newOIDC(t, o)
	opens(t, v, forge(t, object{"alg": "ES256", "kid": "ec-1"}, good(p, clk), pairs().ec))
	if _, err := v.Verify(t.Context(), forge(t, rs256, good(p, clk), pairs().rsa)); reason(err) != identity.BadCredential {
		t.Errorf("RS256: %v", err)
	}
}

// TestKeysThatCheckNothing: the provider's set may hold keys for other uses.
func TestKeysThatCheckNothing(t *testing.T) {
	p, clk := newIDP(t), newClock()
	k := pairs()
	secret := []byte("0123456789abcdef0123456789abcdef")
	encryption := jwk(&k.other.PublicKey, "enc")
	encryption.Use = "enc"
	pinned := jwk(&k.rsa.PublicKey, "pinned")
	pinned.Algorithm = "PS256"
	p.keys = append(
		[]any{
			encryption, pinned, jwk(secret, "oct"), jwk(&k.small.PublicKey, "small"), jwk(k.other, "private"),
			object{"kty": "OKP", "crv": "Ed448", "kid": "448", "x": "AAAA"},
			object{"kty": "new"},
			7, nil, "x",
		}, p.keys...,
	)
	v := newOIDC(t, options(p, clk))
	for name, token := range map[string]string{
		"a key for encryption":      forge(t, rs256.with("kid", "enc"), good(p, clk), k.other),
		"a symmetric key":           forge(t, object{"alg": "HS256", "kid": "oct"}, good(p, clk), secret),
		"a small RSA key":           forge(t, rs256.with("kid", "small"), good(p, clk), k.small),
		"a private key":             forge(t, rs256.with("kid", "private"), good(p, clk), k.other),
		"a key for another alg":     forge(t, rs256.with("kid", "pinned"), good(p, clk), k.rsa),
		"any of them, without a id": forge(t, rs256.with("kid", nil), good(p, clk), k.other),
	} {
		if _, err := v.Verify(t.Context(), token); reason(err) != identity.BadCredential {
			t.Errorf("%s: %v", name, err)
		}
	}
	opens(t, v, forge(t, object{"alg": "PS256", "kid": "pinned"}, good(p, clk), pss{k.rsa}))
	opens(t, v, forge(t, rs256, good(p, clk), k.rsa))
	opens(t, v, forge(t, rs256.with("kid", nil), good(p, clk), k.rsa))
}

func TestNewOIDCRefuses(t *testing.T) {
	base := identity.OIDCOptions{Issuer: "https://idp.example/realm", Audience: audience, Salt: identity.NewSalt("pepper"), Now: newClock().Now}
	if _, err := identity.NewOIDC(base); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(o *identity.OIDCOptions){
		"no issuer":               func(o *identity.OIDCOptions) { o.Issuer = "" },
		"an issuer over http":     func(o *identity.OIDCOptions) { o.Issuer = "http://idp.example" },
		"like a loopback host":    func(o *identity.OIDCOptions) { o.Issuer = "http://localhost.example" },
		"an issuer without host":  func(o *identity.OIDCOptions) { o.Issuer = "https:///x" },
		"another scheme":          func(o *identity.OIDCOptions) { o.Issuer = "file:///etc/passwd" },
		"an issuer with password": func(o *identity.OIDCOptions) { o.Issuer = "https://u:p@idp.example" },
		"an issuer with a query":  func(o *identity.OIDCOptions) { o.Issuer = "https://idp.example?x=1" },
		"with a fragment":         func(o *identity.OIDCOptions) { o.Issuer = "https://idp.example#x" },
		"with an empty fragment":  func(o *identity.OIDCOptions) { o.Issuer = "https://idp.example#" },
		"an issuer that is none":  func(o *identity.OIDCOptions) { o.Issuer = "https://idp.example\x00" },
		"no audience":             func(o *identity.OIDCOptions) { o.Audience = "" },
		"no salt":                 func(o *identity.OIDCOptions) { o.Salt = identity.Salt{} },
		"no clock":                func(o *identity.OIDCOptions) { o.Now = nil },
		"alg none":                func(o *identity.OIDCOptions) { o.Algorithms = []string{"RS256", "none"} },
		"alg HS256":               func(o *identity.OIDCOptions) { o.Algorithms = []string{"HS256"} },
		"alg in another case":     func(o *identity.OIDCOptions) { o.Algorithms = []string{"rs256"} },
		"two scopes in one":       func(o *identity.OIDCOptions) { o.WriteScope = "write admin" },
	} {
		o := base
		change(&o)
		if v, err := identity.NewOIDC(o); err == nil || v != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, issuer := range []string{"http://localhost:8080/realms/x", "http://127.0.0.1", "http://[::1]:1", "https://idp.example/"} {
		o := base
		o.Issuer = issuer
		if _, err := identity.NewOIDC(o); err != nil {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

// TestNothingOfATokenIsTold: not in errors, not in their causes, not in logs.
func TestNothingOfATokenIsTold(t *testing.T) {
	p, clk := newIDP(t), newClock()
	var out bytes.Buffer
	o := options(p, clk)
	o.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	v := newOIDC(t, o)
	const mark = "SuperPrivate"
	claims := good(p, clk).with("sub", mark).with("email", mark)
	for name, token := range map[string]string{
		"good":             forge(t, rs256, claims, pairs().rsa),
		"expired":          forge(t, rs256, claims.with("exp", 1), pairs().rsa),
		"another issuer":   forge(t, rs256, claims.with("iss", mark), pairs().rsa),
		"another audience": forge(t, rs256, claims.with("aud", mark), pairs().rsa),
		"a strange alg":    forge(t, rs256.with("alg", mark), claims, pairs().rsa),
		"a strange kid":    forge(t, rs256.with("kid", mark), claims, pairs().rsa),
		"a kid of a list":  forge(t, rs256.with("kid", []string{mark}), claims, pairs().rsa),
		"a strange typ":    forge(t, rs256.with("jwk", mark), claims, pairs().rsa),
		"a wrong key":      forge(t, rs256, claims, pairs().other),
		"no scope":         forge(t, rs256, claims.with("scope", mark), pairs().rsa),
		"strange claims":   forge(t, rs256, `{"iss":"`+mark+`",`+mark, pairs().rsa),
		"no JWT":           mark,
	} {
		_, err := v.Verify(t.Context(), token)
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(err.Error(), mark) || (len(token) > 100 && strings.Contains(err.Error(), token[:50])) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if strings.Contains(out.String(), mark) || strings.Contains(out.String(), "eyJ") || out.Len() == 0 {
		t.Errorf("logged: %s", out.String())
	}
}

// TestClientIsUsed: the provider is reached through the client that is given.
func TestClientIsUsed(t *testing.T) {
	p := &idp{hits: map[string]int{}}
	p.at("https://idp.example/realms/x")
	p.jwks = "https://keys.example" + jwksPath
	clk := newClock()
	o := options(p, clk)
	o.Client = &http.Client{Transport: transport(func(r *http.Request) *http.Response {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/realms/x")
		return p.answer(r)
	})}
	opens(t, newOIDC(t, o), forge(t, rs256, good(p, clk), pairs().rsa))
	if o.Client.CheckRedirect != nil {
		t.Error("the client of others was changed")
	}
}
