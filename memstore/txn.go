package memstore

import (
	"context"
	"fmt"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore/recall"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// txn is one run of a rule inside Update: what it read and what it decided.
type txn struct {
	w   Writer
	o   *Options
	now time.Time
	st  State
	m   Mutation
	op  op // the result, kept for a run after an unknown commit
}

// write runs a rule in one transaction and gives its result, and the state
// that the last run found. The rule reads tx.st, stages changes through tx's
// methods and sets tx.op to its result.
func (s *Store) write(ctx context.Context, want Want, rule func(*txn) error) (op, State, error) {
	now, id := s.now(), newOp(s.db.opts.Rand)
	repack := s.takeRepacks()
	var result op
	var found State
	err := s.db.backend.Update(ctx, s.user, func(w Writer) error {
		st, err := w.Load(want)
		if err != nil {
			return err
		}
		found = st
		if done, ok := findOp(st.User.Ops, id); ok {
			result = done
			return nil
		}
		tx := &txn{w: w, o: &s.db.opts, now: now, st: st}
		tx.m.User, tx.m.At = st.User, now
		tx.m.Repack = repack
		if st.User.Epoch == 0 {
			tx.m.User.Epoch = newEpoch(s.db.opts.Rand)
		}
		if err := rule(tx); err != nil {
			return err
		}
		tx.op.id = id
		tx.m.User.Ops = pushOp(st.User.Ops, tx.op)
		result = tx.op
		return w.Apply(tx.m)
	})
	return result, found, err
}

// sessionSlack is how far sessions alone may pass the byte limit, so that a
// full store can still be read through mem_session_start, and ended.
const sessionSlack = 1 << 20

// fits reports whether so much more is within the limits.
func (tx *txn) fits(bytes, memories int64) bool {
	l := tx.o.Limits
	return (l.Bytes == 0 || bytes <= 0 || tx.m.User.Bytes+bytes <= l.Bytes) &&
		(l.Memories == 0 || memories <= 0 || tx.m.User.Memories+memories <= l.Memories)
}

// grow counts what is about to be written, or refuses it.
func (tx *txn) grow(bytes, memories int64) error {
	if !tx.fits(bytes, memories) {
		l := tx.o.Limits
		if l.Memories > 0 && memories > 0 && tx.m.User.Memories+memories > l.Memories {
			return overLimit("the store holds %d memories, which is its limit; nothing was saved. Forget some with mem_forget and try again", tx.st.User.Memories)
		}
		return overLimit("the store holds %d of at most %d bytes of text; nothing was saved. Forget some memories with mem_forget and try again", tx.st.User.Bytes, l.Bytes)
	}
	tx.m.User.Bytes += bytes
	tx.m.User.Memories += memories
	return nil
}

func overLimit(format string, args ...any) error {
	return &Error{Kind: OverLimit, Msg: fmt.Sprintf(format, args...)}
}

// nextSeq numbers one more change of this user's memories.
func (tx *txn) nextSeq() int64 {
	tx.m.User.Seq++
	return tx.m.User.Seq
}

// text is what a memory says, all of it redacted, with all that can be computed
// from it before a transaction begins: nobody should wait for somebody else's
// long text to be analysed.
type text struct {
	typ            Type
	title, content privacy.Text
	topic, source  privacy.Text

	hash  Hash
	terms recall.Terms
}

func (t text) analysed() text {
	t.hash = hashOf(t.typ, t.title, t.content)
	t.terms = recall.Analyse(t.title.String(), t.topic.String(), t.content.String())
	return t
}

// create stages a new memory of that time and gives its id.
func (tx *txn) create(t text, in SessionID, at time.Time) (int64, error) {
	id := nextID(tx.now, tx.m.User.LastID, tx.o.Rand)
	if id > maxID {
		return 0, overLimit("this store has used up its ids; nothing was saved")
	}
	tx.m.User.LastID = id
	p := PutRow{ID: id, Revision: 1, Created: at, Updated: at, New: true}
	tx.fill(&p, t, in)
	if err := tx.grow(p.textBytes(), 1); err != nil {
		return 0, err
	}
	tx.m.Put = append(tx.m.Put, p)
	return id, nil
}

// change stages the next revision of a memory and gives its number.
func (tx *txn) change(old *Row, t text, in SessionID) (int, error) {
	kept := old.keptBytes()
	p := PutRow{
		ID: old.ID, Revision: old.Revision + 1, Created: old.Created, Updated: tx.now,
		History: old.History + kept, OldSeq: old.Seq, Archive: true,
	}
	tx.fill(&p, t, in)
	if err := tx.grow(p.textBytes()-old.textBytes()+kept, 0); err != nil {
		return 0, err
	}
	tx.m.Put = append(tx.m.Put, p)
	return p.Revision, nil
}

// fill sets what a new and a changed row have in common; p.Created and
// p.Updated are set.
func (tx *txn) fill(p *PutRow, t text, in SessionID) {
	p.Type, p.TopicKey, p.Source, p.Session = t.typ, t.topic, t.source, in
	p.Title, p.Content = seal(t.title), seal(t.content)
	if p.Updated.Before(p.Created) { // the clock jumped back
		p.Updated = p.Created
	}
	p.Seq = tx.nextSeq()
	p.Hash = t.hash
	p.Class = classOf(t.typ, p.Revision)
	p.Terms = pack(t.typ, in.id, p.Updated, t.terms)
}

func pack(t Type, session string, updated time.Time, terms recall.Terms) Sealed {
	return Sealed{b: recall.Pack(recall.Doc{
		Kind: uint8(t), Personal: t == Profile || t == Preference, Session: session, Updated: updated.UnixMicro(), Terms: terms,
	})}
}
