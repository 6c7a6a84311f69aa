package corpus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"guichet/corpus/thesaurus"
	"guichet/internal/analysis"
)

// maxTerms bounds the distinct terms that a query is asked with: as many as a
// document's matches fit in one word of bits. A question has ten, a long one
// thirty, and the thesaurus adds as many.
const maxTerms = 64

// queryTerm is a term that the lexical index is asked for.
type queryTerm struct {
	term  string
	share float64 // of its weight: 1 for the question's own
	from  string  // the thesaurus entry that added it; empty: the question's own

	counts bool // it stands in for one of the question's own

	corrected string // the misspelt word that it was read from; empty: none
}

// question is a query as the indexes are asked.
type question struct {
	terms    []queryTerm // distinct, the question's own first
	pairs    [][2]string // of the question's own terms, side by side
	expanded string      // what the thesaurus adds, as text

	// stands tells, for a term of the question's own that is part of a
	// thesaurus entry, in what other words a document may say it: any of
	// these, each as its terms.
	stands map[string][][]string
}

// ask analyses a query in the first of the languages, whose terms are the question's
// own, and then in the others, as it was written: what a document in another language
// may say for them.
func ask(read readText, analyzers []*analysis.Analyzer, t *thesaurus.Thesaurus, expansion float64) question {
	q := question{stands: make(map[string][][]string)}
	if len(analyzers) == 0 {
		return q
	}
	seen := make(map[string]bool)
	add := func(term queryTerm) {
		if !seen[term.term] {
			seen[term.term] = true
			q.terms = append(q.terms, term)
		}
	}
	tokens := analyzers[0].Tokens(read.read)
	for i, token := range tokens {
		add(queryTerm{term: token.Term, share: 1})
		if i > 0 && tokens[i-1].Term != token.Term {
			q.pairs = append(q.pairs, [2]string{tokens[i-1].Term, token.Term})
		}
	}
	for _, a := range analyzers[1:] {
		others := a.Tokens(read.written)
		for _, other := range others {
			add(queryTerm{term: other.Term, share: 1, from: read.written[other.Start:other.End], counts: true})
		}
		for _, token := range tokens {
			from, to := read.source(token.Start, token.End)
			for _, other := range others {
				if other.Start < to && other.End > from && other.Term != token.Term {
					q.stands[token.Term] = append(q.stands[token.Term], []string{other.Term})
				}
			}
		}
	}
	if t == nil || expansion <= 0 {
		return q
	}
	var added []string
	for _, e := range t.Expand(tokens) {
		for _, value := range e.Entry.Values {
			for _, token := range tokens {
				if token.Start >= e.Start && token.End <= e.End {
					q.stands[token.Term] = append(q.stands[token.Term], value.Terms)
				}
			}
			added = append(added, value.Text)
			for _, term := range value.Terms {
				add(queryTerm{term: term, share: expansion, from: e.Entry.String()})
			}
		}
	}
	q.expanded = strings.Join(added, " ")
	return q
}

// rarest keeps the maxTerms terms whose lists are shortest, in the order of
// the query. Terms that no passage has find nothing and go.
func (s *Store) rarest(ctx context.Context, collections []int64, terms []queryTerm) ([]queryTerm, error) {
	names := make([]string, len(terms))
	for i, t := range terms {
		names[i] = t.term
	}
	// Bounded by nature: the terms of a query of bounded length. The size of
	// a list is known without reading it.
	rows, err := s.pool.Query(ctx, `
		SELECT term
		FROM term_lists
		WHERE collection_id = ANY(@collections)
			AND term = ANY(@terms)
		GROUP BY term
		ORDER BY
			sum(octet_length(postings)),
			term
		LIMIT @limit`, pgx.NamedArgs{"collections": collections, "terms": names, "limit": maxTerms})
	if err != nil {
		return nil, fmt.Errorf("weigh terms: %w", err)
	}
	rare, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("weigh terms: %w", err)
	}
	var kept []queryTerm
	for _, t := range terms {
		if slices.Contains(rare, t.term) {
			kept = append(kept, t)
		}
	}
	return kept, nil
}
