package memstore

import "time"

// importedSession is a session as it stands after what was staged so far.
type importedSession struct {
	PutSession

	known   bool // there is one of that name
	settled bool // nothing that an import brings changes it
	changed bool
}

// named gives the session of that name, which may have to be made.
func (r *importRun) named(name SessionID) (*importedSession, error) {
	if s := r.sessions[name.id]; s != nil {
		return s, nil
	}
	s := &importedSession{PutSession: PutSession{ID: name}}
	row, err := r.tx.w.Session(name.id)
	if err != nil {
		return nil, err
	}
	if row != nil {
		s.known = true
		// One that is neither active, nor ended by hand, nor summarised was made
		// by an import, or closed by itself after nothing happened in it.
		s.settled = row.Ended.IsZero() || !row.Auto || len(row.Summary) > 0
		s.Started, s.LastActivity, s.Ended, s.Auto = row.Started, row.LastActivity, row.Ended, row.Auto
	}
	r.sessions[name.id] = s
	r.order = append(r.order, s)
	return s, nil
}

// cost is what the session adds to the user's bytes if it has to be made.
func (s *importedSession) cost() int64 {
	if s.known {
		return 0
	}
	return int64(len(s.ID.id))
}

// join has the session hold what happened at a time. Where a record told how
// long it lasted, that holds.
func (s *importedSession) join(r *importRun, at time.Time) {
	switch {
	case !s.known:
		s.known, s.changed, s.Auto = true, true, true
		s.Started, s.LastActivity, s.Ended = at, at, at
	case !s.settled && !r.told[s.ID.id] && !r.im.told[s.ID.id]:
		s.widen(at, at)
	}
}

// widen makes the session last from first to last at least, and reports whether
// it did not.
func (s *importedSession) widen(first, last time.Time) (wider bool) {
	if first.Before(s.Started) {
		s.Started, wider = first, true
	}
	if last.After(s.Ended) {
		s.LastActivity, s.Ended, wider = last, last, true
	}
	s.changed = s.changed || wider
	return wider
}

// session imports a session.
func (r *importRun) session(rec *ready) (Imported, error) {
	v := rec.Session
	s, err := r.named(rec.session)
	if err != nil {
		return Imported{}, err
	}
	outcome := Updated
	switch {
	case s.settled:
		outcome = Deduped
	case s.known && v.Auto && v.Summary.IsZero():
		// Of two sessions that say nothing of themselves, each is as right.
		if !s.widen(v.Started, v.Ended) {
			outcome = Deduped
		}
	default:
		if err := r.grow(s.cost()+int64(v.Summary.Bytes()), 0); err != nil {
			return Imported{}, err
		}
		if !s.known {
			outcome = Created
		}
		s.PutSession = PutSession{ID: s.ID, Started: v.Started, LastActivity: v.LastActivity, Ended: v.Ended, Auto: v.Auto}
		if !v.Summary.IsZero() {
			s.Summary = seal(v.Summary)
		}
		s.known, s.changed = true, true
		s.settled = !v.Auto || !v.Summary.IsZero()
	}
	r.told[s.ID.id] = true
	return Imported{Outcome: outcome}, nil
}
