package corpus

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

// Signals are what the evidence is weighed from: how the best document stands
// to the question, and how well the ways of finding it agree.
type Signals struct {
	Coverage  float64 // share of the question's own terms that it has, by weight
	Strength  float64 // what its three strongest terms of the question give, on average
	Cosine    float64 // of its best passage
	Pair      float64 // weight of the heaviest pair of the question that it has
	Pairs     float64 // share of the question's pairs that it has, by weight
	Mass      float64 // logarithm of 1 and all that the question's terms give
	Unknown   float64 // logarithm of 1 and the weight of the question's terms that nothing has
	Focus     float64 // mean cosine of the best documents' best passages to one another
	Agreement float64 // minus the sum of the logarithms of its ranks by each kind of evidence
}

// SignalNames names the values of Signals.Values, in their order.
func SignalNames() []string {
	return []string{"coverage", "strength", "cosine", "pair", "pairs", "focus", "agreement", "mass", "unknown"}
}

// Values returns the signals in the order of SignalNames.
func (s Signals) Values() []float64 {
	return []float64{s.Coverage, s.Strength, s.Cosine, s.Pair, s.Pairs, s.Focus, s.Agreement, s.Mass, s.Unknown}
}

// courtesies are what one writes around a question, in any town: whether a
// document has these words says nothing of whether it answers.
const courtesies = `bonjour bonsoir salut madame monsieur merci avance svp plaît cordialement
	salutations question renseignement renseignements information informations besoin aide aider
	voudrais voudrai veux vouloir souhaite souhaiterais souhaiter aimerais aimer désire peux peut
	puis pouvez pourriez pouvoir savoir sais connaître demander demande dire merci d'avance
	hello hi please thanks thank want know would could need help`

// courtesyShare is what such a word counts, where another counts 1.
const courtesyShare = .1

// courteous returns the courtesies as terms.
func courteous(a *analysis.Analyzer) map[string]bool {
	terms := make(map[string]bool)
	for _, word := range strings.Fields(courtesies) {
		for _, term := range a.Terms(word) {
			terms[term] = true
		}
	}
	return terms
}

// ownTerm is a term of the question and what it weighs as evidence.
type ownTerm struct {
	index  int // in lexicalScores.terms
	term   string
	weight float64
}

// ownTerms returns the question's own terms. One that nothing has weighs as
// much as the rarest could.
func (q *inquiry) ownTerms() []ownTerm {
	rarest := idf(float64(q.view.passageCount()), 0)
	var own []ownTerm
	for i, t := range q.lexical.terms {
		if t.From != "" {
			continue
		}
		o := ownTerm{index: i, term: t.Term, weight: t.Weight}
		if t.Frequency == 0 {
			o.weight = rarest
		}
		if q.courtesies[t.Term] {
			o.weight *= courtesyShare
		}
		own = append(own, o)
	}
	return own
}

// signals looks at the best of the candidates.
func (q *inquiry) signals(found []candidate, sequences map[int64][]byte) Signals {
	if len(found) == 0 {
		return Signals{}
	}
	best := found[0]
	s := Signals{Cosine: best.cosine, Pairs: best.pairs, Pair: best.pair, Agreement: agreement(found)}
	own := q.ownTerms()
	var has, all, unknown float64
	for _, t := range own {
		all += t.weight
		if q.lexical.terms[t.index].Frequency == 0 {
			unknown += t.weight
		}
		if q.lexical.matched[best.document]&(1<<t.index) != 0 {
			has += t.weight
		}
	}
	if all > 0 {
		s.Coverage = has / all
	}
	s.Unknown = math.Log1p(unknown)
	s.weigh(q, best, own, sequences)
	return s
}

// weigh fills in what the question's terms give, one by one.
func (s *Signals) weigh(q *inquiry, best candidate, own []ownTerm, sequences map[int64][]byte) {
	f := q.ranking.Document
	d, _ := q.view.document(best.document)
	length := float64(d.length) + f.Title*float64(d.title)
	average := average(q.view.lengthSum+f.Title*q.view.docTitles, q.view.documentCount())
	var given []float64
	sum := 0.0
	for _, t := range own {
		var found occurrences
		for _, p := range best.passages {
			o := countTerm(sequences[p.id], termHash(t.term))
			found.title = o.title
			found.headings = max(found.headings, o.headings)
			found.body += o.body
		}
		gives := t.weight * f.saturate(f.frequency(found), length, average) / (f.K1 + 1)
		given = append(given, gives)
		sum += gives
	}
	slices.Sort(given)
	strongest := given[max(0, len(given)-3):]
	for _, g := range strongest {
		s.Strength += g / float64(len(strongest))
	}
	s.Mass = math.Log1p(sum)
}

// countTerm counts a term in the fields of a sequence: the title comes first,
// the body last, headings between.
func countTerm(coded []byte, term uint16) occurrences {
	var o occurrences
	field, here := 0, 0
	for at := 0; at+2 <= len(coded); at += 2 {
		switch binary.LittleEndian.Uint16(coded[at:]) {
		case 0:
			if field == 0 {
				o.title = here
			} else {
				o.headings += here
			}
			field++
			here = 0
		case term:
			here++
		}
	}
	o.body = here
	return o
}

// agreement is 0 where the best candidate leads by every kind of evidence.
func agreement(found []candidate) float64 {
	best, sum := found[0], 0.0
	for _, kind := range []func(c candidate) float64{
		func(c candidate) float64 { return c.passage },
		func(c candidate) float64 { return c.whole },
		func(c candidate) float64 { return c.cosine },
		func(c candidate) float64 { return c.pairs },
	} {
		rank := 1
		for _, c := range found {
			if kind(c) > kind(best) {
				rank++
			}
		}
		sum -= math.Log(float64(rank))
	}
	return sum
}

// focusDocuments is how many documents Focus looks at.
const focusDocuments = 10

// focus is the mean cosine of vectors of unit length to one another.
func focus(vectors [][]float32) float64 {
	sum, n := 0.0, 0.0
	for i, a := range vectors {
		for _, b := range vectors[i+1:] {
			for k := range a {
				sum += float64(a[k]) * float64(b[k])
			}
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// evidence weighs the signals.
func (s Signals) evidence() float64 { return s.Coverage }
