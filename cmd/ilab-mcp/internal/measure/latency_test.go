package measure_test

import (
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
)

// milliseconds are those from n down to 1.
func milliseconds(n int) []time.Duration {
	var took []time.Duration
	for i := n; i > 0; i-- {
		took = append(took, time.Duration(i)*time.Millisecond)
	}
	return took
}

func TestLatencies(t *testing.T) {
	const ms measure.Micros = 1000
	for n, want := range map[int]measure.Latency{
		0:   {},
		1:   {Calls: 1, Median: ms, P95: ms, P99: ms, Max: ms},
		2:   {Calls: 2, Median: ms, P95: 2 * ms, P99: 2 * ms, Max: 2 * ms},
		19:  {Calls: 19, Median: 10 * ms, P95: 19 * ms, P99: 19 * ms, Max: 19 * ms},
		20:  {Calls: 20, Median: 10 * ms, P95: 19 * ms, P99: 20 * ms, Max: 20 * ms},
		100: {Calls: 100, Median: 50 * ms, P95: 95 * ms, P99: 99 * ms, Max: 100 * ms},
		101: {Calls: 101, Median: 51 * ms, P95: 96 * ms, P99: 100 * ms, Max: 101 * ms},
	} {
		if got := measure.Latencies(milliseconds(n)); got != want {
			t.Errorf("%d calls: got %+v, want %+v", n, got, want)
		}
	}
}
