package corpus

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A list over several blocks, some of them empty, gives each place its share.
func TestImpactsOfManyBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.IntRange(1, 4*impactBlock).Draw(t, "places")
		edges := rapid.SampledFrom([]int{0, 1, impactBlock - 1, impactBlock, impactBlock + 1, 2*impactBlock - 1, 3 * impactBlock, places - 1})
		chosen := map[int]bool{}
		for _, place := range rapid.SliceOfN(rapid.OneOf(edges, rapid.IntRange(0, places-1)), 0, 60).Draw(t, "chosen") {
			chosen[place] = place < places
		}
		var list, kept impacts
		want := make([]float64, places)
		n := 0
		for place := range places {
			if chosen[place] {
				want[place] = rapid.Float64Range(0, .9999).Draw(t, "share")
				list.add(int32(place), want[place])
				n++
			}
		}
		kept = list.clone()
		list.reset()
		if kept.len() != n || list.len() != 0 {
			t.Fatalf("%d and %d places, want %d and 0", kept.len(), list.len(), n)
		}
		scores, marks := make([]float32, places), make([]uint64, places)
		kept.addTo(scores, 2)
		kept.mark(marks, 8)
		for place, share := range want {
			if off := math.Abs(float64(scores[place]) - 2*share); off > 2.0/impactShare {
				t.Fatalf("place %d: %v for a share of %v", place, scores[place], share)
			}
			if (scores[place] > 0) != (share > 0) || (marks[place] == 8) != chosen[place] {
				t.Fatalf("place %d: %v, marked %d, for a share of %v", place, scores[place], marks[place], share)
			}
		}
	})
}
