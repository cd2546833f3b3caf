package identity

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Salt is the secret that goes into a user id with the e-mail address. Without
// it anybody could tell whose id it is by hashing addresses. It prints as a
// placeholder. The zero value is no salt.
type Salt struct{ secret string }

// NewSalt wraps a salt as the settings give it; nothing is trimmed.
func NewSalt(secret string) Salt { return Salt{secret} }

// IsZero says that there is no salt.
func (s Salt) IsZero() bool { return s.secret == "" }

// String keeps the salt out of messages.
func (s Salt) String() string { return "[salt]" }

// GoString keeps the salt out of %#v.
func (s Salt) GoString() string { return s.String() }

// LogValue keeps the salt out of logs.
func (s Salt) LogValue() slog.Value { return slog.StringValue(s.String()) }

// idDigits is how many hex digits of the hash make a user id: 96 bits, far
// from any collision by chance.
const idDigits = 24

// UserID hashes an e-mail address, byte for byte as this Python does:
//
//	hashlib.sha256(f"{salt}:{email.lower()}".encode()).hexdigest()[:24]
//
// Nothing but the case is folded: no trimming, no normal form.
func (s Salt) UserID(email string) (memstore.UserID, error) {
	switch {
	case s.IsZero():
		return memstore.UserID{}, errors.New("an e-mail address needs a salt")
	case email == "":
		return memstore.UserID{}, errors.New("the e-mail address is empty")
	case !utf8.ValidString(email) || !utf8.ValidString(s.secret):
		// Python has no bytes for such a string either.
		return memstore.UserID{}, errors.New("the e-mail address or the salt is not valid UTF-8")
	}
	sum := sha256.Sum256([]byte(s.secret + ":" + pythonLower(email)))
	return memstore.ParseUserID(hex.EncodeToString(sum[:])[:idDigits])
}

// TokenUser hashes the name that an identity provider has for a user:
//
//	hmac.new(salt.encode(), f"{issuer}\0{name}".encode(), "sha256").hexdigest()
//
// The issuer is part of it, because two providers may give two people one name.
func (s Salt) TokenUser(issuer, name string) (memstore.UserID, error) {
	switch {
	case s.IsZero():
		return memstore.UserID{}, errors.New("a token's user needs a salt")
	case issuer == "" || name == "":
		return memstore.UserID{}, errors.New("the token's issuer or user is empty")
	case strings.ContainsRune(issuer, 0):
		return memstore.UserID{}, errors.New("the token's issuer holds a zero, which would stand for its end")
	case strings.ContainsRune(name, utf8.RuneError):
		// A decoder of JSON leaves this mark for whatever it could not read, so
		// two names may have become one.
		return memstore.UserID{}, errors.New("the token's user is not valid Unicode")
	}
	mac := hmac.New(sha256.New, []byte(s.secret))
	_, _ = mac.Write([]byte(issuer + "\x00" + name)) // a hash's Write never fails
	return memstore.ParseUserID(hex.EncodeToString(mac.Sum(nil)))
}

// pythonLower is str.lower. Full case mapping depends on what stands around a
// capital sigma, and there x/text and Python part ways over one character:
// U+0345 is both a letter with case and one that case rules look past. Python
// looks past it. So it is taken out of x/text's sight: a mark that the rules
// always look past stands in for it.
func pythonLower(s string) string {
	const iota345 = "\u0345"
	if !strings.Contains(s, iota345) {
		return cases.Lower(language.Und).String(s)
	}
	stand := standIn(s)
	s = strings.ReplaceAll(s, iota345, stand)
	return strings.ReplaceAll(cases.Lower(language.Und).String(s), stand, iota345)
}

// standIn gives a variation selector that s does not hold. Lower case neither
// changes nor makes one.
func standIn(s string) string {
	for r := '\U000E0100'; r <= '\U000E01EF'; r++ {
		if !strings.ContainsRune(s, r) {
			return string(r)
		}
	}
	return "\u0345" // an address of 240 variation selectors: as x/text has it
}

// markName is the name of the salt's fingerprint among the store's marks.
const markName = "salt"

// fingerprint recognises a salt without telling it: a hash under a domain of
// its own, so that it is no prefix of anything an id is made of, and cut short.
func (s Salt) fingerprint() []byte {
	sum := sha256.Sum256([]byte("ilab-mcp salt fingerprint v1\x00" + s.secret))
	return sum[:16]
}

// ErrOtherSalt is what Check answers for a salt that is not the store's.
var ErrOtherSalt = errors.New("USER_ID_SALT is not the salt this store was begun with: with another salt every user would meet an empty memory")

// Check leaves the salt's fingerprint in the store at first use, and answers
// [ErrOtherSalt] where the store has one of another salt.
func (s Salt) Check(ctx context.Context, m memstore.Marker) error {
	mine := s.fingerprint()
	stored, err := m.Mark(ctx, markName, mine)
	if err != nil {
		return fmt.Errorf("compare the salt: %w", err)
	}
	if !bytes.Equal(stored, mine) {
		return ErrOtherSalt
	}
	return nil
}
