package rag

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"guichet/corpus"
	"guichet/internal/almanac"
	"guichet/internal/analysis"
)

// sameQuestion is the likeness from which on two questions are taken to ask
// the same. Measured on testdata/paraphrases.txt by TestLikeness.
const sameQuestion = .8

// maxRemembered bounds the wordings of approved answers that a Matcher keeps
// read: some 300 bytes each.
const maxRemembered = 50_000

// Matcher finds the approved answer of a question by its meaning. It remembers
// how it read the answers' wordings, never what residents ask. It is safe for
// concurrent use.
type Matcher struct {
	analyzers []*analysis.Analyzer

	mu   sync.Mutex
	read map[string]*meaning // by wording
}

// NewMatcher returns a Matcher for questions in French and English.
func NewMatcher() *Matcher {
	return &Matcher{analyzers: []*analysis.Analyzer{analysis.For("fr"), analysis.For("en")}, read: map[string]*meaning{}}
}

// Match returns the answer whose question is most like the one that is asked,
// and how like it is, in [0, 1]; ok is false where none asks the same. Whether
// the answer still holds is not looked at.
func (m *Matcher) Match(question string, answers []corpus.ApprovedAnswer) (a corpus.ApprovedAnswer, likeness float64, ok bool) {
	asked := m.ask(question)
	for _, candidate := range answers {
		for _, wording := range candidate.Questions {
			if l := asked.likeness(m.remember(wording)); l >= sameQuestion && l > likeness {
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
func (m *Matcher) Likeness(a, b string) float64 { return m.ask(a).likeness(m.ask(b)) }

// meaning is what a question asks for, and of what.
type meaning struct {
	wants    []int
	moments  []string
	subjects []vocabulary // by analyzer
}

func (m *Matcher) ask(question string) *meaning {
	a := &meaning{wants: asksFor(question), moments: momentsOf(question)}
	for _, an := range m.analyzers {
		a.subjects = append(a.subjects, subjectOf(an, question))
	}
	return a
}

// remember reads a wording of an approved answer, or returns how it was read.
func (m *Matcher) remember(wording string) *meaning {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, known := m.read[wording]
	if !known {
		if len(m.read) >= maxRemembered {
			clear(m.read)
		}
		a = m.ask(wording)
		m.read[wording] = a
	}
	return a
}

func (a *meaning) likeness(b *meaning) float64 {
	if !slices.Equal(a.wants, b.wants) || !slices.Equal(a.moments, b.moments) {
		return 0
	}
	best := 0.0
	for i := range a.subjects {
		x, y := sharedBy(a.subjects[i], b.subjects[i]), sharedBy(b.subjects[i], a.subjects[i])
		if x == 1 || y == 1 {
			best = max(best, (x+y)/2)
		}
	}
	return best
}

// The kinds of thing that a question may ask for.
const (
	wantsPrice = iota
	wantsMoment
	wantsPlace
	wantsTerm
	wantsContact
	wantsPapers
	wantsCount
	wantsLeave
	wantsCancelling
)

// wants tell by which words each kind is asked for.
var wants = [...]*regexp.Regexp{
	wantsPrice:      regexp.MustCompile(`\b(?:cout(?:s|e|es|ent|er\w*|ait|aient|eux|euses?)?|prix|tarifs?|montant|gratuit\w*|cher|c'est combien|how much|price|fees?|cost|free)\b`),
	wantsMoment:     regexp.MustCompile(`\b(?:quand|horaires?|heures?|dates?|quel jour|quels jours|prochaine?|calendrier|ouvert\w*|ouvre|ferme\w*|when|open\w*|hours|what time|what day|next)\b`),
	wantsPlace:      regexp.MustCompile(`\b(?:ou (?:[a-z'-]+ ){0,3}?(?:est|se|sont|trouv\w*|achet\w*|aller|vais|va|puis|peut|dois|depos\w*|jet\w*|retir\w*)|c'est ou|^ou|adresse|a quel endroit|where|address)\b`),
	wantsTerm:       regexp.MustCompile(`\b(?:combien de temps|delais?|duree|jusqu'a quand|avant quand|au plus tard|how long|deadline|until when)\b`),
	wantsContact:    regexp.MustCompile(`\b(?:telephone|numero|joindre|contacter|appeler|mail|courriel|phone|contact|call)\b`),
	wantsPapers:     regexp.MustCompile(`\b(?:papiers?|pieces?|justificatifs?|documents?|fournir|apporter|papers|bring)\b`),
	wantsCount:      regexp.MustCompile(`\b(?:combien de|nombre|how many)\b`),
	wantsLeave:      regexp.MustCompile(`\b(?:obligatoire|faut-il|il faut|ai-je le droit|peut-on|puis-je|autorise\w*|interdit\w*|dois-je|doit-on|est ce que je dois|must i|can i|do i need)\b`),
	wantsCancelling: regexp.MustCompile(`\b(?:annul\w*|resili\w*|cancel)\b`),
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
func subjectOf(a *analysis.Analyzer, question string) vocabulary {
	text := courtesy.ReplaceAllString(folded(question), " ")
	text = askingWords.ReplaceAllString(text, " ")
	for _, want := range wants {
		text = want.ReplaceAllString(text, " ")
	}
	w, subject := newWording(), newVocabulary()
	for term := range termSet(a, text) {
		if w.generic[term] {
			continue
		}
		subject.terms[term] = true
		for _, family := range w.families[term] {
			subject.families[family] = true
		}
	}
	return subject
}

// sharedBy is the share of a's terms that b has, or a word for them.
func sharedBy(a, b vocabulary) float64 {
	if len(a.terms) == 0 || len(b.terms) == 0 {
		return 0
	}
	w, n := newWording(), 0
	for t := range a.terms {
		if b.has(w, t) {
			n++
		}
	}
	return float64(n) / float64(len(a.terms))
}

var dayOrMonth = regexp.MustCompile(`\b(?:` + almanac.WeekdayWords(almanac.Languages()...) + `|` + almanac.MonthWords("fr") + `)\b`)

// momentsOf returns the figures, days and months that a question names.
func momentsOf(text string) []string {
	named := dayOrMonth.FindAllString(folded(text), -1)
	named = append(named, strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })...)
	slices.Sort(named)
	return slices.Compact(named)
}
