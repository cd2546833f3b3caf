package identity

import (
	"context"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Access is what a verified credential opens.
type Access struct {
	User     memstore.UserID
	ReadOnly bool
	Until    time.Time      // the credential's end; zero: none
	Key      memstore.KeyID // of an API key; zero for a token
}

// Verifier turns a credential into an [Access], or says in a [Refusal] why it
// opens nothing. [Keys], [OIDC] and [Gate] are verifiers. Verify is safe for
// concurrent use.
type Verifier interface {
	Verify(ctx context.Context, credential string) (Access, error)
}

// Reason sorts refusals by what a server answers over HTTP.
type Reason int

// The reasons of a [Refusal].
const (
	NoCredential   Reason = iota + 1 // 401, and no error code: nothing was wrong yet
	BadCredential                    // 401 invalid_token
	TooLittleScope                   // 403 insufficient_scope
	CannotCheck                      // 503: the store or the identity provider cannot be asked
)

// Refusal is an error for people: why a credential opens nothing. Its text
// never tells more to those who guess: a key that does not exist, one with a
// wrong secret and one that is no key at all are refused in the same words.
type Refusal struct {
	Reason Reason
	Msg    string
	// Genuine says that the credential was a real one, and has ended: whoever
	// sent it did not guess.
	Genuine bool
	Err     error // the cause, for logs; it never holds the credential, nor what a token says
}

// Error gives the text for people.
func (r *Refusal) Error() string { return r.Msg }

// Unwrap gives the cause, for logs.
func (r *Refusal) Unwrap() error { return r.Err }
