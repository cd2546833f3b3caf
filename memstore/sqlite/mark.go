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
		var err error
		if stored, err = w.c.fact(name); err != nil || stored != nil {
			return err
		}
		stored = value
		return w.c.setFact(name, value)
	})
	return stored, err
}
