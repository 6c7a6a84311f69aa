package corpus

import (
	"cmp"
	"container/heap"
	"slices"
)

// topK returns the places of the n greatest positive values, greatest first;
// of equal ones, the first.
func topK(values []float32, n int) []int32 {
	top := topPlaces{values: values, n: n}
	top.offer(0, int32(len(values))) //nolint:gosec // far fewer
	return top.sorted()
}

// topPlaces finds the n greatest positive values among those that it is offered
// in ascending order of their places; of equal ones, the first.
type topPlaces struct {
	values []float32
	n      int
	floor  float32 // the least of the best n, once there are as many
	places []int32 // a heap, the worst on top
}

// offer takes what is among the best so far of values[first:end].
func (t *topPlaces) offer(first, end int32) {
	for i, value := range t.values[first:end] {
		if value <= t.floor || t.n == 0 {
			continue
		}
		place := first + int32(i) //nolint:gosec // far fewer
		if len(t.places) < t.n {
			heap.Push(t, place)
		} else {
			t.places[0] = place
			heap.Fix(t, 0)
		}
		if len(t.places) == t.n {
			t.floor = t.values[t.places[0]]
		}
	}
}

// sorted returns the places, that of the greatest value first. It ends the
// search.
func (t *topPlaces) sorted() []int32 {
	slices.SortFunc(t.places, func(a, b int32) int {
		return cmp.Or(cmp.Compare(t.values[b], t.values[a]), cmp.Compare(a, b))
	})
	return t.places
}

func (t *topPlaces) Len() int { return len(t.places) }
func (t *topPlaces) Less(i, j int) bool {
	a, b := t.places[i], t.places[j]
	if t.values[a] != t.values[b] {
		return t.values[a] < t.values[b]
	}
	return a > b
}
func (t *topPlaces) Swap(i, j int) { t.places[i], t.places[j] = t.places[j], t.places[i] }
func (t *topPlaces) Push(x any)    { t.places = append(t.places, x.(int32)) }
func (t *topPlaces) Pop() any {
	last := t.places[len(t.places)-1]
	t.places = t.places[:len(t.places)-1]
	return last
}
