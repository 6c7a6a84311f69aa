package chat_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"guichet/chat"
	"guichet/rag"
)

func TestResumeOfARunningTurn(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(6, pace), chat.Limits{Grace: time.Hour})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	pace <- struct{}{}
	pace <- struct{}{}
	c.wantUnits(1, 2)
	c.lose()
	pace <- struct{}{} // goes on meanwhile
	c = f.dial()
	c.ask(conversation, turn, 2)
	c.want("sources")
	c.wantUnits(3, 3)
	c.ask(conversation, turn, 0) // asked again on the same socket: nothing twice
	for range 3 {
		pace <- struct{}{}
	}
	c.wantUnits(4, 6)
	c.want("done")
	c.ask(conversation, turn, 6) // at the end
	c.want("sources")
	c.want("done")
	if n := f.count(`SELECT count(*) FROM turns`); n != 1 {
		t.Errorf("%d turns stored, want 1", n)
	}
}

func TestSocketClosedWithoutACodeMayComeBack(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(2, pace), chat.Limits{Grace: time.Hour})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	if err := c.conn.WriteControl(websocket.CloseMessage, nil, time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	c.wantClose(websocket.CloseNoStatusReceived)
	eventually(t, "the socket is gone", func() bool { return f.service.Stats().Connections == 0 })
	c = f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	pace <- struct{}{}
	pace <- struct{}{}
	c.wantUnits(1, 2)
	c.want("done")
}

func TestAReloadedPageTakesItsAnswerUp(t *testing.T) {
	pace := make(chan struct{}, 4) // so that a turn that was cancelled holds up nobody
	f := newFixture(t, paced(4, pace), chat.Limits{LeaveGrace: time.Hour, Grace: time.Millisecond})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	pace <- struct{}{}
	pace <- struct{}{}
	c.wantUnits(1, 2)
	c.leave() // with 1001, as a reload does
	eventually(t, "the socket is gone", func() bool { return f.service.Stats().Connections == 0 })
	c = f.dial()
	c.ask(conversation, turn, 2)
	c.want("sources")
	pace <- struct{}{}
	pace <- struct{}{}
	c.wantUnits(3, 4)
	if done := c.want("done"); done.State != chat.Complete {
		t.Errorf("done: %+v", done)
	}
}

func TestStopNeedsNoGrace(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{LeaveGrace: time.Hour, Grace: time.Hour})
	c := f.dial()
	turn := id()
	c.ask(id(), turn, 0)
	c.wantUnits(1, 1)
	c.send(map[string]any{"type": "stop", "turn": turn})
	within(t, "the model's context ends", ended)
}

func TestLeavingAfterComingBackCancelsSoon(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{Grace: time.Hour, LeaveGrace: 10 * time.Millisecond})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.wantUnits(1, 1)
	c.lose()
	eventually(t, "the socket is gone", func() bool { return f.service.Stats().Connections == 0 })
	c = f.dial()
	c.ask(conversation, turn, 0)
	c.wantUnits(1, 1)
	c.leave()
	within(t, "the model's context ends", ended)
}

func TestOneTabLeavesWhileAnotherMayComeBack(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(1, pace), chat.Limits{Grace: time.Hour})
	conversation, turn := id(), id()
	lost, left := f.dial(), f.dial()
	lost.ask(conversation, turn, 0)
	lost.want("sources")
	left.ask(conversation, turn, 0)
	left.want("sources")
	lost.lose()
	eventually(t, "one socket is gone", func() bool { return f.service.Stats().Connections == 1 })
	left.leave()
	eventually(t, "both sockets are gone", func() bool { return f.service.Stats().Connections == 0 })
	back := f.dial()
	back.ask(conversation, turn, 0)
	back.want("sources")
	pace <- struct{}{}
	back.wantUnits(1, 1)
	back.want("done")
}

func TestOneAskOnManySocketsIsAnsweredOnce(t *testing.T) {
	var calls atomic.Int32
	answer := units(5)
	f := newFixture(t, answerFunc(func(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error) {
		calls.Add(1)
		return answer(ctx, r, to)
	}), chat.Limits{})
	conversation, turn := id(), id()
	var wg sync.WaitGroup
	for range 10 {
		c := f.dial()
		wg.Go(func() {
			c.ask(conversation, turn, 0)
			c.want("sources")
			c.wantUnits(1, 5)
			c.want("done")
		})
	}
	wg.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("answered %d times", n)
	}
}

func TestResumeOnAnotherServer(t *testing.T) {
	f := newFixture(t, units(4), chat.Limits{})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	c.wantUnits(1, 4)
	c.want("done")
	f.shutdown()
	c = f.beside(units(9), chat.Limits{}).dial()
	c.ask(conversation, turn, 1)
	s := c.want("sources")
	if len(s.Sources) != 1 || s.Sources[0].URL != source.URL || s.Sources[0].Title != source.Title || s.Sources[0].Headings != source.Headings {
		t.Errorf("sources read back: %+v", s.Sources)
	}
	c.wantUnits(2, 4)
	if done := c.want("done"); done.State != chat.Complete || done.Outcome != rag.Answered || done.Mode != rag.ModeQuoted {
		t.Errorf("done: %+v", done)
	}
}

