package sqlite

import "context"

// Mark implements memstore.Marker.
func (db *DB) Mark(ctx context.Context, name string, value []byte) ([]byte, error) {
	var stored []byte
	name = "mark:" + name
	err := db.writer.do(ctx, "", func(w *change) error {
		if err := w.c.exec(insertFact, name, value); err != nil {
			return err
		}
		var err error
		stored, err = w.c.fact(name)
		return err
	})
	return stored, err
}
