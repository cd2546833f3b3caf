package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxDocument is the longest answer of a provider that is read, in bytes.
	maxDocument = 1 << 20
	// maxRedirects is how often a provider may point elsewhere.
	maxRedirects = 3
	// minRSABits is what RFC 7518 asks of an RSA key.
	minRSABits = 2048
)

// provider asks an identity provider for its keys. One call at a time.
type provider struct {
	issuer string
	here   bool // the issuer is on this machine
	client *http.Client
	now    func() time.Time

	jwks  string    // where the keys are; "": not known
	found time.Time // when that was learnt
}

func newProvider(issuer string, client *http.Client, now func() time.Time) *provider {
	here := isHere(issuer)
	var own http.Client // its time is bounded by the context
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errors.New("too many redirects")
		}
		return checkSafe(r.URL, here)
	}
	return &provider{here: here, issuer: issuer, client: &own, now: now}
}

// keys gives the keys with which the provider signs. Where they are is asked
// for again in the same rhythm, and after a failure.
func (p *provider) keys(ctx context.Context) ([]jose.JSONWebKey, error) {
	if now := p.now(); p.jwks == "" || now.Sub(p.found) >= renewAfter {
		where, err := p.discover(ctx)
		if err != nil {
			return nil, fmt.Errorf("discovery: %w", err)
		}
		p.jwks, p.found = where, now
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	err := p.get(ctx, p.jwks, &set)
	if err == nil && set.Keys == nil {
		err = errors.New("the answer is no set of keys")
	}
	if err != nil {
		p.jwks = ""
		return nil, fmt.Errorf("keys: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		// A key of a kind that is not known here is passed over (RFC 7517, 5).
		if key, ok := usable(raw); ok {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// discover asks where the keys are.
func (p *provider) discover(ctx context.Context) (string, error) {
	var doc struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := p.get(ctx, strings.TrimSuffix(p.issuer, "/")+"/.well-known/openid-configuration", &doc); err != nil {
		return "", err
	}
	if doc.Issuer != p.issuer {
		return "", errors.New("the provider calls itself otherwise than the issuer that is set")
	}
	where, err := url.Parse(doc.JWKS)
	if err == nil {
		err = checkSafe(where, p.here)
	}
	if err != nil {
		return "", fmt.Errorf("jwks_uri %w", err)
	}
	return doc.JWKS, nil
}

// get reads a JSON document of the provider.
func (p *provider) get(ctx context.Context, where string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the provider answers with status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if err != nil {
		return err
	}
	if len(body) > maxDocument {
		return fmt.Errorf("the answer is longer than %d bytes", maxDocument)
	}
	return json.Unmarshal(body, into)
}

// usable gives a key that can check signatures and cannot make them.
func usable(raw []byte) (jose.JSONWebKey, bool) {
	var key jose.JSONWebKey
	if err := json.Unmarshal(raw, &key); err != nil || !key.Valid() || (key.Use != "" && key.Use != "sig") {
		return jose.JSONWebKey{}, false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return key, public.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return key, true
	default: // symmetric, private, or of a kind that no allowed algorithm has
		return jose.JSONWebKey{}, false
	}
}

// checkIssuer says what is wrong with an issuer's name.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil {
		return errors.New("must be an https URL")
	}
	if u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return errors.New("must be a URL without a query or a fragment")
	}
	return checkSafe(u, true)
}

// isHere says that an issuer is a program on this machine, spoken to in the
// clear.
func isHere(issuer string) bool {
	u, err := url.Parse(issuer)
	return err == nil && u.Scheme == "http" && isLoopback(u.Hostname())
}

// checkSafe refuses a URL over which keys could be forged on their way. Plain
// http stays on this machine, and only an issuer that is there itself may lead
// to it: no other is to make this program ask what listens here.
func checkSafe(u *url.URL, here bool) error {
	switch {
	case u.Hostname() == "" || u.User != nil:
		return errors.New("must be a URL with a host and without a password")
	case u.Scheme == "https", here && u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return errors.New("must be an https URL; http is for this machine only")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
