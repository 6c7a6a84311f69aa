package chat_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/chat"
	"guichet/rag"
)

func TestAskIsStreamedAndStored(t *testing.T) {
	f := newFixture(t, units(3), chat.Limits{})
	c := f.dial()
	if n := f.count(`SELECT count(*) FROM conversations`); n != 0 {
		t.Fatalf("%d conversations stored before the first question", n)
	}
	conversation, turn := id(), id()
	c.ask(conversation, turn, 0)
	s := c.want("sources")
	if len(s.Sources) != 1 || s.Sources[0] != source || s.Turn != turn {
		t.Fatalf("sources: %+v", s)
	}
	c.wantUnits(1, 3)
	done := c.want("done")
	if done.State != chat.Complete || done.Outcome != rag.Answered || done.Mode != rag.ModeQuoted || done.Contact != nil {
		t.Fatalf("done: %+v", done)
	}
	var state, outcome, mode, question, language string
	var gotUnits []rag.Unit
	var citations []rag.Citation
	var timings map[string]float64
	var usage rag.Usage
	err := f.pool.QueryRow(t.Context(), `
		SELECT state, outcome, mode, question, language, units, citations, timings_ms, usage
		FROM turns WHERE id = $1 AND conversation_id = $2 AND ordinal = 1 AND closed_at IS NOT NULL`,
		turn, conversation).Scan(&state, &outcome, &mode, &question, &language, &gotUnits, &citations, &timings, &usage)
	if err != nil {
		t.Fatal(err)
	}
	if state != "complete" || outcome != "answered" || mode != "quoted" || language != "fr" || !strings.Contains(question, secret) {
		t.Errorf("stored %s %s %s %s %q", state, outcome, mode, language, question)
	}
	if len(gotUnits) != 3 || gotUnits[2].Citations[0].Quote != "Ouvert le lundi" || len(citations) != 3 {
		t.Errorf("stored units %+v, citations %+v", gotUnits, citations)
	}
	if timings["total"] != 1.5 || usage.Model != "fake" || usage.Completion != -1 {
		t.Errorf("stored timings %v, usage %+v", timings, usage)
	}
	if n := f.count(`SELECT count(*) FROM turns WHERE steps -> 0 @> '{"name": "store", "outcome": "passed"}' AND steps -> -1 @> '{"name": "close", "outcome": "passed"}'`); n != 1 {
		t.Error("the steps of storing and closing are not told")
	}
	store := chat.NewStore(f.pool)
	var town int64
	if err := f.pool.QueryRow(t.Context(), `SELECT town_id FROM conversations`).Scan(&town); err != nil {
		t.Fatal(err)
	}
	counts, err := store.Counts(t.Context(), town, time.Now().Add(-time.Hour))
	want := []chat.Count{{Outcome: rag.Answered, Mode: rag.ModeQuoted, Turns: 1, PromptTokens: 7, UnknownUsage: 1}}
	if err != nil || !slices.Equal(counts, want) {
		t.Errorf("counts %+v, %v", counts, err)
	}
	answers, err := store.AnswersByPassage(t.Context(), town, time.Now().Add(-time.Hour))
	if err != nil || len(answers) != 1 || len(answers[source.PassageID]) != 1 || answers[source.PassageID][0].String() != turn {
		t.Errorf("answers by passage: %v, %v", answers, err)
	}
	if answers, err := store.AnswersByPassage(t.Context(), town, time.Now().Add(time.Hour)); err != nil || len(answers) != 0 {
		t.Errorf("answers to come: %v, %v", answers, err)
	}
	if counts, err := store.Counts(t.Context(), town, time.Now().Add(time.Hour)); err != nil || len(counts) != 0 {
		t.Errorf("of the future: %+v, %v", counts, err)
	}
}

