package memstore

import "sync"

// What a search costs most is to fetch the ten rows it found, and searches of
// one user find the same rows again and again. So copies of rows lie beside the
// index that finds them. A memory's row never changes without a new change
// number (seq), and the index knows the number of each memory that it has: a
// copy of that number says what the row says. An erased memory is in no index.

// What is kept for one user at most.
const (
	copiesBytes = 1 << 20
	copyBytes   = 8 << 10 // a longer memory is read each time
	copyCost    = 256     // of a copy, besides its text
)

// copiesBytes is what the copies of one user may take: little beside the indexes.
func (db *DB) copiesBytes() int64 {
	if db.opts.IndexBytes == 0 {
		return copiesBytes
	}
	return min(copiesBytes, db.opts.IndexBytes/8)
}

// copies are memories that searches of one user found. Which ones go when there
// is no more room is left to chance: one that is missed comes back.
type copies struct {
	mu    sync.Mutex
	byID  map[int64]*rowCopy
	bytes int64
}

type rowCopy struct {
	Memory // never changed

	seq int64
}

// find gives the memory as it is since change seq, or nil.
func (c *copies) find(id, seq int64) *Memory {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.byID[id]; m != nil && m.seq == seq {
		return &m.Memory
	}
	return nil
}

// keep keeps a memory as it is since change seq. The caller sees to it that the
// index has this memory at this very change, and holds it there.
func (c *copies) keep(m *Memory, seq, bound int64) {
	r := &rowCopy{Memory: *m, seq: seq}
	if r.size() > min(copyBytes, bound) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(r.ID)
	for id := range c.byID {
		if c.bytes+r.size() <= bound {
			break
		}
		c.drop(id)
	}
	if c.byID == nil {
		c.byID = make(map[int64]*rowCopy)
	}
	c.byID[r.ID] = r
	c.bytes += r.size()
}

// forget drops what has changed, so that no erased text stays.
func (c *copies) forget(changes []Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, change := range changes {
		c.drop(change.ID)
	}
}

func (c *copies) drop(id int64) {
	if r := c.byID[id]; r != nil {
		c.bytes -= r.size()
		delete(c.byID, id)
	}
}

func (c *copies) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID, c.bytes = nil, 0
}

// size is what all copies hold, in bytes.
func (c *copies) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

func (r *rowCopy) size() int64 {
	return copyCost + int64(len(r.Title)+len(r.Content)+len(r.TopicKey)+len(r.Session)+len(r.Source))
}
