package memstore

import (
	"context"
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Keys is the port to the API keys of a store, beside [Backend]. It keeps what
// a key is checked against and never a key itself. All methods are safe for
// concurrent use, and every process on the store sees a change at once.
type Keys interface {
	// Add stores a key; [ErrConflict] where its id is taken.
	Add(ctx context.Context, k NewKey) error
	// Find gives the key of that id; [ErrNotFound] where there is none. A
	// revoked or expired one is found: the caller looks at it.
	Find(ctx context.Context, id KeyID) (Key, error)
	// List gives all keys, oldest first.
	List(ctx context.Context) ([]Key, error)
	// Revoke marks a key as revoked; [ErrNotFound] where there is none. A key
	// that is revoked already keeps its time.
	Revoke(ctx context.Context, id KeyID, at time.Time) error
	// Remove takes away all keys of a user, and says how many there were.
	Remove(ctx context.Context, u UserID, at time.Time) (int, error)
}

// KeyIDLength is how many characters a key's id has.
const KeyIDLength = 8

// KeyID names an API key. It is no secret. [ParseKeyID] is its only maker.
type KeyID struct{ id string }

// ParseKeyID checks and wraps a key's id: 8 characters of A-Z a-z 0-9.
func ParseKeyID(s string) (KeyID, error) {
	if len(s) != KeyIDLength {
		return KeyID{}, invalid("a key's id has %d letters and digits; key list shows them", KeyIDLength)
	}
	for i := range len(s) {
		if !userIDByte(s[i], true) {
			return KeyID{}, invalid("a key's id has letters and digits only; key list shows them")
		}
	}
	return KeyID{id: s}, nil
}

// String gives the id.
func (k KeyID) String() string { return k.id }

// IsZero says that k names no key.
func (k KeyID) IsZero() bool { return k.id == "" }

// NewKey is a key to be stored.
type NewKey struct {
	ID       KeyID
	User     UserID       // whose memory it opens
	Name     privacy.Text // for people; may be zero
	Hash     Hash         // SHA-256 of the whole key
	Created  time.Time
	Expires  time.Time // zero: never
	ReadOnly bool
}

// Key is a stored key.
type Key struct {
	ID       KeyID
	User     UserID
	Name     string
	Hash     Hash
	Created  time.Time
	Expires  time.Time // zero: never
	Revoked  time.Time // zero: not revoked
	ReadOnly bool
}