func TestOutcomeWithAWayOnNamesTheContact(t *testing.T) {
	f := newFixture(t, answerFunc(func(context.Context, rag.Request, rag.Sink) (rag.Answer, error) {
		return rag.Answer{Outcome: rag.NoEvidence, Mode: rag.ModeQuoted}, nil
	}), chat.Limits{})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	for range 2 { // live, then read back
		var done frame
		for done.Type != "done" {
			done = c.recv()
		}
		if done.Outcome != rag.NoEvidence || done.Contact == nil || done.Contact.Phone != "01 23 45 67 89" {
			t.Fatalf("done: %+v", done)
		}
		var conversation string
		if err := f.pool.QueryRow(t.Context(), `SELECT conversation_id FROM turns WHERE id = $1`, turn).Scan(&conversation); err != nil {
			t.Fatal(err)
		}
		c.ask(conversation, turn, 0)
	}
}

// In an emergency the numbers stand alone, and a greeting is told no contact.
func TestOutcomesWithoutTheContact(t *testing.T) {
	for _, outcome := range []rag.Outcome{rag.Emergency, rag.OutOfScope} {
		f := newFixture(t, answerFunc(func(context.Context, rag.Request, rag.Sink) (rag.Answer, error) {
			return rag.Answer{Outcome: outcome, Mode: rag.ModeQuoted}, nil
		}), chat.Limits{})
		c := f.dial()
		c.ask(id(), id(), 0)
		var done frame
		for done.Type != "done" {
			done = c.recv()
		}
		if done.Outcome != outcome || done.Contact != nil {
			t.Errorf("done: %+v", done)
		}
	}
}

func TestHistoryHoldsAnswersOnly(t *testing.T) {
	var got []rag.Exchange
	outcomes := map[string]error{"deux": errors.New("out of order")}
	refused := map[string]rag.Outcome{"trois bis": rag.Refused}
	f := newFixture(t, answerFunc(func(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error) {
		got = r.History
		a := rag.Answer{Outcome: cmp.Or(refused[r.Question], rag.Answered)}
		u := rag.Unit{N: 1, Kind: rag.Sentence, Text: "Réponse à " + r.Question + "."}
		return a, errors.Join(to.Unit(ctx, u), outcomes[r.Question])
	}), chat.Limits{History: 2})
	c := f.dial()
	conversation := id()
	for _, q := range []string{"un", "deux", "trois", "trois bis", "quatre", "cinq"} {
		c.send(map[string]any{"type": "ask", "conversation": conversation, "turn": id(), "question": q})
		for end := ""; end != "done" && end != "error"; end = c.recv().Type {
			continue
		}
	}
	want := []rag.Exchange{{Question: "trois", Answer: "Réponse à trois."}, {Question: "quatre", Answer: "Réponse à quatre."}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("history %q, want %q", got, want)
	}
}

func TestAReaderIsToldThatAModelIsAsked(t *testing.T) {
	told := make(chan struct{})
	f := newFixture(t, answerFunc(func(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error) {
		to.(rag.Watcher).Writing()
		select {
		case <-told:
		case <-ctx.Done():
		}
		return units(1)(ctx, r, to)
	}), chat.Limits{})
	c := f.dial()
	c.ask(id(), id(), 0)
	c.want("progress")
	close(told)
	for _, want := range []string{"sources", "delta", "done"} { // and not told again
		if got := c.recv(); got.Type != want {
			t.Fatalf("got %+v, want %q", got, want)
		}
	}
}

func TestStopCancelsTheModelAtOnce(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(5, pace), chat.Limits{Grace: time.Hour})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.want("sources")
	pace <- struct{}{}
	c.wantUnits(1, 1)
	c.send(map[string]any{"type": "stop", "turn": turn})
	if done := c.want("done"); done.State != chat.Cancelled {
		t.Fatalf("done: %+v", done)
	}
	if s := f.state(turn); s != "cancelled" {
		t.Errorf("stored as %s", s)
	}
	if n := f.count(`SELECT jsonb_array_length(units) FROM turns WHERE id = $1`, turn); n != 1 {
		t.Errorf("%d units stored, want the one that was shown", n)
	}
	c.send(map[string]any{"type": "stop", "turn": turn}) // late: nothing to say
	c.send(map[string]any{"type": "stop", "turn": id()})
	c.wantError(chat.CodeUnknownTurn)
}

