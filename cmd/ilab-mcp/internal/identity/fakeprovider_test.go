package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// pairs are key pairs that are slow to make; every test uses the same ones.
var pairs = sync.OnceValue(func() (p struct {
	rsa, other, small *rsa.PrivateKey
	ec                *ecdsa.PrivateKey
	ed                ed25519.PrivateKey
},
) {
	var errs [5]error
	p.rsa, errs[0] = rsa.GenerateKey(rand.Reader, 2048)
	p.other, errs[1] = rsa.GenerateKey(rand.Reader, 2048)
	p.small, errs[2] = rsa.GenerateKey(rand.Reader, 1024)
	p.ec, errs[3] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, p.ed, errs[4] = ed25519.GenerateKey(rand.Reader)
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
	return p
})

// idp is a fake identity provider. It counts what it is asked.
type idp struct {
	mu     sync.Mutex
	issuer string
	jwks   string // its jwks_uri
	keys   []any  // JWKs
	down   bool
	bodies map[string]string // other answers
	hits   map[string]int
}

const (
	discoveryPath = "/.well-known/openid-configuration"
	jwksPath      = "/jwks"
)

// newIDP starts a provider with one key of each kind.
func newIDP(t *testing.T) *idp {
	t.Helper()
	p := &idp{hits: map[string]int{}, bodies: map[string]string{}}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.at(srv.URL)
	return p
}

// at gives the provider its name and its keys.
func (p *idp) at(issuer string) {
	p.issuer, p.jwks = issuer, issuer+jwksPath
	k := pairs()
	p.keys = []any{
		jwk(&k.rsa.PublicKey, "rsa-1"), jwk(&k.ec.PublicKey, "ec-1"), jwk(k.ed.Public(), "ed-1"),
	}
}

func jwk(public any, kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: public, KeyID: kid, Use: "sig"}
}

func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hits[r.URL.Path]++
	if p.down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	if body, ok := p.bodies[r.URL.Path]; ok {
		if where, ok := strings.CutPrefix(body, "redirect:"); ok {
			http.Redirect(w, r, where, http.StatusFound)
			return
		}
		if body, ok = strings.CutPrefix(body, "error:"); ok {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = fmt.Fprint(w, body)
		return
	}
	switch r.URL.Path {
	case discoveryPath:
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.issuer, "jwks_uri": p.jwks})
	case jwksPath:
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": p.keys})
	default:
		http.NotFound(w, r)
	}
}

func (p *idp) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// asked says how often a path was asked for.
func (p *idp) asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hits[path]
}

// strange gives the paths that were asked for and that nobody should.
func (p *idp) strange() (paths []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path := range p.hits {
		if !slices.Contains([]string{discoveryPath, jwksPath}, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

type object map[string]any

// with gives a copy with other members; nil takes one away.
func (o object) with(name string, value any) object {
	c := maps.Clone(o)
	c[name] = value
	if value == nil {
		delete(c, name)
	}
	return c
}

// forge makes a JWT of anything. It is written without the library that checks
// it, so that it can make what the library would not.
func forge(t *testing.T, header, claims any, key any) string {
	t.Helper()
	return sign(t, part(t, header)+"."+part(t, claims), key)
}

func part(t *testing.T, v any) string {
	t.Helper()
	raw, isText := v.(string)
	if !isText {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(b)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(raw))
}

// pss signs with RSASSA-PSS in place of PKCS #1 v1.5.
type pss struct{ *rsa.PrivateKey }

func sign(t *testing.T, input string, key any) string {
	t.Helper()
	sum := sha256.Sum256([]byte(input))
	var sig []byte
	var err error
	switch k := key.(type) {
	case nil:
	case *rsa.PrivateKey:
		sig, err = rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	case pss:
		sig, err = rsa.SignPSS(rand.Reader, k.PrivateKey, crypto.SHA256, sum[:], nil)
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, k, sum[:])
		if err == nil {
			sig = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case ed25519.PrivateKey:
		sig = ed25519.Sign(k, []byte(input))
	case []byte:
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte(input))
		sig = mac.Sum(nil)
	default:
		t.Fatalf("no way to sign with %T", key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}
