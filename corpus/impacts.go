package corpus

import "slices"

// impacts is what a term gives to passages or to documents, in the order of their
// places: of each its slot or number, and its share of the most that the term could
// give, in [0, 1), to sixteen bits. Places stand in blocks, so that one takes four
// bytes: lists of a million passages are bound by memory, not by sums.
type impacts struct {
	packed []uint32 // the place in its block in the upper half, the share in the lower
	ends   []int32  // where each block ends in packed
}

const (
	impactBlock = 1 << 16 // places
	impactShare = 1 << 16 // stands for 1
)

func (l *impacts) len() int { return len(l.packed) }

// bytes is the room that the list takes.
func (l *impacts) bytes() int { return 4 * (len(l.packed) + len(l.ends)) }

// add appends a place, which is beyond all others. A share above 0 stays above 0.
func (l *impacts) add(place int32, share float64) {
	for int(place)/impactBlock >= len(l.ends) {
		l.ends = append(l.ends, int32(len(l.packed))) //nolint:gosec // below maxSlots
	}
	code := min(uint32(share*impactShare+.5), impactShare-1)
	if code == 0 && share > 0 {
		code = 1
	}
	l.packed = append(l.packed, uint32(place)<<16|code) //nolint:gosec // the block's number falls off
	l.ends[len(l.ends)-1]++
}

func (l *impacts) reset() { l.packed, l.ends = l.packed[:0], l.ends[:0] }

func (l *impacts) clone() impacts {
	return impacts{packed: slices.Clone(l.packed), ends: slices.Clone(l.ends)}
}

// addTo adds gain times each share to the score of its place.
func (l *impacts) addTo(scores []float32, gain float64) {
	unit := float32(gain / impactShare)
	start := int32(0)
	for b, end := range l.ends {
		block := scores[b*impactBlock:]
		for _, p := range l.packed[start:end] {
			block[p>>16] += unit * float32(int32(p&(impactShare-1))) //nolint:gosec // sixteen bits
		}
		start = end
	}
}

// mark sets a bit at each place.
func (l *impacts) mark(places []uint64, bit uint64) {
	start := int32(0)
	for b, end := range l.ends {
		block := places[b*impactBlock:]
		for _, p := range l.packed[start:end] {
			block[p>>16] |= bit
		}
		start = end
	}
}
