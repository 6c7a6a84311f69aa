package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/rag"
)

// Answerer answers a question: rag.Answerer does. Intake makes a question fit
// to be stored: what is stored and logged is what it returns.
type Answerer interface {
	Intake(ctx context.Context, r rag.Request) (rag.Request, error)
	Answer(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error)
}

// Scopes tells what a town's readers see now: corpus.Store does.
type Scopes interface {
	Scope(ctx context.Context, townID int64, names ...string) (corpus.Scope, error)
}

// Towns finds the town that a resident speaks to: corpus.Store does.
type Towns interface {
	Town(ctx context.Context, slug string) (corpus.Town, error)
	DefaultTown(ctx context.Context) (corpus.Town, error)
}

// Config is what a Service needs.
type Config struct {
	Answerer Answerer
	Scopes   Scopes
	Towns    Towns
	Store    *Store
	Messages *messages.Catalogue
	Log      *slog.Logger
	Limits   Limits // a zero field takes its default

	// AllowNoOrigin lets clients in that send no Origin header, which no
	// browser does: scripts and tests.
	AllowNoOrigin bool
}

// Service runs turns and keeps the sessions that read them. It is safe for
// concurrent use.
type Service struct {
	conf Config

	// ctx is the service's own life, under which turns run: they outlast the
	// requests that started them. It ends with Shutdown.
	ctx    context.Context
	cancel context.CancelCauseFunc
	work   sync.WaitGroup // turns and the beat
	wires  sync.WaitGroup // goroutines of sockets

	mu       sync.Mutex
	closing  bool
	turns    map[uuid.UUID]*liveTurn
	running  map[uuid.UUID]uuid.UUID // conversation to the turn it is answering
	rates    map[uuid.UUID]*rate.Limiter
	asks     *rate.Limiter // of all connections
	sessions map[*Session]struct{}
}

// New returns a running Service. Call Shutdown to end it.
func New(c Config) *Service {
	c.Limits = c.Limits.orDefaults()
	s := &Service{
		conf:     c,
		turns:    map[uuid.UUID]*liveTurn{},
		running:  map[uuid.UUID]uuid.UUID{},
		rates:    map[uuid.UUID]*rate.Limiter{},
		asks:     rate.NewLimiter(rate.Every(c.Limits.ServerAskEvery), c.Limits.ServerAskBurst),
		sessions: map[*Session]struct{}{},
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.work.Go(s.beat)
	return s
}

// Shutdown tells every reader that the server is shutting down, closes its
// running turns, and returns when nothing of the service runs any more, or
// with ctx's error if that takes too long.
func (s *Service) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.cancel(errShutdown)
	err := wait(ctx, &s.work)
	s.mu.Lock()
	for session := range s.sessions {
		session.goAway()
	}
	s.mu.Unlock()
	if e := wait(ctx, &s.wires); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("shut the chat down: %w", err)
	}
	return nil
}

// Stats tells how busy the service is.
type Stats struct {
	Connections int // open
	Running     int // turns that are being answered
}

// Stats returns the figures of this moment.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Connections: len(s.sessions), Running: len(s.running)}
}

func wait(ctx context.Context, g *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { g.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask finds the turn among those that are live, or makes it live for the
// session, and returns it. The turn's own goroutine then reads it back from the database or has it
// answered.
func (s *Service) ask(asker *Session, a Ask, language string) (*liveTurn, error) {
	town := asker.town
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, errShutdown
	}
	t, ok := s.turns[a.Turn]
	if ok && (t.townID != town.ID || t.conversation != a.Conversation) {
		return nil, ErrUnknownTurn
	}
	if !ok {
		t = &liveTurn{
			id: a.Turn, conversation: a.Conversation, townID: town.ID,
			asker: asker, readers: map[*Session]struct{}{},
			lostGrace: s.conf.Limits.Grace, leftGrace: s.conf.Limits.LeaveGrace,
		}
		var ctx context.Context
		ctx, t.cancel = context.WithCancelCause(s.ctx)
		s.turns[a.Turn] = t
		s.work.Go(func() { s.run(ctx, t, town, a, language) })
	}
	return t, nil
}

// stop ends a live turn of the town; ok is false when there is none.
func (s *Service) stop(townID int64, turn uuid.UUID) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.turns[turn]
	if !ok || t.townID != townID {
		return false
	}
	t.cancel(errStopped)
	return true
}

