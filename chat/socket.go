package chat

import (
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// serve drives the session over the socket with two goroutines: one reads, one
// writes. The reader owns the end: when it is done, so is the session.
func (s *Service) serve(session *Session, conn *websocket.Conn) {
	done := make(chan struct{})
	// The reader comes last: when it leaves, nothing of this socket is left to be
	// counted, and Shutdown may have waited for that.
	s.wires.Go(func() {
		// A reader that waits on a dead socket is woken by its closing.
		defer func() { _ = conn.Close() }()
		defer s.recoverSocket()
		s.write(session, conn, done)
	})
	s.wires.Go(func() {
		defer func() { _ = conn.Close() }()
		defer close(done)
		left := false
		defer func() { session.leave(left) }()
		defer s.recoverSocket()
		left = s.read(session, conn)
	})
}

func (s *Service) recoverSocket() {
	if p := recover(); p != nil {
		s.logPanic("chat connection panicked", p)
	}
}

// read hands frames to the session until the connection ends, and says whether
// the browser closed it on purpose.
func (s *Service) read(session *Session, conn *websocket.Conn) (left bool) {
	conn.SetReadLimit(s.conf.Limits.FrameBytes)
	alive := func() error { return conn.SetReadDeadline(time.Now().Add(s.conf.Limits.PongTimeout)) }
	conn.SetPongHandler(func(string) error { return alive() })
	for {
		if err := alive(); err != nil {
			return false
		}
		kind, data, err := conn.ReadMessage()
		if err != nil {
			// A page that drops a doubtful connection to open another closes
			// it without a code: that is not leaving.
			return websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway)
		}
		switch {
		case kind == websocket.BinaryMessage:
			session.close(closeUnsupported, "text frames only")
		case !utf8.Valid(data): // which gorilla leaves to us
			session.close(closeNotText, "not UTF-8")
		default:
			session.receive(data)
			continue
		}
		return drain(conn)
	}
}

// drain waits until the writer has closed the connection. What still comes is
// passed over.
func drain(conn *websocket.Conn) bool {
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return false
		}
	}
}

// write writes what the session has, pings, and closes the connection when the
// session is at its end.
func (s *Service) write(session *Session, conn *websocket.Conn, done <-chan struct{}) {
	ping := time.NewTicker(s.conf.Limits.PingEvery)
	defer ping.Stop()
	for {
		frame, end := session.next()
		deadline := time.Now().Add(s.conf.Limits.WriteTimeout)
		switch {
		case frame != nil:
			if conn.SetWriteDeadline(deadline) != nil || conn.WriteMessage(websocket.TextMessage, frame) != nil {
				return
			}
			continue
		case end != nil:
			s.farewell(conn, end, done)
			return
		}
		select {
		case <-done:
			return
		case <-session.wake:
		case now := <-ping.C:
			session.tooQuiet(now)
			if conn.WriteControl(websocket.PingMessage, nil, deadline) != nil {
				return
			}
		}
	}
}

// farewell sends the close frame and gives the browser a moment to answer it.
func (s *Service) farewell(conn *websocket.Conn, end *closing, done <-chan struct{}) {
	message := websocket.FormatCloseMessage(end.code, end.reason)
	if conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(s.conf.Limits.CloseTimeout)) != nil {
		return
	}
	timer := time.NewTimer(s.conf.Limits.CloseTimeout)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}
