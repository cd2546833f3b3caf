package sqlite

import (
	"database/sql"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Snapshot implements memstore.Reader.
func (r *reader) Snapshot() ([]byte, error) {
	var size int
	if found, err := r.one(selectSnapshotSize, nil, &size); err != nil || !found || size == 0 {
		return nil, err
	}
	rows, err := r.rows(selectSnapshot)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has told
	all := make([]byte, 0, size)
	for rows.Next() {
		var part, run, sum int64
		var blob sql.RawBytes
		if err := rows.Scan(&part, &run, &blob, &sum); err != nil {
			return nil, err
		}
		if sum != sumSnapshot(r.user, part, run, blob) {
			return nil, rows.Err() // as good as none: the index is built without it
		}
		all = append(all, blob...)
	}
	return all, rows.Err()
}

// snapshotPart keeps a part of a snapshot.
func (w *change) snapshotPart(p *memstore.SnapshotPart) error {
	if p.Part == 0 {
		if err := w.exec(deleteSnapshot); err != nil {
			return err
		}
	} else {
		var run int64
		switch found, err := w.one(selectSnapshotPart, []any{p.Part - 1}, &run); {
		case err != nil:
			return err
		case !found || run != p.Run:
			return memstore.ErrSnapshotGone
		}
	}
	blob := p.Blob.Bytes()
	return w.exec(insertSnapshotPart, p.Part, p.Run, blob, sumSnapshot(w.user, int64(p.Part), p.Run, blob))
}

func sumSnapshot(user string, part, run int64, blob []byte) int64 {
	return int64(rowSum(7).text(user).int(part).int(run).blob(blob))
}
