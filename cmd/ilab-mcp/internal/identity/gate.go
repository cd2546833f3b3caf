package identity

import (
	"context"
	"errors"
)

// Gate checks credentials of every kind that a server takes.
type Gate struct {
	Keys *Keys
	OIDC *OIDC // nil: no access tokens
}

// Verify says what a credential opens. What begins like an API key is checked
// as one and never as a token.
func (g *Gate) Verify(ctx context.Context, credential string) (Access, error) {
	switch {
	case IsKey(credential):
		return g.Keys.Verify(ctx, credential)
	case g.OIDC != nil:
		return g.OIDC.Verify(ctx, credential)
	default:
		return Access{}, noTokens()
	}
}

// Recheck asks whether an access that was given is still good, for streams that
// stay open: a key is looked up again, a token has its end.
func (g *Gate) Recheck(ctx context.Context, a Access) error {
	switch {
	case !a.Key.IsZero():
		return g.Keys.Recheck(ctx, a)
	case g.OIDC != nil:
		return g.OIDC.recheck(a)
	default:
		return noTokens()
	}
}

// noTokens answers what is no API key where nothing else is taken.
func noTokens() error {
	return &Refusal{
		Reason: BadCredential, Msg: "the credential is not an API key, and this server takes nothing else",
		Err: errors.New("not a key"),
	}
}
