package corpus

import "container/heap"

// placeHeap keeps the best places that it was offered, the worst on top.
type placeHeap struct {
	places []int32
	worse  func(a, b int32) bool
}

// offer takes a place if it is among the best n so far.
func (h *placeHeap) offer(place int32, n int) {
	switch {
	case len(h.places) < n:
		heap.Push(h, place)
	case n > 0 && h.worse(h.places[0], place):
		h.places[0] = place
		heap.Fix(h, 0)
	}
}

func (h *placeHeap) Len() int           { return len(h.places) }
func (h *placeHeap) Less(i, j int) bool { return h.worse(h.places[i], h.places[j]) }
func (h *placeHeap) Swap(i, j int)      { h.places[i], h.places[j] = h.places[j], h.places[i] }
func (h *placeHeap) Push(x any)         { h.places = append(h.places, x.(int32)) }
func (h *placeHeap) Pop() any {
	last := h.places[len(h.places)-1]
	h.places = h.places[:len(h.places)-1]
	return last
}
