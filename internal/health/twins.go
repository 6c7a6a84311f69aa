package health

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math"
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

// maxBand bounds how many documents of a band are kept to compare others with:
// of a thousand pages from one mould, the first.
const maxBand = 32

// twins finds documents that are nearly the same as one that came before.
type twins struct {
	alike     float64
	documents []twin
	bands     map[band][]int // documents by a band of their signatures
}

type twin struct {
	name  string
	title string
	mins  [signature]uint32
}

// band is a stretch of a signature, and where in it that stands.
type band struct {
	at   int
	mins [bandLength]uint32
}

func newTwins(alike float64) *twins { return &twins{alike: alike, bands: map[band][]int{}} }

// add takes a document, on which so many answers rest, and tells when it is
// nearly the same as an earlier one: the likest, the first of those. One that
// says next to nothing is passed over: many such pages share what stands around
// their content.
func (t *twins) add(d document, answers int) (Finding, bool) {
	words := strings.FieldsFunc(strings.ToLower(d.Text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < 2*runWords {
		return Finding{}, false
	}
	one := twin{name: d.Name, title: d.Title, mins: signed(words)}
	other, share := t.likest(one)
	t.keep(one)
	if share < t.alike {
		return Finding{}, false
	}
	return d.finding(Duplicate, fmt.Sprintf("it has %.0f%% of its text in common with %s", 100*share, other.name), answers,
		Facts{Other: other.name, OtherTitle: other.title, Share: share}), true
}

// signed returns the signature of a text of at least runWords words.
func signed(words []string) [signature]uint32 {
	var mins [signature]uint32
	for i := range mins {
		mins[i] = math.MaxUint32
	}
	for i := 0; i+runWords <= len(words); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(strings.Join(words[i:i+runWords], " "))) // a hash never fails
		x := h.Sum64()
		for k := range mins {
			mins[k] = min(mins[k], uint32(mixed(x, uint64(k))>>32)) //nolint:gosec // the upper half
		}
	}
	return mins
}

// likest returns which of the documents that share a band with this one is the
// likest, and how like.
func (t *twins) likest(one twin) (other twin, share float64) {
	compared := map[int]bool{}
	best := -1
	for b := range one.bands() {
		for _, n := range t.bands[b] {
			if compared[n] {
				continue
			}
			compared[n] = true
			if s := agreement(one.mins, t.documents[n].mins); s > share || s == share && n < best {
				best, share = n, s
			}
		}
	}
	if best < 0 {
		return twin{}, 0
	}
	return t.documents[best], share
}

// keep takes a document to compare others with, where a band of it has room.
func (t *twins) keep(one twin) {
	kept := false
	for b := range one.bands() {
		if len(t.bands[b]) < maxBand {
			t.bands[b] = append(t.bands[b], len(t.documents))
			kept = true
		}
	}
	if kept {
		t.documents = append(t.documents, one)
	}
}

func (t twin) bands() iter.Seq[band] {
	return func(yield func(band) bool) {
		for at := 0; at < signature; at += bandLength {
			if !yield(band{at: at, mins: [bandLength]uint32(t.mins[at : at+bandLength])}) {
				return
			}
		}
	}
}

// mixed is the k-th hash function (the finaliser of splitmix64).
func mixed(x, k uint64) uint64 {
	x += (k + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func agreement(a, b [signature]uint32) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / signature
}