// run takes a live turn to its end.
func (s *Service) run(ctx context.Context, t *liveTurn, town corpus.Town, a Ask, language string) {
	defer t.cancel(nil)
	end := ending{state: Failed, err: &Error{Code: CodeFailed, Turn: t.id}}
	defer func() {
		if p := recover(); p != nil {
			s.logPanic("chat turn panicked", p, "turn", t.id)
		}
		s.mu.Lock()
		delete(s.turns, t.id)
		s.mu.Unlock()
		t.finish(end)
	}()
	stored, found, err := s.stored(town.ID, a)
	switch {
	case err != nil:
		end.err = asError(t.id, s.orShutdown(err))
		s.logRefusal(t, end.err)
	case found:
		end = replay(t, stored)
	default:
		end = s.answer(ctx, t, rag.Request{Town: town, Question: a.Question, Language: language})
	}
}

// replay fills the turn from the database. Of the sources those that were
// cited are known.
func replay(t *liveTurn, stored Turn) ending {
	if stored.State == Open {
		// Another server is answering it, or did until a moment ago.
		return ending{err: &Error{Code: CodeBusy, Turn: t.id}}
	}
	t.restore(citedSources(stored.Units), stored.Units)
	e := ending{state: stored.State, outcome: stored.Outcome, mode: stored.Mode}
	if stored.State == Failed {
		e.err = &Error{Code: CodeFailed, Turn: t.id}
	}
	return e
}

// answer stores the turn as open, has it answered, and closes it.
func (s *Service) answer(ctx context.Context, t *liveTurn, r rag.Request) ending {
	start := time.Now()
	release, err := s.claim(t)
	if err != nil {
		return s.refuse(t, err)
	}
	defer release()
	// Stored or not stored, but never in between: stopping does not reach here.
	if r, err = s.takeIn(r); err != nil {
		return s.refuseOrAlarm(ctx, t, r, err)
	}
	var stored rag.Step
	if r.History, stored, err = s.begin(t, r); err != nil {
		return s.refuseOrAlarm(ctx, t, r, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.conf.Limits.TurnTimeout, errTimeout)
	defer cancel()
	a, err := s.callAnswerer(ctx, t, r)
	end := judge(ctx, t.id, a, err)
	result := Result{
		State: end.state, Outcome: end.outcome, Mode: end.mode,
		Units: t.given(), Citations: a.Citations, TimingsMS: a.TimingsMS, Usage: a.Usage,
		Steps: afterIntake(a.Steps, stored),
	}
	if result.Citations == nil {
		result.Citations = citations(result.Units)
	}
	s.close(t.id, result)
	s.logEnd(t, end, time.Since(start), err)
	return end
}

func (s *Service) stored(townID int64, a Ask) (Turn, bool, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.conf.Limits.StoreTimeout)
	defer cancel()
	return s.conf.Store.Turn(ctx, townID, a.Conversation, a.Turn, s.conf.Limits.Stale)
}

func (s *Service) begin(t *liveTurn, r rag.Request) ([]rag.Exchange, rag.Step, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.conf.Limits.StoreTimeout)
	defer cancel()
	return storeStep{s.conf.Store, s.conf.Limits.Stale, s.conf.Limits.History}.run(ctx, Question{
		TownID: t.townID, Conversation: t.conversation, Turn: t.id,
		Language: r.Language, Text: r.Question,
	})
}

