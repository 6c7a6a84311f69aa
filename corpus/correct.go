package corpus

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"guichet/corpus/thesaurus"
	"guichet/internal/analysis"
)

// maxCorrected is how many words of a question are corrected at most. One with
// more unknown words is in another language.
const maxCorrected = 6

// correctedShare is what a corrected word counts, where one that stands in the
// question counts 1.
const correctedShare = .8

// readText is a question as it was read.
type readText struct {
	read        string              // for the first of the scope's languages
	written     string              // for the others
	readings    []thesaurus.Reading // from written to read; nil: read was corrected, or is as it was written
	corrections []Correction
	foreign     bool // it was written in another language
}

// hear reads a question word for word where its words are not those of French
// documents: French in a hurry ("kan", "jpeux"), or English.
// Each word read otherwise that says something is a correction.
func (s *Searcher) hear(sc Scope, text string) readText {
	of := s.tongues(sc)
	if s.thesaurus == nil || !of.french {
		return readText{read: text, written: text}
	}
	readings := s.thesaurus.Read(text)
	heard := readText{
		read: thesaurus.Apply(text, readings), written: text, readings: readings, foreign: s.thesaurus.IsEnglish(text),
	}
	for _, r := range readings {
		if len(of.analyzers[0].Terms(r.Read)) > 0 {
			heard.corrections = append(heard.corrections, Correction{Written: text[r.Start:r.End], Read: r.Read})
		}
	}
	return heard
}

// source returns where read[start:end] stands in what was written.
func (t readText) source(start, end int) (from, to int) {
	shift := 0 // from read to written
	for _, r := range t.readings {
		at := r.Start - shift
		if end <= at {
			break
		}
		if start < at+len(r.Read) {
			return r.Start, r.End
		}
		shift = r.End - (at + len(r.Read))
	}
	return start + shift, end + shift
}

// ask analyses a question as it was heard.
func (s *Searcher) ask(sc Scope, heard readText) question {
	of := s.tongues(sc)
	asked := s.analyse(of, heard)
	mark(asked.terms, nil, heard.corrections, of.analyzers)
	return asked
}

func (s *Searcher) analyse(of tongues, read readText) question {
	words := s.thesaurus
	if !of.french {
		words = nil
	}
	asked := ask(read, of.analyzers, words, s.ranking.ExpansionWeight)
	s.quieten(asked.terms)
	return asked
}

// quieten lowers the share of the words with which one asks, whatever one asks
// for: a page with the heading "Combien cela coûte" is not about that word.
func (s *Searcher) quieten(terms []queryTerm) {
	for i := range terms {
		if share := s.store.courtesies[terms[i].term]; share > 0 && terms[i].from == "" {
			terms[i].share = share
		}
	}
}

// correct reads the words that nothing in the scope has as those that they were
// meant for, and adds the terms of these to what was found. It asks the
// database only for a question that has such words.
func (s *Searcher) correct(ctx context.Context, sc Scope, heard readText, asked question, found *lexicalScores, v *view) (readText, question, error) {
	same, text := heard, heard.read
	of := s.tongues(sc)
	if len(of.analyzers) == 0 || len(asked.terms) > maxTerms || heard.foreign {
		return same, asked, nil
	}
	everyday := s.everyday
	if !of.french {
		everyday = nil
	}
	unknown := s.unknownWords(text, of.analyzers, everyday, found)
	if len(unknown) == 0 || len(unknown) > maxCorrected {
		return same, asked, nil
	}
	known, err := s.store.spellings(ctx, v.collections(), unknown)
	if err != nil {
		return same, asked, err
	}
	candidates := slices.Concat(known, everyday)
	for _, word := range of.analyzers[0].FunctionWords() {
		candidates = append(candidates, spelling{folded: word, sound: soundOf(word), function: true})
	}
	var corrections []Correction
	for _, c := range unknown {
		if best, ok := choose(analysis.Fold(c.Written), candidates); ok {
			c.Read, c.term, c.everyday = best.written, best.term, best.everyday
			corrections = append(corrections, c)
		}
	}
	// Twice at most: what is left after the first time stands in the scope.
	for len(corrections) > 0 {
		read := readText{read: apply(text, corrections), written: heard.written, corrections: corrections}
		again := s.analyse(of, read)
		mark(again.terms, nil, heard.corrections, of.analyzers)
		mark(again.terms, asked.terms, corrections, of.analyzers)
		if err := s.store.replace(ctx, v, found, again.terms); err != nil {
			return same, asked, err
		}
		corrections = present(corrections, found)
		if len(corrections) == len(read.corrections) {
			read.corrections = slices.Concat(heard.corrections, read.corrections)
			return read, again, nil
		}
	}
	return same, asked, nil
}

