package memstore

import (
	"context"
	"errors"
	"maps"
	"time"
)

// Import is one import into one user's memory, slice by slice. It knows what its
// earlier slices brought. One goroutine uses it at a time.
//
// Importing is idempotent, by what the records say and not by who brings them:
// a second import, or one that goes on where another was interrupted, changes
// nothing that is there. So
//
//   - a memory is there already if its id and its text (type, title, content)
//     agree with a stored one, as that is now or once was; else if its topic key
//     does; else if its text and created_at do (its text alone where it has no
//     created_at), unless the two have different topic keys;
//   - where only the topic key agrees, the newer text wins, by updated_at: one
//     that is newer than the stored becomes a revision of it, with the old text
//     kept as history; one that is not is Deduped if it stands in the history,
//     and skipped otherwise;
//   - an old revision is there already if its memory has one of that number
//     with the same text; another text under that number is skipped;
//   - a session that was ended by hand or has a summary stays as it is. Others
//     take what a session's record says.
//
// Ids are kept if they are free and not above now's; otherwise the memory gets a
// new one, and its revisions follow it. Memories of the same created_at that come
// one after the other keep that order.
//
// A session that is named but not known is made, closed: it lasts from the first
// to the last of what an import brings of it. Import neither touches nor closes
// the active session; a record that names it joins it.
type Import struct {
	s *Store

	ids   map[int64]int64 // ids in the file and what they became; 0: skipped
	told  map[string]bool // sessions of which a record came
	newly newly
}

// newly is the memory that was created last.
type newly struct {
	id      int64
	created time.Time
}

// Imported says what became of a record.
type Imported struct {
	Outcome Outcome // Created, Updated, or Deduped for what is there already; 0: skipped
	ID      int64   // of the memory
	Reason  error   // why it was skipped, for people
}

// NewImport begins an import.
func (s *Store) NewImport() *Import {
	return &Import{s: s, ids: map[int64]int64{}, told: map[string]bool{}}
}

// errUnchanged leaves an Update that has nothing to write.
var errUnchanged = errors.New("memstore: nothing to write")

// Write imports a slice of records in one transaction, and answers for each of
// them. A few hundred make a good slice: what costs is the commit.
//
// A record that breaks a rule is skipped and does not fail the others. Where the
// store is full it answers OverLimit and what became of the records before that;
// those are kept. Other errors (Busy, Unavailable) mean that nothing of the slice
// was kept.
func (im *Import) Write(ctx context.Context, records []Record) ([]Imported, error) {
	now := im.s.now()
	slice := make([]ready, len(records))
	for i, r := range records {
		slice[i] = prepare(r, now)
	}
	// Where nobody knows whether a commit arrived, the rule runs again or, if it
	// did arrive, finds its operation and does not. Then the last run is what was
	// committed, and its answers hold.
	var run *importRun
	_, _, err := im.s.write(ctx, Want{}, func(tx *txn) error {
		run = newImportRun(im, tx)
		return run.all(slice)
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return nil, err
	}
	maps.Copy(im.ids, run.ids)
	maps.Copy(im.told, run.told)
	im.newly = run.newly
	return run.out, run.full
}
