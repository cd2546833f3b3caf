package recall

import (
	"container/list"
	"sync"
)

// Cache keeps values by key, such as the indexes of many users, within a number
// of bytes: when there are more, those used least recently go. It is safe for
// concurrent use; the values themselves are the caller's to guard. A value that
// is dropped while in use stays whole for those who have it.
type Cache[K comparable, V any] struct {
	mu       sync.Mutex
	maxBytes int64
	bytes    int64
	entries  map[K]*list.Element // of *cached[K, V]
	used     *list.List          // the latest first
}

type cached[K comparable, V any] struct {
	key   K
	value V
	bytes int64
}

// NewCache returns an empty cache of at most maxBytes; 0 is no bound.
func NewCache[K comparable, V any](maxBytes int64) *Cache[K, V] {
	return &Cache[K, V]{maxBytes: maxBytes, entries: make(map[K]*list.Element), used: list.New()}
}

// Get returns the value of k and marks it as used. If there is none it keeps what
// make returns, with a size of 0 until Resize tells it. make is called under the
// cache's lock: it must be cheap and may not use the cache.
func (c *Cache[K, V]) Get(k K, make func() V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[k]; ok {
		c.used.MoveToFront(e)
		return e.Value.(*cached[K, V]).value
	}
	v := make()
	c.entries[k] = c.used.PushFront(&cached[K, V]{key: k, value: v})
	return v
}

// Resize tells the size of k's value, and drops the others that were used least
// recently until all fit. A value larger than the cache stays, alone, until
// another needs its place. An unknown k is ignored.
func (c *Cache[K, V]) Resize(k K, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.entries[k]
	if !ok {
		return
	}
	v := kept.Value.(*cached[K, V])
	c.bytes += bytes - v.bytes
	v.bytes = bytes
	for e := c.used.Back(); e != nil && c.maxBytes > 0 && c.bytes > c.maxBytes; {
		older := e.Prev()
		if e != kept {
			c.remove(e)
		}
		e = older
	}
}

// Drop forgets k's value, if there is one.
func (c *Cache[K, V]) Drop(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[k]; ok {
		c.remove(e)
	}
}

// Len returns the number of values.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// Bytes returns the sum of their sizes, as told.
func (c *Cache[K, V]) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

func (c *Cache[K, V]) remove(e *list.Element) {
	v := c.used.Remove(e).(*cached[K, V])
	delete(c.entries, v.key)
	c.bytes -= v.bytes
}