// takeIn takes the editions that the question is answered from, once, and
// makes the question fit to be stored.
func (s *Service) takeIn(r rag.Request) (rag.Request, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.conf.Limits.StoreTimeout)
	defer cancel()
	var err error
	if r.Scope, err = s.conf.Scopes.Scope(ctx, r.Town.ID); err != nil {
		return r, err
	}
	return s.conf.Answerer.Intake(ctx, r)
}

// afterIntake puts the step of storing where it was taken: behind those of the
// intake.
func afterIntake(steps []rag.Step, stored rag.Step) []rag.Step {
	at := 0
	for at < len(steps) && (steps[at].Name == rag.StepNormalise || steps[at].Name == rag.StepMask) {
		at++
	}
	return slices.Insert(slices.Clone(steps), at, stored)
}

func (s *Service) callAnswerer(ctx context.Context, t *liveTurn, r rag.Request) (a rag.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic("answerer panicked", p, "turn", t.id)
			err = errors.New("answerer panicked")
		}
	}()
	return s.conf.Answerer.Answer(ctx, r, t)
}

// judge says how the turn ended. An answer that came whole is complete, even
// if it was stopped at that very moment; what the resident stopped or left is
// cancelled; all else failed.
func judge(ctx context.Context, turn uuid.UUID, a rag.Answer, err error) ending {
	if err == nil && a.Outcome != rag.Failed {
		return ending{state: Complete, outcome: a.Outcome, mode: a.Mode}
	}
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, errStopped), errors.Is(cause, errLeft), errors.Is(cause, errLost):
		return ending{state: Cancelled, mode: a.Mode}
	case cause != nil:
		err = cause
	case err == nil:
		err = errors.New("the answerer gave up")
	}
	return ending{state: Failed, outcome: rag.Failed, mode: a.Mode, err: asError(turn, err)}
}

// close writes the result, in spite of a shutdown: a turn that stays open
// would have to be found by the next server.
func (s *Service) close(turn uuid.UUID, r Result) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), s.conf.Limits.StoreTimeout)
	defer cancel()
	if _, err := (closeStep{s.conf.Store, s.conf.Log}).run(ctx, turn, r); err != nil {
		s.conf.Log.Error("turn not closed", "turn", turn, "err", err)
	}
}

// claim takes a place for a new turn: one at a time in a conversation, so many
// of a connection and on this server, and none of them too fast after each
// other. Call release after.
func (s *Service) claim(t *liveTurn) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.running[t.conversation]; ok {
		return nil, &Error{Code: CodeBusy, message: "chat.error.busy_conversation"}
	}
	if t.asker.running >= s.conf.Limits.ConnectionRunning {
		return nil, &Error{Code: CodeBusy, message: "chat.error.busy_conversation"}
	}
	if len(s.running) >= s.conf.Limits.Running {
		return nil, &Error{Code: CodeBusy}
	}
	limiter, ok := s.rates[t.conversation]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(s.conf.Limits.AskEvery), s.conf.Limits.AskBurst)
		s.rates[t.conversation] = limiter
	}
	if !t.asker.asks.Allow() || !limiter.Allow() {
		return nil, &Error{Code: CodeTooFast}
	}
	if !s.asks.Allow() {
		return nil, &Error{Code: CodeBusy}
	}
	s.running[t.conversation] = t.id
	t.asker.running++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, t.conversation)
		t.asker.running--
	}, nil
}