func TestLeavingCancelsSoon(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{Grace: time.Hour, LeaveGrace: 10 * time.Millisecond})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.wantUnits(1, 1)
	c.leave()
	within(t, "the model's context ends", ended)
	eventually(t, "turn closed as cancelled", func() bool { return f.state(turn) == "cancelled" })
}

// waiting answers with one unit, then waits for its end, and tells of it.
func waiting(ended chan<- error) answerFunc {
	return func(ctx context.Context, _ rag.Request, to rag.Sink) (rag.Answer, error) {
		if err := to.Unit(ctx, unit(1)); err != nil {
			return rag.Answer{}, err
		}
		<-ctx.Done()
		ended <- ctx.Err()
		return rag.Answer{}, ctx.Err()
	}
}

func TestLostConnectionIsCancelledAfterTheGrace(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{Grace: 20 * time.Millisecond})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.wantUnits(1, 1)
	c.lose()
	within(t, "the model's context ends", ended)
	eventually(t, "turn closed as cancelled", func() bool { return f.state(turn) == "cancelled" })
}

func TestTwoTabsReadOneTurn(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(4, pace), chat.Limits{Grace: time.Hour})
	conversation, turn := id(), id()
	one, two := f.dial(), f.dial()
	one.ask(conversation, turn, 0)
	one.want("sources")
	pace <- struct{}{}
	one.wantUnits(1, 1)
	two.ask(conversation, turn, 0)
	two.want("sources")
	two.wantUnits(1, 1)
	pace <- struct{}{}
	one.wantUnits(2, 2)
	two.wantUnits(2, 2)
	one.leave() // the other still reads
	one.wantClose(1001)
	pace <- struct{}{}
	pace <- struct{}{}
	two.wantUnits(3, 4)
	if done := two.want("done"); done.State != chat.Complete {
		t.Fatalf("done: %+v", done)
	}
	if n := f.count(`SELECT count(*) FROM turns`); n != 1 {
		t.Errorf("%d turns stored", n)
	}
}

func TestOneTurnAtATimeInAConversation(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(1, pace), chat.Limits{})
	c := f.dial()
	conversation := id()
	c.ask(conversation, id(), 0)
	c.want("sources")
	c.ask(conversation, id(), 0)
	if e := c.wantError(chat.CodeBusy); !e.Retry {
		t.Error("busy should be worth another try")
	}
	other := f.beside(units(1), chat.Limits{}).dial() // nor on another server
	other.ask(conversation, id(), 0)
	other.wantError(chat.CodeBusy)
	pace <- struct{}{}
	c.wantUnits(1, 1)
	c.want("done")
	if n := f.count(`SELECT count(*) FROM turns`); n != 1 {
		t.Errorf("%d turns stored, want only the one that was answered", n)
	}
}

func TestRunningTurnsAreCapped(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(1, pace), chat.Limits{Running: 1})
	one, two := f.dial(), f.dial()
	one.ask(id(), id(), 0)
	one.want("sources")
	conversation, turn := id(), id()
	two.ask(conversation, turn, 0)
	two.wantError(chat.CodeBusy)
	pace <- struct{}{}
	one.wantUnits(1, 1)
	one.want("done")
	two.ask(conversation, turn, 0) // a refused turn may be asked again
	two.want("sources")
	pace <- struct{}{}
	two.wantUnits(1, 1)
	two.want("done")
}

func TestConversationIsHeldToARate(t *testing.T) {
	f := newFixture(t, units(0), chat.Limits{AskBurst: 2, AskEvery: time.Hour})
	c := f.dial()
	conversation := id()
	for range 2 {
		c.ask(conversation, id(), 0)
		c.want("sources")
		c.want("done")
	}
	c.ask(conversation, id(), 0)
	c.wantError(chat.CodeTooFast)
	c.ask(id(), id(), 0) // another conversation may
	c.want("sources")
}

