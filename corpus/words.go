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
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

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

// writersOfWords is how many connections write words at once: their index takes most
// of the time.
const writersOfWords = 2

// write adds the words to those of the collection, in transactions of their own. A word
// that stands in one passage, and in no title, may be misspelt itself: nothing is
// corrected to it, and it has no keys until it is met again. What
// an edition that never was published added stays: a word whose term the scope does
// not have is of no use to a question, and does no harm.
func (v vocabulary) write(ctx context.Context, pool *pgxpool.Pool, collectionID int64) error {
	words := slices.SortedFunc(maps.Values(v.words), func(a, b *vocabularyWord) int {
		return cmp.Compare(a.folded, b.folded)
	})
	group, ctx := errgroup.WithContext(ctx)
	for part := range slices.Chunk(words, max(1, (len(words)+writersOfWords-1)/writersOfWords)) {
		group.Go(func() error {
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return writeWords(ctx, tx, collectionID, part) })
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("write words: %w", err)
	}
	return nil
}

func writeWords(ctx context.Context, tx pgx.Tx, collectionID int64, words []*vocabularyWord) error {
	_, err := tx.Exec(ctx, `
		CREATE TEMPORARY TABLE new_words (LIKE words) ON COMMIT DROP`)
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"new_words"},
		[]string{"collection_id", "word", "written", "term", "passages", "titled", "keys"},
		pgx.CopyFromSlice(len(words), func(i int) ([]any, error) {
			w := words[i]
			return []any{collectionID, w.folded, w.written, w.term, w.passages, w.titled, spellingKeys(collectionID, w.folded)}, nil
		}))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		WITH known AS (
			UPDATE words
			SET
				passages = words.passages + n.passages,
				titled = words.titled OR n.titled,
				keys = n.keys
			FROM new_words n
			WHERE words.word = n.word
				AND words.collection_id = n.collection_id
			RETURNING words.word
		)
		INSERT INTO words
		SELECT
			collection_id,
			word,
			written,
			term,
			passages,
			titled,
			CASE WHEN titled OR passages > 1 THEN keys ELSE '{}' END
		FROM new_words n
		WHERE NOT EXISTS (
			SELECT
			FROM known
			WHERE known.word = n.word
		)
		-- A killed writer's words may come until its session ends.
		ON CONFLICT (word, collection_id) DO UPDATE SET
			passages = words.passages + EXCLUDED.passages,
			titled = words.titled OR EXCLUDED.titled`)
	return err
}
