package identity_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// keyStore is a memstore.Keys in memory.
type keyStore struct {
	mu   sync.Mutex
	rows map[memstore.KeyID]memstore.Key
	err  error // what every call answers
	full int   // so many calls of Add answer a conflict
	asks int   // calls of Find
}

func (s *keyStore) Add(_ context.Context, k memstore.NewKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.rows[k.ID]; taken || s.full > 0 {
		s.full--
		return memstore.ErrConflict
	}
	if s.rows == nil {
		s.rows = map[memstore.KeyID]memstore.Key{}
	}
	s.rows[k.ID] = memstore.Key{ID: k.ID, User: k.User, Name: k.Name.String(), Hash: k.Hash, Created: k.Created, Expires: k.Expires, ReadOnly: k.ReadOnly}
	return s.err
}

func (s *keyStore) Find(_ context.Context, id memstore.KeyID) (memstore.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	k, ok := s.rows[id]
	if s.err != nil {
		return memstore.Key{}, s.err
	}
	if !ok {
		return memstore.Key{}, fmt.Errorf("find: %w", memstore.ErrNotFound)
	}
	return k, nil
}

func (s *keyStore) List(context.Context) ([]memstore.Key, error) { return nil, s.err }

func (s *keyStore) Remove(context.Context, memstore.UserID, time.Time) (int, error) { return 0, s.err }

func (s *keyStore) Revoke(_ context.Context, id memstore.KeyID, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.rows[id]
	k.Revoked = at
	s.rows[id] = k
	return s.err
}

// clock is a clock that a test turns.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func userID(t *testing.T, s string) memstore.UserID {
	t.Helper()
	u, err := memstore.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

var noExpiry time.Time

