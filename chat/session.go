package chat

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/rag"
)

// Session is one connection of a resident, apart from its socket: frames go in
// by Receive and come out by next. It holds no answer of its own, only how far
// it has read each turn.
type Session struct {
	service *Service
	town    corpus.Town
	frames  *rate.Limiter
	asks    *rate.Limiter // of new turns
	running int           // turns of its own that are being answered; guarded by the service's mu
	wake    chan struct{} // of capacity 1: there may be something to write

	mu       sync.Mutex
	messages *messages.Messages
	queue    []errorFrame // waiting to be written, before all else
	reading  []*cursor
	bad      int
	closing  *closing
	lastAt   time.Time // of the last frame from the browser
	spoke    bool
}

// cursor is how far a session has read a turn.
type cursor struct {
	turn    *liveTurn
	sourced bool
	after   int
	told    bool // that a model is being asked
}

// closing is how the socket is to be closed once the queue is written.
type closing struct {
	code   int
	reason string
}

// Websocket close codes that the chat uses.
const (
	closeGoingAway   = 1001
	closeUnsupported = 1003
	closeNotText     = 1007
	closePolicy      = 1008
)

// open makes a session for a reader of the town; language is an
// Accept-Language header.
func (s *Service) open(town corpus.Town, language string) (*Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, errShutdown
	}
	if len(s.sessions) >= s.conf.Limits.Connections {
		return nil, &Error{Code: CodeBusy}
	}
	session := &Session{
		service:  s,
		town:     town,
		frames:   rate.NewLimiter(rate.Every(s.conf.Limits.FrameEvery), s.conf.Limits.FrameBurst),
		asks:     rate.NewLimiter(rate.Every(s.conf.Limits.ConnectionAskEvery), s.conf.Limits.ConnectionAskBurst),
		wake:     make(chan struct{}, 1),
		messages: s.conf.Messages.For(language),
		lastAt:   time.Now(),
	}
	s.sessions[session] = struct{}{}
	s.wires.Add(1) // until leave, so that Shutdown waits for it from here on
	return session, nil
}

// receive takes a frame from the browser.
func (s *Session) receive(data []byte) {
	s.mu.Lock()
	s.lastAt = time.Now()
	closing := s.closing != nil
	s.mu.Unlock()
	if closing {
		return
	}
	if !s.frames.Allow() {
		s.refuseFrame(&Error{Code: CodeTooFast})
		return
	}
	frame, err := Decode(data)
	if err != nil {
		s.refuseFrame(asError(uuid.Nil, err))
		return
	}
	s.mu.Lock()
	s.spoke = true
	s.mu.Unlock()
	switch f := frame.(type) {
	case Ask:
		s.ask(f)
	case Stop:
		s.stop(f)
	case Feedback:
		s.feedback(f)
	}
}

func (s *Session) ask(a Ask) {
	if a.Language != "" {
		s.mu.Lock()
		s.messages = s.service.conf.Messages.For(a.Language)
		s.mu.Unlock()
	}
	question, err := rag.ValidateQuestion(a.Question)
	if err != nil {
		s.fail(asError(a.Turn, err))
		return
	}
	a.Question = question
	if !s.mayRead(a) {
		return
	}
	turn, err := s.service.ask(s, a, s.words().Language)
	if err != nil {
		s.fail(asError(a.Turn, err))
		return
	}
	turn.attach(s)
	s.mu.Lock()
	s.reading = append(s.reading, &cursor{turn: turn, after: a.After})
	s.mu.Unlock()
	s.signal()
}

// mayRead says whether the session should begin to read the turn. One that it
// reads already needs nothing: what it lacks is on its way.
func (s *Session) mayRead(a Ask) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.reading {
		if c.turn.id == a.Turn && c.turn.conversation == a.Conversation {
			return false
		}
	}
	if len(s.reading) >= s.service.conf.Limits.Reading {
		s.push(&Error{Code: CodeTooFast, Turn: a.Turn})
		return false
	}
	return true
}

func (s *Session) stop(f Stop) {
	if s.service.stop(s.town.ID, f.Turn) {
		return
	}
	// A turn that has ended meanwhile needs no stopping.
	ctx, cancel := context.WithTimeout(s.service.ctx, s.service.conf.Limits.StoreTimeout)
	defer cancel()
	has, err := s.service.conf.Store.Has(ctx, s.town.ID, f.Turn)
	switch {
	case err != nil:
		s.service.conf.Log.Error("turn to stop not looked up", "turn", f.Turn, "err", err)
		s.fail(asError(f.Turn, err))
	case !has:
		s.fail(&Error{Code: CodeUnknownTurn, Turn: f.Turn})
	}
}

