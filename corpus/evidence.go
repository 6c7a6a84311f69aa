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
	Lacking   float64 // logarithm of 1 and the weight of the question's terms that it lacks
	Agreement float64 // minus the sum of the logarithms of its ranks by each kind of evidence
}

// SignalNames names the values of Signals.Values, in their order.
func SignalNames() []string {
	return []string{"coverage", "strength", "cosine", "pair", "pairs", "agreement", "mass", "lacking"}
}

// Values returns the signals in the order of SignalNames.
func (s Signals) Values() []float64 {
	return []float64{s.Coverage, s.Strength, s.Cosine, s.Pair, s.Pairs, s.Agreement, s.Mass, s.Lacking}
}

// courtesies are what one writes around a question, in any town, and the words
// with which one asks: whether a document has these words says nothing of
// whether it answers.
const courtesies = `bonjour bonsoir salut coucou madame monsieur merci avance svp plaît cordialement
	salutations question renseignement renseignements information informations besoin aider
	voudrais voudrai voudrait veux veut vouloir souhaite souhaiterais souhaiter aimerais aimer désire
	peux peut puis pouvez pourriez pourrais pourrait pouvoir savoir sais connaître dire dit dites merci
	combien faut faudrait dois doit devons devez ça vais va vas viens vient venir exactement actuellement
	temps longtemps prix coûte coûter coûterait cher quoi faire fais fait fournir apporter amener ramener apporte
	confirmez confirmer confirme expliquez expliquer indiquer indiquez préciser svp stp
	hello hi please thanks thank want know would could need help`

// commonplaces are the words of any talk, whatever it is about, that French has
// besides its function words. A small town's documents have some of them once
// or twice, by chance, and rarity in few documents is no weight.
const commonplaces = `aller vais vas va allez allons aller allé venir viens vient venez venu revenir
	prendre prends prend prenez pris mettre mets met mettez mis donner donne donnez donné
	trouver trouve trouvé chercher cherche cherchez garder tenir tient passer passe passé
	arriver arrive arrivé arriverai rester reste resté laisser laisse laissé changer change changé
	voir vois voit voyez vu regarder croire crois penser pense comprendre comprends compris
	parler parle répondre entendre attendre attends mener porter tomber partir pars sortir
	commencer commence finir essayer continuer sembler semble devenir devient
	aimer adorer détester espérer falloir valoir vaut appartenir
	chose choses truc trucs machin fois gens quelqu'un quelqu quelque monde coup côté bout façon manière
	coin fond sorte genre espèce tas moment minute instant moitié reste suite début fin
	beau bon bonne bien mal mieux pire grand grande gros grosse petit petite vieux vieille jeune
	nouveau nouvelle ancien ancienne autre autres même seul seule vrai vraie simple facile difficile
	dernier dernière premier première prochain prochaine certain certaine propre
	matin matinée midi après-midi aprem soir soirée
	vite tôt tard trop très assez beaucoup peu encore déjà jamais toujours souvent parfois
	juste seulement vraiment carrément normalement apparemment franchement bref sinon donc alors
	heureusement malheureusement désolé désolée pardon super cool dingue bizarre
	monsieur madame messieurs dames ami amie amis voisin voisine
	oeil main tête pied cœur yeux`

// commonShare is what such a word counts.
const commonShare = .4

// courtesyShare is what such a word counts, in the search and as evidence, where
// another counts 1.
const courtesyShare = .3

// courteous returns the courtesies as terms.
func courteous(a *analysis.Analyzer) map[string]float64 {
	terms := make(map[string]float64)
	for _, list := range []struct {
		words string
		share float64
	}{{commonplaces, commonShare}, {courtesies, courtesyShare}} {
		for _, word := range strings.Fields(list.words) {
			for _, term := range a.Terms(word) {
				terms[term] = list.share
			}
		}
	}
	return terms
}

// standIn is what a thesaurus's other words for a term count, where the term
// itself counts 1.
const standIn = .7