// A browser makes its conversations up: many of them win it nothing.
func TestConnectionIsHeldToARate(t *testing.T) {
	f := newFixture(t, units(0), chat.Limits{ConnectionAskBurst: 2, ConnectionAskEvery: time.Hour})
	c := f.dial()
	conversation, turn := id(), id()
	c.ask(conversation, turn, 0)
	c.want("sources")
	c.want("done")
	c.ask(id(), id(), 0)
	c.want("sources")
	c.want("done")
	c.ask(id(), id(), 0)
	c.wantError(chat.CodeTooFast)
	c.ask(conversation, turn, 0) // to show it again is no new question
	c.want("sources")
	c.want("done")
	other := f.dial()
	other.ask(id(), id(), 0)
	other.want("sources")
}

func TestConnectionHasTwoTurnsAnsweredAtOnce(t *testing.T) {
	ended := make(chan error, 3)
	f := newFixture(t, waiting(ended), chat.Limits{})
	c := f.dial()
	first := id()
	c.ask(id(), first, 0)
	c.wantUnits(1, 1)
	c.ask(id(), id(), 0)
	c.wantUnits(1, 1)
	c.ask(id(), id(), 0)
	c.wantError(chat.CodeBusy)
	c.send(map[string]any{"type": "stop", "turn": first})
	c.want("done")
	c.ask(id(), id(), 0) // there is room again
	c.wantUnits(1, 1)
}

func TestServerIsHeldToARate(t *testing.T) {
	f := newFixture(t, units(0), chat.Limits{ServerAskBurst: 2, ServerAskEvery: time.Hour})
	for range 2 {
		c := f.dial()
		c.ask(id(), id(), 0)
		c.want("sources")
		c.want("done")
	}
	c := f.dial()
	c.ask(id(), id(), 0)
	if e := c.wantError(chat.CodeBusy); !e.Retry {
		t.Errorf("error: %+v", e)
	}
}

func TestTurnOfAnotherConversationOrTownIsUnknown(t *testing.T) {
	pace := make(chan struct{}, 1)
	f := newFixture(t, paced(1, pace), chat.Limits{})
	mine, theirs, elsewhere := f.dial(), f.dial(), f.dial("?town=autre")
	conversation, turn := id(), id()
	mine.ask(conversation, turn, 0)
	mine.want("sources")
	check := func() {
		t.Helper()
		theirs.ask(id(), turn, 0)
		theirs.wantError(chat.CodeUnknownTurn)
		elsewhere.ask(conversation, turn, 0)
		elsewhere.wantError(chat.CodeUnknownTurn)
		elsewhere.send(map[string]any{"type": "stop", "turn": turn})
		elsewhere.wantError(chat.CodeUnknownTurn)
	}
	check() // while it runs
	pace <- struct{}{}
	mine.wantUnits(1, 1)
	mine.want("done")
	check() // once it is stored
	elsewhere.ask(conversation, id(), 0)
	elsewhere.wantError(chat.CodeUnknownTurn)
	if n := f.count(`SELECT count(*) FROM turns`); n != 1 {
		t.Errorf("%d turns stored", n)
	}
}

func TestFeedback(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.want("sources")
	c.wantUnits(1, 1)
	c.want("done")
	c.send(map[string]any{"type": "feedback", "turn": turn, "value": "down", "comment": "Horaires d'été ?\nMerci, 06\u200b39\u200b98\u200b12\u200b34"})
	eventually(t, "feedback kept, without its telephone number", func() bool {
		return f.count(`SELECT count(*) FROM turns WHERE feedback = 'down' AND comment = E'Horaires d''été ?\nMerci, [téléphone]'`) == 1
	})
	c.send(map[string]any{"type": "feedback", "turn": turn, "value": ""})
	eventually(t, "feedback taken back", func() bool {
		return f.count(`SELECT count(*) FROM turns WHERE feedback = '' AND comment = ''`) == 1
	})
	c.send(map[string]any{"type": "feedback", "turn": id(), "value": "up"})
	c.wantError(chat.CodeUnknownTurn)
	c.send(map[string]any{"type": "feedback", "turn": turn, "value": "up", "comment": strings.Repeat("é", 1001)})
	if e := c.wantError(chat.CodeTooLong); !strings.Contains(e.Message, "commentaire") {
		t.Errorf("message %q", e.Message)
	}
	c.send(map[string]any{"type": "feedback", "turn": turn, "value": "up", "comment": "a\x00b"})
	c.wantError(chat.CodeNotText)
}

