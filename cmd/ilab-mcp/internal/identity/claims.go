package identity

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

const (
	// skew is how far the provider's clock may be from ours.
	skew = 60 * time.Second
	// maxClaim is the longest name of a user, in bytes.
	maxClaim = 1 << 10
	// lastSecond is the end of the year 9999. Times past it are mistakes, such
	// as milliseconds, and would overflow.
	lastSecond = 253402300799
)

// claims are what a signed token says. Package json here is go-jose's, which
// takes names exactly as they are written and refuses a name that comes twice:
// two readers of one token must not read different things.
type claims map[string]json.RawMessage

// access checks what a signed token says. The refusals may say what is wrong:
// only somebody who has a token of the provider gets here.
func (o *OIDC) access(payload []byte) (Access, error) {
	var c claims
	if !utf8.Valid(payload) || json.Unmarshal(payload, &c) != nil {
		return Access{}, badToken("its claims are not a JSON object in UTF-8")
	}
	if issuer, ok := c.text("iss"); !ok || issuer != o.issuer {
		return Access{}, refuseToken("the access token is of another identity provider; get one of the provider that this server is set up for", "other issuer")
	}
	if !slices.Contains(c.list("aud"), o.audience) {
		return Access{}, refuseToken("the access token is not for this server; ask the identity provider for one with this server's audience", "other audience")
	}
	until, err := o.inTime(c)
	if err != nil {
		return Access{}, err
	}
	user, err := o.user(c)
	if err != nil {
		return Access{}, refuseToken("the access token does not name a user in the claim that this server is set up for", "no user")
	}
	read, write := o.scopes(c)
	if !read && !write {
		return Access{}, &Refusal{Reason: TooLittleScope, Msg: "the access token has too little scope; ask the identity provider for one with " + o.read + " or " + o.write, Err: errors.New("too little scope")}
	}
	return Access{User: user, ReadOnly: !write, Until: until}, nil
}

// inTime gives the end of a token that is in force.
func (o *OIDC) inTime(c claims) (time.Time, error) {
	now := o.now()
	exp, ok := c.time("exp")
	if !ok {
		return time.Time{}, refuseToken("the access token does not say when it expires, which this server asks for", "no exp")
	}
	until := exp.Add(skew)
	if !now.Before(until) {
		return time.Time{}, expiredToken()
	}
	for _, name := range []string{"nbf", "iat"} {
		if _, there := c[name]; !there {
			continue
		}
		if begin, ok := c.time(name); !ok || begin.After(now.Add(skew)) {
			return time.Time{}, refuseToken("the access token is not valid yet; check the clocks of the identity provider and of this server", name+" in the future")
		}
	}
	return until, nil
}

// user makes the user id out of the claim that names the user.
func (o *OIDC) user(c claims) (memstore.UserID, error) {
	name, ok := c.text(o.claim)
	if !ok || len(name) > maxClaim {
		return memstore.UserID{}, errors.New("the claim is missing, too long or no string")
	}
	return o.salt.TokenUser(o.issuer, name)
}

// scopes says what a token may do: "scope" is one string of words, "scp" a
// string of words or a list of them.
func (o *OIDC) scopes(c claims) (read, write bool) {
	var has []string
	if scope, ok := c.text("scope"); ok {
		has = strings.Fields(scope)
	}
	for _, scp := range c.list("scp") {
		has = append(has, strings.Fields(scp)...)
	}
	may := func(scope string) bool { return scope == noScope || slices.Contains(has, scope) }
	return may(o.read), may(o.write)
}

// text gives a claim that is a string.
func (c claims) text(name string) (string, bool) {
	var s *string // null is no string
	if raw, ok := c[name]; !ok || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// list gives a claim that is a list of strings, or one string.
func (c claims) list(name string) []string {
	if s, ok := c.text(name); ok {
		return []string{s}
	}
	var list []string
	if raw, ok := c[name]; !ok || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// time gives a claim that is a time: a number of seconds, with or without a
// fraction.
func (c claims) time(name string) (time.Time, bool) {
	var seconds *float64
	if raw, ok := c[name]; !ok || json.Unmarshal(raw, &seconds) != nil || seconds == nil {
		return time.Time{}, false
	}
	if *seconds < 0 || *seconds > lastSecond {
		return time.Time{}, false
	}
	return time.Unix(int64(*seconds), 0).UTC(), true
}

// badToken is one answer for all that is not a token of the provider.
func badToken(cause string) error {
	return refuseToken("the access token is not valid; get a new one from the identity provider", cause)
}

// expiredToken answers a token that was good once.
func expiredToken() error {
	return &Refusal{Reason: BadCredential, Genuine: true, Msg: "the access token has expired; get a new one from the identity provider", Err: errors.New("bad token: expired")}
}

func refuseToken(msg, cause string) error {
	return &Refusal{Reason: BadCredential, Msg: msg, Err: errors.New("bad token: " + cause)}
}
