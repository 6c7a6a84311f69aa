package corpus

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Review is what the gate saw of a prepared edition, held against the published
// one. Its JSON form is kept with the edition.
type Review struct {
	Against   int            `json:"against"` // the published edition; 0: none
	Documents DocumentDiff   `json:"documents"`
	Passages  PassageDiff    `json:"passages"`
	Cases     int            `json:"cases"`   // that were asked
	Skipped   int            `json:"skipped"` // cases that time did not suffice for
	Better    []AnswerChange `json:"better"`
	Worse     []AnswerChange `json:"worse"`
	Seconds   float64        `json:"seconds"`
}

// DocumentDiff counts documents, and names some of each sort: at most
// MaxTitles, by title.
type DocumentDiff struct {
	Before        int      `json:"before"` // in the published edition
	Added         int      `json:"added"`
	Changed       int      `json:"changed"`
	Retired       int      `json:"retired"`
	AddedTitles   []string `json:"added_titles"`
	ChangedTitles []string `json:"changed_titles"`
	RetiredTitles []string `json:"retired_titles"`
}

// PassageDiff counts passages.
type PassageDiff struct {
	Added   int `json:"added"`
	Retired int `json:"retired"`
}

// AnswerChange is a case whose answer was right in one edition and not in the
// other, with what was said.
type AnswerChange struct {
	Town     string `json:"town"` // its slug
	Case     string `json:"case"`
	Question string `json:"question"`
	Before   string `json:"before"`
	After    string `json:"after"`
	Why      string `json:"why"` // what is wrong with the wrong one
}

// MaxTitles is how many titles of a sort a DocumentDiff names.
const MaxTitles = 50

// Changes tells what reading edition to of a collection in place of edition
// from changes. A document is the same one in both when its source and key are.
func (s *Store) Changes(ctx context.Context, collectionID int64, from, to int) (DocumentDiff, PassageDiff, error) {
	args := pgx.NamedArgs{"collection": collectionID, "from": from, "to": to, "titles": MaxTitles}
	documents, err := s.documentDiff(ctx, args)
	if err != nil {
		return documents, PassageDiff{}, fmt.Errorf("compare editions %d and %d: %w", from, to, err)
	}
	var passages PassageDiff
	documents.Before, passages, err = s.passageDiff(ctx, args)
	if err != nil {
		return documents, passages, fmt.Errorf("count what editions %d and %d see: %w", from, to, err)
	}
	return documents, passages, nil
}

// documentDiff counts and names the documents that differ, by sort.
func (s *Store) documentDiff(ctx context.Context, args pgx.NamedArgs) (DocumentDiff, error) {
	d := DocumentDiff{AddedTitles: []string{}, ChangedTitles: []string{}, RetiredTitles: []string{}}
	rows, err := s.pool.Query(ctx, `
		WITH old AS (
			-- What the first edition sees and the second does not.
			SELECT
				source_id,
				key,
				title
			FROM documents
			WHERE collection_id = @collection
				AND born <= @from
				AND ended > @from
				AND ended <= @to
		), new AS (
			-- What the second edition sees and the first does not.
			SELECT
				source_id,
				key,
				title
			FROM documents
			WHERE collection_id = @collection
				AND born > @from
				AND born <= @to
				AND (ended IS NULL OR ended > @to)
		), sorted AS (
			-- One row for each document that differs, with its newest title.
			SELECT
				CASE
					WHEN old.key IS NULL THEN 'added'
					WHEN new.key IS NULL THEN 'retired'
					ELSE 'changed'
				END AS sort,
				coalesce(new.title, old.title) AS title
			FROM old
			FULL JOIN new USING (source_id, key)
		), numbered AS (
			SELECT
				sort,
				title,
				count(*) OVER (PARTITION BY sort) AS n,
				row_number() OVER (PARTITION BY sort ORDER BY title) AS place
			FROM sorted
		)
		SELECT
			sort,
			title,
			n
		FROM numbered
		WHERE place <= @titles
		ORDER BY
			sort,
			place`, args)
	if err != nil {
		return d, err
	}
	var sort, title string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&sort, &title, &n}, func() error {
		switch sort {
		case "added":
			d.Added, d.AddedTitles = n, append(d.AddedTitles, title)
		case "changed":
			d.Changed, d.ChangedTitles = n, append(d.ChangedTitles, title)
		default:
			d.Retired, d.RetiredTitles = n, append(d.RetiredTitles, title)
		}
		return nil
	})
	return d, err
}

// passageDiff counts the first edition's documents, and the passages that differ.
func (s *Store) passageDiff(ctx context.Context, args pgx.NamedArgs) (documents int, p PassageDiff, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT
			(
				SELECT count(*)
				FROM documents
				WHERE collection_id = @collection
					AND born <= @from
					AND (ended IS NULL OR ended > @from)
			),
			(
				SELECT count(*)
				FROM passages
				WHERE collection_id = @collection
					AND born > @from
					AND born <= @to
					AND (ended IS NULL OR ended > @to)
			),
			(
				SELECT count(*)
				FROM passages
				WHERE collection_id = @collection
					AND born <= @from
					AND ended > @from
					AND ended <= @to
			)`, args).Scan(&documents, &p.Added, &p.Retired)
	return documents, p, err
}

// KeepReview keeps what the gate saw with the edition.
func (s *Store) KeepReview(ctx context.Context, collectionID int64, edition int, r Review) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE editions
		SET review = @review
		WHERE collection_id = @collection
			AND number = @edition`, pgx.NamedArgs{"collection": collectionID, "edition": edition, "review": r})
	if err != nil {
		return fmt.Errorf("keep review of edition %d: %w", edition, err)
	}
	return nil
}

// Preview is the scope with this edition of the collection in place of the
// published one, so that a complete edition can be asked before readers see it.
// It returns ErrNotFound when there is no such complete edition.
func (s *Store) Preview(ctx context.Context, sc Scope, collectionID int64, edition int) (Scope, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+collectionColumns+`,
			e.id
		FROM collections c
		JOIN editions e ON e.collection_id = c.id
		WHERE c.id = @collection
			AND e.number = @edition
			AND e.state = 'complete'
		ORDER BY e.id
		LIMIT 1`, pgx.NamedArgs{"collection": collectionID, "edition": edition})
	if err != nil {
		return Scope{}, fmt.Errorf("preview edition %d: %w", edition, err)
	}
	prepared, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (ScopeMember, error) {
		m := ScopeMember{Edition: edition}
		return m, row.Scan(append(collectionFields(&m.Collection), &m.EditionID)...)
	})
	if err != nil {
		return Scope{}, fmt.Errorf("preview edition %d: %w", edition, orNotFound(err))
	}
	preview := Scope{TownID: sc.TownID}
	placed := false
	for _, m := range sc.Members {
		if m.Collection.ID == collectionID {
			m, placed = prepared, true
		}
		preview.Members = append(preview.Members, m)
	}
	if !placed {
		preview.Members = append(preview.Members, prepared)
	}
	return preview, nil
}