// apply returns the text with its corrections, which are in its order.
func apply(text string, corrections []Correction) string {
	var read strings.Builder
	at := 0
	for _, c := range corrections {
		read.WriteString(text[at:c.start] + c.Read)
		at = c.end
	}
	return read.String() + text[at:]
}

// present returns the corrections to words that the scope still has, and to
// those of the thesaurus, which brings them to others.
func present(corrections []Correction, found *lexicalScores) []Correction {
	var kept []Correction
	for _, c := range corrections {
		has := slices.ContainsFunc(found.terms, func(t TermWeight) bool { return t.Term == c.term && t.Frequency > 0 })
		if has || c.everyday {
			kept = append(kept, c)
		}
	}
	return kept
}

// unknownWords returns the words of a question that the scope does not have and
// that may be misspelt: no numbers, no names, no words of everyday.
func (s *Searcher) unknownWords(text string, analyzers []*analysis.Analyzer, everyday []spelling, found *lexicalScores) []Correction {
	frequencies := make(map[string]int, len(found.terms))
	for _, t := range found.terms {
		frequencies[t.Term] = t.Frequency
	}
	tokens := analyzers[0].Tokens(text)
	var unknown []Correction
	for _, t := range tokens {
		written := text[t.Start:t.End]
		folded, ok := foldedWord(written)
		if !ok || frequencies[t.Term] > 0 || s.store.courtesies[t.Term] > 0 || isName(text, t.Start, t.End) {
			continue
		}
		has := slices.ContainsFunc(analyzers[1:], func(a *analysis.Analyzer) bool {
			return slices.ContainsFunc(a.Terms(written), func(term string) bool { return frequencies[term] > 0 })
		})
		known := slices.ContainsFunc(everyday, func(w spelling) bool { return w.folded == folded || w.term == t.Term })
		if !has && !known {
			unknown = append(unknown, Correction{Written: written, start: t.Start, end: t.End})
		}
	}
	return unknown
}

// isName tells whether text[start:end] begins with a capital inside a sentence
// of a text that is not all capitals.
func isName(text string, start, end int) bool {
	first, _ := utf8.DecodeRuneInString(text[start:end])
	if !unicode.IsUpper(first) || strings.ToUpper(text) == text {
		return false
	}
	before := strings.TrimRightFunc(text[:start], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("«\"'’(-–", r) })
	return before != "" && !strings.ContainsRune(".?!…:;", lastRune(before))
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

// spellingsSQL finds the words that share a key with those that are unknown, and counts
// them over all collections that are asked. Each word is looked up by itself: the planner
// takes them for more than they are, and reads the table.
const spellingsSQL = `
	WITH entries AS (
		SELECT DISTINCT b.words[place] AS word
		FROM unnest(
			@collections::bigint[],
			@buckets::integer[],
			@keys::integer[]
		) AS asked (collection_id, bucket, key)
		JOIN spelling_buckets b USING (collection_id, bucket)
		CROSS JOIN LATERAL unnest(array_positions(b.keys, asked.key)) AS place
	), near AS (
		SELECT w.*
		FROM entries
		CROSS JOIN LATERAL (
			SELECT
				collection_id,
				word,
				written,
				term,
				passages,
				titled
			FROM words
			WHERE word = entries.word
				AND collection_id = ANY(@scope)
			OFFSET 0
		) w
	)
	SELECT
		word,
		max(written),
		term,
		sum(passages)::int
	FROM near
	WHERE EXISTS (
		SELECT
		FROM term_lists l
		WHERE l.collection_id = near.collection_id
			AND l.term = near.term
	)
	GROUP BY
		word,
		term
	HAVING sum(passages) >= 2 OR bool_or(titled)
	ORDER BY
		sum(passages) DESC,
		word
	LIMIT 1000`

