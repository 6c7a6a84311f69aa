package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guichet/rag"
)

// Store keeps conversations and their turns in Postgres. It is safe for
// concurrent use, by several servers too.
//
// A conversation's last_at is moved by its questions and, while one of them is
// being answered, by Beat: an open turn of a conversation that has been silent
// for long was left by a server that is gone.
type Store struct{ pool *pgxpool.Pool }

// NewStore returns a Store on a migrated database.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Question is what is stored of a turn before it is answered.
type Question struct {
	TownID       int64
	Conversation uuid.UUID
	Turn         uuid.UUID
	Language     string
	Text         string
}

// Turn is a stored turn.
type Turn struct {
	ID           uuid.UUID
	Conversation uuid.UUID
	Ordinal      int // in its conversation, from 1
	Language     string
	Question     string
	State        State
	Outcome      rag.Outcome
	Mode         rag.Mode
	Units        []rag.Unit
	Feedback     string // "up", "down" or empty
	Comment      string
	AskedAt      time.Time
	ClosedAt     time.Time // zero while open
}

// Result is what a turn came to.
type Result struct {
	State     State // Complete, Cancelled or Failed
	Outcome   rag.Outcome
	Mode      rag.Mode
	Units     []rag.Unit
	Citations []rag.Citation
	TimingsMS map[string]float64
	Usage     rag.Usage
	Steps     []rag.Step
}

// Begin stores the turn as open, and its conversation if this is its first
// question, and returns the conversation's complete turns, oldest first, at
// most history of them. An open turn of the conversation that has been silent
// for longer than stale is closed as failed. Begin returns ErrUnknownTurn when
// the conversation is another town's, ErrConversationBusy when another turn of
// it is open, and ErrTurnExists when the turn is stored already.
func (s *Store) Begin(ctx context.Context, q Question, stale time.Duration, history int) ([]rag.Exchange, error) {
	var exchanges []rag.Exchange
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := lockConversation(ctx, tx, q, stale); err != nil {
			return err
		}
		// One round trip for what remains.
		batch := &pgx.Batch{}
		insertTurn(batch, q)
		batch.Queue(`UPDATE conversations SET last_at = now() WHERE id = @id`, pgx.NamedArgs{"id": q.Conversation})
		readHistory(batch, q.Conversation, history, &exchanges)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return nil, fmt.Errorf("begin turn %s: %w", q.Turn, err)
	}
	return exchanges, nil
}

// lockConversation makes the conversation if it is new, takes its row until
// the end of the transaction, and sees to it that no turn of it is open.
func lockConversation(ctx context.Context, tx pgx.Tx, q Question, stale time.Duration) error {
	var townID int64
	var silent bool
	// The update changes nothing: it locks the row that is there, and lets it
	// be returned.
	if err := tx.QueryRow(ctx, `
		INSERT INTO conversations AS c (id, town_id)
		VALUES (@id, @town)
		ON CONFLICT (id) DO UPDATE SET town_id = c.town_id
		RETURNING
		    c.town_id,
		    c.last_at < now() - @stale::interval`,
		pgx.NamedArgs{"id": q.Conversation, "town": q.TownID, "stale": stale}).Scan(&townID, &silent); err != nil {
		return err
	}
	if townID != q.TownID {
		return ErrUnknownTurn
	}
	if silent {
		_, err := tx.Exec(ctx, `
			UPDATE turns
			SET state = 'failed', outcome = 'failed', closed_at = now()
			WHERE conversation_id = @id AND state = 'open'`,
			pgx.NamedArgs{"id": q.Conversation})
		return err
	}
	var busy bool
	if err := tx.QueryRow(ctx, `
		SELECT EXISTS (
		    SELECT FROM turns
		    WHERE conversation_id = @id AND state = 'open' AND id <> @turn
		)`,
		pgx.NamedArgs{"id": q.Conversation, "turn": q.Turn}).Scan(&busy); err != nil {
		return err
	}
	if busy {
		return ErrConversationBusy
	}
	return nil
}

