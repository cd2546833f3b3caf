package memstore

import (
	"errors"
	"time"
)

// importRun is one run of an import's rule, over one slice. What it stages it
// also keeps here, so that a record sees those before it.
type importRun struct {
	im   *Import
	tx   *txn
	out  []Imported
	full error // why it stopped

	ids   map[int64]int64
	told  map[string]bool
	newly newly

	memories map[int64]*importedMemory
	topics   map[string]*importedMemory
	texts    map[textKey]*importedMemory
	sessions map[string]*importedSession
	order    []*importedSession // as they came
}

// textKey is by what a text is found: when it was created, or zero for whenever.
type textKey struct {
	hash    Hash
	created time.Time
}

// importedMemory is a memory as it stands after what was staged so far.
type importedMemory struct {
	Row

	put     int         // where in Mutation.Put it stands last; -1: nowhere
	created bool        // by this run: no row of it can be read
	grown   bool        // its history, and it is not put
	old     map[int]Row // old revisions that this run stages
}

func newImportRun(im *Import, tx *txn) *importRun {
	return &importRun{
		im: im, tx: tx, newly: im.newly,
		ids: map[int64]int64{}, told: map[string]bool{},
		memories: map[int64]*importedMemory{}, topics: map[string]*importedMemory{},
		texts: map[textKey]*importedMemory{}, sessions: map[string]*importedSession{},
	}
}

// all stages what the records bring, up to the one that does not fit.
func (r *importRun) all(slice []ready) error {
	var wants []Want
	for i := range slice {
		if m := slice[i].Memory; m != nil && slice[i].err == nil {
			wants = append(wants, Want{ID: m.ID, TopicKey: m.TopicKey, Hash: &slice[i].text.hash, Created: m.Created})
		}
	}
	found, err := r.tx.w.Match(wants)
	if err != nil {
		return err
	}
	for i := range slice {
		var match Match
		if slice[i].Memory != nil && slice[i].err == nil {
			match, found = found[0], found[1:]
		}
		done, err := r.one(&slice[i], match)
		if errors.Is(err, ErrOverLimit) {
			r.full = err
			break
		}
		if err != nil {
			return err
		}
		r.out = append(r.out, done)
	}
	return r.stage()
}

// stage stages what was gathered beside the memories.
func (r *importRun) stage() error {
	for _, s := range r.order {
		if s.changed {
			r.tx.m.Sessions = append(r.tx.m.Sessions, s.PutSession)
		}
	}
	for id, m := range r.memories {
		if m.grown {
			r.tx.m.Histories = append(r.tx.m.Histories, PutHistory{ID: id, Bytes: m.History})
		}
	}
	m := &r.tx.m
	if len(m.Sessions)+len(m.Put)+len(m.Revisions) == 0 {
		return errUnchanged
	}
	return nil
}

func (r *importRun) one(rec *ready, found Match) (Imported, error) {
	if rec.err != nil {
		if m := rec.Memory; m != nil && m.ID != 0 {
			r.ids[m.ID] = 0
		}
		return skipped(rec.err), nil
	}
	switch {
	case rec.Session != nil:
		return r.session(rec)
	case rec.Memory != nil:
		done, err := r.memory(rec, found)
		if err == nil && rec.Memory.ID != 0 {
			r.ids[rec.Memory.ID] = done.ID
		}
		return done, err
	default:
		return r.revision(rec)
	}
}

func skipped(reason error) Imported { return Imported{Reason: reason} }

// memory applies the rules of Import to a memory.
func (r *importRun) memory(rec *ready, found Match) (Imported, error) {
	m, t := rec.Memory, rec.text
	byID := r.known(found.ByID)
	if byID == nil {
		byID = r.memories[m.ID]
	}
	if byID != nil {
		if same, err := r.saidEver(byID, t); err != nil || same {
			return Imported{Outcome: Deduped, ID: byID.ID}, err
		}
	}
	byTopic := r.known(found.ByTopic)
	if byTopic == nil && !t.topic.IsZero() {
		byTopic = r.topics[t.topic.String()]
	}
	if byTopic != nil {
		return r.toTopic(byTopic, rec)
	}
	byText := r.texts[textKey{t.hash, m.Created}]
	if byText == nil {
		byText = r.known(found.ByHash)
	}
	if byText != nil && (byText.TopicKey == "" || t.topic.IsZero()) {
		return Imported{Outcome: Deduped, ID: byText.ID}, nil
	}
	return r.create(rec, byID != nil)
}

// known gives the memory of a row as it stands by now.
func (r *importRun) known(row *Row) *importedMemory {
	if row == nil {
		return nil
	}
	if m := r.memories[row.ID]; m != nil {
		return m
	}
	m := &importedMemory{Row: *row, put: -1}
	r.memories[row.ID] = m
	return m
}

