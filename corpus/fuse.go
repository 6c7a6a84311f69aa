package corpus

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Fusion goes in two steps. The first scores every document by its best
// passage's BM25, its own BM25 and its best passage's cosine, and takes the
// best few as candidates. The second looks closely at these alone: the exact
// cosines of their passages, and which neighbouring words of the question
// stand side by side in them.

// closeLook is how many passages of a candidate are looked at closely.
const closeLook = 12

// candidate is a document that is looked at closely.
type candidate struct {
	document int32
	own      bool // it is the town's, not shared

	passage float64 // its best passage's BM25, as a share of what the query could give
	whole   float64 // its own BM25, likewise
	cosine  float64 // its best passage's
	pairs   float64 // share of the question's pairs that it has, by weight
	pair    float64 // the weight of the heaviest of them
	score   float64

	newer *contentsDocument // the newer version that takes its place; nil: none
	was   int               // its rank before that, from 1

	passages []candidatePassage
}

// candidatePassage is a passage of a candidate.
type candidatePassage struct {
	slot     int32
	id       int64
	share    float64 // of BM25
	cosine   float64
	known    bool   // its cosine is
	terms    []byte // its sequence
	headings []byte // the part of it that is of the heading path
	pairs    float64
	score    float64
}

// inquiry is one query on its way.
type inquiry struct {
	ranking Ranking
	view    *view
	lexical *lexicalScores
	day     int32 // today, in days since 1970
	years   []int // that the question names

	courtesies map[string]float64 // terms that say nothing as evidence
	stands     map[string][][]string

	vector  []float32         // of the query; nil: vectors are not asked
	spaceID int64             // of the vectors
	nearest []vectorHit       // nearest first, of documents in force
	others  []vectorHit       // near as well, of documents that are not
	cosines map[int32]float64 // by slot, of both
	ranks   map[int32]int     // by slot, of the nearest
	pairs   []termPair

	passages []float32 // by document: its best passage's BM25
}

// Besides the best candidates, the best of the town's own are looked at
// closely, and documents that would be among the very best, were they in
// force, are told of.
const (
	ownCandidates = 10
	leftOutAmong  = 5
	leftOutShare  = .5 // of the very best's score, that they must have
)

// candidates takes the documents that the first step finds best. It also
// returns those that are as good and not in force.
func (q *inquiry) candidates() (found []candidate, notInForce []int32) {
	v, r, k := q.view, q.ranking, q.lexical.scratch
	k.best = zeroed(k.best, v.documentCount())
	k.scores = zeroed(k.scores, v.documentCount())
	k.cosines = zeroed(k.cosines, v.documentCount())
	passages, scores, cosines := k.best, k.scores, k.cosines
	for m, c := range v.contents {
		of := q.lexical.byPassage[v.slots[m]:v.slots[m+1]]
		matched := q.lexical.matched[v.documents[m]:v.documents[m+1]]
		passages := passages[v.documents[m]:v.documents[m+1]]
		for i := range c.documents {
			if matched[i] == 0 {
				continue
			}
			passages[i] = greatest(of[c.bounds[i]:c.bounds[i+1]])
		}
	}
	floor := 0.0
	if len(q.nearest) > 0 && len(q.nearest) >= r.Depth {
		floor = max(0, q.nearest[len(q.nearest)-1].cosine)
	}
	for slot, cosine := range q.cosines {
		d := q.documentOf(slot)
		cosines[d] = max(cosines[d], float32(cosine))
	}
	for i := range scores {
		cosine := max(floor, float64(cosines[i]))
		if passages[i] == 0 && cosine <= floor {
			continue
		}
		scores[i] = float32(r.PassageWeight*q.share(passages[i]) + r.DocumentWeight*q.wholeShare(q.lexical.byDocument[i]) + r.VectorWeight*cosine)
	}
	q.passages = passages
	very := topK(scores, leftOutAmong)
	for _, document := range very {
		d, _ := v.document(document)
		if !q.holds(d) && scores[document] >= leftOutShare*scores[very[0]] && q.lexical.matched[document] != 0 {
			notInForce = append(notInForce, document)
		}
	}
	for _, document := range q.best(scores) {
		found = append(found, candidate{
			document: document,
			own:      q.own(document),
			passage:  q.share(passages[document]),
			whole:    q.wholeShare(q.lexical.byDocument[document]),
			cosine:   max(floor, float64(cosines[document])),
			passages: q.passagesOf(document),
		})
	}
	return found, notInForce
}