func issue(t *testing.T, k *identity.Keys, user string, expires time.Time, readOnly bool) (string, memstore.KeyID) {
	t.Helper()
	secret, id, err := k.Issue(t.Context(), userID(t, user), privacy.Text{}, expires, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal(), id
}

var keyForm = regexp.MustCompile(`^ilab_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$`)

func TestTenThousandKeys(t *testing.T) {
	const n = 10_000
	store := &keyStore{}
	keys := identity.NewKeys(store, newClock().Now, rand.Reader)
	seen, idDigits, secretDigits := map[string]bool{}, map[rune]int{}, map[rune]int{}
	for range n {
		key, id := issue(t, keys, "alice", noExpiry, false)
		if !keyForm.MatchString(key) || seen[key] || key[5:13] != id.String() {
			t.Fatalf("a bad key, or one that was there before: %s of id %s", key, id)
		}
		seen[key] = true
		for _, r := range id.String() {
			idDigits[r]++
		}
		for _, r := range key[15:] { // the first digit of a number is never fair
			secretDigits[r]++
		}
	}
	if len(store.rows) != n {
		t.Errorf("%d rows for %d keys", len(store.rows), n)
	}
	fair(t, "ids", idDigits, n*8)
	fair(t, "secrets", secretDigits, n*42)
}

// fair is a chi-squared test with 61 degrees of freedom, which chance fails
// less than once in 10^9 runs. A remainder of plain bytes fails it by far.
func fair(t *testing.T, what string, counts map[rune]int, all int) {
	t.Helper()
	want, chi := float64(all)/62, 0.0
	for _, n := range counts {
		chi += (float64(n) - want) * (float64(n) - want) / want
	}
	if len(counts) != 62 || chi > 150 {
		t.Errorf("%s: %d digits, chi-squared %.0f", what, len(counts), chi)
	}
}

// TestSecretIsTheWholeNumber: the extreme numbers fit, so no bit is lost.
func TestSecretIsTheWholeNumber(t *testing.T) {
	for fill, want := range map[byte]string{
		0x00: "ilab_00000000_0000000000000000000000000000000000000000000",
		0xff: "",
	} {
		random := io.MultiReader(strings.NewReader(strings.Repeat("\x00", 8)), bytes.NewReader(bytes.Repeat([]byte{fill}, 32)))
		key, _ := issue(t, identity.NewKeys(&keyStore{}, newClock().Now, random), "alice", noExpiry, false)
		if !keyForm.MatchString(key) || (want != "" && key != want) {
			t.Errorf("bytes of %x: %s", fill, key)
		}
	}
}

func TestIssueStoresTheHashAlone(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	key, id := issue(t, identity.NewKeys(store, clk.Now, rand.Reader), "alice", clk.now.Add(time.Hour), true)
	row := store.rows[id]
	if row.Hash != memstore.Hash(sha256.Sum256([]byte(key))) {
		t.Error("the hash is not the SHA-256 of the whole key")
	}
	if row.User.String() != "alice" || !row.ReadOnly || !row.Created.Equal(clk.now) || !row.Expires.Equal(clk.now.Add(time.Hour)) {
		t.Errorf("stored %+v", row)
	}
	if strings.Contains(fmt.Sprintf("%+v", row), key[14:]) {
		t.Error("the secret is in the row")
	}
}

func TestIssueRefuses(t *testing.T) {
	clk := newClock()
	keys := identity.NewKeys(&keyStore{}, clk.Now, rand.Reader)
	broken := identity.NewKeys(&keyStore{}, clk.Now, strings.NewReader("eight bytes, and less than a secret"))
	away := identity.NewKeys(&keyStore{err: memstore.ErrBusy}, clk.Now, rand.Reader)
	for name, try := range map[string]struct {
		keys    *identity.Keys
		user    memstore.UserID
		expires time.Time
		want    error
	}{
		"no user":              {keys, memstore.UserID{}, noExpiry, memstore.ErrInvalid},
		"an end that is past":  {keys, userID(t, "alice"), clk.now, memstore.ErrInvalid},
		"no more randomness":   {broken, userID(t, "alice"), noExpiry, io.ErrUnexpectedEOF},
		"a store that is busy": {away, userID(t, "alice"), noExpiry, memstore.ErrBusy},
	} {
		secret, id, err := try.keys.Issue(t.Context(), try.user, privacy.Text{}, try.expires, false)
		if secret.Reveal() != "" || !id.IsZero() || !errors.Is(err, try.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestIssueDrawsAnotherID(t *testing.T) {
	store := &keyStore{full: 3}
	keys := identity.NewKeys(store, newClock().Now, rand.Reader)
	if key, _ := issue(t, keys, "alice", noExpiry, false); !keyForm.MatchString(key) {
		t.Error("no key after three ids that were taken")
	}
	store.full = 100
	if secret, _, err := keys.Issue(t.Context(), userID(t, "alice"), privacy.Text{}, noExpiry, false); err == nil || secret.Reveal() != "" {
		t.Error("a key whose id is taken")
	}
	if store.full < 90 {
		t.Errorf("it tried %d times", 100-store.full)
	}
}

func TestVerifyKey(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	end := clk.now.Add(time.Hour)
	for _, want := range []struct {
		user     string
		expires  time.Time
		readOnly bool
	}{{"alice", noExpiry, false}, {"bob", end, true}, {"alice", end, false}} {
		key, id := issue(t, keys, want.user, want.expires, want.readOnly)
		a, err := keys.Verify(t.Context(), key)
		if err != nil || a.User.String() != want.user || a.ReadOnly != want.readOnly || !a.Until.Equal(want.expires) || a.Key != id {
			t.Errorf("%+v: got %+v, %v", want, a, err)
		}
		if err := keys.Recheck(t.Context(), a); err != nil {
			t.Errorf("%+v: the recheck says %v", want, err)
		}
	}
}

// TestKeysThatAreNone: whoever guesses learns nothing, not even that an id is
// taken.
func TestKeysThatAreNone(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, _ := issue(t, keys, "alice", noExpiry, false)
	gone, goneID := issue(t, keys, "alice", clk.now.Add(time.Minute), false)
	if err := store.Revoke(t.Context(), goneID, clk.now); err != nil {
		t.Fatal(err)
	}
	clk.Turn(time.Hour)
	other := func(s string, at int) string {
		b := []byte(s)
		b[at] = alphabetAfter(b[at])
		return string(b)
	}
	texts := map[string]bool{}
	for name, try := range map[string]string{
		"wrong secret, first digit":         other(key, 14),
		"wrong secret, last digit":          other(key, 56),
		"unknown id":                        other(key, 5),
		"wrong secret of a revoked key":     other(gone, 30),
		"a digit short":                     key[:56],
		"a digit long":                      key + "0",
		"an underscore in the secret":       key[:20] + "_" + key[21:],
		"a dash in the id":                  key[:6] + "-" + key[7:],
		"no underscore":                     key[:13] + "0" + key[14:],
		"a zero byte":                       key[:56] + "\x00",
		"another prefix":                    "ilaB_" + key[5:],
		"the prefix alone":                  "ilab_",
		"nothing":                           "",
		"another case":                      strings.ToUpper(key[:5]) + key[5:],
		"a space behind":                    key + " ",
		"bytes that are no text":            key[:14] + strings.Repeat("\xff", 43),
		"the id of one, the secret of none": key[:14] + strings.Repeat("0", 43),
		"an id of one, a secret of another": key[:14] + gone[14:],
	} {
		a, err := keys.Verify(t.Context(), try)
		if reason(err) != identity.BadCredential || a != (identity.Access{}) {
			t.Errorf("%s: got %+v, %v", name, a, err)
			continue
		}
		texts[err.Error()] = true
		if all := fmt.Sprintf("%v %v", err, errors.Unwrap(err)); len(try) > 20 && strings.Contains(all, try[14:]) {
			t.Errorf("%s: the credential is in the error: %s", name, all)
		}
	}
	if store.asks != 6 {
		t.Errorf("the store was asked %d times: it is for what has the form of a key, and for nothing else", store.asks)
	}
	if len(texts) != 1 {
		t.Errorf("the answers differ: %v", texts)
	}
}

// alphabetAfter gives another digit of base 62.
func alphabetAfter(c byte) byte {
	if c == 'a' {
		return 'b'
	}
	return 'a'
}

func TestKeyExpires(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, _ := issue(t, keys, "alice", clk.now.Add(time.Hour), false)
	clk.Turn(time.Hour - time.Nanosecond)
	a, err := keys.Verify(t.Context(), key)
	if err != nil {
		t.Fatalf("just before the end: %v", err)
	}
	clk.Turn(time.Nanosecond)
	if _, err := keys.Verify(t.Context(), key); reason(err) != identity.BadCredential || !strings.Contains(err.Error(), "expired") {
		t.Errorf("at the end: %v", err)
	}
	if err := keys.Recheck(t.Context(), a); reason(err) != identity.BadCredential {
		t.Errorf("an open stream at the end: %v", err)
	}
}

func TestKeyIsRevoked(t *testing.T) {
	store, clk := &keyStore{}, newClock()
	keys := identity.NewKeys(store, clk.Now, rand.Reader)
	key, id := issue(t, keys, "alice", noExpiry, false)
	a, err := keys.Verify(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Revoke(t.Context(), id, clk.now); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Verify(t.Context(), key); reason(err) != identity.BadCredential || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("a revoked key: %v", err)
	}
	if err := keys.Recheck(t.Context(), a); reason(err) != identity.BadCredential {
		t.Errorf("an open stream: %v", err)
	}
}

func TestRecheckOfAnotherKeysRow(t *testing.T) {
	store := &keyStore{}
	keys := identity.NewKeys(store, newClock().Now, rand.Reader)
	_, id := issue(t, keys, "alice", noExpiry, true)
	for name, a := range map[string]identity.Access{
		"another user": {User: userID(t, "bob"), ReadOnly: true, Key: id},
		"more rights":  {User: userID(t, "alice"), ReadOnly: false, Key: id},
		"no key":       {User: userID(t, "alice"), ReadOnly: true},
	} {
		if err := keys.Recheck(t.Context(), a); reason(err) != identity.BadCredential {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStoreThatCannotBeAsked(t *testing.T) {
	store := &keyStore{}
	keys := identity.NewKeys(store, newClock().Now, rand.Reader)
	key, id := issue(t, keys, "alice", noExpiry, false)
	store.err = fmt.Errorf("driver's words: %w", memstore.ErrBusy)
	_, err := keys.Verify(t.Context(), key)
	if reason(err) != identity.CannotCheck || !errors.Is(err, memstore.ErrBusy) || strings.Contains(err.Error(), "driver") {
		t.Errorf("got %v", err)
	}
	if err := keys.Recheck(t.Context(), identity.Access{User: userID(t, "alice"), Key: id}); reason(err) != identity.CannotCheck {
		t.Errorf("recheck: got %v", err)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	keys := identity.NewKeys(&keyStore{}, newClock().Now, rand.Reader)
	secret, _, err := keys.Issue(t.Context(), userID(t, "alice"), privacy.Text{}, noExpiry, false)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", slog.Any("key", secret), slog.Any("in", []identity.Secret{secret}))
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", slog.Any("key", secret), slog.Any("in", []identity.Secret{secret}))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%U"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb, secret, &secret, []identity.Secret{secret})
	}
	key := secret.Reveal()
	for _, form := range []string{key, fmt.Sprintf("%x", key), fmt.Sprintf("%X", key)} {
		if strings.Contains(out.String(), form[20:]) {
			t.Errorf("the key was printed: %s", out.String())
		}
	}
	if !strings.Contains(out.String(), "[key]") {
		t.Error("nothing was printed in its place")
	}
}

func TestIsKey(t *testing.T) {
	keys := []string{"ilab_", "ilab_x", "ilab_00000000_0"}
	for _, s := range append([]string{"", "ilab", "ILAB_x", "eyJhbGciOi.x.y", " ilab_x"}, keys...) {
		if identity.IsKey(s) != slices.Contains(keys, s) {
			t.Errorf("%q", s)
		}
	}
}
