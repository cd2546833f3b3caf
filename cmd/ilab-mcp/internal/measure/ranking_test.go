package measure_test

import (
	"math"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/measure"
)

// upTo is a list of the numbers from 1 to n: the rank of each is the number.
func upTo(n int) []int {
	ranked := make([]int, n)
	for i := range ranked {
		ranked[i] = i + 1
	}
	return ranked
}

func relevant(ids ...int) map[int]bool {
	set := map[int]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// The values were worked out by hand. The discounts 1/log2(rank+1) of the first
// ranks are 1, 0.63093, 0.5, 0.43068, 0.38685, 0.35621, 0.33333, 0.31546,
// 0.30103, 0.28906; the first ten sum up to 4.54356.
func TestScore(t *testing.T) {
	for name, c := range map[string]struct {
		ranked   []int
		relevant map[int]bool
		want     measure.Scores
	}{
		"the only one first": {upTo(10), relevant(1), measure.Scores{Success3: 1, Recall5: 1, Recall10: 1, MRR: 1, NDCG10: 1}},
		"at rank 3":          {upTo(10), relevant(3), measure.Scores{Success3: 1, Recall5: 1, Recall10: 1, MRR: 1. / 3, NDCG10: 0.5}},
		"at rank 4":          {upTo(10), relevant(4), measure.Scores{Recall5: 1, Recall10: 1, MRR: 0.25, NDCG10: 0.43068}},
		"at rank 6":          {upTo(10), relevant(6), measure.Scores{Recall10: 1, MRR: 1. / 6, NDCG10: 0.35621}},
		"at rank 11":         {upTo(100), relevant(11), measure.Scores{MRR: 1. / 11}},
		"at rank 100":        {upTo(100), relevant(100), measure.Scores{MRR: 0.01}},
		"at rank 101":        {upTo(101), relevant(101), measure.Scores{}},
		// DCG = 1/log2(3) + 1/log2(8) = 0.63093 + 0.33333; ideal = 1 + 0.63093 + 0.5.
		"two of three": {upTo(10), relevant(2, 7, 500), measure.Scores{Success3: 1, Recall5: 1. / 3, Recall10: 2. / 3, MRR: 0.5, NDCG10: 0.96426 / 2.13093}},
		// Of twelve, five and ten can be there at most; the ideal list has ten.
		"more than ten relevant": {upTo(100), relevant(upTo(12)...), measure.Scores{Success3: 1, Recall5: 5. / 12, Recall10: 10. / 12, MRR: 1, NDCG10: 1}},
		"more than ten, late": {
			upTo(100), relevant(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20),
			measure.Scores{Recall10: 1. / 11, MRR: 0.1, NDCG10: 0.28906 / 4.54356},
		},
		"a short list":     {upTo(2), relevant(2, 3), measure.Scores{Success3: 1, Recall5: 0.5, Recall10: 0.5, MRR: 0.5, NDCG10: 0.63093 / 1.63093}},
		"none found":       {upTo(100), relevant(500), measure.Scores{}},
		"no hits":          {nil, relevant(1), measure.Scores{}},
		"nothing relevant": {upTo(10), nil, measure.Scores{}},
	} {
		if got := measure.Score(c.ranked, c.relevant); !near(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestMean(t *testing.T) {
	got := measure.Mean([]measure.Scores{
		{Success3: 1, Recall5: 0.5, Recall10: 1, MRR: 0.25, NDCG10: 0.5}, {Recall10: 0.5, NDCG10: 0.25}, {Success3: 1, MRR: 0.5},
	})
	if want := (measure.Scores{Success3: 2. / 3, Recall5: 0.5 / 3, Recall10: 0.5, MRR: 0.25, NDCG10: 0.25}); !near(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := measure.Mean(nil); got != (measure.Scores{}) {
		t.Errorf("of none: %+v", got)
	}
}

// near allows for the five digits of the values above.
func near(a, b measure.Scores) bool {
	for _, d := range []float64{a.Success3 - b.Success3, a.Recall5 - b.Recall5, a.Recall10 - b.Recall10, a.MRR - b.MRR, a.NDCG10 - b.NDCG10} {
		if math.Abs(d) > 1e-5 {
			return false
		}
	}
	return true
}
