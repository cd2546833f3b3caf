package sqlite

import (
	"context"
)

// Mark implements memstore.Marker.
func (db *DB) Mark(ctx context.Context, name string, value []byte) ([]byte, error) {
	name = "mark:" + name
	var stored []byte
	err := db.lend(ctx, db.scans, func(c *conn) (err error) {
		stored, err = c.fact(name)
		return err
	})
	if err != nil || stored != nil {
		return stored, err // as at every start but the first
	}
	err = db.writer.do(ctx, "", func(w *change) error {
		if err := w.c.exec(insertFact, name, value); err != nil {
			return err
		}
		var err error
		stored, err = w.c.fact(name)
		return err
	})
	return stored, err
}