func TestResumeOfACancelledTurn(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(3, pace), chat.Limits{})
	conversation, turn := id(), id()
	c := f.dial()
	c.ask(conversation, turn, 0)
	c.want("sources")
	pace <- struct{}{}
	c.wantUnits(1, 1)
	c.send(map[string]any{"type": "stop", "turn": turn})
	c.want("done")
	c.ask(conversation, turn, 0)
	c.want("sources")
	c.wantUnits(1, 1)
	if done := c.want("done"); done.State != chat.Cancelled {
		t.Errorf("done: %+v", done)
	}
}

func TestTurnLeftByACrashedServer(t *testing.T) {
	f := newFixture(t, units(2), chat.Limits{Beat: time.Hour, Stale: time.Minute})
	store := chat.NewStore(f.pool)
	leave := func(age string) (conversation, turn uuid.UUID) {
		t.Helper()
		conversation, turn = uuid.New(), uuid.New()
		if _, err := store.Begin(t.Context(), chat.Question{
			TownID: f.towns.list[0].ID, Conversation: conversation, Turn: turn, Language: "fr", Text: secret,
		}, time.Minute, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := f.pool.Exec(t.Context(), `UPDATE conversations SET last_at = now() - $2::interval WHERE id = $1`,
			conversation, age); err != nil {
			t.Fatal(err)
		}
		return conversation, turn
	}
	c := f.dial()

	conversation, turn := leave("10 s") // perhaps alive
	c.ask(conversation.String(), turn.String(), 0)
	c.wantError(chat.CodeBusy)
	if n, err := store.CloseStale(t.Context(), time.Minute); n != 0 || err != nil {
		t.Errorf("closed %d, %v", n, err)
	}

	conversation, turn = leave("2 min") // asked for again
	c.ask(conversation.String(), turn.String(), 0)
	c.want("sources")
	c.wantError(chat.CodeFailed)
	if s := f.state(turn.String()); s != "failed" {
		t.Errorf("stored as %s", s)
	}

	conversation, turn = leave("2 min") // another question is asked
	c.ask(conversation.String(), id(), 0)
	c.want("sources")
	c.wantUnits(1, 2)
	c.want("done")
	if s := f.state(turn.String()); s != "failed" {
		t.Errorf("stored as %s", s)
	}

	conversation, _ = leave("2 min") // a server that works on it says so
	if err := store.Beat(t.Context(), []uuid.UUID{conversation}); err != nil {
		t.Fatal(err)
	}
	if n, err := store.CloseStale(t.Context(), time.Minute); n != 0 || err != nil {
		t.Errorf("closed %d, %v", n, err)
	}

	_, turn = leave("2 min") // found when a server starts
	f.beside(units(1), chat.Limits{Beat: time.Hour, Stale: time.Minute})
	eventually(t, "turn closed as failed", func() bool { return f.state(turn.String()) == "failed" })
}

func TestRunningTurnsAreKeptAlive(t *testing.T) {
	pace := make(chan struct{})
	f := newFixture(t, paced(1, pace), chat.Limits{Beat: 5 * time.Millisecond})
	c := f.dial()
	conversation := id()
	c.ask(conversation, id(), 0)
	c.want("sources")
	if _, err := f.pool.Exec(t.Context(), `UPDATE conversations SET last_at = now() - interval '10 s'`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a sign of life", func() bool {
		return f.count(`SELECT count(*) FROM conversations WHERE last_at > now() - interval '9 s'`) == 1
	})
	pace <- struct{}{}
	c.wantUnits(1, 1)
	c.want("done")
}

// TestResumeAnywhere cuts the connection after random numbers of frames, takes
// the turn up again, now and then from another server once it has ended, and
// must see units 1 to n, each once.
func TestResumeAnywhere(t *testing.T) {
	const n = 12
	answerer := units(n)
	f := newFixture(t, answerer, chat.Limits{Grace: time.Hour})
	other := f.beside(answerer, chat.Limits{Grace: time.Hour})
	rapid.Check(t, func(r *rapid.T) {
		conversation, turn := id(), id()
		seen, server := 0, f
		for done := false; !done; {
			c := server.dial()
			c.ask(conversation, turn, seen)
			for range rapid.IntRange(0, n+1).Draw(r, "frames until the connection is lost") {
				fr := c.recv()
				switch fr.Type {
				case "delta":
					if seen++; fr.Unit.N != seen {
						r.Fatalf("got unit %d, want %d", fr.Unit.N, seen)
					}
				case "done":
					done = true
				case "error":
					r.Fatalf("error %s: %s", fr.Code, fr.Message)
				}
				if done {
					break
				}
			}
			c.lose()
			if seen == n && rapid.Bool().Draw(r, "on another server") && stored(f, turn) {
				server = other
			}
		}
		if seen != n {
			r.Fatalf("saw %d units, want %d", seen, n)
		}
	})
	if c, all := f.count(`SELECT count(*) FROM turns WHERE state = 'complete'`), f.count(`SELECT count(*) FROM turns`); c != all {
		t.Errorf("%d of %d turns complete", c, all)
	}
}

// stored says whether the turn is closed in the database: the fake answer
// comes at once, its storing a moment later.
func stored(f *fixture, turn string) bool {
	eventually(f.t, "turn stored", func() bool { return f.state(turn) == "complete" })
	return true
}
