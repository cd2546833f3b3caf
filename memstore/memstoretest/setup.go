package memstoretest

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Open opens a fresh, empty backend that the test's end closes.
type Open func(tb testing.TB) memstore.Backend

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at noon of an ordinary day.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)}
}

// Now is the time at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock; back as well.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Options are the defaults with this clock.
func Options(c *Clock) memstore.Options {
	o := memstore.DefaultOptions()
	o.Now = c.Now
	return o
}

// Seeded is a source of bytes that is the same in every run, for tests that
// need the same ids.
func Seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// User binds a user of that name.
func User(tb testing.TB, db *memstore.DB, name string) *memstore.Store {
	tb.Helper()
	id, err := memstore.ParseUserID(name)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := db.User(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Text redacts s as that field.
func Text(tb testing.TB, f privacy.Field, s string) privacy.Text {
	tb.Helper()
	t, _, err := privacy.New().Redact(f, s)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// Draft makes a draft out of plain strings.
func Draft(tb testing.TB, typ memstore.Type, title, content, topic string) memstore.Draft {
	tb.Helper()
	return memstore.Draft{
		Type:     typ,
		Title:    Text(tb, memstore.TitleField, title),
		Content:  Text(tb, memstore.ContentField, content),
		TopicKey: Text(tb, memstore.TopicKeyField, topic),
	}
}

// Note makes a session summary out of a plain string.
func Note(tb testing.TB, summary string) memstore.Note {
	tb.Helper()
	return memstore.Note{Summary: Text(tb, memstore.SummaryField, summary)}
}

// Query makes a query out of a plain string.
func Query(tb testing.TB, text string, limit int) memstore.Query {
	tb.Helper()
	return memstore.Query{Text: Text(tb, memstore.QueryField, text), Limit: limit}
}

// Save saves a draft that must be accepted.
func Save(tb testing.TB, s *memstore.Store, typ memstore.Type, title, content, topic string) memstore.Saved {
	tb.Helper()
	saved, err := s.Save(tb.Context(), Draft(tb, typ, title, content, topic))
	if err != nil {
		tb.Fatal(err)
	}
	return saved
}

// IDs lists the ids of hits, in order.
func IDs(hits []memstore.Hit) []int64 {
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	return ids
}
