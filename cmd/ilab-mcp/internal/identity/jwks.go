package identity

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/time/rate"
)

const (
	// renewAfter is the age at which keys are asked for again: for so long a
	// key that the provider has taken back may still be good here.
	renewAfter = time.Hour
	// staleAfter is the age at which keys open nothing any more, while the
	// provider does not answer.
	staleAfter = 24 * time.Hour
	// fetchTimeout is how long the provider has for its answer.
	fetchTimeout = 10 * time.Second
	// patience is how much of it a token waits whose key is known.
	patience = time.Second
	// Fetches of all clients together: a client that makes up key ids must not
	// make this server ask the provider each time.
	fetchEvery = 10 * time.Second
	fetchBurst = 2
)

// keyCache keeps an identity provider's keys and asks for them again in time:
// when they are old, and when a token names one that is not among them. One
// fetch runs at a time, for everybody who waits for it.
type keyCache struct {
	fetch func(context.Context) ([]jose.JSONWebKey, error)
	now   func() time.Time
	log   *slog.Logger
	limit *rate.Limiter

	mu     sync.Mutex
	keys   []jose.JSONWebKey
	asked  time.Time // when keys were asked for; zero: there are none
	latest *fetching // running or not; nil: none yet
}

// fetching is one fetch. Keys and err are set when done is closed.
type fetching struct {
	done, slow chan struct{} // slow is closed after patience
	keys       []jose.JSONWebKey
	err        error
}

// errSlow ends the patience of a token whose key is known.
var errSlow = errors.New("the identity provider is slow")

func newKeyCache(fetch func(context.Context) ([]jose.JSONWebKey, error), now func() time.Time, log *slog.Logger) *keyCache {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &keyCache{fetch: fetch, now: now, log: log, limit: rate.NewLimiter(rate.Every(fetchEvery), fetchBurst)}
}

// find gives the keys of that id, or all for a token that names none; an error
// where the provider would have to be asked and cannot be.
func (c *keyCache) find(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	keys, fresh, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	if named := withID(keys, id); len(named) > 0 || fresh {
		return named, nil
	}
	keys, err = c.renew(ctx, nil)
	return withID(keys, id), err
}

// current gives the keys of now, and says whether they have just come. Old ones
// go on where new ones cannot be had.
func (c *keyCache) current(ctx context.Context) (keys []jose.JSONWebKey, fresh bool, err error) {
	c.mu.Lock()
	keys, asked := c.keys, c.asked
	c.mu.Unlock()
	age := c.now().Sub(asked)
	switch {
	case asked.IsZero() || age >= staleAfter:
		keys, err = c.renew(ctx, nil)
		return keys, true, err
	case age >= renewAfter:
		if renewed, err := c.renew(ctx, errSlow); err == nil {
			return renewed, true, nil
		}
	}
	return keys, false, nil
}

// renew waits for a fetch: to its end, or no longer than patience where hurry
// is the error to give up with.
func (c *keyCache) renew(ctx context.Context, hurry error) ([]jose.JSONWebKey, error) {
	f := c.join(ctx)
	slow := f.slow
	if hurry == nil {
		slow = nil
	}
	select {
	case <-f.done:
		return f.keys, f.err
	case <-slow:
		return nil, hurry
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// join gives the fetch that runs; a new one where none does; or the last one,
// with what came of it, where it is too soon to ask again.
func (c *keyCache) join(ctx context.Context) *fetching {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, now := c.latest, c.now()
	if last != nil && last.running() {
		return last
	}
	if tooSoon := !c.limit.AllowN(now, 1); tooSoon && last != nil {
		return last
	}
	c.latest = &fetching{done: make(chan struct{}), slow: make(chan struct{})}
	// The request that begins it may go away; others wait for it.
	go c.run(context.WithoutCancel(ctx), c.latest, now)
	return c.latest
}

func (f *fetching) running() bool {
	select {
	case <-f.done:
		return false
	default:
		return true
	}
}

// run does one fetch.
func (c *keyCache) run(ctx context.Context, f *fetching, now time.Time) {
	timer := time.AfterFunc(patience, func() { close(f.slow) })
	defer timer.Stop()
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := c.fetch(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "the identity provider's keys cannot be had", slog.String("cause", err.Error()))
	} else {
		c.log.DebugContext(ctx, "got the identity provider's keys", slog.Int("keys", len(keys)))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.keys, c.asked = keys, now
	}
	f.keys, f.err = keys, err
	close(f.done)
}

// withID gives the keys that have an id, or all of them for none.
func withID(keys []jose.JSONWebKey, id string) []jose.JSONWebKey {
	if id == "" {
		return keys
	}
	var named []jose.JSONWebKey
	for _, key := range keys {
		if key.KeyID == id {
			named = append(named, key)
		}
	}
	return named
}
