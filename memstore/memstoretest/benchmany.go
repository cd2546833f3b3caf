package memstoretest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// BenchClients measures saves by 16 clients at once, each a user of their own.
func BenchClients(b *testing.B, open Open) {
	b.Helper()
	const clients = 16
	o := memstore.DefaultOptions()
	o.Limits = memstore.Limits{}
	mem := memstore.New(open(b), o)
	stores := make([]*memstore.Store, clients)
	drafts := make([][]memstore.Draft, clients)
	for n := range stores {
		stores[n] = User(b, mem, fmt.Sprint("client", n))
		rng := rand.New(rand.NewPCG(9, uint64(n)))
		for i := range 200 {
			drafts[n] = append(drafts[n], benchDraft(b, rng, i))
		}
		Save(b, stores[n], memstore.Discovery, "first", "opens the session", "")
	}
	var next atomic.Int64
	b.ResetTimer()
	begun := time.Now()
	var all sync.WaitGroup
	for n, s := range stores {
		all.Go(func() {
			for i := 0; next.Add(1) <= int64(b.N); i++ {
				d := drafts[n][i%len(drafts[n])]
				d.Title = Text(b, memstore.TitleField, fmt.Sprint(d.Title.String(), " ", i))
				if _, err := s.Save(b.Context(), d); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "saves/s")
}

// BenchUsers measures a store of so many users with 20 memories each: the first search
// of a random one, and a save.
func BenchUsers(b *testing.B, open Open, users int) {
	b.Helper()
	o := memstore.DefaultOptions()
	o.Limits = memstore.Limits{}
	o.IndexBytes = 1 << 20 // nobody's index stays for long
	mem := memstore.New(open(b), o)
	name := func(n int) string { return fmt.Sprint("user", n) }
	rng := rand.New(rand.NewPCG(1, 1))
	texts := make([]string, 997)
	for i := range texts {
		texts[i] = Words(rng, 50)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range 16 {
		all.Go(func() {
			for u := int(next.Add(1)) - 1; u < users; u = int(next.Add(1)) - 1 {
				records := make([]memstore.Record, 20)
				for i := range records {
					records[i].Memory = &memstore.MemoryRecord{
						Type: memstore.Discovery, Title: Text(b, memstore.TitleField, fmt.Sprint("note ", i)),
						Content: Text(b, memstore.ContentField, texts[(u*20+i)%len(texts)]), Created: begun.Add(-time.Hour),
					}
				}
				if _, err := User(b, mem, name(u)).NewImport().Write(b.Context(), records); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(users)/time.Since(begun).Seconds(), "users-made/s")
	queries := benchQueries(b)
	var searches, saves []time.Duration
	for i := 0; b.Loop(); i++ {
		s := User(b, mem, name(rng.IntN(users)))
		at := time.Now()
		if _, err := s.Search(b.Context(), queries[i%len(queries)]); err != nil {
			b.Fatal(err)
		}
		searches = append(searches, time.Since(at))
		s, at = User(b, mem, name(rng.IntN(users))), time.Now()
		if _, err := s.Save(b.Context(), benchDraft(b, rng, i)); err != nil {
			b.Fatal(err)
		}
		saves = append(saves, time.Since(at))
	}
	for what, took := range map[string][]time.Duration{"search": searches, "save": saves} {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), what+"-p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), what+"-p99-µs")
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
}
