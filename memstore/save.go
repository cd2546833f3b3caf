package memstore

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// Save keeps a memory, in this order of rules:
//
//  1. The draft has a topic key that a memory of this user has: equal type,
//     title and content are Deduped; otherwise that memory is Updated, with
//     its old state kept as history.
//  2. The draft has no topic key, and a memory of this user has the same type,
//     title and content: Deduped.
//  3. Otherwise it is Created.
//
// Every save touches the active session or opens one. When it returns, the
// memory is durable. Errors: Invalid, OverLimit, Busy, Unavailable.
func (s *Store) Save(ctx context.Context, d Draft) (Saved, error) {
	if err := d.check(); err != nil {
		return Saved{}, err
	}
	t := text{typ: d.Type, title: d.Title, content: d.Content, topic: d.TopicKey, source: d.Source}.analysed()
	want := Want{TopicKey: d.TopicKey}
	if d.TopicKey.IsZero() {
		want.Hash = &t.hash
	}
	return s.keep(ctx, want, t)
}

// keep saves a text in the active session.
func (s *Store) keep(ctx context.Context, want Want, t text) (Saved, error) {
	done, _, err := s.write(ctx, want, func(tx *txn) error {
		session, err := tx.touch()
		if err != nil {
			return err
		}
		return tx.save(t, session)
	})
	if err != nil {
		return Saved{}, err
	}
	return s.saved(ctx, done, t.topic.String()), nil
}

// saved words the result of a save.
func (s *Store) saved(ctx context.Context, done op, topic string) Saved {
	result := Saved{ID: done.memory, Outcome: done.outcome, Session: done.session, TopicKey: topic, Revision: done.revision}
	if done.outcome != Deduped {
		result.Similar = s.similar(ctx, done.memory)
	}
	return result
}

// save applies the three rules of Save.
func (tx *txn) save(t text, in SessionID) error {
	old := tx.st.ByHash
	if !t.topic.IsZero() {
		old = tx.st.ByTopic
	}
	tx.op = op{session: in.id}
	switch {
	case old == nil:
		id, err := tx.create(t, in, tx.now)
		if err != nil {
			return err
		}
		tx.op.memory, tx.op.outcome, tx.op.revision = id, Created, 1
	case old.says(t):
		tx.op.memory, tx.op.outcome, tx.op.revision = old.ID, Deduped, old.Revision
	default:
		revision, err := tx.change(old, t, in)
		if err != nil {
			return err
		}
		tx.op.memory, tx.op.outcome, tx.op.revision = old.ID, Updated, revision
	}
	return nil
}

// says reports whether the row has this type, title and content already.
func (r *Row) says(t text) bool {
	return r.Type == t.typ && open(r.Title) == t.title.String() && open(r.Content) == t.content.String()
}

// Update changes a memory and keeps its old state as history; a patch that
// changes nothing is Deduped. Errors: those of Save; NotFound for an id that
// this user does not have; Conflict when another memory has the topic key.
func (s *Store) Update(ctx context.Context, id int64, p Patch) (Saved, error) {
	if err := p.check(); err != nil {
		return Saved{}, err
	}
	was, ready, err := s.prepare(ctx, id, p)
	if err != nil {
		return Saved{}, err
	}
	done, st, err := s.write(ctx, Want{ID: id, TopicKey: p.TopicKey}, func(tx *txn) error {
		old := tx.st.ByID
		if old == nil {
			return noMemory(id)
		}
		if other := tx.st.ByTopic; other != nil && other.ID != id {
			return conflict("memory %d already has this topic_key; update that one, or choose another key", other.ID)
		}
		t := ready
		if old.Seq != was.Seq { // somebody was faster
			t = s.db.opts.patched(old, p)
		}
		session, err := tx.touch()
		if err != nil {
			return err
		}
		tx.op = op{memory: id, session: session.id, outcome: Deduped, revision: old.Revision}
		if old.says(t) && old.TopicKey == t.topic.String() {
			return nil
		}
		tx.op.revision, err = tx.change(old, t, session)
		tx.op.outcome = Updated
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	topic := p.TopicKey.String()
	if topic == "" && !p.ClearTopic {
		topic = st.ByID.TopicKey
	}
	return s.saved(ctx, done, topic), nil
}

// prepare reads the memory and works out its new text before the transaction.
func (s *Store) prepare(ctx context.Context, id int64, p Patch) (was Row, ready text, err error) {
	err = s.view(ctx, func(r Reader) error {
		row, err := one(r, id)
		was = row
		return err
	})
	if err != nil {
		return was, text{}, err
	}
	return was, s.db.opts.patched(&was, p), nil
}

// patched is the old text with the patch on top.
func (o *Options) patched(old *Row, p Patch) text {
	t := text{typ: old.Type, title: p.Title, content: p.Content, topic: p.TopicKey, source: p.Source}
	if p.Type != 0 {
		t.typ = p.Type
	}
	again := func(into *privacy.Text, f privacy.Field, stored string) {
		if into.IsZero() && stored != "" {
			*into = o.again(f, stored, privacy.Report{})
		}
	}
	again(&t.title, TitleField, open(old.Title))
	again(&t.content, ContentField, open(old.Content))
	if !p.ClearTopic {
		again(&t.topic, TopicKeyField, old.TopicKey)
	}
	return t.analysed()
}