func TestFailureIsToldInKindWords(t *testing.T) {
	f := newFixture(t, answerFunc(func(ctx context.Context, _ rag.Request, to rag.Sink) (rag.Answer, error) {
		if err := to.Unit(ctx, unit(1)); err != nil {
			return rag.Answer{}, err
		}
		return rag.Answer{}, errors.New("dial tcp 10.0.0.3:11434: connection refused")
	}), chat.Limits{})
	c := f.dial()
	conversation, turn := id(), id()
	for range 2 { // live, then read back
		c.ask(conversation, turn, 0)
		var e frame
		for e.Type != "error" {
			if e = c.recv(); e.Type == "delta" && e.Unit.N != 1 {
				t.Fatalf("unit %d", e.Unit.N)
			}
		}
		if b, _ := json.Marshal(e); e.Code != chat.CodeFailed || strings.Contains(string(b), "11434") || e.Contact == nil || !e.Retry {
			t.Fatalf("error: %s", b)
		}
	}
	if s := f.state(turn); s != "failed" {
		t.Errorf("stored as %s", s)
	}
}

func TestPanicOfAnAnswerFailsThatTurnOnly(t *testing.T) {
	f := newFixture(t, answerFunc(func(_ context.Context, r rag.Request, _ rag.Sink) (rag.Answer, error) {
		panic("cannot answer " + r.Question)
	}), chat.Limits{})
	c := f.dial()
	for range 2 {
		turn := id()
		c.ask(id(), turn, 0)
		c.wantError(chat.CodeFailed)
		if s := f.state(turn); s != "failed" {
			t.Errorf("stored as %s", s)
		}
	}
}

func TestTurnThatTakesTooLongFails(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{TurnTimeout: 30 * time.Millisecond})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.wantUnits(1, 1)
	c.wantError(chat.CodeFailed)
	if s := f.state(turn); s != "failed" {
		t.Errorf("stored as %s", s)
	}
}

func TestManyConversationsAtOnce(t *testing.T) {
	f := newFixture(t, units(20), chat.Limits{})
	var wg sync.WaitGroup
	for range 50 {
		c := f.dial()
		wg.Go(func() {
			conversation := id()
			for range 2 {
				c.ask(conversation, id(), 0)
				c.want("sources")
				c.wantUnits(1, 20)
				c.want("done")
			}
		})
	}
	wg.Wait()
	if n := f.count(`SELECT count(*) FROM turns WHERE state = 'complete' AND ordinal <= 2`); n != 100 {
		t.Errorf("%d complete turns, want 100", n)
	}
}

func TestOrdinalsAreSafeAmongServers(t *testing.T) {
	f := newFixture(t, units(0), chat.Limits{})
	store, town := chat.NewStore(f.pool), f.towns.list[0].ID
	conversation := uuid.New()
	const turns = 40
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range turns / 8 {
				for {
					turn := uuid.New()
					_, err := store.Begin(t.Context(), chat.Question{
						TownID: town, Conversation: conversation, Turn: turn, Language: "fr", Text: secret,
					}, time.Hour, 0)
					if errors.Is(err, chat.ErrConversationBusy) {
						continue
					}
					if err == nil {
						err = store.Close(t.Context(), turn, chat.Result{State: chat.Complete})
					}
					if err != nil {
						t.Error(err)
					}
					break
				}
			}
		})
	}
	wg.Wait()
	if n := f.count(`SELECT max(ordinal) FROM turns WHERE state = 'complete'`); n != turns {
		t.Errorf("last ordinal %d, want %d", n, turns)
	}
}