// toTopic imports a memory whose topic key is taken.
func (r *importRun) toTopic(old *importedMemory, rec *ready) (Imported, error) {
	if old.says(rec.text) {
		return Imported{Outcome: Deduped, ID: old.ID}, nil
	}
	updated := firstTime(rec.Memory.Updated, rec.Memory.Created)
	if updated.After(old.Updated) {
		return r.change(old, rec, updated)
	}
	same, err := r.saidEver(old, rec.text)
	if err != nil || same {
		return Imported{Outcome: Deduped, ID: old.ID}, err
	}
	if updated.IsZero() { // it does not say when, so it is now; a second time it is known
		return r.change(old, rec, notBefore(r.tx.now, old.Updated))
	}
	return skipped(invalid("another memory has its topic_key and is newer")), nil
}

// create stages a new memory.
func (r *importRun) create(rec *ready, taken bool) (Imported, error) {
	m, tx := rec.Memory, r.tx
	p := PutRow{Revision: m.Revision, Created: firstTime(m.Created, m.Updated, tx.now), New: true}
	p.Updated = firstTime(m.Updated, p.Created)
	p.ID = m.ID
	if p.ID == 0 || taken || p.ID > lastID(tx.now) || p.ID <= r.newly.id && p.Created.Equal(r.newly.created) {
		if p.ID = nextID(tx.now, tx.m.User.LastID, tx.o.Rand); p.ID > maxID {
			return Imported{}, overLimit("this store has used up its ids")
		}
	}
	session, err := r.named(rec.session)
	if err != nil {
		return Imported{}, err
	}
	size := int64(rec.text.title.Bytes() + rec.text.content.Bytes() + rec.text.topic.Bytes() + rec.text.source.Bytes())
	if err := r.grow(size+session.cost(), 1); err != nil {
		return Imported{}, err
	}
	session.join(r, p.Updated)
	tx.m.User.LastID = max(tx.m.User.LastID, p.ID)
	tx.fill(&p, rec.text, rec.session)
	made := &importedMemory{created: true}
	r.memories[p.ID] = made
	r.put(made, &p)
	r.newly = newly{id: p.ID, created: p.Created}
	if p.TopicKey.String() != "" {
		r.topics[p.TopicKey.String()] = made
	}
	for _, key := range []textKey{{p.Hash, p.Created}, {hash: p.Hash}} {
		if r.texts[key] == nil {
			r.texts[key] = made
		}
	}
	return Imported{Outcome: Created, ID: p.ID}, nil
}

// change stages a newer state of a memory.
func (r *importRun) change(old *importedMemory, rec *ready, updated time.Time) (Imported, error) {
	tx := r.tx
	p := PutRow{
		ID: old.ID, Revision: max(old.Revision+1, rec.Memory.Revision), Created: old.Created, Updated: updated,
		History: old.History + old.keptBytes(), OldSeq: old.Seq, Archive: true,
	}
	session, err := r.named(rec.session)
	if err != nil {
		return Imported{}, err
	}
	size := int64(rec.text.title.Bytes() + rec.text.content.Bytes() + rec.text.topic.Bytes() + rec.text.source.Bytes())
	if err := r.grow(size-old.textBytes()+old.keptBytes()+session.cost(), 0); err != nil {
		return Imported{}, err
	}
	session.join(r, updated)
	tx.fill(&p, rec.text, rec.session)
	was := old.Row
	r.put(old, &p)
	old.keep(was.Revision, was)
	return Imported{Outcome: Updated, ID: old.ID}, nil
}

// put stages a row, and has its memory stand so.
func (r *importRun) put(m *importedMemory, p *PutRow) {
	m.Row = Row{
		ID: p.ID, Type: p.Type, Title: p.Title.b, Content: p.Content.b, TopicKey: p.TopicKey.String(),
		Revision: p.Revision, Session: p.Session.id, Source: p.Source.String(),
		Created: p.Created, Updated: p.Updated, Seq: p.Seq, History: p.History,
	}
	m.put = len(r.tx.m.Put)
	r.tx.m.Put = append(r.tx.m.Put, *p)
}

// grow counts what is about to be staged, or says that the store is full.
func (r *importRun) grow(bytes, memories int64) error {
	tx := r.tx
	if !tx.fits(bytes, memories) {
		const do = "What came before is kept. Forget some memories or raise the limit, and import again"
		if l := tx.o.Limits; l.Memories > 0 && memories > 0 && tx.m.User.Memories+memories > l.Memories {
			return overLimit("the store holds %d memories, which is its limit, so the import stopped. "+do, tx.m.User.Memories)
		}
		return overLimit("the store holds %d of at most %d bytes of text, so the import stopped. "+do, tx.m.User.Bytes, tx.o.Limits.Bytes)
	}
	tx.m.User.Bytes += bytes
	tx.m.User.Memories += memories
	return nil
}