// insertTurn stores the turn as its conversation's last. The conversation's row
// is locked, so that two turns never take the same ordinal.
func insertTurn(batch *pgx.Batch, q Question) {
	batch.Queue(`
		INSERT INTO turns (id, conversation_id, ordinal, language, question)
		SELECT
		    @turn,
		    @conversation,
		    COALESCE(MAX(ordinal), 0) + 1,
		    @language,
		    @question
		FROM turns
		WHERE conversation_id = @conversation
		ON CONFLICT (id) DO NOTHING`,
		pgx.NamedArgs{"turn": q.Turn, "conversation": q.Conversation, "language": q.Language, "question": q.Text},
	).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return ErrTurnExists
		}
		return nil
	})
}

// readHistory reads the newest turns that were answered, oldest first: one that
// was cancelled, failed or refused would lead a follow-up astray.
func readHistory(batch *pgx.Batch, conversation uuid.UUID, limit int, to *[]rag.Exchange) {
	batch.Queue(`
		SELECT
		    question,
		    units
		FROM turns
		WHERE conversation_id = @id
		    AND state = 'complete'
		    AND outcome IN ('answered', 'partial')
		ORDER BY ordinal DESC
		LIMIT @limit`,
		pgx.NamedArgs{"id": conversation, "limit": limit},
	).Query(func(rows pgx.Rows) error {
		var err error
		*to, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (rag.Exchange, error) {
			var question string
			var units []rag.Unit
			err := row.Scan(&question, &units)
			return rag.Exchange{Question: question, Answer: rag.Answer{Units: units}.Text()}, err
		})
		slices.Reverse(*to)
		return err
	})
}

