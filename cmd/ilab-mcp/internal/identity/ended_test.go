package identity_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// TestExpiryWithoutTheStore: what a key opened ends when the key does, also
// while the store cannot be asked: that end is known.
func TestExpiryWithoutTheStore(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, _ := issue(t, keys, "alice", clk.Now().Add(time.Minute), false)
	a, err := keys.Verify(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	clk.Turn(time.Hour)
	store.err = fmt.Errorf("locked: %w", memstore.ErrBusy)
	if err := keys.Recheck(t.Context(), a); reason(err) != identity.BadCredential {
		t.Errorf("a key that expired 59 minutes ago: %v (%v)", err, errors.Unwrap(err))
	}
}

// TestGenuine: only who has shown the whole key, or a token that the provider
// signed, counts as no guess.
func TestGenuine(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, _ := issue(t, keys, "alice", clk.Now().Add(time.Minute), false)
	clk.Turn(time.Hour)
	for credential, genuine := range map[string]bool{key: true, key[:len(key)-2] + "--": false, "ilab_x": false} {
		_, err := keys.Verify(t.Context(), credential)
		if r, ok := errors.AsType[*identity.Refusal](err); !ok || r.Genuine != genuine {
			t.Errorf("%d characters: %+v", len(credential), err)
		}
	}
	p, tokens := newIDP(t), newClock()
	v := newOIDC(t, options(p, tokens))
	expired := forge(t, rs256, good(p, tokens).with("exp", tokens.Now().Add(-time.Hour).Unix()), pairs().rsa)
	forged := forge(t, rs256, good(p, tokens).with("exp", tokens.Now().Add(-time.Hour).Unix()), pairs().other)
	for token, genuine := range map[string]bool{expired: true, forged: false} {
		_, err := v.Verify(t.Context(), token)
		if r, ok := errors.AsType[*identity.Refusal](err); !ok || r.Genuine != genuine {
			t.Errorf("a token: %+v", err)
		}
	}
}

// TestIssuerPointsHere: an issuer elsewhere must not send this program to plain
// http on this machine: anybody on it could forge keys there, and it would be a
// way to ask what listens on loopback only.
func TestIssuerPointsHere(t *testing.T) {
	hits := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits++
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{jwk(&pairs().rsa.PublicKey, "rsa-1")}}) // whoever asks
	}))
	defer inside.Close()
	for _, how := range []string{"jwks_uri", "redirect"} {
		p := &idp{hits: map[string]int{}, bodies: map[string]string{}}
		srv := httptest.NewTLSServer(p)
		p.at(srv.URL)
		if how == "redirect" {
			p.bodies[jwksPath] = "redirect:" + inside.URL + "/admin"
		} else {
			p.jwks = inside.URL + "/admin"
		}
		clk := newClock()
		o := options(p, clk)
		o.Client = srv.Client()
		_, err := newOIDC(t, o).Verify(t.Context(), forge(t, rs256, good(p, clk), pairs().rsa))
		if err == nil || hits > 0 {
			t.Errorf("%s: %d requests went to loopback, and the token gives %v", how, hits, err)
		}
		srv.Close()
	}
}
