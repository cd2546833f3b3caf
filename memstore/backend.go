package memstore

import (
	"context"
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Backend is the port that adapters implement: rows in, rows out, no rules.
//
// Everything f is given belongs to the user u and to nobody else; f cannot
// name a user. All methods are safe for concurrent use. After Close they
// answer [ErrClosed].
type Backend interface {
	// View runs f on one snapshot. It never waits for writers.
	View(ctx context.Context, u UserID, f func(Reader) error) error

	// Scan is View for long reads (the cold load of an index): it is served
	// by connections of its own, so that short reads never wait for it.
	Scan(ctx context.Context, u UserID, f func(Reader) error) error

	// Update runs f in one transaction, one at a time per user. When it
	// returns nil, what f applied is durable and every later View sees it;
	// when it returns an error, nothing was applied. f may run more than once
	// and sets its results anew each time. ctx can give up the wait for a
	// turn, not a turn that has begun. A panic in f is returned as an error
	// and undoes f's work alone.
	Update(ctx context.Context, u UserID, f func(Writer) error) error

	// Close waits for running calls and releases everything.
	Close() error
}

// Wiper is an optional ability of a Backend whose files may hold erased text
// for a while after the rows are gone (a write-ahead log, say).
type Wiper interface {
	// Wipe tries once to overwrite what was erased, and reports whether
	// nothing of it is left. If something is, it keeps trying in the background.
	Wipe(ctx context.Context) bool
}

// Marker is an optional ability of a Backend: small facts about the whole
// store that are set once.
type Marker interface {
	// Mark stores value under name if there is none yet, and returns what is
	// stored there now.
	Mark(ctx context.Context, name string, value []byte) ([]byte, error)
}

// Want says which rows a rule needs; zero fields are not looked for.
type Want struct {
	ID       int64
	TopicKey privacy.Text
	Hash     *Hash
	Created  time.Time // with Hash: only a memory created then
}

// Match is what Reader.Match found for one Want. Pointers are nil where there
// is no such row.
type Match struct {
	ByID    *Row
	ByTopic *Row
	ByHash  *Row // the lowest id, where several fit
}

// State is what Load found. Pointers are nil where there is no such row.
type State struct {
	User    UserRow     // zero Epoch: the user has never written
	Active  *SessionRow // the session that has not ended
	ByID    *Row
	ByTopic *Row
	ByHash  *Row // the lowest id, where several fit
}

// Reader reads one user's rows.
type Reader interface {
	// Head gives the user's row; a zero Epoch where the user has never written.
	Head() (UserRow, error)
	// Load reads what a rule needs, in as few round trips as the engine can.
	Load(Want) (State, error)
	// Match looks for many memories at once, and answers in the order of wants.
	Match(wants []Want) ([]Match, error)
	// Rows gives those of the memories that exist, in any order.
	Rows(ids []int64) ([]Row, error)
	// Changes lists, by ascending seq, at most limit changes after one.
	Changes(after int64, limit int) ([]Change, error)
	// Around gives the memory id, at most before memories created before it
	// and at most after after it, oldest first by (created, id). It gives
	// nothing for an unknown id.
	Around(id int64, before, after int) ([]Row, error)
	// After gives the n first memories that come after (created, id), oldest
	// first by (created, id).
	After(created time.Time, id int64, n int) ([]Row, error)
	// Newest gives, for each class, the n memories updated last.
	Newest(classes []int, n int) ([]Ref, error)
	// History gives the n newest old revisions of a memory, newest first, and
	// how many there are.
	History(id int64, n int) ([]RevisionRow, int, error)
	// Revisions gives the n first old revisions of a memory that have a higher
	// number than after, oldest first.
	Revisions(id int64, after, n int) ([]RevisionRow, error)
	// Ended gives the n sessions that ended last, newest first.
	Ended(n int) ([]SessionRow, error)
	// Session gives the session of that id, or nil.
	Session(id string) (*SessionRow, error)
	// Sessions gives the n first sessions that come after (started, id), oldest
	// first by (started, id), ids in byte order.
	Sessions(started time.Time, id string, n int) ([]SessionRow, error)
	// Written gives the n first memories (not summaries) whose last material
	// change was in the session, oldest first, and how many there are.
	Written(session string, n int) ([]Row, int, error)
	// Totals counts the user's memories by class, and the sessions.
	Totals() (Totals, error)
	// Topics lists, in byte order, the n first topic keys that begin with
	// prefix.
	Topics(prefix string, n int) ([]string, error)
	// Snapshot gives the stored parts of a snapshot of the user's index, joined;
	// nil for none. It may be unfinished: who reads it can tell.
	Snapshot() ([]byte, error)
}

// Writer writes one user's rows, within one transaction.
type Writer interface {
	Reader
	// Apply makes all changes that a rule decided on.
	Apply(Mutation) error
}

// Hash is SHA-256 over a memory's type, title and content, all redacted.
type Hash [32]byte

// UserRow is the head of one user's store.
type UserRow struct {
	Epoch    int64 // random, never 0; new when the store is emptied or restored
	Seq      int64 // counts changes of memories; commits without gaps
	LastID   int64 // the highest memory id ever given
	Memories int64
	Bytes    int64
	Ops      []byte // the last operations and their results: ids and counts, no text
}

// SessionID names a session to be written: a UUID, or the redacted name that an
// import gave. Only this package makes one.
type SessionID struct{ id string }

// String gives the session's name.
func (s SessionID) String() string { return s.id }

// Sealed is what a written row holds of redacted text. Only this package makes
// one, out of [privacy.Text]; adapters store its bytes as they are.
type Sealed struct{ b []byte }

// Bytes gives what the row holds; nil for none.
func (s Sealed) Bytes() []byte { return s.b }

// SessionRow is a session's row as it was read.
type SessionRow struct {
	ID           string
	Started      time.Time
	LastActivity time.Time
	Ended        time.Time // zero while active
	Summary      []byte    // nil for none
	Auto         bool
}

// PutSession is a session's row to be written.
type PutSession struct {
	ID           SessionID
	Started      time.Time
	LastActivity time.Time
	Ended        time.Time
	Summary      Sealed
	Auto         bool
}

// Row is a memory's row as it was read.
type Row struct {
	ID       int64
	Type     Type
	Title    []byte
	Content  []byte
	TopicKey string // "" for none
	Revision int
	Session  string
	Source   string
	Created  time.Time
	Updated  time.Time
	Seq      int64 // where its terms are
	History  int64 // bytes of text in its old revisions
}

// PutRow is a memory's row to be written, new or changed.
type PutRow struct {
	ID       int64
	Type     Type
	Title    Sealed
	Content  Sealed
	TopicKey privacy.Text
	Revision int
	Session  SessionID
	Source   privacy.Text
	Created  time.Time
	Updated  time.Time
	Seq      int64
	History  int64

	Hash    Hash
	Class   int    // see Reader.Newest
	Terms   Sealed // the index's terms, packed
	New     bool   // insert; otherwise replace the row of that id
	OldSeq  int64  // not New: where the old terms are
	Archive bool   // not New: keep the row as it stands as an old revision
}

// PutRevision is an old revision to be written, of a memory that is there or
// put by the same Mutation. The pair (ID, Revision) is free, unless it is to
// Replace the one that is there.
type PutRevision struct {
	Replace  bool
	ID       int64
	Revision int
	Type     Type
	Title    Sealed
	Content  Sealed
	Session  SessionID
	Source   privacy.Text
	At       time.Time
}

// PutHistory sets what a memory's old revisions count (Row.History) and nothing
// else of it: its text stays, and so does its Seq.
type PutHistory struct {
	ID    int64
	Bytes int64
}

// SnapshotPart is a part of a snapshot of the user's index, which is too long to
// be written at once. The first takes the place of whatever is stored; a later
// one is kept if the part before it of the same run is still there, and is
// otherwise [ErrSnapshotGone]. Snapshots hold words of the memories: an Apply
// that erases a memory drops all parts.
type SnapshotPart struct {
	Run  int64 // random
	Part int   // from 0
	Blob Sealed
}

// Tombstone erases a memory, its old revisions and its terms, and leaves at
// Seq a change without terms.
type Tombstone struct {
	ID     int64
	Seq    int64
	OldSeq int64
}

// Repack replaces the terms at Seq, which an older analyser made.
type Repack struct {
	ID    int64
	Seq   int64
	Terms Sealed
}

// Mutation is all that one Update changes, in the order of its fields and of
// their elements: a memory may be put twice. User is always written, but with
// EraseAll, of which all else but At is empty.
type Mutation struct {
	// EraseAll takes everything that the user has, and the user's row.
	EraseAll bool
	// At is when this was decided: what is erased is noted with it.
	At time.Time

	User      UserRow
	Sessions  []PutSession // inserted or replaced by id
	Put       []PutRow
	Revisions []PutRevision
	Histories []PutHistory
	Erase     []Tombstone
	Repack    []Repack // silently skipped where (Seq, ID) is gone
	Snapshot  *SnapshotPart

	// Wiped, if it is not 0, says that what Put, Revisions and Sessions replace is
	// erased, and to be overwritten as what Erase takes. At that Seq stays a change
	// without memory and terms.
	Wiped int64
}

// Change is one change as the index reads it.
type Change struct {
	Seq   int64
	ID    int64
	Terms []byte // nil: the memory was erased
}

// Ref points at a memory.
type Ref struct {
	ID      int64
	Class   int
	Updated time.Time
}

// RevisionRow is one old revision as it was read.
type RevisionRow struct {
	Revision int
	Type     Type
	Title    []byte
	Content  []byte
	Session  string
	Source   string
	At       time.Time
}

// Totals are counts over one user's rows.
type Totals struct {
	ByClass  map[int]int64
	Sessions int64
	Oldest   time.Time
	Newest   time.Time
}
