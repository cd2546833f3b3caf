package measure

import "math"

// Scores say how well a ranked list answers a question, or a set of them on
// average. All lie between 0 and 1, and more is better.
//
// The measures are those of information retrieval, with binary relevance:
// Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008),
// section 8.4; the discount is that of Järvelin and Kekäläinen, Cumulated
// gain-based evaluation of IR techniques (2002), with logarithms to base 2.
type Scores struct {
	// Success3 is 1 if any of the first 3 is relevant (success@3).
	Success3 float64 `json:"success_at_3"`
	// Recall5 is the share of what is relevant that is among the first 5:
	// |first 5 ∩ relevant| / |relevant|. With more than 5 relevant it cannot be 1.
	Recall5 float64 `json:"recall_at_5"`
	// Recall10 is the same among the first 10.
	Recall10 float64 `json:"recall_at_10"`
	// MRR is 1 / the rank of the first that is relevant, from 1; 0 if none is
	// among the first 100.
	MRR float64 `json:"mrr"`
	// NDCG10 is DCG / the DCG of an ideal list, where DCG is the sum of
	// 1 / log2(rank+1) over what is relevant among the first 10. The ideal list
	// begins with min(10, |relevant|) that are.
	NDCG10 float64 `json:"ndcg_at_10"`
}

// Depth is how far down a list Scores look.
const Depth = 100

// Score scores one list, best first, each id once. Where nothing is relevant
// there is nothing to find, and all scores are 0.
func Score[ID comparable](ranked []ID, relevant map[ID]bool) Scores {
	var s Scores
	if len(relevant) == 0 {
		return s
	}
	all := float64(len(relevant))
	in5, in10, dcg := 0, 0, 0.0
	for i, id := range ranked[:min(len(ranked), Depth)] {
		if !relevant[id] {
			continue
		}
		rank := i + 1
		if s.MRR == 0 {
			s.MRR = 1 / float64(rank)
		}
		if rank <= 3 {
			s.Success3 = 1
		}
		if rank <= 5 {
			in5++
		}
		if rank <= 10 {
			in10++
			dcg += gain(rank)
		}
	}
	ideal := 0.0
	for rank := 1; rank <= min(10, len(relevant)); rank++ {
		ideal += gain(rank)
	}
	s.Recall5, s.Recall10, s.NDCG10 = float64(in5)/all, float64(in10)/all, dcg/ideal
	return s
}

// gain is what something relevant at a rank adds to DCG.
func gain(rank int) float64 { return 1 / math.Log2(float64(rank)+1) }

// Mean is the mean of scores, each of equal weight; 0 for none.
func Mean(of []Scores) Scores {
	var m Scores
	for _, s := range of {
		m.Success3 += s.Success3
		m.Recall5 += s.Recall5
		m.Recall10 += s.Recall10
		m.MRR += s.MRR
		m.NDCG10 += s.NDCG10
	}
	n := float64(max(1, len(of)))
	return Scores{Success3: m.Success3 / n, Recall5: m.Recall5 / n, Recall10: m.Recall10 / n, MRR: m.MRR / n, NDCG10: m.NDCG10 / n}
}
