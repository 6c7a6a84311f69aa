package rag

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"guichet/corpus"
)

// quoteStep answers in the passages' own words, as the gate found them.
type quoteStep struct{}

func (quoteStep) name() StepName { return StepQuote }

func (quoteStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	t.answer.Mode = ModeQuoted
	if !t.sure(leastSure) {
		t.quotation.widen()
	}
	q := t.quotation
	t.answer.Sources = q.sources
	var units []Unit
	for _, u := range q.units() {
		if shown, ok := t.check(ctx, u); ok {
			units = append(units, shown)
		}
	}
	units = withoutEmptyHeadings(units)
	if len(units) == 0 {
		t.note("rag.note.quote.nothing", nil)
		return StepEnded, t.sayNoEvidence(ctx, q.sources)
	}
	t.answer.Sources, units = citedAlone(t.answer.Sources, units)
	if t.documentsAreFrench() {
		for i := range units {
			units[i].Language = "fr" // headings, too
		}
	}
	t.note("rag.note.quote.done", map[string]any{"Units": len(units), "Passages": len(t.answer.Sources)})
	if lead := t.quotedLead(); lead != nil {
		units = slices.Insert(units, 0, *lead)
	}
	if at := slices.IndexFunc(units, func(u Unit) bool { return u.wide }); at > 0 {
		more := t.speech().T("rag.quote.more")
		units = slices.Insert(units, at, Unit{Kind: Heading, Text: more, Break: true})
	}
	if t.sure(leastWhole) && len(t.unspoken()) == 0 {
		return StepEnded, t.say(ctx, Answered, units)
	}
	return StepEnded, t.sayNearest(ctx, units)
}

// quotedLead says in the question's language that what follows is French; nil:
// the question is, too, or its language is not known.
func (t *turn) quotedLead() *Unit {
	if !t.documentsAreFrench() {
		return nil
	}
	if l := questionTongue(t.question); l != nil {
		return &Unit{Kind: Sentence, Text: l.quoted, Language: l.code, Break: true}
	}
	if isEnglish(t.question) {
		return &Unit{Kind: Sentence, Text: t.answerer.cfg.Messages.For("en").T("rag.quote.foreign"), Break: true}
	}
	return nil
}

// sayNearest shows what comes nearest, and says that it may not be all that was
// asked, and whom to ask.
func (t *turn) sayNearest(ctx context.Context, units []Unit) error {
	m := t.speech()
	lead := Unit{Kind: Sentence, Text: m.T("rag.partial.nearest"), Break: true}
	before := []Unit{lead}
	if words := t.unspoken(); len(words) > 0 {
		text := m.T("rag.partial.unspoken", map[string]any{"Words": strings.Join(words, m.T("rag.partial.unspoken.between"))})
		before = append(before, Unit{Kind: Sentence, Text: text})
	}
	units = append(before, units...)
	return t.say(ctx, Partial, append(units, t.whom(ctx, "partial", true)...))
}

// maxUnspoken bounds the words that an answer says it found nothing on, and
// unspokenLetters is how many letters such a word has at least.
const (
	maxUnspoken     = 2
	unspokenLetters = 4
)

// namesThing is what stands before the name of a thing: a question's other
// words, its verbs above all, are not told of.
var (
	namesThing          = regexp.MustCompile(`(?i)(^|[^\pL])(les?|la|l['’]|une?|des|du|de|d['’]|aux?|quels?|quelles?)\s*$`)
	namesThingInEnglish = regexp.MustCompile(`(?i)(^|[^\pL])(an?|the|my|of|which|what)\s*$`)
)

// namesNothing are nouns of turns of speech ("du coup", "à l'avance"), and ofAnAge
// tells a person whose age is told: a page has bands of age where a resident says
// "un enfant de 8 ans".
var (
	namesNothing = regexp.MustCompile(`(?i)^(avance|coup|fait|cas|niveau|sujet|reste|tout|moment|genre)$`)
	ofAnAge      = regexp.MustCompile(`(?i)^\s*(de|d'|d’|a|âgée?|agee?|of|aged?|who is)?\s*(de\s+)?\d{1,3}\b`)
)

// namesOne tells whether text[start:end] is the name of a thing, which named stands
// before.
func namesOne(named *regexp.Regexp, text string, start, end int) bool {
	word := text[start:end]
	return utf8.RuneCountInString(word) >= unspokenLetters && named.MatchString(text[:start]) &&
		!namesNothing.MatchString(word) && !ofAnAge.MatchString(text[end:])
}

