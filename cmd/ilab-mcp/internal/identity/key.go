package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// The form of a key: ilab_<key id>_<secret>. The prefix lets scanners of
// repositories find keys that were committed by mistake.
const (
	keyPrefix    = "ilab_"
	secretBytes  = 32 // 256 random bits
	secretLength = 43 // digits of base 62 that hold them
	keyLength    = len(keyPrefix) + memstore.KeyIDLength + 1 + secretLength
)

// issueTries is how many ids Issue draws. Two in a row that are taken are a
// broken source of randomness, not chance.
const issueTries = 4

// Keys makes API keys and checks them. The store is asked on every check, so a
// key that is revoked anywhere opens nothing from then on.
type Keys struct {
	port   memstore.Keys
	now    func() time.Time
	random io.Reader
}

// NewKeys gives the keys of a store. The source of randomness must be one made
// for secrets.
func NewKeys(port memstore.Keys, now func() time.Time, random io.Reader) *Keys {
	return &Keys{port: port, now: now, random: random}
}

// IsKey says that a credential means to be an API key, good or not.
func IsKey(credential string) bool { return strings.HasPrefix(credential, keyPrefix) }

// Issue makes a key that opens the user's memory, and stores its hash. The
// secret is the whole key: it can be shown now and never again, since it is
// kept nowhere. A zero expires means never.
func (k *Keys) Issue(ctx context.Context, user memstore.UserID, name privacy.Text, expires time.Time, readOnly bool) (Secret, memstore.KeyID, error) {
	now := k.now()
	if user.IsZero() {
		return Secret{}, memstore.KeyID{}, &memstore.Error{Kind: memstore.Invalid, Msg: "a key needs a user whose memory it opens"}
	}
	if !expires.IsZero() && !expires.After(now) {
		return Secret{}, memstore.KeyID{}, &memstore.Error{Kind: memstore.Invalid, Msg: "the key would have expired already; give a time in the future"}
	}
	for range issueTries {
		id, whole, err := k.draw()
		if err != nil {
			return Secret{}, memstore.KeyID{}, err
		}
		err = k.port.Add(ctx, memstore.NewKey{
			ID: id, User: user, Name: name, Hash: sha256.Sum256([]byte(whole)), Created: now, Expires: expires, ReadOnly: readOnly,
		})
		if errors.Is(err, memstore.ErrConflict) {
			continue
		}
		if err != nil {
			return Secret{}, memstore.KeyID{}, fmt.Errorf("store the key: %w", err)
		}
		return Secret{key: whole}, id, nil
	}
	return Secret{}, memstore.KeyID{}, errors.New("every id drawn for the key is taken: the source of randomness is broken")
}

// draw makes a key and its id.
func (k *Keys) draw() (memstore.KeyID, string, error) {
	text, err := randomBase62(k.random, memstore.KeyIDLength)
	if err != nil {
		return memstore.KeyID{}, "", err
	}
	id, err := memstore.ParseKeyID(text)
	if err != nil {
		return memstore.KeyID{}, "", err
	}
	var secret [secretBytes]byte
	if _, err := io.ReadFull(k.random, secret[:]); err != nil {
		return memstore.KeyID{}, "", fmt.Errorf("draw a secret: %w", err)
	}
	return id, keyPrefix + text + "_" + base62Number(secret[:], secretLength), nil
}

// Verify says what a key opens.
func (k *Keys) Verify(ctx context.Context, credential string) (Access, error) {
	id, ok := parseKey(credential)
	if !ok {
		return Access{}, badKey("malformed")
	}
	stored, err := k.port.Find(ctx, id)
	if errors.Is(err, memstore.ErrNotFound) {
		return Access{}, badKey("unknown id")
	}
	if err != nil {
		return Access{}, storeFails(err)
	}
	sum := sha256.Sum256([]byte(credential))
	if subtle.ConstantTimeCompare(sum[:], stored.Hash[:]) != 1 {
		return Access{}, badKey("wrong secret")
	}
	if err := k.inForce(stored); err != nil {
		return Access{}, err
	}
	return Access{User: stored.User, ReadOnly: stored.ReadOnly, Until: stored.Expires, Key: stored.ID}, nil
}

// Recheck asks whether a key that was good still is, for streams that stay
// open long after their request.
func (k *Keys) Recheck(ctx context.Context, a Access) error {
	if !a.Until.IsZero() && !k.now().Before(a.Until) {
		return expiredKey() // known, whether or not the store can be asked
	}
	stored, err := k.port.Find(ctx, a.Key)
	if errors.Is(err, memstore.ErrNotFound) {
		return badKey("unknown id")
	}
	if err != nil {
		return storeFails(err)
	}
	if stored.User != a.User || (stored.ReadOnly && !a.ReadOnly) {
		return badKey("its row is another key's")
	}
	return k.inForce(stored)
}

func expiredKey() error {
	return &Refusal{Reason: BadCredential, Genuine: true, Msg: "the API key has expired; ask for a new one", Err: errors.New("expired key")}
}

// inForce refuses a key that is revoked or expired. Only who has shown the
// whole key may learn which.
func (k *Keys) inForce(stored memstore.Key) error {
	switch {
	case !stored.Revoked.IsZero():
		return &Refusal{Reason: BadCredential, Genuine: true, Msg: "the API key was revoked; ask for a new one", Err: errors.New("revoked key")}
	case !stored.Expires.IsZero() && !k.now().Before(stored.Expires):
		return expiredKey()
	}
	return nil
}

// parseKey gives the id of a credential that has the form of a key.
func parseKey(credential string) (memstore.KeyID, bool) {
	const secretAt = keyLength - secretLength
	if len(credential) != keyLength || !IsKey(credential) || credential[secretAt-1] != '_' {
		return memstore.KeyID{}, false
	}
	for i := secretAt; i < keyLength; i++ {
		if !isBase62(credential[i]) {
			return memstore.KeyID{}, false
		}
	}
	id, err := memstore.ParseKeyID(credential[len(keyPrefix) : secretAt-1])
	return id, err == nil
}

// badKey is one answer for all that is not a key of this store.
func badKey(cause string) error {
	return &Refusal{
		Reason: BadCredential, Msg: "the API key is not valid: check that it is whole, or ask for a new one",
		Err: errors.New("bad key: " + cause),
	}
}

// storeFails answers where the store cannot tell whether a key is good.
func storeFails(cause error) error {
	return &Refusal{Reason: CannotCheck, Msg: "the API key cannot be checked now; try again soon", Err: cause}
}
