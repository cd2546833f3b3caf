package memstore

import "time"

// Memory is one memory as it is read back: current text, plain strings.
type Memory struct {
	ID       int64
	Type     Type
	Title    string
	Content  string
	TopicKey string // "" for none
	Revision int
	Session  string // of the last material change
	Source   string // name and version of the client that wrote it
	Created  time.Time
	Updated  time.Time
}

// Hit is a memory that a search found.
type Hit struct {
	Memory

	Snippet string  // around the best match
	Score   float64 // in [0, 1]
}

// Scored is a memory with its context score.
type Scored struct {
	Memory

	Score float64
}

// Revision is one state that a memory was in.
type Revision struct {
	Revision int
	Type     Type
	Title    string
	Content  string
	Session  string
	Source   string
	At       time.Time
}

// Session is one stretch of work.
type Session struct {
	ID           string
	Started      time.Time
	LastActivity time.Time
	Ended        time.Time // zero while active
	Summary      string    // "" for none
	Auto         bool      // closed by the store, not by hand
}

// Active reports whether the session is still open.
func (s Session) Active() bool { return s.Ended.IsZero() }

// Outcome says what a save did.
type Outcome uint8

// The outcomes of a save or update.
const (
	Created Outcome = iota + 1
	Updated
	Deduped
)

// String gives the outcome's public name.
func (o Outcome) String() string {
	switch o {
	case Created:
		return "created"
	case Updated:
		return "updated"
	case Deduped:
		return "deduped"
	}
	return ""
}

// Saved is the result of a save or update.
type Saved struct {
	ID       int64
	Outcome  Outcome
	Session  string
	TopicKey string
	Revision int
	Similar  []Likeness // near-duplicates, at most three; none where that would take time to find out
}

// Stats counts one user's store.
type Stats struct {
	Memories int64
	Sessions int64
	ByType   map[Type]int64
	Bytes    int64
	Oldest   time.Time // zero without memories
	Newest   time.Time

	Limits Limits // what Memories and Bytes may come to
}
