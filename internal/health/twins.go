package health

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Near-duplicates are found by MinHash (Broder 1997): a document's signature is
// the least hash of its runs of five words under each of many hash functions;
// the share of places in which two signatures agree estimates the share of runs
// that two documents have in common (Jaccard). Documents that agree in a whole
// band of their signatures are compared; others cannot be alike enough.
const (
	runWords   = 5
	signature  = 96
	bandLength = 6 // 16 bands: a pair that is alike by .8 is met with p > .99
)

// twins gathers documents and finds those that are nearly the same.
type twins struct {
	alike     float64
	documents []twin
	bands     map[string][]int // documents by a band of their signatures
}

type twin struct {
	document
	mins [signature]uint64
}

func newTwins(alike float64) *twins { return &twins{alike: alike, bands: map[string][]int{}} }

// add takes a document. One that says next to nothing is passed over: many such
// pages share what stands around their content.
func (t *twins) add(d document) {
	words := strings.FieldsFunc(strings.ToLower(d.text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < 2*runWords {
		return
	}
	w := twin{document: d}
	w.text = ""
	for i := range w.mins {
		w.mins[i] = math.MaxUint64
	}
	for i := 0; i+runWords <= len(words); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strings.Join(words[i:i+runWords], " "))) // a hash never fails
		x := h.Sum64()
		for k := range w.mins {
			w.mins[k] = min(w.mins[k], mixed(x, uint64(k)))
		}
	}
	n := len(t.documents)
	t.documents = append(t.documents, w)
	for at := 0; at < signature; at += bandLength {
		key := fmt.Sprint(at, w.mins[at:at+bandLength])
		t.bands[key] = append(t.bands[key], n)
	}
}

// mixed is the k-th hash function (the finaliser of splitmix64).
func mixed(x, k uint64) uint64 {
	x += (k + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// findings tells of each document that is nearly the same as an earlier one.
func (t *twins) findings() []Finding {
	best := map[int]int{}
	share := map[int]float64{}
	for _, group := range t.bands {
		for i, a := range group {
			for _, b := range group[i+1:] {
				if s := agreement(t.documents[a].mins, t.documents[b].mins); s >= t.alike && (s > share[b] || s == share[b] && a < best[b]) {
					best[b], share[b] = a, s
				}
			}
		}
	}
	var found []Finding
	for b, a := range best {
		one, other := t.documents[b], t.documents[a]
		found = append(found, Finding{
			Kind: Duplicate, Collection: one.collection, Document: one.name, Title: one.title, URL: one.url,
			Detail: fmt.Sprintf("%s (%.0f %%)", other.name, 100*share[b]),
		})
	}
	slices.SortFunc(found, func(x, y Finding) int { return strings.Compare(x.Document, y.Document) })
	return found
}

func agreement(a, b [signature]uint64) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / signature
}
