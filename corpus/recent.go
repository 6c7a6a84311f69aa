package corpus

import (
	"container/list"
	"sync"
	"sync/atomic"
)

// recent remembers what was asked for last, as much as its limit in bytes lets
// it; what came first and was not asked for since is forgotten first (the "second
// chance" of Corbato, 1968), so that asking changes no order and many may ask at
// once. What it remembers must never change. It is safe for concurrent use.
// Without a limit it remembers nothing.
type recent[K comparable, V any] struct {
	mu          sync.RWMutex
	limit, size int // bytes
	byKey       map[K]*list.Element
	order       list.List // of *remembered[K, V], what came last in front
}

type remembered[K comparable, V any] struct {
	key   K
	value V
	bytes int
	asked atomic.Bool // for, since it came to the front
}

// recentOverhead is about what remembering takes beside the value: the map's
// and the list's entries.
const recentOverhead = 200

// newRecent returns one that takes at most limit bytes.
func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, byKey: make(map[K]*list.Element)}
}

// resize sets the limit, and forgets what is beyond it.
func (c *recent[K, V]) resize(limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = limit
	c.forget()
}

// forget drops the oldest until the rest is within the limit. What was asked for
// since it came to the front goes there once more.
func (c *recent[K, V]) forget() {
	for c.size > c.limit {
		e := c.order.Back()
		oldest := e.Value.(*remembered[K, V])
		if oldest.asked.Swap(false) {
			c.order.MoveToFront(e)
			continue
		}
		c.order.Remove(e)
		delete(c.byKey, oldest.key)
		c.size -= oldest.bytes
	}
}

// get returns what is remembered under the key, and false for nothing.
func (c *recent[K, V]) get(key K) (value V, ok bool) {
	c.mu.RLock()
	e := c.byKey[key]
	c.mu.RUnlock()
	if e == nil {
		return value, false
	}
	found := e.Value.(*remembered[K, V]) // what it holds never changes
	if !found.asked.Load() {
		found.asked.Store(true)
	}
	return found.value, true
}

// holds tells whether so many bytes are worth remembering: not when they would
// take an eighth of the room by themselves.
func (c *recent[K, V]) holds(bytes int) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return recentOverhead+bytes <= c.limit/8
}

// room is how many bytes can be remembered together.
func (c *recent[K, V]) room() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.limit
}

// put remembers a value of so many bytes, where they are worth it.
func (c *recent[K, V]) put(key K, value V, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bytes += recentOverhead
	if bytes > c.limit/8 || c.byKey[key] != nil { // another search was quicker
		return
	}
	c.size += bytes
	c.forget() // before it is there: it would be the only one that nobody has asked for
	c.byKey[key] = c.order.PushFront(&remembered[K, V]{key: key, value: value, bytes: bytes})
}
