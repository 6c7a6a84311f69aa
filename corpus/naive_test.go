package corpus

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

// modelDoc is a document as the naive model has it.
type modelDoc struct {
	source, key string
	name, title string
	texts       []string
	bornHere    bool // by the edition at hand
}

func (d modelDoc) document() Document {
	doc := document(d.key, d.title, d.texts...)
	doc.Name = d.name
	return doc
}

// modelState is what one edition sees: documents by source and key.
type modelState map[string]modelDoc

// lines tells of every document, in order.
func (s modelState) lines() []string {
	var lines []string
	for id, d := range s {
		lines = append(lines, fmt.Sprintf("%s %s %s %q", id, d.name, d.title, d.texts))
	}
	slices.Sort(lines)
	return lines
}

// snapshot is the state as a later edition starts from it.
func (s modelState) snapshot() modelState {
	other := maps.Clone(s)
	for id, d := range other {
		d.bornHere = false
		other[id] = d
	}
	return other
}

// naivePassage is a passage with its terms counted by field.
type naivePassage struct {
	name   string // document and text
	counts map[string]occurrences
	length int
	vector []float32
}

var naiveAnalyzer = analysis.For("fr")

// passages counts the state's passages without any index.
func (s modelState) passages() []naivePassage {
	var all []naivePassage
	for _, d := range s {
		doc := d.document()
		for _, p := range doc.Passages {
			n := naivePassage{name: d.title + "/" + p.Text, counts: map[string]occurrences{}}
			n.vector = bag(EmbeddingText(doc.Title, p))
			for _, term := range naiveAnalyzer.Terms(doc.Title) {
				o := n.counts[term]
				o.title++
				n.counts[term] = o
			}
			for _, h := range p.Headings {
				if h == doc.Title {
					continue
				}
				for _, term := range naiveAnalyzer.Terms(h) {
					o := n.counts[term]
					o.headings++
					n.counts[term] = o
					n.length++
				}
			}
			for _, term := range naiveAnalyzer.Terms(p.Text) {
				o := n.counts[term]
				o.body++
				n.counts[term] = o
				n.length++
			}
			n.length = codeLength(lengthCode(n.length))
			all = append(all, n)
		}
	}
	return all
}

// scored is a passage and what a query gives it.
type scored struct {
	name  string
	score float64
}

func sortScored(all []scored) {
	slices.SortFunc(all, func(a, b scored) int {
		if d := b.score - a.score; math.Abs(d) > 1e-6 {
			return int(math.Copysign(1, d))
		}
		return strings.Compare(a.name, b.name)
	})
}

// naiveBM25 ranks passages as the textbook says.
func naiveBM25(passages []naivePassage, terms []string, r Ranking) []scored {
	n := float64(len(passages))
	var average float64
	for _, p := range passages {
		average += float64(p.length) / n
	}
	if average == 0 {
		average = 1
	}
	var all []scored
	for _, p := range passages {
		score := 0.0
		for _, term := range terms {
			df := 0.0
			for _, other := range passages {
				if other.counts[term] != (occurrences{}) {
					df++
				}
			}
			o := p.counts[term]
			tf := r.Title*float64(min(o.title, 3)) + r.Headings*float64(min(o.headings, 3)) + float64(min(o.body, 15))
			if tf == 0 {
				continue
			}
			idf := math.Log(1 + (n-df+0.5)/(df+0.5))
			score += idf * tf * (r.K1 + 1) / (tf + r.K1*(1-r.B+r.B*float64(p.length)/average))
		}
		if score > 0 {
			all = append(all, scored{p.name, score})
		}
	}
	sortScored(all)
	return all
}

// naiveNearest ranks passages by cosine.
func naiveNearest(passages []naivePassage, query []float32) []scored {
	var all []scored
	for _, p := range passages {
		dot := 0.0
		for i := range query {
			dot += float64(query[i]) * float64(p.vector[i])
		}
		all = append(all, scored{p.name, dot})
	}
	return all
}

// sameScores compares two rankings: the same passages, and scores that differ
// by at most tolerance.
func sameScores(got, want []scored, tolerance float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d passages, not %d:\n got %v\nwant %v", len(got), len(want), got, want)
	}
	for i := range got {
		if got[i].name != want[i].name || math.Abs(got[i].score-want[i].score) > tolerance {
			return fmt.Errorf("at %d: got %v, want %v", i, got[i], want[i])
		}
	}
	return nil
}
