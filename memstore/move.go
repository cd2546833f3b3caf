package memstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"time"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// errOthersThere is said before a move and, to one who began to write meanwhile, within it.
var errOthersThere = &Error{Kind: Conflict, Msg: "this user has other memories over there already, and nothing of them was changed"}

// Move copies everything that a user has from one backend to another, as it stands:
// ids, times, history, search terms, and what counts changes. What a row holds has
// passed a redactor when it was written, so it is written again as it is. It is one
// transaction over there, and then both are read and compared, row by row.
//
// It reports whether there was something to do: a user who is there already with the
// same rows is left alone, so that a move that was interrupted is simply begun again.
// One who is there with others is [ErrConflict].
func Move(ctx context.Context, from, to Backend, u UserID) (moved bool, err error) {
	err = from.Scan(ctx, u, func(r Reader) error {
		moved = false
		want, err := fingerprint(r)
		if err != nil || want.nobody() {
			return err
		}
		have, err := fingerprintOf(ctx, to, u)
		switch {
		case err != nil:
			return err
		case have == want:
			return nil
		case !have.nobody():
			return errOthersThere
		}
		if err := to.Update(ctx, u, func(w Writer) error { return copyUser(ctx, r, w) }); err != nil {
			return err
		}
		moved = true
		if have, err = fingerprintOf(ctx, to, u); err == nil && have != want {
			err = &Error{Kind: Damaged, Msg: "what arrived is not what was sent; do not use the copy"}
		}
		return err
	})
	return moved, err
}

// movePage is how many memories are written at once.
const movePage = 500

func copyUser(ctx context.Context, r Reader, w Writer) error {
	head, err := r.Head()
	if err != nil {
		return err
	}
	// Somebody may have come since it was looked at.
	if there, err := w.Head(); err != nil || there.Epoch != 0 {
		return errors.Join(err, errOthersThere)
	}
	m := Mutation{User: head}
	flush := func(most int) error {
		if len(m.Put)+len(m.Sessions)+len(m.Revisions) <= most {
			return nil
		}
		err := w.Apply(m)
		m = Mutation{User: head}
		return err
	}
	err = eachSession(r, func(row *SessionRow) error {
		m.Sessions = append(m.Sessions, PutSession{
			ID: SessionID{id: row.ID}, Started: row.Started, LastActivity: row.LastActivity, Ended: row.Ended,
			Summary: Sealed{b: row.Summary}, Auto: row.Auto,
		})
		return flush(movePage)
	})
	if err != nil {
		return err
	}
	terms, err := allTerms(r)
	if err != nil {
		return err
	}
	err = eachMemory(r, func(row *Row) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := rowAgain(row, terms[row.Seq])
		if err != nil {
			return err
		}
		m.Put = append(m.Put, p)
		if row.History > 0 {
			err = eachRevision(r, row.ID, func(old *RevisionRow) error {
				v, err := revisionAgain(row.ID, old)
				m.Revisions = append(m.Revisions, v)
				return err
			})
		}
		return errors.Join(err, flush(movePage))
	})
	return errors.Join(err, flush(-1))
}

// allTerms gives the packed terms of every memory, by their change.
func allTerms(r Reader) (map[int64][]byte, error) {
	terms := map[int64][]byte{}
	for after := int64(0); ; {
		changes, err := r.Changes(after, changesPerView)
		if err != nil || len(changes) == 0 {
			return terms, err
		}
		for _, c := range changes {
			terms[c.Seq], after = c.Terms, c.Seq
		}
	}
}

// again makes texts of rows again, of those that are no sealed bytes. They hold nothing
// to take out any more.
func again(f privacy.Field, stored string) (privacy.Text, error) {
	t, _, err := privacy.NewWith(privacy.KeepSecrets).Redact(f, stored)
	if err == nil && t.String() != stored {
		err = &Error{Kind: Damaged, Msg: "a row holds what no redactor has made; run ilab-mcp scrub first"}
	}
	return t, err
}

