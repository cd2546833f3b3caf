package privacy

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func benchmark(b *testing.B, s string) {
	r, f := New(), Field{Name: "content"}
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = r.Redact(f, s)
	}
}

func BenchmarkNote(b *testing.B) {
	fill := func(s string) string { return strings.Repeat(s, 1024/len(s)) }
	b.Run("plain", func(b *testing.B) { benchmark(b, fill("The server keeps its index in memory. ")) })
	b.Run("accents", func(b *testing.B) { benchmark(b, fill("Le café est fermé à midi. ")) })
	b.Run("cjk", func(b *testing.B) { benchmark(b, fill("设计决定，使用数据库。")) })
	b.Run("code", func(b *testing.B) { benchmark(b, fill("if a < b && c > d { return &x } ")) })
	b.Run("region", func(b *testing.B) { benchmark(b, fill("a note ")+"<private>hunter2</private>") })
}

func BenchmarkHostile(b *testing.B) {
	texts := hostile(64 << 10)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		b.Run(name, func(b *testing.B) { benchmark(b, texts[name]) })
	}
}
