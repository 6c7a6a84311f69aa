package health

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/corpus"
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
	Flagged   Kind = "flagged"   // hidden text, or text that is meant for a model
	DeadLink  Kind = "dead_link" // a link in it leads nowhere
)

// Finding is one thing that is wrong with one document.
type Finding struct {
	Kind       Kind   `json:"kind"`
	Collection string `json:"collection"`
	Document   string `json:"document"`
	Title      string `json:"title"`
	URL        string `json:"url,omitempty"`
	Detail     string `json:"detail"`  // of the kind: a day, another document, an excerpt
	Answers    int    `json:"answers"` // of the last days that rest on the document
}

// Report is what was found.
type Report struct {
	Documents int       `json:"documents"` // that were looked at
	Answers   int       `json:"answers"`   // of the last days that rest on any of them
	Findings  []Finding `json:"findings"`  // those with most answers first
}

// Limits say what is too much. Zero fields take what stands beside them.
type Limits struct {
	Stale   time.Duration // since the last change; 365 days
	Soon    time.Duration // before the end; 14 days
	Days    time.Duration // of answers that are counted; 90 days
	Empty   int           // characters; fewer are next to nothing; 120
	Long    int           // characters; more are too many; 60 000
	Alike   float64       // share of five-word runs in common of near-duplicates; .8
	Moment  time.Time     // now
	Foreign float64       // share of small words in another language; .6
}

func (l Limits) orDefaults() Limits {
	const day = 24 * time.Hour
	l.Stale = cmp.Or(l.Stale, 365*day)
	l.Soon = cmp.Or(l.Soon, 14*day)
	l.Days = cmp.Or(l.Days, 90*day)
	l.Empty = cmp.Or(l.Empty, 120)
	l.Long = cmp.Or(l.Long, 60_000)
	l.Alike = cmp.Or(l.Alike, .8)
	l.Foreign = cmp.Or(l.Foreign, .6)
	if l.Moment.IsZero() {
		l.Moment = time.Now()
	}
	return l
}

// document is one as the scope sees it.
type document struct {
	collection, language string
	name, title, url     string
	modified             time.Time // zero: unknown
	until                time.Time // zero: no end
	flags                []corpus.Flag
	text                 string
}

// Check looks at all documents that the scope sees.
func Check(ctx context.Context, pool *pgxpool.Pool, sc corpus.Scope, l Limits) (Report, error) {
	l = l.orDefaults()
	answers, total, err := answersOf(ctx, pool, sc.TownID, l.Moment.Add(-l.Days))
	if err != nil {
		return Report{}, err
	}
	report := Report{Answers: total, Findings: []Finding{}}
	twins := newTwins(l.Alike)
	for _, m := range sc.Members {
		err := eachDocument(ctx, pool, m, func(d document) {
			report.Documents++
			report.Findings = append(report.Findings, l.look(d)...)
			twins.add(d)
		})
		if err != nil {
			return Report{}, err
		}
	}
	report.Findings = append(report.Findings, twins.findings()...)
	for i := range report.Findings {
		f := &report.Findings[i]
		f.Answers = answers[f.Document]
	}
	sortFindings(report.Findings)
	return report, nil
}

func sortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Answers, a.Answers), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Document, b.Document))
	})
}

// look finds what is wrong with a document by itself.
func (l Limits) look(d document) []Finding {
	var found []Finding
	add := func(k Kind, detail string) {
		found = append(found, Finding{Kind: k, Collection: d.collection, Document: d.name, Title: d.title, URL: d.url, Detail: detail})
	}
	if !d.modified.IsZero() && l.Moment.Sub(d.modified) > l.Stale {
		add(Stale, d.modified.Format(time.DateOnly))
	}
	if !d.until.IsZero() && l.Moment.Add(l.Soon).After(d.until) {
		add(Over, d.until.Format(time.DateOnly))
	}
	switch n := utf8.RuneCountInString(d.text); {
	case n < l.Empty:
		add(Empty, fmt.Sprint(n))
	case n > l.Long:
		add(Long, fmt.Sprint(n))
	}
	if other := foreign(d.text, d.language, l.Foreign); other != "" {
		add(Language, other)
	}
	for _, f := range d.flags {
		add(Flagged, f.Kind+": "+f.Excerpt)
	}
	return found
}

// eachDocument reads the documents of a collection at its edition, in the
// order of their names, and hands on each.
func eachDocument(ctx context.Context, pool *pgxpool.Pool, m corpus.ScopeMember, hand func(document)) error {
	// Bounded by nature: a row for each document, read one after the other.
	rows, err := pool.Query(ctx, `
		SELECT
			d.name,
			d.title,
			d.url,
			d.modified_on,
			d.valid_until,
			d.flags,
			coalesce((
				SELECT string_agg(p.text, E'\n\n' ORDER BY reading.place)
				FROM unnest(d.passages) WITH ORDINALITY AS reading (id, place)
				JOIN passages p
					ON p.id = reading.id
			), '')
		FROM documents d
		WHERE d.collection_id = @collection
			AND d.born <= @edition
			AND (d.ended IS NULL OR d.ended > @edition)
		ORDER BY d.name`, pgx.NamedArgs{"collection": m.Collection.ID, "edition": m.Edition})
	if err != nil {
		return fmt.Errorf("read documents of collection %q: %w", m.Collection.Name, err)
	}
	d := document{collection: m.Collection.Name, language: m.Collection.Language}
	var modified, until *time.Time
	_, err = pgx.ForEachRow(rows, []any{&d.name, &d.title, &d.url, &modified, &until, &d.flags, &d.text}, func() error {
		d.modified, d.until = orZero(modified), orZero(until)
		hand(d)
		d.flags = nil
		return nil
	})
	if err != nil {
		return fmt.Errorf("read documents of collection %q: %w", m.Collection.Name, err)
	}
	return nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// answersOf counts, by document, the town's answers since then that cite it,
// and all that cite any.
func answersOf(ctx context.Context, pool *pgxpool.Pool, townID int64, since time.Time) (map[string]int, int, error) {
	// Bounded by nature: a row for each document that was cited. The index on
	// conversations (town_id, last_at) leads to the turns of these days alone.
	rows, err := pool.Query(ctx, `
		WITH cited AS (
			-- Each answer once for each document that it cites.
			SELECT DISTINCT
				t.id,
				c ->> 'document' AS document
			FROM conversations v
			JOIN turns t
				ON t.conversation_id = v.id
			CROSS JOIN LATERAL jsonb_array_elements(t.citations) AS c
			WHERE v.town_id = @town
				AND v.last_at >= @since
				AND t.asked_at >= @since
		)
		SELECT
			document,
			count(*),
			(SELECT count(DISTINCT id) FROM cited)
		FROM cited
		GROUP BY document
		ORDER BY document`, pgx.NamedArgs{"town": townID, "since": since})
	if err != nil {
		return nil, 0, fmt.Errorf("count answers by document: %w", err)
	}
	answers, total := map[string]int{}, 0
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&name, &n, &total}, func() error {
		answers[name] = n
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count answers by document: %w", err)
	}
	return answers, total, nil
}
