package corpus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxApproved bounds the approved answers of a town.
const maxApproved = 1000

// ErrTooMany says that a town has as many approved answers as it may.
var ErrTooMany = errors.New("a town has at most 1000 approved answers")

// ApprovedAnswer is an answer that an agent of the town wrote or signed.
type ApprovedAnswer struct {
	ID        int64
	Questions []string // the question, and other wordings of it
	Answer    string   // Markdown
	Owner     string   // who answers for it
	ReviewOn  time.Time
	Supports  []ApprovedSupport // the passages that it rests on, at least one
}

// ApprovedSupport is a passage that an approved answer rests on.
type ApprovedSupport struct {
	PassageID int64
	Quote     string // the words of it that the answer was signed on
	Current   bool   // readers of the scope see the passage as it was then

	Document HitDocument // of ApprovedSupports; zero where the passage is not current
	Passage  Passage     // likewise
}

// Holds tells whether all that the answer rests on still stands as it was when
// the answer was signed. One that does not hold is not served.
func (a ApprovedAnswer) Holds() bool {
	for _, s := range a.Supports {
		if !s.Current {
			return false
		}
	}
	return len(a.Supports) > 0
}

// PutApproved stores an answer: a new one where a.ID is 0, else in the place of
// that one, which signs it anew. It returns the answer's id; ErrNotFound when
// the town has no answer of this id; ErrTooMany.
func (s *Store) PutApproved(ctx context.Context, townID int64, a ApprovedAnswer) (int64, error) {
	id := a.ID
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{
			"id": a.ID, "town": townID, "questions": a.Questions, "answer": a.Answer,
			"owner": a.Owner, "review_on": a.ReviewOn, "most": maxApproved,
		}
		if err := tx.QueryRow(ctx, putApprovedSQL(a.ID != 0), args).Scan(&id); err != nil {
			if a.ID == 0 && errors.Is(err, pgx.ErrNoRows) {
				return ErrTooMany
			}
			return orNotFound(err)
		}
		batch := &pgx.Batch{}
		batch.Queue(`DELETE FROM approved_supports WHERE answer_id = @id`, pgx.NamedArgs{"id": id})
		for place, support := range a.Supports {
			batch.Queue(`
				INSERT INTO approved_supports (
					answer_id,
					place,
					passage_id,
					quote
				) VALUES (
					@id,
					@place,
					@passage,
					@quote
				)`, pgx.NamedArgs{"id": id, "place": place, "passage": support.PassageID, "quote": support.Quote})
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("put approved answer: %w", err)
	}
	return id, nil
}

// putApprovedSQL replaces an answer, or adds one while the town has fewer than
// it may.
func putApprovedSQL(replace bool) string {
	if replace {
		return `
			UPDATE approved_answers
			SET
				questions = @questions,
				answer = @answer,
				owner = @owner,
				review_on = @review_on,
				updated_at = now()
			WHERE id = @id
				AND town_id = @town
			RETURNING id`
	}
	return `
		INSERT INTO approved_answers (
			town_id,
			questions,
			answer,
			owner,
			review_on
		)
		SELECT
			@town,
			@questions,
			@answer,
			@owner,
			@review_on
		WHERE (SELECT count(*) FROM approved_answers WHERE town_id = @town) < @most
		RETURNING id`
}

// RemoveApproved removes a town's answer, or returns ErrNotFound.
func (s *Store) RemoveApproved(ctx context.Context, townID, id int64) error {
	tag, err := s.pool.Exec(ctx, `
		DELETE FROM approved_answers
		WHERE id = @id
			AND town_id = @town`, pgx.NamedArgs{"id": id, "town": townID})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("remove approved answer %d: %w", id, err)
	}
	return nil
}

// supportedSQL joins the supports of answers, u, to the passage that readers of
// the scope see, seen: all null where they see none.
const supportedSQL = `
		LEFT JOIN LATERAL (
			SELECT
				d.lineage,
				d.name,
				d.title,
				d.url,
				p.collection_id,
				p.headings,
				p.anchor,
				p.page,
				p.text
			FROM passages p
			JOIN unnest(@collections::bigint[], @editions::integer[]) AS scope (collection_id, edition)
				ON scope.collection_id = p.collection_id
				AND p.born <= scope.edition
				AND (p.ended IS NULL OR p.ended > scope.edition)
			JOIN documents d
				ON d.lineage = p.lineage
				AND d.born <= scope.edition
				AND (d.ended IS NULL OR d.ended > scope.edition)
				AND (d.valid_from IS NULL OR d.valid_from <= current_date)
				AND (d.valid_until IS NULL OR d.valid_until >= current_date)
			WHERE p.id = u.passage_id
		) seen ON true`

// supportedArgs are the arguments of supportedSQL, and the town.
func supportedArgs(sc Scope) pgx.NamedArgs {
	collections, editions := make([]int64, len(sc.Members)), make([]int32, len(sc.Members))
	for i, m := range sc.Members {
		collections[i], editions[i] = m.Collection.ID, int32(m.Edition) //nolint:gosec // far fewer
	}
	return pgx.NamedArgs{"collections": collections, "editions": editions, "town": sc.TownID, "most": maxApproved}
}

