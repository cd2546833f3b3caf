package transfer_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/transfer"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
	"github.com/ilab-mcp/ilab-mcp/privacy"
)

// BenchmarkImport reads 20,000 memories of 50 words, with synchronous=FULL, and
// BenchmarkExport writes them.
func BenchmarkImport(b *testing.B) {
	const n = 20_000
	rng := rand.New(rand.NewPCG(1, 1))
	var file strings.Builder
	for i := range n {
		fmt.Fprintf(&file, `{"type":"discovery","title":"note %d","content":%q,"session_id":"s%d"}`+"\n", i, memstoretest.Words(rng, 50), i/20)
	}
	db, _ := open(b)
	run := 0
	for b.Loop() {
		run++
		s := memstoretest.User(b, db, fmt.Sprint("user", run))
		report, err := transfer.Import(b.Context(), s, transfer.NewJSONLines(strings.NewReader(file.String())), privacy.New())
		if err != nil || report.Memories.Created != n {
			b.Fatalf("%+v %v", report, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "memories/s")
}

func BenchmarkExport(b *testing.B) {
	db, _ := open(b)
	s := memstoretest.User(b, db, "alice")
	memstoretest.Fill(b, s, 10_000)
	for b.Loop() {
		if n, err := transfer.Export(b.Context(), s, io.Discard, nil); err != nil || n.Memories != 10_000 {
			b.Fatalf("%+v %v", n, err)
		}
	}
	b.ReportMetric(float64(10_000*b.N)/b.Elapsed().Seconds(), "memories/s")
}
