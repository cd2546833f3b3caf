package memstore

import "github.com/ilab-mcp/ilab-mcp/memstore/recall"

// TermsOf makes the terms of a stored memory anew, out of its text: what the
// index's table should hold for it, unless that is of another version of the
// analyser. It is for whoever checks a store.
func TermsOf(r Row) Sealed {
	m := r.memory()
	return pack(m.Type, m.Session, m.Updated, recall.Analyse(m.Title, m.TopicKey, m.Content))
}

// CurrentTerms reports whether stored terms are of this version of the analyser.
func CurrentTerms(blob []byte) bool { return recall.Current(blob) }

// Weight is what a memory counts against the limit of text, its old revisions
// included.
func (r *Row) Weight() int64 { return r.textBytes() + r.History }

// Weight is what an old revision counts against the limit of text.
func (r *RevisionRow) Weight() int64 { return r.keptBytes() }

// Weight is what a session counts against the limit of text.
func (r *SessionRow) Weight() int64 { return int64(len(r.ID) + len(r.Summary)) }
