package memstoretest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// RunKeys runs the conformance suite of the port to API keys. open gives an
// empty store, twice as two processes would open it.
func RunKeys(t *testing.T, open func(*testing.T) (here, there memstore.Keys)) {
	t.Helper()
	here, there := open(t)
	ctx := t.Context()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

	if all, err := here.List(ctx); err != nil || len(all) != 0 {
		t.Fatalf("an empty store lists %v, %v", all, err)
	}
	first := newKey(t, "aaaaAAA1", "alice", "laptop", at)
	second := newKey(t, "bbbbBBB2", "bob", "", at.Add(time.Second))
	second.Expires, second.ReadOnly = at.Add(time.Hour), true
	for _, k := range []memstore.NewKey{second, first} {
		if err := here.Add(ctx, k); err != nil {
			t.Fatal(err)
		}
	}
	again := newKey(t, "aaaaAAA1", "mallory", "", at)
	if err := there.Add(ctx, again); !errors.Is(err, memstore.ErrConflict) {
		t.Errorf("an id that is taken: %v", err)
	}

	got, err := there.Find(ctx, first.ID)
	if err != nil || got.ID != first.ID || got.User != first.User || got.Name != "laptop" || got.Hash != first.Hash ||
		!got.Created.Equal(at) || !got.Expires.IsZero() || !got.Revoked.IsZero() || got.ReadOnly {
		t.Errorf("found %+v, %v", got, err)
	}
	got, err = there.Find(ctx, second.ID)
	if err != nil || got.User != second.User || !got.Expires.Equal(second.Expires) || !got.ReadOnly {
		t.Errorf("found %+v, %v", got, err)
	}
	if _, err := here.Find(ctx, keyID(t, "AAAAaaa1")); !errors.Is(err, memstore.ErrNotFound) {
		t.Errorf("the id in another case: %v", err)
	}

	// A revocation is seen by the other process with its next question.
	if err := here.Revoke(ctx, first.ID, at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := there.Revoke(ctx, first.ID, at.Add(time.Hour)); err != nil {
		t.Errorf("revoked again: %v", err)
	}
	if got, err := there.Find(ctx, first.ID); err != nil || !got.Revoked.Equal(at.Add(time.Minute)) || got.Hash != first.Hash {
		t.Errorf("a revoked key is %+v, %v", got, err)
	}
	if err := here.Revoke(ctx, keyID(t, "zzzzzzzz"), at); !errors.Is(err, memstore.ErrNotFound) {
		t.Errorf("an unknown id revoked: %v", err)
	}
	all, err := there.List(ctx)
	if err != nil || len(all) != 2 || all[0].ID != first.ID || all[1].ID != second.ID {
		t.Errorf("listed %+v, %v", all, err)
	}
	keysRemoved(t, here, there)
	keysConcurrently(t, here, there)
}

// keysRemoved takes away the keys of one user, and of nobody else.
func keysRemoved(t *testing.T, here, there memstore.Keys) {
	t.Helper()
	ctx := t.Context()
	before, err := here.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"daveDAV1", "daveDAV2"} {
		if err := here.Add(ctx, newKey(t, id, "dave", "", time.Unix(0, 0))); err != nil {
			t.Fatal(err)
		}
	}
	dave, err := memstore.ParseUserID("dave")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 0} {
		if n, err := there.Remove(ctx, dave, time.Unix(5, 0)); err != nil || n != want {
			t.Errorf("removed %d keys, %v, want %d", n, err, want)
		}
	}
	if _, err := here.Find(ctx, keyID(t, "daveDAV1")); !errors.Is(err, memstore.ErrNotFound) {
		t.Errorf("a removed key: %v", err)
	}
	if after, err := here.List(ctx); err != nil || len(after) != len(before) {
		t.Errorf("%d keys are left of %d, %v", len(after), len(before), err)
	}
}

// keysConcurrently adds from both sides at once: no key is lost.
func keysConcurrently(t *testing.T, here, there memstore.Keys) {
	t.Helper()
	const each = 20
	var all sync.WaitGroup
	for n, side := range []memstore.Keys{here, there} {
		all.Go(func() {
			for i := range each {
				k := newKey(t, fmt.Sprintf("k%d%06d", n, i), "carol", "", time.Unix(0, 0))
				if err := side.Add(context.WithoutCancel(t.Context()), k); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	listed, err := here.List(t.Context())
	if err != nil || len(listed) != 2+2*each {
		t.Errorf("%d keys, %v", len(listed), err)
	}
}

func keyID(t *testing.T, s string) memstore.KeyID {
	t.Helper()
	id, err := memstore.ParseKeyID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func newKey(t *testing.T, id, user, name string, created time.Time) memstore.NewKey {
	t.Helper()
	u, err := memstore.ParseUserID(user)
	if err != nil {
		t.Fatal(err)
	}
	return memstore.NewKey{ID: keyID(t, id), User: u, Name: Text(t, memstore.KeyNameField, name), Hash: sha256.Sum256([]byte(id)), Created: created}
}
