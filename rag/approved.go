package rag

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"guichet/corpus"
	"guichet/internal/analysis"
	"guichet/internal/fact"
)

// Approvals are the answers that agents approved: corpus.Store has them.
type Approvals interface {
	Approved(ctx context.Context, sc corpus.Scope) ([]corpus.ApprovedAnswer, error)
}

// sameQuestion is the likeness from which on two questions are taken to ask
// the same. Measured on testdata/paraphrases.txt by TestLikeness.
const sameQuestion = .8

// Matcher finds the approved answer of a question by its meaning. It is safe
// for concurrent use.
type Matcher struct{ analyzers []*analysis.Analyzer }

// NewMatcher returns a Matcher for questions in French and English.
func NewMatcher() *Matcher {
	return &Matcher{[]*analysis.Analyzer{analysis.For("fr"), analysis.For("en")}}
}

// Match returns the answer whose question is most like the one that is asked,
// and how like it is, in [0, 1]; ok is false where none asks the same. An
// answer that does not hold any more is passed over.
func (m *Matcher) Match(question string, answers []corpus.ApprovedAnswer) (a corpus.ApprovedAnswer, likeness float64, ok bool) {
	for _, candidate := range answers {
		if !candidate.Holds() {
			continue
		}
		for _, wording := range candidate.Questions {
			if l := m.Likeness(question, wording); l >= sameQuestion && l > likeness {
				a, likeness, ok = candidate, l, true
			}
		}
	}
	return a, likeness, ok
}

// Likeness tells how surely two questions ask the same, in [0, 1]. They must
// ask for the same kind of thing (a price, a time, a place, ...) and name the
// same figures, days and months; then it is the mean share of each one's terms
// that the other has too, words of wording.txt standing for one another, and 0
// unless all of the one's stand in the other: questions that each have a word
// of their own are about two things, however alike they are.
func (m *Matcher) Likeness(a, b string) float64 {
	if !slices.Equal(asksFor(a), asksFor(b)) || !slices.Equal(momentsOf(a), momentsOf(b)) {
		return 0
	}
	best := 0.0
	for _, an := range m.analyzers {
		x, y := subjectOf(an, a), subjectOf(an, b)
		shareX, shareY := sharedBy(x, y), sharedBy(y, x)
		if shareX == 1 || shareY == 1 {
			best = max(best, (shareX+shareY)/2)
		}
	}
	return best
}

// wants are the kinds of thing that a question may ask for.
var wants = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:combien (?:ca |cela )?cout\w*|cout\w*|prix|tarifs?|montant|gratuit\w*|cher|c'est combien|how much|price|fees?|cost|free)\b`),
	regexp.MustCompile(`\b(?:quand|horaires?|heures?|dates?|quel jour|quels jours|prochaine?|calendrier|ouvert\w*|ouvre|ferme\w*|when|open\w*|hours|what time|what day|next)\b`),
	regexp.MustCompile(`\b(?:ou (?:[a-z'-]+ ){0,3}?(?:est|se|sont|trouv\w*|achet\w*|aller|vais|va|puis|peut|dois|depos\w*|jet\w*|retir\w*)|c'est ou|^ou|adresse|a quel endroit|where|address)\b`),
	regexp.MustCompile(`\b(?:combien de temps|delais?|duree|jusqu'a quand|avant quand|au plus tard|how long|deadline|until when)\b`),
	regexp.MustCompile(`\b(?:telephone|numero|joindre|contacter|appeler|mail|courriel|phone|contact|call)\b`),
	regexp.MustCompile(`\b(?:papiers?|pieces?|justificatifs?|documents?|fournir|apporter|papers|bring)\b`),
	regexp.MustCompile(`\b(?:combien de|nombre|how many)\b`),
	regexp.MustCompile(`\b(?:obligatoire|faut-il|il faut|ai-je le droit|peut-on|puis-je|autorise\w*|interdit\w*|dois-je|doit-on|est ce que je dois|must i|can i|do i need)\b`),
	regexp.MustCompile(`\b(?:annul\w*|resili\w*|cancel)\b`),
}

