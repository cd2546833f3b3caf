package identity

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// OIDCOptions says whose access tokens are good, and for what.
type OIDCOptions struct {
	Issuer     string       // https://…; http only for a loopback host
	Audience   string       // this server, as the provider names it
	Algorithms []string     // of signatures; none: all with a public key that are known here
	Claim      string       // names the user; "" is "sub"
	ReadScope  string       // "" is "read"; "none": every token may read
	WriteScope string       // "" is "write"; "none": every token may read and write
	Salt       Salt         // goes into user ids
	Client     *http.Client // nil: one of its own. A fetch may take 10 s with either
	Now        func() time.Time
	Log        *slog.Logger // nil: none
}

// noScope is the name of a scope that every token has.
const noScope = "none"

// OIDC checks access tokens: JWTs that an identity provider signed. The
// provider is asked for its keys at the first token and not before, so that a
// server starts, and API keys work, while the provider is away.
type OIDC struct {
	issuer, audience, claim string
	read, write             string
	algorithms              []jose.SignatureAlgorithm
	salt                    Salt
	now                     func() time.Time
	keys                    *keyCache
}

// publicKeyAlgorithms are the algorithms there can be. All of them sign with a
// private key: with one where both sides know the same secret, the provider's
// public key could be made to serve as that secret.
func publicKeyAlgorithms() []string {
	return []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512,
		oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
	}
}

// NewOIDC checks the options. It does not ask the provider.
func NewOIDC(o OIDCOptions) (*OIDC, error) {
	algorithms, err := allowed(o.Algorithms)
	if err != nil {
		return nil, err
	}
	v := &OIDC{
		issuer: o.Issuer, audience: o.Audience, algorithms: algorithms, salt: o.Salt, now: o.Now,
		claim: or(o.Claim, "sub"), read: or(o.ReadScope, "read"), write: or(o.WriteScope, "write"),
	}
	if err := checkIssuer(o.Issuer); err != nil {
		return nil, fmt.Errorf("the issuer of access tokens %w", err)
	}
	switch {
	case o.Audience == "":
		return nil, errors.New("access tokens need an audience: the name that the identity provider has for this server")
	case o.Salt.IsZero():
		return nil, errors.New("access tokens need USER_ID_SALT, which makes user ids out of the provider's names for people")
	case strings.ContainsFunc(v.read+v.write, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }):
		return nil, errors.New("a scope is one word of ASCII, without spaces and quotes")
	case o.Now == nil:
		return nil, errors.New("access tokens need a clock")
	}
	v.keys = newKeyCache(newProvider(o.Issuer, o.Client, o.Now).keys, o.Now, o.Log)
	return v, nil
}

// or gives s, or what stands for it where it is empty.
func or(s, unset string) string {
	if s == "" {
		return unset
	}
	return s
}

// allowed makes the allow-list of algorithms.
func allowed(names []string) ([]jose.SignatureAlgorithm, error) {
	known := publicKeyAlgorithms()
	if len(names) == 0 {
		names = known
	}
	var list []jose.SignatureAlgorithm
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("an algorithm of access tokens must be one that signs with a private key: %s", strings.Join(known, ", "))
		}
		list = append(list, jose.SignatureAlgorithm(name))
	}
	return list, nil
}

// Verify says what an access token opens.
func (o *OIDC) Verify(ctx context.Context, token string) (Access, error) {
	head, err := o.head(token)
	if err != nil {
		return Access{}, err
	}
	keys, err := o.keys.find(ctx, head.KeyID)
	if err != nil {
		return Access{}, &Refusal{Reason: CannotCheck, Msg: "the access token cannot be checked now, because the identity provider does not answer; try again soon", Err: err}
	}
	payload, err := signed(ctx, token, head, keys)
	if err != nil {
		return Access{}, err
	}
	return o.access(payload)
}

// head reads a token's header. It is the word of whoever sent it: it chooses
// among the provider's keys and the algorithms of the allow-list, and what it
// says of other keys (jwk, jku, x5c, x5u) is not looked at.
func (o *OIDC) head(token string) (jose.Header, error) {
	if len(token) > MaxCredential {
		return jose.Header{}, badToken("too long")
	}
	jws, err := jose.ParseSignedCompact(token, o.algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		// The cause quotes the token.
		return jose.Header{}, badToken("not a JWT with an algorithm that is allowed")
	}
	head := jws.Signatures[0].Protected
	for _, name := range []jose.HeaderKey{"crit", "b64"} {
		if _, ok := head.ExtraHeaders[name]; ok {
			return jose.Header{}, badToken("its header asks for an extension")
		}
	}
	return head, nil
}

// signed gives what a token says, if one of these keys signed it.
func signed(ctx context.Context, token string, head jose.Header, keys []jose.JSONWebKey) ([]byte, error) {
	var set oidc.StaticKeySet
	for _, key := range keys {
		if key.Algorithm == "" || key.Algorithm == head.Algorithm {
			set.PublicKeys = append(set.PublicKeys, crypto.PublicKey(key.Key))
		}
	}
	if len(set.PublicKeys) == 0 {
		return nil, badToken("no key of the provider is the one it names")
	}
	payload, err := set.VerifySignature(ctx, token)
	if err != nil {
		return nil, badToken("wrong signature")
	}
	return payload, nil
}

// recheck refuses an access that was given for a token which has ended since.
func (o *OIDC) recheck(a Access) error {
	if !o.now().Before(a.Until) {
		return expiredToken()
	}
	return nil
}
