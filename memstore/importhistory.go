package memstore

// revision imports an old revision. It has no change number: a search finds
// current texts only.
func (r *importRun) revision(rec *ready) (Imported, error) {
	v := rec.Revision
	m, reason, err := r.owner(v.Of)
	if err != nil || reason != nil {
		return skipped(reason), err
	}
	if v.Revision >= m.Revision {
		if v.Revision == m.Revision && m.says(rec.text) {
			return Imported{Outcome: Deduped, ID: m.ID}, nil
		}
		return skipped(invalid("revision is not below that of its memory")), nil
	}
	there, same, err := r.revisionThere(m, v.Revision, rec.text)
	switch {
	case err != nil:
		return Imported{}, err
	case same:
		return Imported{Outcome: Deduped, ID: m.ID}, nil
	case there:
		return skipped(invalid("its memory has another revision of that number")), nil
	}
	session, err := r.named(rec.session)
	if err != nil {
		return Imported{}, err
	}
	p := PutRevision{
		ID: m.ID, Revision: v.Revision, Type: v.Type, Title: seal(v.Title), Content: seal(v.Content),
		Session: rec.session, Source: v.Source, At: v.At,
	}
	kept := p.keptBytes()
	if err := r.grow(kept+session.cost(), 0); err != nil {
		return Imported{}, err
	}
	session.join(r, v.At)
	r.tx.m.Revisions = append(r.tx.m.Revisions, p)
	m.keep(v.Revision, Row{Type: v.Type, Title: p.Title.b, Content: p.Content.b})
	m.History += kept
	if m.put >= 0 {
		r.tx.m.Put[m.put].History = m.History
	} else {
		m.grown = true
	}
	return Imported{Outcome: Created, ID: m.ID}, nil
}

// owner gives the memory that the file calls id, or why there is none.
func (r *importRun) owner(id int64) (m *importedMemory, reason, err error) {
	to, ok := r.ids[id]
	if !ok {
		to, ok = r.im.ids[id]
	}
	switch {
	case !ok:
		return nil, invalid("no observation with its id comes before it"), nil
	case to == 0:
		return nil, invalid("its observation was skipped"), nil
	}
	if m := r.memories[to]; m != nil {
		return m, nil, nil
	}
	rows, err := r.tx.w.Rows([]int64{to})
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 {
		return nil, invalid("its memory was forgotten meanwhile"), nil
	}
	return r.known(&rows[0]), nil, nil
}

// keep notes an old revision that this run stages.
func (m *importedMemory) keep(number int, was Row) {
	if m.old == nil {
		m.old = map[int]Row{}
	}
	m.old[number] = was
}

// revisionThere reports whether the memory has an old revision of that number,
// and whether it says the same.
func (r *importRun) revisionThere(m *importedMemory, number int, t text) (there, same bool, err error) {
	if old, ok := m.old[number]; ok {
		return true, old.says(t), nil
	}
	if m.created {
		return false, false, nil
	}
	rows, err := r.tx.w.Revisions(m.ID, number-1, 1)
	if err != nil || len(rows) == 0 || rows[0].Revision != number {
		return false, false, err
	}
	return true, rows[0].says(t), nil
}

// saidEver reports whether the memory says t, or once did.
func (r *importRun) saidEver(m *importedMemory, t text) (bool, error) {
	if m.says(t) {
		return true, nil
	}
	for _, old := range m.old {
		if old.says(t) {
			return true, nil
		}
	}
	if m.created || m.History == 0 {
		return false, nil
	}
	said := false
	err := eachRevision(r.tx.w, m.ID, func(row *RevisionRow) error {
		said = said || row.says(t)
		return nil
	})
	return said, err
}

// says reports whether the revision has this type, title and content.
func (r *RevisionRow) says(t text) bool {
	return r.Type == t.typ && open(r.Title) == t.title.String() && open(r.Content) == t.content.String()
}
