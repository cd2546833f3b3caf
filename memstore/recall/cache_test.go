package recall

import (
	"fmt"
	"sync"
	"testing"
)

func TestCache(t *testing.T) {
	c := NewCache[string, int](100)
	made := 0
	get := func(k string) int {
		return c.Get(k, func() int { made++; return made })
	}
	holds := func(want string, bytes int64) {
		t.Helper()
		got := ""
		for _, k := range []string{"a", "b", "c", "d"} {
			if _, ok := c.entries[k]; ok {
				got += k
			}
		}
		if got != want || c.Len() != len(want) || c.Bytes() != bytes {
			t.Errorf("holds %q (%d), %d bytes; want %q, %d", got, c.Len(), c.Bytes(), want, bytes)
		}
	}
	for _, k := range []string{"a", "b", "c"} {
		get(k)
		c.Resize(k, 30)
	}
	holds("abc", 90)
	if get("a") != 1 || made != 3 { // a is now the latest
		t.Error("a was made again")
	}
	get("d")
	c.Resize("d", 20)
	holds("acd", 80)
	c.Resize("c", 50) // grows: the others go, the oldest first
	holds("acd", 100)
	c.Resize("c", 71)
	holds("cd", 91)
	c.Resize("d", 500) // larger than all: stays alone
	holds("d", 500)
	get("a")
	c.Resize("a", 10)
	holds("a", 10)
	c.Resize("zzz", 10)
	c.Drop("zzz")
	c.Drop("a")
	holds("", 0)

	free := NewCache[int, int](0)
	for i := range 100 {
		free.Get(i, func() int { return i })
		free.Resize(i, 1<<40)
	}
	if free.Len() != 100 {
		t.Errorf("without a bound: %d", free.Len())
	}
}

func TestCacheConcurrently(t *testing.T) {
	c := NewCache[string, *int](1000)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				k := fmt.Sprint((g + i) % 40)
				if c.Get(k, func() *int { return new(int) }) == nil {
					t.Error("nil")
				}
				c.Resize(k, int64(i%90))
				if i%17 == 0 {
					c.Drop(k)
				}
			}
		})
	}
	wg.Wait()
	sum := int64(0)
	for _, e := range c.entries {
		sum += e.Value.(*cached[string, *int]).bytes
	}
	if c.Bytes() != sum || sum > 1000 {
		t.Errorf("%d bytes, counted %d", c.Bytes(), sum)
	}
}