// askingWords are words that ask for a thing without saying which.
var askingWords = regexp.MustCompile(`\b(?:demand\w*|obtenir|recevoir|besoin|voudrai\w*|veux|aimerai\w*|cherche|demarches?|get|obtain|want|would like|request)\b`)

// asksFor returns which of the wants a question has.
func asksFor(question string) []int {
	var found []int
	text := folded(question)
	for i, want := range wants {
		if want.MatchString(text) {
			found = append(found, i)
		}
	}
	return found
}

// subjectOf returns the terms that say what a question is about: less
// courtesies, words of writing and words that say what is asked for.
func subjectOf(a *analysis.Analyzer, question string) map[string]bool {
	text := courtesy.ReplaceAllString(folded(question), " ")
	for _, want := range append([]*regexp.Regexp{askingWords}, wants...) {
		text = want.ReplaceAllString(text, " ")
	}
	terms := termSet(a, text)
	w := newWording()
	for t := range terms {
		if w.generic[t] {
			delete(terms, t)
		}
	}
	return terms
}

// sharedBy is the share of a's terms that b has, or a word for them.
func sharedBy(a, b map[string]bool) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	w, other, n := newWording(), newVocabulary(), 0
	for t := range b {
		other.terms[t] = true
		for _, f := range w.families[t] {
			other.families[f] = true
		}
	}
	for t := range a {
		if other.has(w, t) {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

var dayOrMonth = regexp.MustCompile(`\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b`) //nolint:misspell // French

// momentsOf returns the figures, days and months that a question names.
func momentsOf(text string) []string {
	named := dayOrMonth.FindAllString(folded(text), -1)
	named = append(named, strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })...)
	slices.Sort(named)
	return slices.Compact(named)
}

// approvedStep gives an agent's own answer, if one stands for the question.
type approvedStep struct {
	approvals Approvals
	matcher   *Matcher
}

func (approvedStep) name() StepName { return StepApproved }

func (s approvedStep) run(ctx context.Context, t *turn) (StepOutcome, error) {
	answers, err := s.approvals.Approved(ctx, t.req.Scope)
	if err != nil {
		return StepFailed, fmt.Errorf("look for an approved answer: %w", err)
	}
	if len(answers) == 0 {
		return StepSkipped, nil
	}
	a, likeness, ok := s.matcher.Match(t.question, answers)
	if !ok {
		return StepPassed, nil
	}
	t.note("rag.note.approved", map[string]any{"ID": a.ID, "Likeness": t.decimal(likeness), "Owner": a.Owner})
	t.answer.Mode = ModeApproved
	t.answer.Sources = approvedSources(a)
	var units []Unit
	for _, u := range approvedUnits(a, t.answer.Sources, newSupporter(t.analyzer())) {
		shown, reason := PlainText{Contact: t.req.Town.Contact}.Unit(ctx, u, t.answer.Sources)
		if reason != nil {
			t.withhold(u.Text, *reason)
			continue
		}
		units = append(units, shown)
	}
	return StepEnded, t.say(ctx, Answered, units)
}

// approvedSources are the passages that the answer rests on, each once.
func approvedSources(a corpus.ApprovedAnswer) []Source {
	var sources []Source
	for _, s := range a.Supports {
		if slices.ContainsFunc(sources, func(o Source) bool { return o.PassageID == s.PassageID }) {
			continue
		}
		sources = append(sources, newSource(len(sources)+1, s.Document, s.Passage))
	}
	return sources
}

// approvedUnits are the units of the agent's answer, each with the passage that
// says most of it.
func approvedUnits(a corpus.ApprovedAnswer, sources []Source, supporter *supporter) []Unit {
	units := unitsOf(a.Answer)
	for i, u := range units {
		if u.Kind != Heading && !leadsOn(u) {
			units[i].Citations = mostLike(sources, u.Text, supporter)
		}
	}
	return units
}

