package corpus

import (
	"encoding/binary"
	"hash/fnv"
)

// A sequence is a passage's terms in their order, two bytes a term: a hash of
// the term, never 0; a 0 stands between title, headings and body. Two terms of a
// question that stand side by side are looked for in it. Hashes of two bytes
// meet by chance once in 65 535, and a pair needs two of them side by side.

// nearby is how far the second term of a pair may stand behind the first: one
// term may come between.
const nearby = 2

// termHash is FNV-1a, folded to 16 bits.
func termHash(term string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(term)) // a hash takes all
	sum := h.Sum32()
	folded := uint16(sum>>16) ^ uint16(sum) //nolint:gosec // folded on purpose
	if folded == 0 {
		return 1
	}
	return folded
}

// pathHash is a hash of a heading path, by which two neighbouring passages are
// told to stand under the same one.
func pathHash(headings []string) byte {
	h := fnv.New32a()
	for _, heading := range headings {
		_, _ = h.Write([]byte(heading)) // a hash takes all
		_, _ = h.Write([]byte{0})
	}
	sum := h.Sum32()
	return byte(sum>>24) ^ byte(sum>>16) ^ byte(sum>>8) ^ byte(sum) //nolint:gosec // folded on purpose
}

// appendSequence appends the hashes of terms.
func appendSequence(coded []byte, terms []string) []byte {
	for _, term := range terms {
		coded = binary.LittleEndian.AppendUint16(coded, termHash(term))
	}
	return coded
}

// appendBreak ends a field: no pair stands across it.
func appendBreak(coded []byte) []byte { return append(coded, 0, 0) }

// headingsOf returns the part of a sequence between the title and the body.
func headingsOf(coded []byte) []byte {
	first, last := 0, 0 // behind the title's break, and the last one's place
	for at := 0; at+2 <= len(coded); at += 2 {
		if coded[at] == 0 && coded[at+1] == 0 {
			if first == 0 {
				first = at + 2
			}
			last = at
		}
	}
	return coded[first:max(first, last)]
}

func hasTerm(coded []byte, term uint16) bool {
	for at := 0; at+2 <= len(coded); at += 2 {
		if binary.LittleEndian.Uint16(coded[at:]) == term {
			return true
		}
	}
	return false
}

// termPair is two terms that stand side by side in a question.
type termPair struct {
	first, second uint16
	weight        float64
}

// firstBytes tells which bytes the pairs' first terms begin with: most terms of a
// sequence begin no pair, and are passed over by this alone.
func firstBytes(pairs []termPair) (begins [256]bool) {
	for _, p := range pairs {
		begins[byte(p.first)] = true
	}
	return begins
}

// markPairs sets found[i] for each pair that stands in the sequence; begins are
// the pairs' firstBytes.
func markPairs(coded []byte, pairs []termPair, begins *[256]bool, found []bool) {
	for at := 0; at+2 <= len(coded); at += 2 {
		if !begins[coded[at]] {
			continue
		}
		h := binary.LittleEndian.Uint16(coded[at:])
		if h == 0 {
			continue
		}
		for i, p := range pairs {
			if p.first == h && !found[i] {
				found[i] = follows(coded[at+2:], p.second)
			}
		}
	}
}

// follows tells whether the term stands among the next ones of its field.
func follows(coded []byte, term uint16) bool {
	for n := 0; n < nearby && len(coded) >= 2; n++ {
		h := binary.LittleEndian.Uint16(coded)
		if h == 0 {
			return false
		}
		if h == term {
			return true
		}
		coded = coded[2:]
	}
	return false
}
