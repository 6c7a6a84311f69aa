package corpus

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"guichet/internal/analysis"
)

// Bounds of a word that is corrected, or corrected to, in letters.
const (
	minWord = 4
	maxWord = 40
)

// vocabulary gathers the words of passages by their folded form.
type vocabulary struct {
	words map[string]*vocabularyWord
	forms map[string]*vocabularyWord // by the form as written; nil: no word
}

// vocabularyWord is a word of a collection's texts.
type vocabularyWord struct {
	folded   string
	written  string // lower case, with its accents
	term     string
	passages int
	titled   bool
	last     int64 // passage that was counted last
}

func newVocabulary() vocabulary {
	return vocabulary{words: make(map[string]*vocabularyWord), forms: make(map[string]*vocabularyWord)}
}

// add counts a word once for each passage. Passages come one after another.
func (v vocabulary) add(written, term string, passage int64, titled bool) {
	word, seen := v.forms[written]
	if !seen {
		word = v.take(written, term)
		v.forms[strings.Clone(written)] = word
	}
	if word == nil {
		return
	}
	word.titled = word.titled || titled
	if word.last != passage {
		word.last = passage
		word.passages++
	}
}

// take returns the word of a written form, or nil for what is no word. Of the
// forms of one word the longest in bytes is kept: capitals often lack accents.
func (v vocabulary) take(written, term string) *vocabularyWord {
	folded, ok := foldedWord(written)
	if !ok {
		return nil
	}
	lower := strings.ToLower(written)
	word := v.words[folded]
	if word == nil {
		word = &vocabularyWord{folded: folded, written: lower, term: term}
		v.words[folded] = word
	}
	if len(lower) > len(word.written) {
		word.written = lower
	}
	return word
}

// foldedWord returns the folded form of a word made of letters alone, and
// false for what is none, too short or too long to be corrected.
func foldedWord(written string) (folded string, ok bool) {
	if len(written) > 4*maxWord {
		return "", false
	}
	for _, r := range written {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return "", false
		}
	}
	folded = analysis.Fold(written)
	n := utf8.RuneCountInString(folded)
	return folded, n >= minWord && n <= maxWord
}

// write adds the words to those of the collection. A word that stands in one passage, and
// in no title, may be misspelt itself: nothing is corrected to it, and it gets no keys
// until it is met again. What an edition that never was published added stays: a word
// whose term the scope does not have is of no use to a question, and does no harm.
func (v vocabulary) write(ctx context.Context, tx pgx.Tx, collectionID int64) error {
	if len(v.words) == 0 {
		return nil
	}
	fit, err := v.writeWords(ctx, tx, collectionID)
	if err == nil {
		err = writeKeys(ctx, tx, collectionID, fit)
	}
	if err != nil {
		return fmt.Errorf("write words: %w", err)
	}
	return nil
}

// writeWords returns the words that may be corrected to now and were not before.
func (v vocabulary) writeWords(ctx context.Context, tx pgx.Tx, collectionID int64) ([]string, error) {
	words := slices.SortedFunc(maps.Values(v.words), func(a, b *vocabularyWord) int {
		return cmp.Compare(a.folded, b.folded)
	})
	_, err := tx.Exec(ctx, `
		CREATE TEMPORARY TABLE new_words (LIKE words) ON COMMIT DROP`)
	if err != nil {
		return nil, err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"new_words"},
		[]string{"collection_id", "word", "written", "term", "passages", "titled"},
		pgx.CopyFromSlice(len(words), func(i int) ([]any, error) {
			w := words[i]
			return []any{collectionID, w.folded, w.written, w.term, w.passages, w.titled}, nil
		}))
	if err != nil {
		return nil, err
	}
	// Bounded by nature: the words of an edition's new passages.
	rows, err := tx.Query(ctx, `
		WITH before AS (
			SELECT
				w.word,
				w.passages,
				w.titled
			FROM new_words n
			JOIN words w ON w.word = n.word AND w.collection_id = n.collection_id
		), written AS (
			INSERT INTO words
			SELECT *
			FROM new_words
			ON CONFLICT (word, collection_id) DO UPDATE SET
				passages = words.passages + EXCLUDED.passages,
				titled = words.titled OR EXCLUDED.titled
			RETURNING
				word,
				passages,
				titled
		)
		SELECT written.word
		FROM written
		LEFT JOIN before ON before.word = written.word
		WHERE (written.passages > 1 OR written.titled)
			AND NOT coalesce(before.passages > 1 OR before.titled, false)`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// writeKeys appends the words' keys to their buckets.
func writeKeys(ctx context.Context, tx pgx.Tx, collectionID int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	type bucket struct {
		keys  []int32
		words []string
	}
	buckets := make([]bucket, spellingBuckets)
	for _, word := range words {
		for _, key := range spellingKeys(collectionID, word) {
			b := &buckets[bucketOf(key)]
			b.keys, b.words = append(b.keys, key), append(b.words, word)
		}
	}
	// Those of a first edition need not be put beside others.
	var first bool
	err := tx.QueryRow(ctx, `
		SELECT NOT EXISTS (
			SELECT
			FROM spelling_buckets
			WHERE collection_id = @collection
		)`, pgx.NamedArgs{"collection": collectionID}).Scan(&first)
	if err != nil {
		return err
	}
	table := "spelling_buckets"
	if !first {
		table = "new_buckets"
		_, err := tx.Exec(ctx, `
			CREATE TEMPORARY TABLE new_buckets (LIKE spelling_buckets) ON COMMIT DROP`)
		if err != nil {
			return err
		}
	}
	n := 0
	_, err = tx.CopyFrom(ctx, pgx.Identifier{table}, []string{"collection_id", "bucket", "keys", "words"},
		pgx.CopyFromFunc(func() ([]any, error) {
			for n < len(buckets) && len(buckets[n].keys) == 0 {
				n++
			}
			if n == len(buckets) {
				return nil, nil
			}
			b := buckets[n]
			n++
			return []any{collectionID, n - 1, b.keys, b.words}, nil
		}))
	if err != nil || first {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO spelling_buckets
		SELECT *
		FROM new_buckets
		ON CONFLICT (collection_id, bucket) DO UPDATE SET
			keys = spelling_buckets.keys || EXCLUDED.keys,
			words = spelling_buckets.words || EXCLUDED.words`)
	return err
}