// Approved returns the answers that agents approved in the scope's town, oldest
// first, at most 1000. Each tells of the passages that it rests on whether
// readers of the scope see them; ApprovedSupports returns the passages.
func (s *Store) Approved(ctx context.Context, sc Scope) ([]ApprovedAnswer, error) {
	rows, err := s.pool.Query(ctx, `
		WITH answers AS (
			SELECT *
			FROM approved_answers
			WHERE town_id = @town
			ORDER BY id
			LIMIT @most
		)
		SELECT
			a.id,
			a.questions,
			a.answer,
			a.owner,
			a.review_on,
			array_agg(u.passage_id ORDER BY u.place),
			array_agg(u.quote ORDER BY u.place),
			array_agg(seen.lineage IS NOT NULL ORDER BY u.place)
		FROM answers a
		JOIN approved_supports u
			ON u.answer_id = a.id`+supportedSQL+`
		GROUP BY
			a.id,
			a.questions,
			a.answer,
			a.owner,
			a.review_on
		ORDER BY a.id`, supportedArgs(sc))
	if err != nil {
		return nil, fmt.Errorf("read approved answers: %w", err)
	}
	answers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ApprovedAnswer, error) {
		var a ApprovedAnswer
		var passages []int64
		var quotes []string
		var current []bool
		if err := row.Scan(&a.ID, &a.Questions, &a.Answer, &a.Owner, &a.ReviewOn, &passages, &quotes, &current); err != nil {
			return a, err
		}
		for i := range passages {
			a.Supports = append(a.Supports, ApprovedSupport{PassageID: passages[i], Quote: quotes[i], Current: current[i]})
		}
		return a, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read approved answers: %w", err)
	}
	return answers, nil
}

// maxSupports bounds the passages that an answer rests on.
const maxSupports = 100

// ApprovedSupports returns what one of the answers of the scope's town rests on,
// with the passages, at most 100; none where the town has no such answer.
func (s *Store) ApprovedSupports(ctx context.Context, sc Scope, id int64) ([]ApprovedSupport, error) {
	args := supportedArgs(sc)
	args["id"], args["most"] = id, maxSupports
	rows, err := s.pool.Query(ctx, `
		SELECT
			u.passage_id,
			u.quote,
			seen.lineage IS NOT NULL,
			coalesce(seen.lineage, 0),
			coalesce(seen.name, ''),
			coalesce(seen.title, ''),
			coalesce(seen.url, ''),
			coalesce(seen.collection_id, 0),
			coalesce(seen.headings, '{}'),
			coalesce(seen.anchor, ''),
			coalesce(seen.page, 0),
			coalesce(seen.text, '')
		FROM approved_answers a
		JOIN approved_supports u
			ON u.answer_id = a.id`+supportedSQL+`
		WHERE a.id = @id
			AND a.town_id = @town
		ORDER BY u.place
		LIMIT @most`, args)
	if err != nil {
		return nil, fmt.Errorf("read what approved answer %d rests on: %w", id, err)
	}
	supports, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ApprovedSupport, error) {
		var u ApprovedSupport
		err := row.Scan(
			&u.PassageID, &u.Quote, &u.Current,
			&u.Document.Lineage, &u.Document.Name, &u.Document.Title, &u.Document.URL, &u.Document.CollectionID,
			&u.Passage.Headings, &u.Passage.Anchor, &u.Passage.Page, &u.Passage.Text,
		)
		u.Passage.ID = u.PassageID
		for _, m := range sc.Members {
			if m.Collection.ID == u.Document.CollectionID {
				u.Document.Collection, u.Document.Edition, u.Document.Shared = m.Collection.Name, m.Edition, m.Collection.TownID == 0
			}
		}
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what approved answer %d rests on: %w", id, err)
	}
	return supports, nil
}

// PassagesOf returns the passages of the documents of this name, or with this
// key in their source, that the scope sees, in reading order, each with its
// document; at most 1000 of each collection.
func (s *Store) PassagesOf(ctx context.Context, sc Scope, name string) ([]HitDocument, []Passage, error) {
	var documents []HitDocument
	var passages []Passage
	for _, m := range sc.Members {
		rows, err := s.pool.Query(ctx, `
			SELECT
				d.lineage,
				d.name,
				d.title,
				d.url,
				d.theme,
				p.id,
				p.headings,
				p.anchor,
				p.page,
				p.text
			FROM documents d
			CROSS JOIN LATERAL unnest(d.passages) WITH ORDINALITY AS reading (id, place)
			JOIN passages p
				ON p.id = reading.id
			WHERE d.collection_id = @collection
				AND (d.name = @name OR d.key = @name)
				AND d.born <= @edition
				AND (d.ended IS NULL OR d.ended > @edition)
			ORDER BY
				d.id,
				reading.place
			LIMIT 1000`, pgx.NamedArgs{"collection": m.Collection.ID, "name": name, "edition": m.Edition})
		if err != nil {
			return nil, nil, fmt.Errorf("read passages of %q: %w", name, err)
		}
		d := HitDocument{Collection: m.Collection.Name, CollectionID: m.Collection.ID, Edition: m.Edition, Shared: m.Collection.TownID == 0}
		var p Passage
		_, err = pgx.ForEachRow(rows, []any{&d.Lineage, &d.Name, &d.Title, &d.URL, &d.Theme, &p.ID, &p.Headings, &p.Anchor, &p.Page, &p.Text}, func() error {
			documents, passages = append(documents, d), append(passages, p)
			p.Headings = nil
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read passages of %q: %w", name, err)
		}
	}
	return documents, passages, nil
}
