package transfer

import (
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Source reads a file of one format.
type Source interface {
	// Next gives the next item of the file, and io.EOF after the last. A *Problem
	// is about one item, and the next can be asked for; any other error ends
	// the import.
	Next() (Item, error)
}

// Remainder is a Source that says, at its end, what its file holds that this
// program has no place for.
type Remainder interface{ Left() []Left }

// Left is how many things of a kind were left aside.
type Left struct {
	N         int
	One, Many string // what they are called, for people
}

// Item is what one line, or the like, of a file says. Exactly one of Session,
// Observation and Revision is set. Its strings are as they stand in the file:
// not redacted.
type Item struct {
	Line    int            // where it stands, from 1; 0 where the file has no lines that count
	Name    string         // what it is called there, if that says more: a file, a row
	Ignored bool           // it also says things that this program has no place for
	Taken   privacy.Report // what the source itself took out; nil for nothing

	Session     *Session
	Observation *Observation
	Revision    *Revision
}

// Session is a stretch of work.
type Session struct {
	Name         string
	Started      time.Time // zero where the file does not say it, as all below
	LastActivity time.Time
	Ended        time.Time
	Active       bool
	Summary      string
	Auto         bool
}

// Observation is a memory. Type, Title and Content must be there.
type Observation struct {
	ID       int64 // 0 for none
	Type     string
	Title    string
	Content  string
	TopicKey string
	Session  string
	Created  time.Time
	Updated  time.Time
	Revision int     // 0 for none
	Source   *string // nil: not said

	// Untitled says that there is no Title: the first line of the content becomes
	// it, after redaction, so that nothing private is cut in two.
	Untitled bool
	// MadeUpKey says that the TopicKey is the source's own idea. Where it cannot be
	// one, because it is too long or something in it is private, there is none.
	MadeUpKey bool
}

// Revision is a state that an observation was in before.
type Revision struct {
	Of       int64 // the observation's id in the file
	Revision int
	Type     string
	Title    string
	Content  string
	Session  string
	Source   *string
	At       time.Time
}

// Problem says why an item is skipped, for people. It quotes nothing of it.
type Problem struct{ Reason string }

// Error gives the reason.
func (p *Problem) Error() string { return p.Reason }

// FormatError says that a file is not of the format it was read as.
type FormatError struct{ Reason string }

// Error gives the reason, for people.
func (e *FormatError) Error() string { return e.Reason }