// greatest returns the greatest of values that are not negative. Their bits are
// in the same order as they are, and are compared without a branch that nobody
// could foretell.
func greatest(values []float32) float32 {
	var best uint32
	for _, value := range values {
		best = max(best, math.Float32bits(value))
	}
	return math.Float32frombits(best)
}

// best takes the documents with the best scores, and the best of the town's
// own, which have the town's bonus to come. It clears the scores.
func (q *inquiry) best(scores []float32) []int32 {
	v := q.view
	for m, c := range v.contents {
		for _, document := range c.dated {
			if !q.holds(&c.documents[document]) {
				scores[v.documents[m]+document] = 0
			}
		}
	}
	best := topK(scores, q.ranking.Candidates)
	for _, document := range best {
		scores[document] = 0
	}
	for m, member := range v.members {
		if member.Collection.TownID == 0 {
			clear(scores[v.documents[m]:v.documents[m+1]])
		}
	}
	own := 0
	for _, document := range best {
		if q.own(document) {
			own++
		}
	}
	return append(best, topK(scores, max(0, ownCandidates-own))...)
}

// own tells whether a document is the town's.
func (q *inquiry) own(document int32) bool {
	return q.view.members[q.view.memberOf(document)].Collection.TownID != 0
}

func (q *inquiry) documentOf(slot int32) int32 {
	v := q.view
	m, _ := slices.BinarySearch(v.slots[1:], slot+1)
	return v.documents[m] + v.contents[m].passages.documents[slot-v.slots[m]]
}

// share is a passage's BM25 as a share of what the question's own terms could
// give at most.
func (q *inquiry) share(score float32) float64 {
	if q.lexical.ceiling.passage == 0 {
		return 0
	}
	return float64(score) / q.lexical.ceiling.passage
}

func (q *inquiry) wholeShare(score float32) float64 {
	if q.lexical.ceiling.document == 0 {
		return 0
	}
	return float64(score) / q.lexical.ceiling.document
}

// passagesOf returns those of a document's passages that are worth a closer
// look: the best by what is known of them.
func (q *inquiry) passagesOf(document int32) []candidatePassage {
	m := q.view.memberOf(document)
	c, base := q.view.contents[m], q.view.slots[m]
	first, end := c.bounds[document-q.view.documents[m]], c.bounds[document-q.view.documents[m]+1]
	found := make([]candidatePassage, 0, end-first)
	for slot := first; slot < end; slot++ {
		p := candidatePassage{slot: base + slot, id: c.passages.ids[slot], share: q.share(q.lexical.byPassage[base+slot])}
		p.cosine, p.known = q.cosines[p.slot]
		if p.share > 0 || p.known {
			found = append(found, p)
		}
	}
	worth := func(p candidatePassage) float64 {
		return q.ranking.PassageWeight*p.share + q.ranking.VectorWeight*p.cosine
	}
	slices.SortStableFunc(found, func(a, b candidatePassage) int { return cmp.Compare(worth(b), worth(a)) })
	return found[:min(len(found), closeLook)]
}

// fused is what fuse found.
type fused struct {
	candidates []candidate // best first
	notInForce []int32     // documents that would be among the best
}

// fuse looks at the candidates closely and orders them.
func (s *Store) fuse(ctx context.Context, q *inquiry) (fused, error) {
	found, notInForce := q.candidates()
	if err := s.lookClosely(ctx, q, found); err != nil {
		return fused{}, err
	}
	r := q.ranking
	own := q.ownTerms()
	begins := firstBytes(q.pairs)
	for i := range found {
		c := &found[i]
		q.weighPairs(c, &begins)
		c.cosine = 0
		for j := range c.passages {
			p := &c.passages[j]
			p.score = r.PassageWeight*p.share + r.VectorWeight*p.cosine + r.PairWeight*p.pairs +
				r.HeadingsWeight*headed(p.headings, own)
			c.cosine = max(c.cosine, p.cosine)
		}
		slices.SortStableFunc(c.passages, func(a, b candidatePassage) int { return cmp.Compare(b.score, a.score) })
		c.score = r.PassageWeight*c.passage + r.DocumentWeight*c.whole + r.VectorWeight*c.cosine + r.PairWeight*c.pairs
	}
	q.favourYear(found)
	q.favourTown(found)
	byScore := func(a, b candidate) int { return cmp.Compare(b.score, a.score) }
	slices.SortStableFunc(found, byScore)
	q.supersede(found)
	slices.SortStableFunc(found, byScore)
	return fused{candidates: found, notInForce: notInForce}, nil
}

