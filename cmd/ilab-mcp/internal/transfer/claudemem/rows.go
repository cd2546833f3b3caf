package claudemem

import (
	"database/sql"
	"io"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
)

// pageRows is how many rows are read at once.
const pageRows = 200

// Next implements transfer.Rows.
func (d *DB) Next() (transfer.Row, error) {
	for len(d.page) == 0 {
		if len(d.scans) == 0 {
			return transfer.Row{}, io.EOF
		}
		if err := d.read(d.scans[0]); err != nil {
			return transfer.Row{}, err
		}
		if len(d.page) == 0 {
			d.scans, d.after = d.scans[1:], 0
		}
	}
	row := d.page[0]
	d.page, d.given = d.page[1:], true
	return row, nil
}

// read reads the next page of a table.
func (d *DB) read(s scan) error {
	rows, err := d.tx.QueryContext(d.ctx, s.query, d.after, pageRows)
	if err != nil {
		return d.damaged()
	}
	defer func() { _ = rows.Close() }() // what it has to tell is in Err
	for rows.Next() {
		texts := make([]sql.NullString, len(s.names))
		row := transfer.Row{Table: s.table, Text: make(map[string]string, len(s.names))}
		into := []any{&row.ID}
		for i := range texts {
			into = append(into, &texts[i])
		}
		if err := rows.Scan(into...); err != nil {
			return d.damaged()
		}
		for i, name := range s.names {
			row.Text[name] = texts[i].String
		}
		d.after = row.ID
		d.page = append(d.page, row)
	}
	if rows.Err() != nil {
		return d.damaged()
	}
	return nil
}

// damaged is what goes wrong behind the beginning.
func (d *DB) damaged() error {
	if !d.given {
		return d.problem(&transfer.FormatError{Reason: "the database is damaged from its beginning on"})
	}
	return d.problem(errDamaged)
}
