package health

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"guichet/corpus"
	"guichet/internal/english"
)

// Kind is what is wrong with a document.
type Kind string

// The closed list of kinds.
const (
	Stale     Kind = "stale"     // not changed for long
	Over      Kind = "over"      // it has ended, or ends in a few days
	Duplicate Kind = "duplicate" // nearly the same as another
	Empty     Kind = "empty"     // it says next to nothing
	Long      Kind = "long"      // so long that it is read in too many pieces
	Language  Kind = "language"  // another language than its collection
	Mixed     Kind = "mixed"     // some of it in one language, some in another
	Flagged   Kind = "flagged"   // hidden text, or text that is meant for a model
	DeadLink  Kind = "dead_link" // a link in it leads nowhere

	UncheckedLink Kind = "unchecked_link" // a link in it of which that cannot be said: nothing to mend yet
)

// Kinds are all of them, what residents feel most first.
func Kinds() []Kind {
	return []Kind{DeadLink, Flagged, Over, Stale, Duplicate, Language, Mixed, Empty, Long, UncheckedLink}
}

// Finding is one thing that is wrong with one document.
type Finding struct {
	Kind       Kind   `json:"kind"`
	Collection string `json:"collection"`
	Document   string `json:"document"`
	Title      string `json:"title"`
	URL        string `json:"url,omitempty"`
	Detail     string `json:"detail"`  // the facts below in an operator's words: a sentence without its full stop
	Answers    int    `json:"answers"` // that rest on the document
	Facts
}

// Facts are what a finding's kind tells; the others are zero.
type Facts struct {
	On         string  `json:"on,omitempty"`          // stale: its last change; over: its end; a date
	Undated    bool    `json:"undated,omitempty"`     // stale: the source gives no date; On is when it was first seen as it is
	Characters int     `json:"characters,omitempty"`  // empty, long
	Other      string  `json:"other,omitempty"`       // duplicate: the other document
	OtherTitle string  `json:"other_title,omitempty"` // duplicate: the same
	Share      float64 `json:"share,omitempty"`       // duplicate: how alike; mixed: sentences in the other language
	Language   string  `json:"language,omitempty"`    // language: it is in this one; mixed: so are some sentences
	Main       string  `json:"main,omitempty"`        // language: its collection's; mixed: its most sentences'
	Flag       string  `json:"flag,omitempty"`        // flagged: what sort of text
	Excerpt    string  `json:"excerpt,omitempty"`     // flagged, mixed: words of the document
	Link       string  `json:"link,omitempty"`        // dead_link, unchecked_link: its address; of the reason no_file as it stands in the document
	Reason     string  `json:"reason,omitempty"`      // dead_link, unchecked_link: why
}

// AnswerDays is of how many days answers are counted.
const AnswerDays = 90

// Report is what was found.
type Report struct {
	Documents int       `json:"documents"` // that were looked at
	Answers   int       `json:"answers"`   // that rest on any of them
	Findings  []Finding `json:"findings"`  // those with most answers first, links that could not be checked last

	Links *LinkReport `json:"links,omitempty"` // nil: no link was asked for
}

// AddLinks adds what was found of links.
func (r *Report) AddLinks(l LinkReport) {
	r.Links = &l
	r.Findings = append(r.Findings, l.Findings...)
	sortFindings(r.Findings)
}

// Limits say what is too much. Zero fields take what stands beside them.
type Limits struct {
	Stale   time.Duration // since the last change, or since it was seen to change; 365 days
	Soon    time.Duration // before the end; 14 days
	Empty   int           // characters; fewer, without figure or sentence, are next to nothing; 120
	Long    int           // characters; more are too many; 60 000
	Alike   float64       // share of five-word runs in common of near-duplicates; .8
	Moment  time.Time     // now
	Foreign float64       // share of small words in another language; .6
	Mixed   float64       // share of sentences in a second language; .2
}

func (l Limits) orDefaults() Limits {
	const day = 24 * time.Hour
	l.Stale = cmp.Or(l.Stale, 365*day)
	l.Soon = cmp.Or(l.Soon, 14*day)
	l.Empty = cmp.Or(l.Empty, 120)
	l.Long = cmp.Or(l.Long, 60_000)
	l.Alike = cmp.Or(l.Alike, .8)
	l.Foreign = cmp.Or(l.Foreign, .6)
	l.Mixed = cmp.Or(l.Mixed, .2)
	if l.Moment.IsZero() {
		l.Moment = time.Now()
	}
	return l
}

// document is one as the scope sees it.
type document struct {
	corpus.ScopeDocument
	collection, language string
}

// finding is one of this document.
func (d document) finding(k Kind, detail string, answers int, facts Facts) Finding {
	return Finding{
		Kind: k, Collection: d.collection, Document: d.Name, Title: d.Title, URL: d.URL, Detail: detail, Answers: answers, Facts: facts,
	}
}