func (s *Session) feedback(f Feedback) {
	ctx, cancel := context.WithTimeout(s.service.ctx, s.service.conf.Limits.StoreTimeout)
	defer cancel()
	err := s.service.conf.Store.Feedback(ctx, s.town.ID, f)
	if err == nil {
		return
	}
	e := asError(f.Turn, err)
	if e.Code == CodeFailed {
		s.service.conf.Log.Error("feedback not kept", "turn", f.Turn, "err", err)
		e.message = "chat.error.feedback"
	}
	s.fail(e)
}

// next returns the next frame to write, or how to close, or neither when there
// is nothing to do until the session is signalled.
func (s *Session) next() (frame []byte, end *closing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) > 0 {
		f := s.queue[0]
		s.queue = s.queue[1:]
		return encode(f), nil
	}
	for i, c := range s.reading {
		n := c.turn.read(c)
		switch {
		case n.writing:
			c.told = true
			return encode(progressFrame{V: Version, Type: "progress", Turn: c.turn.id, Step: "writing"}), nil
		case n.sourced:
			c.sourced = true
			return encode(sourcesFrame{V: Version, Type: "sources", Turn: c.turn.id, Sources: orEmpty(n.sources)}), nil
		case n.unit != nil:
			c.after++
			u := n.unit.Typeset()
			u.Citations = orEmpty(u.Citations)
			return encode(deltaFrame{V: Version, Type: "delta", Turn: c.turn.id, Unit: u}), nil
		case n.end != nil:
			c.turn.detach(s, true)
			s.reading = append(s.reading[:i:i], s.reading[i+1:]...)
			return s.ending(c.turn, n.end), nil
		}
	}
	return nil, s.closing
}

func (s *Session) ending(t *liveTurn, e *ending) []byte {
	if e.err != nil {
		return encode(e.err.frame(s.messages, s.town.Contact))
	}
	done := doneFrame{V: Version, Type: "done", Turn: t.id, State: e.state, Outcome: e.outcome, Mode: e.mode}
	if e.state == Complete && wantsContact(e.outcome) && s.town.Contact != (corpus.Contact{}) {
		done.Contact = &s.town.Contact
	}
	return encode(done)
}

// wantsContact says whether the town's contact belongs below an answer. Whoever is
// in danger calls the numbers, and not the town hall; what is no question to a
// town is told whom to ask where that helps, and a greeting is not.
func wantsContact(o rag.Outcome) bool {
	switch o {
	case rag.Answered, rag.Emergency, rag.OutOfScope:
		return false
	}
	return true
}

// fail tells the reader of an error.
func (s *Session) fail(e *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(e)
}

// refuseFrame tells the reader of a frame that cannot be accepted; too many
// end the connection.
func (s *Session) refuseFrame(e *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad++
	s.push(e)
	if s.bad >= s.service.conf.Limits.BadFrames {
		s.closeWith(closePolicy, "too many frames that cannot be accepted")
	}
}

// push queues an error. A reader that lets the queue fill is closed. Call with
// mu held.
func (s *Session) push(e *Error) {
	if len(s.queue) >= s.service.conf.Limits.Queue {
		s.closeWith(closePolicy, "frames are not being read")
		return
	}
	s.queue = append(s.queue, e.frame(s.messages, s.town.Contact))
	s.signal()
}

// closeWith ends the connection once what is due is written. Call with mu held.
func (s *Session) closeWith(code int, reason string) {
	if s.closing == nil {
		s.closing = &closing{code: code, reason: reason}
	}
	s.signal()
}

// close ends the connection once what is due is written.
func (s *Session) close(code int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeWith(code, reason)
}

// goAway tells the reader that the server is shutting down. One that is still
// reading a turn is told by the turn's ending.
func (s *Session) goAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing != nil {
		return
	}
	if len(s.reading) == 0 {
		s.push(&Error{Code: CodeShuttingDown})
	}
	s.closeWith(closeGoingAway, "shutting down")
}

// tooQuiet closes a connection that has been silent for too long while it
// reads nothing.
func (s *Session) tooQuiet(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.service.conf.Limits.FirstFrame
	if s.spoke {
		limit = s.service.conf.Limits.Idle
	}
	if len(s.reading) == 0 && now.Sub(s.lastAt) >= limit {
		s.closeWith(closeGoingAway, "idle")
	}
}

// leave ends the session; left says that the reader closed it, rather than
// that the connection was lost.
func (s *Session) leave(left bool) {
	s.service.mu.Lock()
	delete(s.service.sessions, s)
	s.service.mu.Unlock()
	s.mu.Lock()
	reading := s.reading
	s.reading = nil
	s.mu.Unlock()
	for _, c := range reading {
		c.turn.detach(s, left)
	}
	s.service.wires.Done()
}

func (s *Session) words() *messages.Messages {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.messages
}

// signal wakes the writer; it never blocks.
func (s *Session) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