// favourYear gives their bonus to documents that are over and that the question
// names by their year: whoever asks for the hours of "l'été 2026" later wants no
// others.
func (q *inquiry) favourYear(found []candidate) {
	for i := range found {
		if d, _ := q.view.document(found[i].document); !d.holds(q.day) && q.holds(d) {
			found[i].score += q.ranking.YearBonus
		}
	}
}

// favourTown gives their bonus to those of the town's own candidates that
// speak to the question as the shared ones do.
func (q *inquiry) favourTown(found []candidate) {
	terms := q.ownTerms()
	places := make(map[string]int, len(q.lexical.terms))
	for i, t := range q.lexical.terms {
		places[t.Term] = i
	}
	most := 0.0
	for _, c := range found {
		if !c.own {
			most = max(most, q.covers(c.document, terms, places))
		}
	}
	for i := range found {
		c := &found[i]
		if c.own && q.covers(c.document, terms, places) >= q.ranking.TownCoverage*most {
			c.score += q.ranking.TownBonus
		}
	}
}

// covers is the weight of those of the terms that a document has. One that it
// says in the thesaurus's other words counts standIn. Places tells where each
// term of the query stands in it.
func (q *inquiry) covers(document int32, terms []ownTerm, places map[string]int) float64 {
	has := func(term string) bool {
		i, asked := places[term]
		return asked && q.lexical.matched[document]&(1<<i) != 0
	}
	sum := 0.0
	for _, t := range terms {
		switch {
		case has(t.term):
			sum += t.weight
		case slices.ContainsFunc(t.others, func(words []string) bool {
			return len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return !has(word) })
		}):
			sum += standIn * t.weight
		}
	}
	return sum
}

// headed tells what share of the question stands in a passage's headings, by
// weight: of a document that is about the pool, the passage under "Horaires".
func headed(headings []byte, own []ownTerm) float64 {
	var has, all float64
	for _, t := range own {
		all += t.weight
		if hasTerm(headings, t.hash) {
			has += t.weight
		}
	}
	if all == 0 {
		return 0
	}
	return has / all
}

// weighPairs tells what share of the question's pairs stand side by side in
// each of the candidate's passages, and in any of them.
func (q *inquiry) weighPairs(c *candidate, begins *[256]bool) {
	total := 0.0
	for _, p := range q.pairs {
		total += p.weight
	}
	if total == 0 {
		return
	}
	anywhere := make([]bool, len(q.pairs))
	here := make([]bool, len(q.pairs))
	for i := range c.passages {
		p := &c.passages[i]
		clear(here)
		markPairs(p.terms, q.pairs, begins, here)
		for j, found := range here {
			if found {
				p.pairs += q.pairs[j].weight / total
				anywhere[j] = true
			}
		}
	}
	for j, found := range anywhere {
		if found {
			c.pairs += q.pairs[j].weight / total
			c.pair = max(c.pair, q.pairs[j].weight)
		}
	}
}

// weighted returns the pairs, each weighed by the geometric mean of its terms'
// weights. A pair with a term that nothing has weighs as if the term were the
// rarest: no document has it, and what a document has of the others says less. Two of
// the words that say nothing (quiet) say nothing side by side.
func weighted(pairs [][2]string, terms []TermWeight, rarest float64, quiet map[string]float64) []termPair {
	weights := make(map[string]float64, len(terms))
	for _, t := range terms {
		if t.From != "" {
			continue
		}
		weights[t.Term] = t.Weight
		if t.Frequency == 0 {
			weights[t.Term] = rarest
		}
	}
	var found []termPair
	seen := make(map[[2]string]bool, len(pairs))
	for _, p := range pairs {
		weight := math.Sqrt(weights[p[0]] * weights[p[1]])
		if weight > 0 && !seen[p] && (quiet[p[0]] == 0 || quiet[p[1]] == 0) {
			seen[p] = true
			found = append(found, termPair{first: termHash(p[0]), second: termHash(p[1]), weight: weight})
		}
	}
	return found
}