// Cited is which answers cite each passage, by the passage's ID.
type Cited map[int64][]uuid.UUID

// of returns the answers that cite any of these passages, each once.
func (c Cited) of(passages []int64) map[uuid.UUID]bool {
	answers := map[uuid.UUID]bool{}
	for _, p := range passages {
		for _, id := range c[p] {
			answers[id] = true
		}
	}
	return answers
}

// Check looks at all documents that the scope sees. An answer rests on a
// document when it cites a passage of it, or of a version of it that is kept.
func Check(ctx context.Context, store *corpus.Store, sc corpus.Scope, cited Cited, l Limits) (Report, error) {
	l = l.orDefaults()
	report := Report{Findings: []Finding{}}
	all := map[uuid.UUID]bool{}
	twins := newTwins(l.Alike)
	err := eachDocument(ctx, store, sc, func(d document) {
		answers := cited.of(d.Passages)
		maps.Copy(all, answers)
		report.Documents++
		report.Findings = append(report.Findings, l.look(d, len(answers))...)
		if f, ok := twins.add(d, len(answers)); ok {
			report.Findings = append(report.Findings, f)
		}
	})
	if err != nil {
		return Report{}, err
	}
	report.Answers = len(all)
	sortFindings(report.Findings)
	return report, nil
}

// eachDocument hands on each document that the scope sees.
func eachDocument(ctx context.Context, store *corpus.Store, sc corpus.Scope, hand func(document)) error {
	for _, m := range sc.Members {
		err := store.EachDocument(ctx, m, func(d corpus.ScopeDocument) {
			hand(document{ScopeDocument: d, collection: m.Collection.Name, language: m.Collection.Language})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func sortFindings(findings []Finding) {
	kinds := Kinds()
	last := func(f Finding) int {
		if f.Kind == UncheckedLink {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(last(a), last(b)),
			cmp.Compare(b.Answers, a.Answers),
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(a.Document, b.Document),
			cmp.Compare(a.Link, b.Link),
		)
	})
}

// look finds what is wrong with a document by itself, on which so many answers
// rest.
func (l Limits) look(d document, answers int) []Finding {
	var found []Finding
	add := func(k Kind, detail string, facts Facts) { found = append(found, d.finding(k, detail, answers, facts)) }
	switch on := cmp.Or(d.ModifiedOn, d.Since); {
	case on.IsZero() || l.Moment.Sub(on) <= l.Stale:
	case d.ModifiedOn.IsZero():
		add(Stale, "no change was seen since "+on.Format(time.DateOnly)+"; the page gives no date", Facts{On: on.Format(time.DateOnly), Undated: true})
	default:
		add(Stale, "it was last changed on "+on.Format(time.DateOnly), Facts{On: on.Format(time.DateOnly)})
	}
	if !d.ValidUntil.IsZero() && l.Moment.Add(l.Soon).After(d.ValidUntil) {
		on := d.ValidUntil.Format(time.DateOnly)
		holds := "it holds until "
		if l.Moment.After(d.ValidUntil.AddDate(0, 0, 1)) {
			holds = "it held until "
		}
		add(Over, holds+on, Facts{On: on})
	}
	switch n := utf8.RuneCountInString(d.Text); {
	case saysNothing(d.Text, l.Empty):
		add(Empty, "it has "+english.Count(n, "character")+", and says next to nothing", Facts{Characters: n})
	case n > l.Long:
		add(Long, "it has "+english.Count(n, "character")+", which is read in many pieces", Facts{Characters: n})
	}
	if m, ok := mixes(d.Text, l.Mixed); ok {
		add(Mixed, fmt.Sprintf("%d of %d sentences are in %s, the others in %s. For example: %s", m.others, m.all, languageName(m.other), languageName(m.main), shortened(m.first)),
			Facts{Language: m.other, Main: m.main, Share: m.share(), Excerpt: shortened(m.first)})
	} else if other := foreign(d.Text, d.language, l.Foreign); other != "" {
		add(Language, "it is in "+languageName(other)+", and its collection in "+languageName(d.language), Facts{Language: other, Main: d.language})
	}
	for _, f := range d.Flags {
		add(Flagged, flagName(f.Kind)+": "+f.Excerpt, Facts{Flag: f.Kind, Excerpt: f.Excerpt})
	}
	return found
}

// flagName is a sort of suspicious text in an operator's words.
func flagName(kind string) string {
	switch kind {
	case "hidden":
		return "text that the page hides from its readers"
	case "invisible":
		return "characters that cannot be seen"
	case "instructions":
		return "text that gives an assistant orders"
	}
	return kind
}

// languageName is what English calls a language.
func languageName(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return display.English.Languages().Name(language.Make(base))
}

// maxExcerpt is how many characters of a sentence are told.
const maxExcerpt = 160

func shortened(text string) string {
	if runes := []rune(text); len(runes) > maxExcerpt {
		return string(runes[:maxExcerpt-1]) + "…"
	}
	return text
}