// Close writes what the turn came to. The server that ran it has the last
// word, even if another took it for dead meanwhile.
func (s *Store) Close(ctx context.Context, turn uuid.UUID, r Result) error {
	units, err := json.Marshal(orEmpty(r.Units))
	if err != nil {
		return fmt.Errorf("close turn %s: %w", turn, err)
	}
	citations, err := json.Marshal(orEmpty(r.Citations))
	if err != nil {
		return fmt.Errorf("close turn %s: %w", turn, err)
	}
	steps, err := json.Marshal(orEmpty(r.Steps))
	if err != nil {
		return fmt.Errorf("close turn %s: %w", turn, err)
	}
	timings := r.TimingsMS
	if timings == nil {
		timings = map[string]float64{}
	}
	tag, err := s.pool.Exec(ctx, `
		UPDATE turns
		SET
		    state = @state,
		    outcome = @outcome,
		    mode = @mode,
		    units = @units,
		    citations = @citations,
		    timings_ms = @timings,
		    usage = @usage,
		    steps = @steps,
		    closed_at = now()
		WHERE id = @id AND state IN ('open', 'failed')`,
		pgx.NamedArgs{
			"id": turn, "state": r.State, "outcome": r.Outcome, "mode": r.Mode,
			"units": units, "citations": citations, "timings": timings, "usage": r.Usage, "steps": steps,
		})
	if err != nil {
		return fmt.Errorf("close turn %s: %w", turn, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("close turn %s: %w", turn, ErrUnknownTurn)
	}
	return nil
}

// AddStep adds a step to those that are stored with a closed turn: that of closing
// it, which cannot be told before it is done.
func (s *Store) AddStep(ctx context.Context, turn uuid.UUID, step rag.Step) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE turns
		SET steps = steps || @step::jsonb
		WHERE id = @id`,
		pgx.NamedArgs{"id": turn, "step": step})
	if err != nil {
		return fmt.Errorf("add step %s to turn %s: %w", step.Name, turn, err)
	}
	return nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Turn returns the turn, or found false when no turn has this id. A turn of
// another conversation or town is ErrUnknownTurn. A turn that is open and has
// been silent for longer than stale is closed as failed first.
func (s *Store) Turn(ctx context.Context, townID int64, conversation, turn uuid.UUID, stale time.Duration) (t Turn, found bool, err error) {
	var owner int64
	var silent bool
	var closed *time.Time
	err = s.pool.QueryRow(ctx, `
		SELECT
		    t.id,
		    t.conversation_id,
		    t.ordinal,
		    t.language,
		    t.question,
		    t.state,
		    t.outcome,
		    t.mode,
		    t.units,
		    t.feedback,
		    t.comment,
		    t.asked_at,
		    t.closed_at,
		    c.town_id,
		    t.state = 'open' AND c.last_at < now() - @stale::interval
		FROM turns t
		JOIN conversations c ON c.id = t.conversation_id
		WHERE t.id = @id`,
		pgx.NamedArgs{"id": turn, "stale": stale}).Scan(
		&t.ID, &t.Conversation, &t.Ordinal, &t.Language, &t.Question, &t.State, &t.Outcome, &t.Mode,
		&t.Units, &t.Feedback, &t.Comment, &t.AskedAt, &closed, &owner, &silent)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Turn{}, false, nil
	case err != nil:
		return Turn{}, false, fmt.Errorf("read turn %s: %w", turn, err)
	case owner != townID || t.Conversation != conversation:
		return Turn{}, false, fmt.Errorf("read turn %s: %w", turn, ErrUnknownTurn)
	}
	if closed != nil {
		t.ClosedAt = *closed
	}
	if silent {
		if _, err := s.CloseStale(ctx, stale); err != nil {
			return Turn{}, false, err
		}
		t.State, t.Outcome = Failed, rag.Failed
	}
	return t, true, nil
}

// Has says whether the town has a turn of this id.
func (s *Store) Has(ctx context.Context, townID int64, turn uuid.UUID) (bool, error) {
	var has bool
	err := s.pool.QueryRow(ctx, `
		SELECT EXISTS (
		    SELECT FROM turns t
		    JOIN conversations c ON c.id = t.conversation_id
		    WHERE t.id = @id AND c.town_id = @town
		)`,
		pgx.NamedArgs{"id": turn, "town": townID}).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for turn %s: %w", turn, err)
	}
	return has, nil
}

// Feedback keeps what the resident thinks of an answer; a later one replaces
// it. It returns ErrUnknownTurn when the town has no such turn.
func (s *Store) Feedback(ctx context.Context, townID int64, f Feedback) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE turns t
		SET feedback = @value, comment = @comment
		FROM conversations c
		WHERE t.id = @id AND c.id = t.conversation_id AND c.town_id = @town`,
		pgx.NamedArgs{"id": f.Turn, "town": townID, "value": f.Value, "comment": f.Comment})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrUnknownTurn
	}
	if err != nil {
		return fmt.Errorf("keep feedback on turn %s: %w", f.Turn, err)
	}
	return nil
}

// Beat says that turns of these conversations are being answered.
func (s *Store) Beat(ctx context.Context, conversations []uuid.UUID) error {
	if _, err := s.pool.Exec(ctx, `UPDATE conversations SET last_at = now() WHERE id = ANY(@ids)`,
		pgx.NamedArgs{"ids": conversations}); err != nil {
		return fmt.Errorf("beat for %d conversations: %w", len(conversations), err)
	}
	return nil
}

// CloseStale closes as failed the open turns of conversations that have been
// silent for longer than stale, which a server that is gone has left, and
// returns how many.
func (s *Store) CloseStale(ctx context.Context, stale time.Duration) (int, error) {
	tag, err := s.pool.Exec(ctx, `
		UPDATE turns t
		SET state = 'failed', outcome = 'failed', closed_at = now()
		FROM conversations c
		WHERE t.state = 'open' AND c.id = t.conversation_id AND c.last_at < now() - @stale::interval`,
		pgx.NamedArgs{"stale": stale})
	if err != nil {
		return 0, fmt.Errorf("close stale turns: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