// fittedPassages is how many passages stood in the collection that the evidence
// was fitted on. Rare words weigh more in a large collection than in a small
// one; weights are brought to this size before they are compared.
const fittedPassages = 6131

// AskedTerm is a term of the question's own and what it weighs as evidence.
type AskedTerm struct {
	Term   string
	Weight float64    // above 0, also where nothing has the term
	Known  bool       // the scope has it, or what the thesaurus knows for it
	Others [][]string // what else a text may say for it: any of these, each all of its terms
}

// asked returns the question's own terms as evidence weighs them.
func (q *inquiry) asked() []AskedTerm {
	var asked []AskedTerm
	for _, t := range q.ownTerms() {
		asked = append(asked, AskedTerm{Term: t.term, Weight: t.weight, Known: t.known, Others: t.others})
	}
	return asked
}

// ownTerm is a term of the question and what it weighs as evidence.
type ownTerm struct {
	index  int // in lexicalScores.terms
	term   string
	hash   uint16 // termHash
	weight float64
	others [][]string // what else a document may say for it
	known  bool       // the scope has it, or one of the others
}

// figureShare is what a number counts that nothing has, where a word counts 1:
// one's age or income stands in no document.
const figureShare = .2

// isPrivateFigure tells numbers that nobody publishes from years.
func isPrivateFigure(term string) bool {
	return term[0] >= '0' && term[0] <= '9' && (len(term) != 4 || !strings.HasPrefix(term, "20"))
}

// ownTerms returns the question's own terms. One that nothing has weighs as
// much as the rarest could, unless the thesaurus knows other words for it: it
// then weighs as those do.
func (q *inquiry) ownTerms() []ownTerm {
	weights := make(map[string]float64, len(q.lexical.terms))
	for i, t := range q.lexical.terms {
		if t.Frequency > 0 && t.From != "" {
			weights[t.Term] = t.Weight / q.lexical.asked[i].share
		}
	}
	rarest := idf(float64(q.view.passageCount()), 0)
	scale := q.scale()
	var own []ownTerm
	for i, t := range q.lexical.terms {
		if t.From != "" {
			continue
		}
		o := ownTerm{
			index: i, term: t.Term, hash: termHash(t.Term), weight: t.Weight, others: q.stands[t.Term], known: t.Frequency > 0,
		}
		if t.Frequency == 0 {
			o.weight = rarest
			for _, words := range o.others {
				for _, word := range words {
					if w := weights[word]; w > 0 {
						o.weight, o.known = min(o.weight, w), true
					}
				}
			}
			if isPrivateFigure(t.Term) {
				o.weight *= figureShare
			}
		}
		if share := q.courtesies[t.Term]; share > 0 && t.Frequency == 0 {
			o.weight *= share
		}
		o.weight *= scale
		own = append(own, o)
	}
	return withoutCompounds(own)
}

// compoundPart is what each part of a compound counts, where a word counts 1:
// "week-end" is one word in two.
const compoundPart = .6

// withoutCompounds leaves out the terms of whole compounds, which follow those
// of their parts.
func withoutCompounds(terms []ownTerm) []ownTerm {
	kept := terms[:0]
	for _, t := range terms {
		if n := len(kept); n > 1 && kept[n-2].term+kept[n-1].term == t.term {
			kept[n-2].weight *= compoundPart
			kept[n-1].weight *= compoundPart
			continue
		}
		kept = append(kept, t)
	}
	return kept
}

// scale brings weights to the size of the collection that was fitted on.
func (q *inquiry) scale() float64 {
	return idf(fittedPassages, 0) / idf(float64(max(1, q.view.passageCount())), 0)
}

