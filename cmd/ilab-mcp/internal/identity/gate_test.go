package identity_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

var (
	_ identity.Verifier = (*identity.Keys)(nil)
	_ identity.Verifier = (*identity.OIDC)(nil)
	_ identity.Verifier = (*identity.Gate)(nil)
)

func TestGate(t *testing.T) {
	p, clk := newIDP(t), newClock()
	store := &keyStore{}
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, id := issue(t, keys, "alice", noExpiry, false)
	token := forge(t, rs256, good(p, clk), pairs().rsa)
	both := &identity.Gate{Keys: keys, OIDC: newOIDC(t, options(p, clk))}
	keysOnly := &identity.Gate{Keys: keys}

	ofKey, ofToken := opens(t, both, key), opens(t, both, token)
	if ofKey.User.String() != "alice" || ofKey.Key != id || !ofToken.Key.IsZero() || ofToken.User == ofKey.User {
		t.Errorf("got %+v and %+v", ofKey, ofToken)
	}
	opens(t, keysOnly, key)
	fetches := p.asked(jwksPath)
	for name, try := range map[string]struct {
		gate       *identity.Gate
		credential string
	}{
		"a token, where none are taken":   {keysOnly, token},
		"nothing, where no token is":      {keysOnly, ""},
		"nothing":                         {both, ""},
		"a token that begins like a key":  {both, "ilab_" + token},
		"a key that lost its first digit": {both, key[1:]},
	} {
		if _, err := try.gate.Verify(t.Context(), try.credential); reason(err) != identity.BadCredential || (len(try.credential) > 9 && strings.Contains(err.Error(), try.credential)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p.asked(jwksPath) != fetches {
		t.Error("the provider was asked for what is no token")
	}
	for name, a := range map[string]identity.Access{"key": ofKey, "token": ofToken} {
		if err := both.Recheck(t.Context(), a); err != nil {
			t.Errorf("the %s is good: %v", name, err)
		}
	}
}

func TestGateRechecks(t *testing.T) {
	p, clk := newIDP(t), newClock()
	store := &keyStore{}
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	gate := &identity.Gate{Keys: keys, OIDC: newOIDC(t, options(p, clk))}
	key, id := issue(t, keys, "alice", noExpiry, false)
	ofKey, ofToken := opens(t, gate, key), opens(t, gate, forge(t, rs256, good(p, clk), pairs().rsa))

	p.set(func() { p.down = true }) // a recheck does not need it
	clk.Turn(359 * time.Second)
	if err := gate.Recheck(t.Context(), ofToken); err != nil {
		t.Errorf("within the minute of grace: %v", err)
	}
	clk.Turn(time.Second)
	if err := gate.Recheck(t.Context(), ofToken); reason(err) != identity.BadCredential || !strings.Contains(err.Error(), "expired") {
		t.Errorf("a token past its end: %v", err)
	}
	if err := gate.Recheck(t.Context(), ofKey); err != nil {
		t.Errorf("a key without an end: %v", err)
	}
	if err := store.Revoke(t.Context(), id, clk.Now()); err != nil {
		t.Fatal(err)
	}
	if err := gate.Recheck(t.Context(), ofKey); reason(err) != identity.BadCredential || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("a revoked key: %v", err)
	}
	for name, g := range map[string]*identity.Gate{"without tokens": {Keys: keys}, "with": gate} {
		if err := g.Recheck(t.Context(), identity.Access{}); reason(err) != identity.BadCredential {
			t.Errorf("%s, no access at all: %v", name, err)
		}
	}
}
