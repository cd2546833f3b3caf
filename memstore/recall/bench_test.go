package recall

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// zipfDoc makes a memory of about 50 words out of a vocabulary of 50,000, with
// the frequencies of natural text: w1 is in most memories, w40000 in few. The
// words are w and a number, and thus their own stems.
func zipfDoc(r *rand.Rand, id int64) note {
	z := rand.NewZipf(r, 1.07, 3, 50_000)
	words := func(n int) string {
		w := make([]string, n)
		for i := range w {
			w[i] = fmt.Sprintf("w%d", z.Uint64())
		}
		return strings.Join(w, " ")
	}
	return note{ID: id, Kind: uint8(id % 6), Session: fmt.Sprint("session ", id/20), Updated: id * 60e6, Title: words(5), Content: words(45)}
}

var packed = map[int][][]byte{}

func blobs(n int) [][]byte {
	if packed[n] == nil {
		r := rand.New(rand.NewPCG(1, 1))
		for id := range int64(n) {
			packed[n] = append(packed[n], pack(zipfDoc(r, id+1)))
		}
	}
	return packed[n]
}

// corpus is an index of n memories.
func corpus(t testing.TB, n int, maxBytes int64) *Index {
	t.Helper()
	x := NewIndex(1, maxBytes)
	for i, b := range blobs(n) {
		if err := x.Put(int64(i+1), int64(i+1), b); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

const prose = "The migration of the database to PostgreSQL requires running several scripts; deployments happened yesterday, because " +
	"the scheduler was retrying connections relentlessly. We decided that caching sessions in memory is generally preferable to " +
	"hitting the storage layer for every single incoming request from users of memstore/sqlite/open.go. "

func BenchmarkPack(b *testing.B) {
	d := note{ID: 1, Session: "0123456789abcdef", Title: "Database migration", TopicKey: "ops/database", Content: prose}
	b.ReportAllocs()
	for b.Loop() {
		pack(d)
	}
	b.ReportMetric(float64(len(pack(d))), "blob-bytes")
}

func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		parse("where did we put the database migration scripts")
	}
}

func BenchmarkPut(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			blobs(n)
			before := heap()
			var x *Index
			for b.Loop() {
				x = corpus(b, n, 0)
			}
			b.ReportMetric(float64(heap()-before)/(1<<20), "heap-MB")
			b.ReportMetric(float64(x.Bytes())/(1<<20), "said-MB")
			runtime.KeepAlive(x)
		})
	}
}

func BenchmarkPutBounded(b *testing.B) {
	blobs(100_000)
	for b.Loop() {
		corpus(b, 100_000, 20<<20)
	}
}

func BenchmarkReplace(b *testing.B) {
	x := corpus(b, 100_000, 0)
	all := blobs(100_000)
	seq := int64(100_000)
	for b.Loop() {
		seq++
		if err := x.Put(seq, seq%100_000+1, all[seq%100_000]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		x := corpus(b, n, 0)
		for _, bb := range []struct{ name, query string }{
			{"rare", "w900 w2100 w5005 w9001 w12003"},
			{"common", "w1 w4 w30 w300 w3000 w9000"},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, bb.name), func(b *testing.B) {
				q := parse(bb.query)
				total, posts := 0, 0
				for b.Loop() {
					_, total = x.Search(q, allKinds, 10)
				}
				for _, t := range q.terms {
					if l, ok := x.terms.find(x.lists, []byte(t.text)); ok {
						posts += int(x.lists[l].df)
					}
				}
				b.ReportMetric(float64(total), "hits")
				b.ReportMetric(float64(posts), "postings")
			})
		}
	}
}

func BenchmarkSnippet(b *testing.B) {
	for _, bb := range []struct{ name, text, query string }{
		{"400", strings.Repeat(prose, 2)[:400], "database caching sessions request"},
		{"1000", strings.Repeat(prose, 3)[:1000], "database caching sessions request"},
		{"1000/none", strings.Repeat(prose, 3)[:1000], "kubernetes ingress certificate renewal"},
		{"1000/late", strings.Repeat(prose, 3)[:980] + " kubernetes ingress", "kubernetes ingress certificate renewal"},
		{"1000/chinese", strings.Repeat("数据库迁移到新的服务器需要运行几个脚本", 50) + "缓存会话", "缓存会话"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			q := parse(bb.query)
			b.ReportAllocs()
			for b.Loop() {
				Snippet(bb.text, q, 300)
			}
		})
	}
}
