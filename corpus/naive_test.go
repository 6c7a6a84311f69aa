package corpus

import (
	"cmp"
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
	doc    string // source and key
	title  string
	titles int  // terms of the title
	begins bool // first under its heading path
	counts map[string]occurrences
	length int
	vector []float32
}

var naiveAnalyzer = analysis.For("fr")

// passages counts the state's passages without any index.
func (s modelState) passages() []naivePassage {
	var all []naivePassage
	for id, d := range s {
		doc := d.document()
		for i, p := range doc.Passages {
			n := naivePassage{
				name:   d.title + "/" + p.Text,
				doc:    id,
				title:  d.title,
				titles: len(naiveAnalyzer.Terms(doc.Title)),
				begins: i == 0, // all of them stand under one path
				counts: map[string]occurrences{},
			}
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

// naiveBM25 scores passages and documents as the formula at Store.lexical says.
func naiveBM25(passages []naivePassage, terms []queryTerm, r Ranking) (ofPassages, ofDocuments []scored) {
	documents := map[string][]naivePassage{}
	for _, p := range passages {
		documents[p.doc] = append(documents[p.doc], p)
	}
	passageScores, documentScores := map[int]float64{}, map[string]float64{}
	for _, term := range terms {
		var df, cf, ddf float64
		for _, p := range passages {
			if o := p.counts[term.term]; o != (occurrences{}) {
				df++
				cf += float64(min(o.body, 15))
			}
		}
		if df == 0 {
			continue
		}
		for _, d := range documents {
			if slices.ContainsFunc(d, func(p naivePassage) bool { return p.counts[term.term] != (occurrences{}) }) {
				ddf++
			}
		}
		n := float64(len(passages))
		ridf := 0.0
		if cf > 0 {
			ridf = max(0, math.Log(n/df)+math.Log(1-math.Exp(-cf/n)))
		}
		inverse := func(n, df float64) float64 { return math.Log(1 + (n-df+0.5)/(df+0.5)) }
		for i, p := range passages {
			o := p.counts[term.term]
			tf := r.Passage.Title*float64(min(o.title, 3)) + r.Passage.Headings*float64(min(o.headings, 3)) + float64(min(o.body, 15))
			length := func(p naivePassage) float64 { return float64(p.length) + r.Passage.Title*float64(p.titles) }
			passageScores[i] += term.share * (1 + ridf) * inverse(n, df) * naiveSaturation(r.Passage, tf, length(p), naiveMean(passages, length))
		}
		length := func(d []naivePassage) float64 {
			sum := r.Document.Title * float64(d[0].titles)
			for _, p := range d {
				sum += float64(p.length)
			}
			return sum
		}
		average := naiveMean(slices.Collect(maps.Values(documents)), length)
		for id, d := range documents {
			tf := 0.0
			for i, p := range d {
				o := p.counts[term.term]
				if i == 0 {
					tf += r.Document.Title * float64(min(o.title, 3))
				}
				if p.begins {
					tf += r.Document.Headings * float64(min(o.headings, 3))
				}
				tf += float64(min(o.body, 15))
			}
			documentScores[id] += term.share * (1 + ridf) * inverse(float64(len(documents)), ddf) * naiveSaturation(r.Document, tf, length(d), average)
		}
	}
	for i, score := range passageScores {
		if score > 0 {
			ofPassages = append(ofPassages, scored{passages[i].name, score})
		}
	}
	for id, score := range documentScores {
		if score > 0 {
			ofDocuments = append(ofDocuments, scored{documents[id][0].title, score})
		}
	}
	sortScored(ofPassages)
	sortScored(ofDocuments)
	return ofPassages, ofDocuments
}

func naiveSaturation(f Field, tf, length, average float64) float64 {
	if tf == 0 {
		return 0
	}
	return tf * (f.K1 + 1) / (tf + f.K1*(1-f.B+f.B*length/average))
}

func naiveMean[T any](all []T, of func(T) float64) float64 {
	sum := 0.0
	for _, one := range all {
		sum += of(one)
	}
	if sum == 0 {
		return 1
	}
	return sum / float64(len(all))
}

// titleOf is the title in a passage's name.
func titleOf(name string) string {
	title, _, _ := strings.Cut(name, "/")
	return title
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

// shareTolerance is what the sixteen bits of an impact's share, times the weights of
// a question's few terms, may change in a sum.
const shareTolerance = 5e-4

// sameTotals compares what was scored, whatever its order: sums that nearly tie may
// change places.
func sameTotals(got, want []scored) error {
	byName := func(a, b scored) int { return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.score, b.score)) }
	slices.SortFunc(got, byName)
	slices.SortFunc(want, byName)
	return sameScores(got, want, shareTolerance)
}
