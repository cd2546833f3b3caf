package memstoretest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// BenchSizes are the store sizes that Bench measures.
var BenchSizes = []int{200, 1_000, 10_000, 100_000}

// Bench measures the calls that agents wait for, at several store sizes: save,
// search (warm, and cold with the index to build), get and context. The
// texts are made up: 50 words from a vocabulary with Zipf-like frequencies.
func Bench(b *testing.B, open Open) {
	b.Helper()
	for _, size := range BenchSizes {
		if size > 10_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) { benchSize(b, open, size) })
	}
}

func benchSize(b *testing.B, open Open, size int) {
	backend := open(b)
	options := memstore.DefaultOptions()
	options.Limits = memstore.Limits{}
	db := memstore.New(backend, options)
	s := User(b, db, "bench")
	ids := Fill(b, s, size)
	queries := benchQueries(b)

	b.Run("SearchWarm", func(b *testing.B) {
		if _, err := s.Search(b.Context(), queries[0]); err != nil {
			b.Fatal(err)
		}
		var took []time.Duration
		for b.Loop() {
			begun := time.Now()
			if _, err := s.Search(b.Context(), queries[len(took)%len(queries)]); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	})
	b.Run("SearchCold", func(b *testing.B) {
		for b.Loop() {
			db := memstore.New(unclosed{backend}, options)
			if _, err := User(b, db, "bench").Search(b.Context(), queries[0]); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := db.Close(); err != nil { // a large index is stored meanwhile
				b.Fatal(err)
			}
			b.StartTimer()
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	})
	b.Run("Get", func(b *testing.B) {
		i := 0
		for b.Loop() {
			if _, err := s.Get(b.Context(), ids[i*7919%len(ids)]); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("Context", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.Context(b.Context(), 3, 30); err != nil {
				b.Fatal(err)
			}
		}
	})
	// Last, because they grow the store. In turn, because a save that looks for
	// near-duplicates, which takes an index in memory, is compared with one that
	// does not.
	for i := range uint64(2) {
		b.Run(fmt.Sprint("Save/plain/", i), func(b *testing.B) {
			benchSaves(b, User(b, memstore.New(unclosed{backend}, options), "bench"), 2*i+1)
		})
		b.Run(fmt.Sprint("Save/similar/", i), func(b *testing.B) {
			if _, err := s.Search(b.Context(), queries[0]); err != nil { // the index follows
				b.Fatal(err)
			}
			benchSaves(b, s, 2*i)
		})
	}
}

func benchSaves(b *testing.B, s *memstore.Store, seed uint64) {
	b.Helper()
	rng := rand.New(rand.NewPCG(99, seed))
	drafts := make([]memstore.Draft, 0, 1024)
	for range cap(drafts) {
		drafts = append(drafts, benchDraft(b, rng, int(rng.Int32())))
	}
	i := 0
	for b.Loop() {
		d := drafts[i%len(drafts)]
		d.Type = memstore.Type(1 + i/len(drafts)%5)
		if _, err := s.Save(b.Context(), d); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// unclosed is a backend that outlives the stores on it.
type unclosed struct{ memstore.Backend }

func (unclosed) Close() error { return nil }

// Fill saves n memories as Bench measures with, several at a time so that they share commits.
func Fill(b *testing.B, s *memstore.Store, n int) []int64 {
	b.Helper()
	ids := make([]int64, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range 8 {
		rng := rand.New(rand.NewPCG(1, uint64(w)))
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				saved, err := s.Save(b.Context(), benchDraft(b, rng, i))
				if err != nil {
					b.Error(err)
					return
				}
				ids[i] = saved.ID
			}
		})
	}
	wg.Wait()
	return ids
}

func benchDraft(b *testing.B, rng *rand.Rand, i int) memstore.Draft {
	return Draft(b, memstore.Type(1+i%5), fmt.Sprintf("note %d about %s", i, benchWord(rng)), Words(rng, 50), "")
}

// Words makes up a text of that many words, with Zipf-like frequencies.
func Words(rng *rand.Rand, words int) string {
	var t strings.Builder
	for range words {
		t.WriteString(benchWord(rng))
		t.WriteByte(' ')
	}
	return t.String()
}

// benchWord draws one of 20,000 words, the one of rank r with a probability of
// about 1/r (Zipf's law): some stand in every note, most in few. They have
// four to six letters, so that 50 are about as long as 50 words of English.
func benchWord(rng *rand.Rand) string {
	const consonants, vowels = "bcdfgklmnprtvz", "aeiou"
	const syllables = len(consonants) * len(vowels)
	var word []byte
	for n := syllables + int(math.Pow(20_000, rng.Float64())); n > 0; n /= syllables {
		word = append(word, consonants[n%syllables/len(vowels)], vowels[n%len(vowels)])
	}
	return string(word)
}

func benchQueries(b *testing.B) []memstore.Query {
	rng := rand.New(rand.NewPCG(5, 5))
	qs := make([]memstore.Query, 64)
	for i := range qs {
		qs[i] = Query(b, Words(rng, 5), 10)
	}
	return qs
}
