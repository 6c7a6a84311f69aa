package chat

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/internal/postgres"
	"guichet/internal/postgrestest"
	"guichet/rag"
)

// The steps of storing and closing a turn run alone, and tell how it went.
func TestStoreAndCloseAlone(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgres.Config{URL: postgrestest.URL(t), MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var town int64
	if err := db.Pool.QueryRow(t.Context(), `SELECT id FROM towns WHERE is_default`).Scan(&town); err != nil {
		t.Fatal(err)
	}
	store := NewStore(db.Pool)
	storing := storeStep{store: store, stale: time.Hour, history: 3}
	closing := closeStep{store: store, log: slog.New(slog.DiscardHandler)}
	conversation := uuid.New()
	for name, c := range map[string]struct {
		unit string
		want rag.StepOutcome
		kept int
	}{
		"whole":                        {"Ouvert le lundi.", rag.StepPassed, 1},
		"words that no database takes": {"Ouvert\x00", rag.StepFailed, 0},
	} {
		turn := uuid.New()
		q := Question{TownID: town, Conversation: conversation, Turn: turn, Language: "fr", Text: "Quand ?"}
		_, stored, err := storing.run(t.Context(), q)
		if err != nil || stored.Name != rag.StepStore || stored.Outcome != rag.StepPassed || stored.MS <= 0 {
			t.Fatalf("%s: %+v, %v", name, stored, err)
		}
		other := q
		other.Turn = uuid.New()
		if _, busy, err := storing.run(t.Context(), other); err == nil || busy.Outcome != rag.StepFailed {
			t.Errorf("%s: beside an open turn: %+v, %v", name, busy, err)
		}
		closed, err := closing.run(t.Context(), turn, Result{
			State: Complete, Outcome: rag.Answered, Mode: rag.ModeQuoted,
			Units: []rag.Unit{{N: 1, Text: c.unit}}, Steps: []rag.Step{stored},
		})
		if err != nil || closed.Name != rag.StepClose || closed.Outcome != c.want || closed.MS <= 0 {
			t.Errorf("%s: %+v, %v", name, closed, err)
		}
		var state string
		var units, steps []byte
		if err := db.Pool.QueryRow(t.Context(), `SELECT state, units, steps FROM turns WHERE id = $1`, turn).Scan(&state, &units, &steps); err != nil {
			t.Fatal(err)
		}
		var kept []rag.Unit
		var told []rag.Step
		if err := json.Unmarshal(units, &kept); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(steps, &told); err != nil {
			t.Fatal(err)
		}
		if state != "complete" || len(kept) != c.kept || len(told) != 2 || told[1].Name != rag.StepClose || told[1].Outcome != c.want || told[1].MS != closed.MS {
			t.Errorf("%s: %s, %d units, steps %s", name, state, len(kept), steps)
		}
	}
	if step, err := closing.run(t.Context(), uuid.New(), Result{State: Complete}); err == nil || step.Outcome != rag.StepFailed {
		t.Errorf("a turn that nobody stored is closed: %+v", step)
	}
}