// signals looks at the best of the candidates.
func (q *inquiry) signals(found []candidate) Signals {
	if len(found) == 0 {
		return Signals{}
	}
	best := found[0]
	s := Signals{Cosine: best.cosine, Pairs: best.pairs, Pair: best.pair * q.scale(), Agreement: q.agreement(found)}
	text := q.textOf(best)
	var given []float64
	var has, all, sum float64
	for _, t := range q.ownTerms() {
		all += t.weight
		share, gives := text.says(t)
		has += share * t.weight
		given = append(given, gives*t.weight)
		sum += gives * t.weight
	}
	if all > 0 {
		s.Coverage = has / all
	}
	slices.Sort(given)
	strongest := given[max(0, len(given)-3):]
	for _, g := range strongest {
		s.Strength += g / float64(len(strongest))
	}
	s.Mass = math.Log1p(sum)
	s.Lacking = math.Log1p(all - has)
	return s
}

// bestText counts terms in the best document.
type bestText struct {
	field           Field
	length, average float64
	sequences       [][]byte
}

func (q *inquiry) textOf(best candidate) bestText {
	f := q.ranking.Document
	m := q.view.memberOf(best.document)
	size := q.view.contents[m].sizes[best.document-q.view.documents[m]]
	text := bestText{
		field:   f,
		length:  float64(size.length) + f.Title*float64(size.title),
		average: average(q.view.lengthSum+f.Title*q.view.docTitles, q.view.documentCount()),
	}
	for _, p := range best.passages {
		text.sequences = append(text.sequences, p.terms)
	}
	return text
}

// says tells whether the document says a term, itself or in other words, and
// how much of the term's weight that gives: less where it stands but seldom
// in a long text.
func (t bestText) says(own ownTerm) (share, gives float64) {
	if o := t.count(own.term); o != (occurrences{}) {
		return 1, t.saturated(o)
	}
	for _, words := range own.others {
		least := math.Inf(1)
		for _, word := range words {
			least = min(least, t.saturated(t.count(word)))
		}
		if len(words) > 0 && least > 0 {
			share, gives = standIn, max(gives, standIn*least)
		}
	}
	return share, gives
}

func (t bestText) saturated(o occurrences) float64 {
	return t.field.saturate(t.field.frequency(o), t.length, t.average) / (t.field.K1 + 1)
}

func (t bestText) count(term string) occurrences {
	hash := termHash(term)
	var found occurrences
	for _, sequence := range t.sequences {
		o := countTerm(sequence, hash)
		found.title = o.title
		found.headings = max(found.headings, o.headings)
		found.body += o.body
	}
	return found
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

// agreement is 0 where the best candidate leads by every kind of evidence: by
// its words among all documents, by meaning and by pairs among the candidates.
func (q *inquiry) agreement(found []candidate) float64 {
	best := found[0]
	ranks := []int{
		rankOf(q.passages, best.document),
		rankOf(q.lexical.byDocument, best.document),
		1,
		1,
	}
	for _, c := range found {
		if c.cosine > best.cosine {
			ranks[2]++
		}
		if c.pairs > best.pairs {
			ranks[3]++
		}
	}
	sum := 0.0
	for _, rank := range ranks {
		sum -= math.Log(float64(rank))
	}
	return sum
}

// rankOf is a place's rank among values, from 1.
func rankOf(values []float32, place int32) int {
	rank := 1
	for _, v := range values {
		if v > values[place] {
			rank++
		}
	}
	return rank
}

// evidence weighs the signals: how likely it is that a right document is among
// the first five. Fitted by eval/fit; the figures stand in docs/retrieval.md.
//
// The topic tells what the documents speak of from what they do not, the
// agreement tells, of what they speak of, what they answer. Being on topic
// comes first, but past a point being even more so says nothing.
func (s Signals) evidence() float64 {
	if s.Mass == 0 {
		return 0
	}
	topic := 3.0755*s.Coverage - .1907*s.Strength + 1.9424*s.Cosine + .2869*s.Pair + 3.0234*s.Mass - 8.0272
	agreement := .3089*s.Agreement + 1.5546
	return 1 / (1 + math.Exp(1.3995-.2986*(agreement+2*min(topic, 2.2))))
}
