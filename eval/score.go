package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a 95 % bootstrap confidence interval.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Scores are the figures of one run. Cases without a right document do not
// count. Times are milliseconds of one search, process start excluded.
type Scores struct {
	N         int                 `json:"n"`
	HitAt1    float64             `json:"hit_at_1"`
	HitAt3    float64             `json:"hit_at_3"`
	HitAt5    float64             `json:"hit_at_5"`
	HitAt10   float64             `json:"hit_at_10"`
	MRRAt10   float64             `json:"mrr_at_10"`
	NDCGAt10  float64             `json:"ndcg_at_10"`
	P50MS     float64             `json:"p50_ms"`
	P95MS     float64             `json:"p95_ms"`
	Intervals map[string]Interval `json:"intervals,omitempty"`
}

// resamples is how often the bootstrap draws the questions anew.
const resamples = 2000

// Score sums up outcomes. The bootstrap is seeded, so that the same outcomes
// give the same intervals.
func Score(outcomes []Outcome) Scores {
	judged := slices.DeleteFunc(slices.Clone(outcomes), func(o Outcome) bool { return len(o.Relevant) == 0 })
	s := Scores{N: len(judged)}
	times := make([]float64, 0, len(outcomes))
	for _, o := range outcomes {
		times = append(times, o.MS)
	}
	s.P50MS, s.P95MS = quantile(times, .50), quantile(times, .95)
	if s.N == 0 {
		return s
	}
	metrics := map[string]func(Outcome) float64{
		"hit_at_1":   hit(1),
		"hit_at_3":   hit(3),
		"hit_at_5":   hit(5),
		"hit_at_10":  hit(10),
		"mrr_at_10":  reciprocalRank,
		"ndcg_at_10": ndcg,
	}
	means := map[string]float64{}
	s.Intervals = map[string]Interval{}
	for name, metric := range metrics {
		values := make([]float64, s.N)
		for i, o := range judged {
			values[i] = metric(o)
		}
		means[name] = mean(values)
		s.Intervals[name] = bootstrap(values)
	}
	s.HitAt1, s.HitAt3, s.HitAt5, s.HitAt10 = means["hit_at_1"], means["hit_at_3"], means["hit_at_5"], means["hit_at_10"]
	s.MRRAt10, s.NDCGAt10 = means["mrr_at_10"], means["ndcg_at_10"]
	return s
}

// hit is 1 where a right document stands among the first k.
func hit(k int) func(Outcome) float64 {
	return func(o Outcome) float64 {
		if o.Rank > 0 && o.Rank <= k {
			return 1
		}
		return 0
	}
}

func reciprocalRank(o Outcome) float64 {
	if o.Rank == 0 || o.Rank > 10 {
		return 0
	}
	return 1 / float64(o.Rank)
}

// ndcg is the discounted gain of the right documents found among the first
// ten, over that of the best possible order (Järvelin and Kekäläinen 2002,
// binary gains).
func ndcg(o Outcome) float64 {
	gain := 0.0
	for _, rank := range o.Ranks {
		if rank <= 10 {
			gain += 1 / math.Log2(float64(rank)+1)
		}
	}
	ideal := 0.0
	for i := range min(len(o.Relevant), 10) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	return gain / ideal
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// bootstrap draws the values with replacement and takes the middle 95 % of
// the means (Efron 1979, percentile method).
func bootstrap(values []float64) Interval {
	random := rand.New(rand.NewPCG(1, 2))
	means := make([]float64, resamples)
	drawn := make([]float64, len(values))
	for i := range means {
		for j := range drawn {
			drawn[j] = values[random.IntN(len(values))]
		}
		means[i] = mean(drawn)
	}
	return Interval{Low: quantile(means, .025), High: quantile(means, .975)}
}

// quantile is the nearest-rank quantile; 0 of nothing.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// AUC is the chance that a value of positive is above one of negative, ties
// counting half: the area under the ROC curve (Mann and Whitney 1947). It is
// NaN where either is empty.
func AUC(positive, negative []float64) float64 {
	if len(positive) == 0 || len(negative) == 0 {
		return math.NaN()
	}
	wins := 0.0
	for _, p := range positive {
		for _, n := range negative {
			switch {
			case p > n:
				wins++
			case p == n:
				wins += .5
			}
		}
	}
	return wins / float64(len(positive)*len(negative))
}
