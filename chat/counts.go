package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"guichet/rag"
)

// Count is how many of a town's turns ended in one way.
type Count struct {
	Outcome          rag.Outcome // empty: open, or cancelled before there was one
	Mode             rag.Mode
	Turns            int
	PromptTokens     int // that models said they read
	CompletionTokens int // and wrote
	UnknownUsage     int // turns of a model that did not say
}

// Counts returns how the town's turns since this moment ended, the most
// frequent way first.
func (s *Store) Counts(ctx context.Context, townID int64, since time.Time) ([]Count, error) {
	// Bounded by nature: a row for each outcome and mode. The index on
	// conversations (town_id, last_at) leads to the turns of this time alone.
	rows, err := s.pool.Query(ctx, `
		SELECT
			t.outcome,
			t.mode,
			count(*),
			coalesce(sum((t.usage ->> 'prompt')::bigint) FILTER (WHERE (t.usage ->> 'prompt')::bigint > 0), 0),
			coalesce(sum((t.usage ->> 'completion')::bigint) FILTER (WHERE (t.usage ->> 'completion')::bigint > 0), 0),
			count(*) FILTER (WHERE t.usage ->> 'model' <> '' AND (t.usage ->> 'completion')::bigint < 0)
		FROM conversations c
		JOIN turns t
			ON t.conversation_id = c.id
		WHERE c.town_id = @town
			AND c.last_at >= @since
			AND t.asked_at >= @since
		GROUP BY
			t.outcome,
			t.mode
		ORDER BY
			count(*) DESC,
			t.outcome,
			t.mode`, pgx.NamedArgs{"town": townID, "since": since})
	if err != nil {
		return nil, fmt.Errorf("count turns: %w", err)
	}
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Count])
	if err != nil {
		return nil, fmt.Errorf("count turns: %w", err)
	}
	return counts, nil
}

// AnswersByPassage returns the town's turns since this moment that cite each
// passage, by the passage's ID; a turn that cites one twice stands there once.
func (s *Store) AnswersByPassage(ctx context.Context, townID int64, since time.Time) (map[int64][]uuid.UUID, error) {
	// Bounded by nature: a row for each passage that an answer cites. The index
	// on conversations (town_id, last_at) leads to the turns of this time alone.
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT
			(cited ->> 'passage')::bigint AS passage,
			t.id
		FROM conversations c
		JOIN turns t
			ON t.conversation_id = c.id
		CROSS JOIN LATERAL jsonb_array_elements(t.citations) AS cited
		WHERE c.town_id = @town
			AND c.last_at >= @since
			AND t.asked_at >= @since
			AND (cited ->> 'passage')::bigint > 0
		ORDER BY
			passage,
			t.id`, pgx.NamedArgs{"town": townID, "since": since})
	if err != nil {
		return nil, fmt.Errorf("count answers by passage: %w", err)
	}
	answers := map[int64][]uuid.UUID{}
	var passage int64
	var turn uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&passage, &turn}, func() error {
		answers[passage] = append(answers[passage], turn)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count answers by passage: %w", err)
	}
	return answers, nil
}
