package measure

import (
	"slices"
	"time"
)

// Micros are microseconds.
type Micros float64

// Latency says how long calls took.
type Latency struct {
	Calls  int    `json:"calls"`
	Median Micros `json:"median_us"`
	P95    Micros `json:"p95_us"` // 95 of 100 calls took no longer
	P99    Micros `json:"p99_us"`
	Max    Micros `json:"max_us"`
}

// Latencies sums up how long calls took, in any order. Its percentiles are by
// the nearest rank: the shortest time that at least that share of the calls did
// not exceed, so that each is one that was measured. Without calls all are 0.
func Latencies(took []time.Duration) Latency {
	sorted := slices.Sorted(slices.Values(took))
	at := func(percent int) Micros {
		if len(sorted) == 0 {
			return 0
		}
		return Micros(float64(sorted[(len(sorted)*percent+99)/100-1]) / float64(time.Microsecond))
	}
	return Latency{Calls: len(sorted), Median: at(50), P95: at(95), P99: at(99), Max: at(100)}
}