// mostLike cites the source whose words say most of a text.
func mostLike(sources []Source, text string, supporter *supporter) []Citation {
	terms := termSet(supporter.analyzer, text)
	var best []Citation
	most := 0
	for _, s := range sources {
		citations := supporter.cite(s, text)
		common := 0
		for t := range termSet(supporter.analyzer, quotes(citations)) {
			if terms[t] {
				common++
			}
		}
		if common > most {
			best, most = citations, common
		}
	}
	return best
}

func quotes(citations []Citation) string {
	var all []string
	for _, c := range citations {
		all = append(all, c.Quote)
	}
	return strings.Join(all, " ")
}

// ErrUnsupported says that none of the passages says anything of an approved
// answer.
var ErrUnsupported = errors.New("nothing in the documents named supports the answer")

// Supports returns the passages that an agent's answer rests on: for each of
// its units, of the passages given the one that says most of it. When one of
// these changes or ends, the answer is no longer served. It returns
// ErrUnsupported, with what is missing, where a unit has too few of its words in
// any one passage, or states a figure, a date, a number or an address that none
// of them has. Headings, lead-ins and greetings need no support.
func Supports(answer string, documents []corpus.HitDocument, passages []corpus.Passage) ([]corpus.ApprovedSupport, error) {
	sources := make([]Source, len(passages))
	for i, p := range passages {
		sources[i] = newSource(i+1, documents[i], p)
	}
	supporter := newSupporter(analysis.For("fr"))
	var supports []corpus.ApprovedSupport
	for _, u := range unitsOf(answer) {
		if lacking := unpublished(u.Text, sources); len(lacking) > 0 {
			return nil, fmt.Errorf("%w: they do not say %s", ErrUnsupported, strings.Join(lacking, ", "))
		}
		if u.Kind != Heading && !connects(u) && bestShare(u.Text, sources) < leastApproved {
			return nil, fmt.Errorf("%w: too little of %q stands in any one place", ErrUnsupported, clip(u.Text, 80))
		}
		for _, c := range mostLike(sources, u.Text, supporter) {
			if !slices.ContainsFunc(supports, func(s corpus.ApprovedSupport) bool { return s.PassageID == c.Passage && s.Quote == c.Quote }) {
				supports = append(supports, corpus.ApprovedSupport{PassageID: c.Passage, Quote: c.Quote})
			}
		}
	}
	if len(supports) == 0 {
		return nil, ErrUnsupported
	}
	return supports, nil
}

// leastApproved is the share of a unit's words that one passage must have. An
// agent may say it in other words; a page on something else has few of them.
const leastApproved = .6

// bestShare is the largest share of a text's words that one source has, its
// title and headings included.
func bestShare(text string, sources []Source) float64 {
	an := analysis.For(languageOf(text, "fr"))
	terms := termSet(an, text)
	for t := range terms {
		if newWording().generic[t] {
			delete(terms, t)
		}
	}
	if len(terms) == 0 {
		return 1
	}
	best := 0.0
	for _, s := range sources {
		best = max(best, sharedBy(terms, termSet(an, s.Title+" "+s.Headings+" "+s.Text)))
	}
	return best
}

// unpublished returns the figures, dates, numbers and addresses of a text that
// none of the sources states.
func unpublished(text string, sources []Source) []string {
	var stated []fact.Fact
	for _, s := range sources {
		read := s.read()
		stated = append(stated, read.about...)
		for _, facts := range read.facts {
			stated = append(stated, facts...)
		}
	}
	var lacking []string
	for _, f := range missing(fact.Parse(text, languageOf(text, "fr")), stated) {
		lacking = append(lacking, strings.TrimSpace(text[f.Start:f.End]))
	}
	return lacking
}

// unitsOf cuts an agent's Markdown into units.
func unitsOf(answer string) []Unit {
	cutter := newUnitCutter()
	var units []Unit
	for _, raw := range append(cutter.add(answer), cutter.flush()...) {
		units = append(units, Unit{Kind: raw.kind, Text: raw.text, Cells: raw.cells, Header: raw.header, Break: raw.brk})
	}
	return units
}
