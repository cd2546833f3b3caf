package memstore

import "time"

// pageRows is how much is read at once where everything is read: the longest
// memories take 13 MB then.
const pageRows = 200

// eachSession reads all sessions of the user, oldest first by (started, id).
func eachSession(r Reader, f func(*SessionRow) error) error {
	var started time.Time
	var id string
	for {
		rows, err := r.Sessions(started, id, pageRows)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := f(&rows[i]); err != nil {
				return err
			}
			started, id = rows[i].Started, rows[i].ID
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}

// eachMemory reads all memories of the user, oldest first by (created, id).
func eachMemory(r Reader, f func(*Row) error) error {
	var created time.Time
	var id int64
	for {
		rows, err := r.After(created, id, pageRows)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := f(&rows[i]); err != nil {
				return err
			}
			created, id = rows[i].Created, rows[i].ID
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}

// eachRevision reads all old revisions of a memory, oldest first.
func eachRevision(r Reader, id int64, f func(*RevisionRow) error) error {
	after := 0
	for {
		rows, err := r.Revisions(id, after, pageRows)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := f(&rows[i]); err != nil {
				return err
			}
			after = rows[i].Revision
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}
