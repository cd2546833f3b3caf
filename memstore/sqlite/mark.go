package sqlite

import (
	"context"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// Mark implements memstore.Marker.
func (db *DB) Mark(ctx context.Context, name string, value []byte) ([]byte, error) {
	name = "mark:" + name
	c := <-db.scans
	if c == nil {
		return nil, memstore.ErrClosed
	}
	stored, err := c.fact(name)
	db.scans <- c
	if err != nil || stored != nil {
		return stored, explain(err) // as at every start but the first
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
