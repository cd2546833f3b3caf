package memstoretest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// BenchSoak does so many operations as the benchmark is told, by 8 clients for 100
// users: a save in four, which often replaces a memory, and now and then a forget. It
// reports the heap after a tenth of them, and at the end.
func BenchSoak(b *testing.B, open Open) {
	b.Helper()
	mem := memstore.New(open(b), memstore.DefaultOptions())
	const users = 100
	stores := make([]*memstore.Store, users)
	for n := range stores {
		stores[n] = User(b, mem, fmt.Sprint("user", n))
	}
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	var next atomic.Int64
	run := func(until int64) {
		var all sync.WaitGroup
		for w := range 8 {
			rng := rand.New(rand.NewPCG(uint64(until), uint64(w)))
			all.Go(func() {
				for next.Add(1) <= until {
					s := stores[rng.IntN(users)]
					var err error
					if rng.IntN(4) > 0 {
						_, err = s.Search(b.Context(), Query(b, Words(rng, 3), 10))
					} else {
						var saved memstore.Saved
						saved, err = s.Save(b.Context(), Draft(b, memstore.Discovery, Words(rng, 4), Words(rng, 40), fmt.Sprint("t/", rng.IntN(40))))
						if err == nil && rng.IntN(20) == 0 {
							_, _, err = s.Forget(b.Context(), saved.ID)
						}
					}
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	run(int64(b.N) / 10)
	before := heap()
	run(int64(b.N))
	b.ReportMetric(before, "heap-MB-at-a-tenth")
	b.ReportMetric(heap(), "heap-MB-at-the-end")
}