// beat tells other servers which turns are alive, closes those that were left
// by servers that are gone, and forgets the rates of quiet conversations.
func (s *Service) beat() {
	ticker := time.NewTicker(s.conf.Limits.Beat)
	defer ticker.Stop()
	for {
		s.beatOnce()
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) beatOnce() {
	ctx, cancel := context.WithTimeout(s.ctx, s.conf.Limits.StoreTimeout)
	defer cancel()
	if ids := s.beating(); len(ids) > 0 {
		if err := s.conf.Store.Beat(ctx, ids); err != nil && s.ctx.Err() == nil {
			s.conf.Log.Error("beat failed", "err", err)
		}
	}
	n, err := s.conf.Store.CloseStale(ctx, s.conf.Limits.Stale)
	switch {
	case err != nil && s.ctx.Err() == nil:
		s.conf.Log.Error("stale turns not closed", "err", err)
	case n > 0:
		s.conf.Log.Warn("closed turns that another server left open", "turns", n)
	}
}

// beating returns the conversations that are being answered, and forgets the
// rates that are full again.
func (s *Service) beating() []uuid.UUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]uuid.UUID, 0, len(s.running))
	for conversation := range s.running {
		ids = append(ids, conversation)
	}
	for conversation, limiter := range s.rates {
		if limiter.Tokens() >= float64(s.conf.Limits.AskBurst) {
			delete(s.rates, conversation)
		}
	}
	return ids
}

// refuseOrAlarm refuses a question that could not be stored. Whoever is in
// danger is told whom to call all the same.
func (s *Service) refuseOrAlarm(ctx context.Context, t *liveTurn, r rag.Request, err error) ending {
	units := rag.EmergencyUnits(s.conf.Messages.For(r.Language), r.Question, r.Town.Contact)
	if len(units) == 0 {
		return s.refuse(t, s.orShutdown(err))
	}
	s.logRefusal(t, asError(t.id, err))
	if err := t.Sources(ctx, nil); err != nil {
		return s.refuse(t, s.orShutdown(err))
	}
	for _, u := range units {
		if err := t.Unit(ctx, u); err != nil {
			return s.refuse(t, s.orShutdown(err))
		}
	}
	return ending{state: Complete, outcome: rag.Emergency, mode: rag.ModeQuoted}
}

func (s *Service) refuse(t *liveTurn, err error) ending {
	e := asError(t.id, err)
	s.logRefusal(t, e)
	return ending{err: e}
}

// orShutdown names the reason of what failed because the service is ending.
func (s *Service) orShutdown(err error) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return err
}

func (s *Service) logRefusal(t *liveTurn, e *Error) {
	s.conf.Log.Info("question refused", "turn", t.id, "conversation", t.conversation, "town", t.townID, "code", e.Code, "err", e.cause)
}

func (s *Service) logEnd(t *liveTurn, e ending, took time.Duration, err error) {
	attrs := []any{
		"turn", t.id, "conversation", t.conversation, "town", t.townID,
		"state", e.state, "outcome", e.outcome, "mode", e.mode,
		"units", len(t.given()), "ms", took.Milliseconds(),
	}
	if e.state == Failed {
		s.conf.Log.Error("turn failed", append(attrs, "err", err)...)
		return
	}
	s.conf.Log.Info("turn closed", attrs...)
}

// logPanic keeps the stack and, of the panic's value, what cannot hold a
// resident's words.
func (s *Service) logPanic(msg string, p any, attrs ...any) {
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(e)
	}
	s.conf.Log.Error(msg, append(attrs, "panic", what, "stack", string(debug.Stack()))...)
}

// citations are those of all units, in order.
func citations(units []rag.Unit) []rag.Citation {
	var all []rag.Citation
	for _, u := range units {
		all = append(all, u.Citations...)
	}
	return all
}

// citedSources are the sources that the units cite, by number.
func citedSources(units []rag.Unit) []rag.Source {
	sources := []rag.Source{}
	seen := map[int]bool{}
	for _, c := range citations(units) {
		if seen[c.N] {
			continue
		}
		seen[c.N] = true
		sources = append(sources, rag.Source{
			N: c.N, Document: c.Document, Title: c.Title, URL: c.URL, Headings: c.Headings,
			Shared: c.Shared, Edition: c.Edition, PassageID: c.Passage,
		})
	}
	return sources
}