func rowAgain(row *Row, terms []byte) (PutRow, error) {
	if len(terms) == 0 {
		return PutRow{}, &Error{Kind: Damaged, Msg: "search terms are damaged; run ilab-mcp doctor --repair first"}
	}
	topic, err := again(privacy.Field{Name: TopicKeyField.Name, Optional: true, Key: true}, row.TopicKey)
	source, sourceErr := again(privacy.Field{Name: SourceField.Name, Optional: true}, row.Source)
	sealed := func(b []byte) Sealed { return Sealed{b: append([]byte(nil), b...)} }
	return PutRow{
		ID: row.ID, Type: row.Type, Title: sealed(row.Title), Content: sealed(row.Content), TopicKey: topic, Revision: row.Revision,
		Session: SessionID{id: row.Session}, Source: source, Created: row.Created, Updated: row.Updated, Seq: row.Seq, History: row.History,
		Hash: hashOfRow(row.Type, row.Title, row.Content), Class: classOf(row.Type, row.Revision), Terms: sealed(terms), New: true,
	}, errors.Join(err, sourceErr)
}

func revisionAgain(id int64, old *RevisionRow) (PutRevision, error) {
	source, err := again(privacy.Field{Name: SourceField.Name, Optional: true}, old.Source)
	return PutRevision{
		ID: id, Revision: old.Revision, Type: old.Type, Title: Sealed{b: old.Title}, Content: Sealed{b: old.Content},
		Session: SessionID{id: old.Session}, Source: source, At: old.At,
	}, err
}

// fingerprinted is a hash over a user's rows; zero for one who has never written.
type fingerprinted [sha256.Size]byte

func (f fingerprinted) nobody() bool { return f == fingerprinted{} }

func fingerprintOf(ctx context.Context, b Backend, u UserID) (sum fingerprinted, err error) {
	err = b.Scan(ctx, u, func(r Reader) (err error) {
		sum, err = fingerprint(r)
		return err
	})
	return sum, err
}

// fingerprint is a hash over every row of a user, but for search terms, which follow
// from the others.
func fingerprint(r Reader) (sum fingerprinted, err error) {
	head, err := r.Head()
	if err != nil || head.Epoch == 0 {
		return sum, err
	}
	h := rowHash{sha256.New()}
	h.numbers(head.Epoch, head.Seq, head.LastID, head.Memories, head.Bytes)
	h.texts(string(head.Ops))
	err = eachSession(r, func(s *SessionRow) error {
		h.texts("session", s.ID, string(s.Summary))
		h.times(s.Started, s.LastActivity, s.Ended)
		h.flag(s.Auto)
		return nil
	})
	if err != nil {
		return sum, err
	}
	err = eachMemory(r, func(m *Row) error {
		h.texts("memory", string(m.Title), string(m.Content), m.TopicKey, m.Session, m.Source)
		h.numbers(m.ID, int64(m.Type), int64(m.Revision), m.Seq, m.History)
		h.times(m.Created, m.Updated)
		if m.History == 0 {
			return nil
		}
		return eachRevision(r, m.ID, func(v *RevisionRow) error {
			h.texts("revision", string(v.Title), string(v.Content), v.Session, v.Source)
			h.numbers(int64(v.Revision), int64(v.Type))
			h.times(v.At)
			return nil
		})
	})
	h.Sum(sum[:0])
	return sum, err
}

// rowHash hashes values, each with its length.
type rowHash struct{ hash.Hash }

func (h rowHash) numbers(all ...int64) {
	for _, n := range all {
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(n))) // a hash takes everything
	}
}

func (h rowHash) texts(all ...string) {
	for _, s := range all {
		h.numbers(int64(len(s)))
		_, _ = h.Write([]byte(s))
	}
}

func (h rowHash) times(all ...time.Time) {
	for _, t := range all {
		n := int64(0)
		if !t.IsZero() {
			n = t.UnixMicro()
		}
		h.numbers(n)
	}
}

func (h rowHash) flag(b bool) {
	n := int64(0)
	if b {
		n = 1
	}
	h.numbers(n)
}