// unspoken are the things that the question names weightily and the quotation
// does not speak to.
func (t *turn) unspoken() []string {
	missed := map[string]bool{}
	for _, p := range t.quotation.parts {
		for _, term := range p.speaks.misses {
			missed[term.term] = true
		}
	}
	return t.namedThings(missed)
}

// sure tells whether each thing that was asked is answered whole, with this
// probability at least.
func (t *turn) sure(least float64) bool {
	return !slices.ContainsFunc(t.weighed, func(w Weighing) bool { return w.whole() < least })
}

// quote looks for the words that answer, in the documents that were found.
func (t *turn) quote(ctx context.Context) (quotation, error) {
	q := quotation{analyzer: t.analyzer()}
	parts, room := t.parts, maxQuotedPart
	if len(parts) == 0 {
		parts, room = []searchedPart{{questionPart{text: t.question}, t.result}}, maxQuoted
	}
	for _, p := range parts {
		hits, err := t.wholeDocuments(ctx, p.result.Hits)
		if err != nil {
			return quotation{}, err
		}
		q.add(t.queryOf(p.result, p.text, p.context), t.answerer.readings.share(sourcesOf(hits, maxQuotedSources, maxQuotedPerDocument)), room)
	}
	return q, nil
}

// wholeDocuments gives the best hits all of their documents' passages, those
// that were found first.
func (t *turn) wholeDocuments(ctx context.Context, hits []corpus.Hit) ([]corpus.Hit, error) {
	hits = hits[:min(len(hits), quotedHits)]
	reader, ok := t.answerer.cfg.Retriever.(Reader)
	if !ok {
		return hits, nil
	}
	hits = slices.Clone(hits)
	for i := range hits[:min(len(hits), wholeHits)] {
		all, err := reader.Whole(ctx, t.req.Scope, hits[i])
		if err != nil {
			return nil, fmt.Errorf("read for a quotation: %w", err)
		}
		found := hits[i].Passages
		passages := slices.Clone(found)
		for _, p := range all {
			if !slices.ContainsFunc(found, func(f corpus.HitPassage) bool { return f.ID == p.ID }) {
				passages = append(passages, p)
			}
		}
		hits[i].Passages = passages
	}
	return hits, nil
}

// contextShare is what a word counts that stands around what is asked, where
// one of what is asked counts 1: all where that says nothing by itself.
func contextShare(content int) float64 {
	switch content {
	case 0:
		return 1
	case 1:
		return .8
	}
	return .6
}

// queryOf makes a query of a search. context is what stands around the part
// that is asked.
func (t *turn) queryOf(result corpus.Result, text, context string) query {
	read := result.Read
	if read == "" {
		read = text
	}
	q := query{text: read, now: t.req.Now}
	if result.Asked == nil {
		q.terms = t.termsOf(result, read)
		return q
	}
	share, own := 1.0, map[string]bool(nil)
	if context != "" {
		share, own = contextShare(contentOf(t.analyzer(), text)), termSet(t.analyzer(), text)
		q.text = text
	}
	quiet := quietTerms(t.analyzer(), read)
	for _, a := range result.Asked {
		s := said{term: a.Term, weight: a.Weight, others: a.Others}
		if own != nil && !own[a.Term] {
			s.weight *= share
		}
		if quiet[a.Term] {
			s.weight *= quietShare
		}
		q.terms = append(q.terms, s)
	}
	return q
}

// termsOf weighs a question's terms where the search told no more than their
// frequency.
func (t *turn) termsOf(result corpus.Result, text string) []said {
	weights := map[string]float64{}
	for _, w := range result.Terms {
		weights[w.Term] = w.Weight
	}
	var out []said
	for term := range termSet(t.analyzer(), text) {
		if w := weights[term]; w > 0 {
			out = append(out, said{term: term, weight: w})
		}
	}
	return out
}

// withoutEmptyHeadings drops headings that nothing follows before the next.
func withoutEmptyHeadings(units []Unit) []Unit {
	var out []Unit
	for i, u := range units {
		title := u.Kind == Heading && i+2 < len(units) && units[i+1].Kind == Heading && units[i+2].Kind != Heading
		if u.Kind == Heading && !title && (i+1 == len(units) || units[i+1].Kind == Heading) {
			continue
		}
		out = append(out, u)
	}
	return out
}
