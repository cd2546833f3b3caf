package memstore

// Copies gives the copies of rows that are kept for this user, and what they
// and the user's index count in the cache.
func (s *Store) Copies() (kept []Memory, copies, index int64) {
	u := s.index()
	u.mu.RLock()
	defer u.mu.RUnlock()
	for _, r := range u.copies.byID {
		kept = append(kept, r.Memory)
	}
	return kept, u.copies.size(), u.idx.Bytes()
}

// Cached is what all users count in the cache.
func (db *DB) Cached() int64 { return db.indexes.Bytes() }

// WaitBackground waits until what was begun in the background is done.
func (s *Store) WaitBackground() { s.db.background.Wait() }

// StopBackground ends it, as Close does, and leaves the backend open.
func (db *DB) StopBackground() {
	db.close()
	db.background.Wait()
}