// spellingArgs are the keys that folded words have in each collection, and where those
// stand.
func spellingArgs(collections []int64, words []string) pgx.NamedArgs {
	var of []int64
	var buckets, keys []int32
	for _, c := range collections {
		for _, word := range words {
			for _, key := range spellingKeys(c, word) {
				of, buckets, keys = append(of, c), append(buckets, bucketOf(key)), append(keys, key)
			}
		}
	}
	return pgx.NamedArgs{"scope": collections, "collections": of, "buckets": buckets, "keys": keys}
}

func (s *Store) spellings(ctx context.Context, collections []int64, unknown []Correction) ([]spelling, error) {
	words := make([]string, len(unknown))
	for i, u := range unknown {
		words[i] = analysis.Fold(u.Written)
	}
	rows, err := s.pool.Query(ctx, spellingsSQL, spellingArgs(collections, words))
	if err != nil {
		return nil, fmt.Errorf("look for spellings: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w spelling, err error) {
		err = row.Scan(&w.folded, &w.written, &w.term, &w.passages)
		w.sound = soundOf(w.folded)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for spellings: %w", err)
	}
	return found, nil
}

// mark tells which terms of a question come from its corrections: those that it
// did not have as it was written.
func mark(terms, before []queryTerm, corrections []Correction, analyzers []*analysis.Analyzer) {
	had := make(map[string]bool, len(before))
	for _, t := range before {
		had[t.term] = true
	}
	from := make(map[string]string)
	for _, c := range corrections {
		for _, a := range analyzers {
			for _, term := range a.Terms(c.Read) {
				from[term] = cmp.Or(from[term], c.Written)
			}
		}
	}
	for i := range terms {
		if t := &terms[i]; t.from == "" && !had[t.term] && from[t.term] != "" {
			t.share, t.corrected = min(t.share, correctedShare), from[t.term]
		}
	}
}

// replace puts the terms that a corrected question has anew in the places of
// those that it has no more, which nothing has, or after the others while there
// is room, and scores them.
func (s *Store) replace(ctx context.Context, v *view, found *lexicalScores, terms []queryTerm) error {
	wanted := make(map[string]bool, len(terms))
	for _, t := range terms {
		wanted[t.term] = true
	}
	asked := make(map[string]bool, len(found.asked))
	var free []int
	for i, t := range found.asked {
		asked[t.term] = true
		if !wanted[t.term] && found.terms[i].Frequency == 0 {
			free = append(free, i)
		}
	}
	var names []string
	for _, t := range terms {
		if asked[t.term] {
			continue
		}
		place := len(found.asked)
		if len(free) > 0 {
			place, free = free[0], free[1:]
		}
		if place < maxTerms {
			names = append(names, t.term)
			found.ask(place, t)
		}
	}
	return s.score(ctx, v, found, names)
}

// everydayWords returns the thesaurus's words, distinct: to correct what the
// scope does not have to what the thesaurus knows.
func everydayWords(t *thesaurus.Thesaurus) []spelling {
	if t == nil {
		return nil
	}
	seen := make(map[string]bool)
	var words []spelling
	t.Words(func(written, term string) bool {
		folded, ok := foldedWord(written)
		if ok && !seen[folded] {
			seen[folded] = true
			words = append(words, spelling{folded: folded, sound: soundOf(folded), written: written, term: term, passages: 1, everyday: true})
		}
		return true
	})
	return words
}
