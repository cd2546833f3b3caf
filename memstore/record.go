package memstore

import (
	"errors"
	"strings"
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Record is one thing to import. Exactly one of its fields is set.
type Record struct {
	Session  *SessionRecord
	Memory   *MemoryRecord
	Revision *RevisionRecord
}

// SessionRecord is a session as an export tells it. Name and Started must be
// there.
type SessionRecord struct {
	Name         privacy.Text // see [SessionField]
	Started      time.Time
	LastActivity time.Time // zero: Ended, or Started
	Ended        time.Time // zero: it was active. It arrives closed, as of its last activity, by no one's hand
	Summary      privacy.Text
	Auto         bool
}

// MemoryRecord is a memory as an export tells it. Only Type, Title and Content
// must be there.
type MemoryRecord struct {
	ID       int64 // in the file; 0 for none
	Type     Type  // Summary too
	Title    privacy.Text
	Content  privacy.Text
	TopicKey privacy.Text
	Session  privacy.Text // zero: the session "import"
	Source   privacy.Text
	Created  time.Time // zero: Updated, or now
	Updated  time.Time // zero: Created
	Revision int       // 0: 1
}

// RevisionRecord is a state that a memory was in before. It comes after its
// memory.
type RevisionRecord struct {
	Of       int64 // the memory's id in the file
	Revision int   // lower than the memory's own
	Type     Type
	Title    privacy.Text
	Content  privacy.Text
	Session  privacy.Text // zero: the session "import"
	Source   privacy.Text
	At       time.Time // zero: now
}

// importAhead is how far after now a time may lie: clocks differ, but not by
// more than that.
const importAhead = 24 * time.Hour

// maxRevision is the highest number of a revision that an import may give.
const maxRevision = 1<<31 - 1

// unnamedSession is where memories belong that name no session.
const unnamedSession = "import"

// ready is a record that was checked, with all that can be computed from it
// before a transaction begins.
type ready struct {
	Record

	err     error // why it is skipped
	session SessionID
	text    text // of a memory or a revision
}

// prepare checks a record and computes what it can. It changes copies only.
func prepare(rec Record, now time.Time) ready {
	var r ready
	switch {
	case rec.Session != nil:
		s := *rec.Session
		r.Session = &s
		r.session, r.err = sessionNamed(s.Name)
		if r.err == nil && s.Name.IsZero() {
			r.err = invalid("id is missing; a session needs a name")
		}
		r.err = firstOf(r.err, s.normalise(now))
	case rec.Memory != nil:
		m := *rec.Memory
		r.Memory = &m
		r.session, r.err = sessionNamed(m.Session)
		r.err = firstOf(r.err, m.normalise(now))
		r.text = text{typ: m.Type, title: m.Title, content: m.Content, topic: m.TopicKey, source: m.Source}
		if r.err == nil {
			r.text = r.text.analysed()
		}
	case rec.Revision != nil:
		v := *rec.Revision
		r.Revision = &v
		r.session, r.err = sessionNamed(v.Session)
		r.err = firstOf(r.err, v.normalise(now))
		r.text = text{typ: v.Type, title: v.Title, content: v.Content, source: v.Source}
	default:
		r.err = invalid("there is nothing in it")
	}
	return r
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sessionNamed checks the name of a session. It names, as a topic key does: it
// cannot hold private text, or what is left of it.
func sessionNamed(name privacy.Text) (SessionID, error) {
	if err := SessionField.Check(name); err != nil {
		return SessionID{}, err
	}
	if strings.Contains(name.String(), "[REDACTED") {
		return SessionID{}, invalid("session_id names a session and cannot hold private text; name it without, or leave it out")
	}
	if name.IsZero() {
		return SessionID{id: unnamedSession}, nil
	}
	return SessionID{id: name.String()}, nil
}

func (s *SessionRecord) normalise(now time.Time) error {
	for _, t := range []*time.Time{&s.Started, &s.LastActivity, &s.Ended} {
		if err := storable(t, now); err != nil {
			return err
		}
	}
	if s.Started.IsZero() {
		return invalid("started_at is missing")
	}
	s.LastActivity = firstTime(s.LastActivity, s.Ended, s.Started)
	if s.Ended.IsZero() {
		s.Ended, s.Auto = s.LastActivity, true
	}
	if s.LastActivity.Before(s.Started) || s.Ended.Before(s.LastActivity) {
		return invalid("its times are out of order; started_at, last_activity_at and ended_at follow each other")
	}
	if s.Summary.IsZero() {
		return nil
	}
	return SummaryField.Check(s.Summary)
}

func (m *MemoryRecord) normalise(now time.Time) error {
	if m.ID < 0 || m.ID > maxID {
		return invalid("id must be a whole number from 1 to 2^53-1")
	}
	if m.Revision == 0 {
		m.Revision = 1
	}
	err := saying(m.Type, m.Revision, m.Title, m.Content, m.Source)
	err = firstOf(err, TopicKeyField.Check(m.TopicKey), storable(&m.Created, now), storable(&m.Updated, now))
	if err == nil && !m.Created.IsZero() && !m.Updated.IsZero() && m.Updated.Before(m.Created) {
		err = invalid("updated_at is before created_at")
	}
	return err
}

func (v *RevisionRecord) normalise(now time.Time) error {
	if v.Of <= 0 || v.Of > maxID {
		return invalid("id must be the id of a memory, a whole number from 1 to 2^53-1")
	}
	err := firstOf(saying(v.Type, v.Revision, v.Title, v.Content, v.Source), storable(&v.At, now))
	v.At = firstTime(v.At, now)
	return err
}

// saying checks what memories and their old revisions have in common.
func saying(t Type, revision int, title, content, source privacy.Text) error {
	switch {
	case t < Profile || t > Summary:
		return invalid("type is missing or unknown")
	case revision < 1 || revision > maxRevision:
		return invalid("revision must be a whole number from 1 to %d", maxRevision)
	}
	return firstOf(TitleField.Check(title), ContentField.Check(content), SourceField.Check(source))
}

var (
	errFuture  = errors.New("a time is more than a day after now")
	errAncient = errors.New("a time is before the year 1")
)

// storable brings a time to what every engine keeps, and refuses one that
// cannot be true.
func storable(t *time.Time, now time.Time) error {
	*t = t.UTC().Truncate(time.Microsecond)
	if t.After(now.Add(importAhead)) {
		return &Error{Kind: Invalid, Msg: errFuture.Error(), Err: errFuture}
	}
	if t.Before(time.Time{}) {
		return &Error{Kind: Invalid, Msg: errAncient.Error(), Err: errAncient}
	}
	return nil
}

// firstTime gives the first that is set.
func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
