package sqlite

// Check runs SQLite's own check over the file.
func Check(db *DB) string {
	c := db.conn(readPragmas)
	var result string
	if err := c.queryOne("PRAGMA integrity_check", nil, &result); err != nil {
		return err.Error()
	}
	return result
}
