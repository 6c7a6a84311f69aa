package chat

import "time"

// Limits are the bounds within which a Service works. A zero field takes its
// default.
type Limits struct {
	Running     int           // turns being answered at once on this server: 256
	TurnTimeout time.Duration // of one answer: 120 s
	Grace       time.Duration // a turn goes on after its last connection was lost: 10 s
	LeaveGrace  time.Duration // and after its last page was left, which may be a reload: 3 s
	AskEvery    time.Duration // a conversation may ask this often in the long run: 3 s
	AskBurst    int           // and so many times at once: 5
	History     int           // earlier questions that the answerer is given: 6

	// A browser makes up its conversations, so that it is bound as well, and
	// all of them together by what two cores were measured to carry.
	ConnectionRunning  int           // turns that a connection has answered at once: 2
	ConnectionAskEvery time.Duration // a connection may ask this often in the long run: 3 s
	ConnectionAskBurst int           // and so many times at once: 8
	ServerAskEvery     time.Duration // all connections may ask this often in the long run: 5 ms
	ServerAskBurst     int           // and so many times at once: 256

	Beat         time.Duration // between signs of life of running turns: 5 s
	Stale        time.Duration // silence after which an open turn is dead: 20 s
	StoreTimeout time.Duration // of one write of the store: 10 s

	Connections  int           // open at once on this server: 10 000
	FrameBytes   int64         // of one frame from the browser: 16 KiB
	FrameEvery   time.Duration // a connection may send a frame this often: 100 ms
	FrameBurst   int           // and so many at once: 40
	BadFrames    int           // refused frames before the connection is closed: 20
	Queue        int           // error frames that wait for a slow reader: 32
	Reading      int           // turns that a connection reads at once: 16
	WriteTimeout time.Duration // in which a reader takes a frame: 10 s
	PongTimeout  time.Duration // in which a reader shows a sign of life: 60 s
	PingEvery    time.Duration // sooner than PongTimeout: 25 s
	FirstFrame   time.Duration // a connection that asks nothing is closed: 10 min
	Idle         time.Duration // as is one that has asked and fell silent: 30 min
	CloseTimeout time.Duration // in which a reader answers the closing of its connection: 1 s
}

func (l Limits) orDefaults() Limits {
	count := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	last := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	count(&l.Running, 256)
	last(&l.TurnTimeout, 120*time.Second)
	last(&l.Grace, 10*time.Second)
	last(&l.LeaveGrace, 3*time.Second)
	last(&l.AskEvery, 3*time.Second)
	count(&l.AskBurst, 5)
	count(&l.History, 6)
	count(&l.ConnectionRunning, 2)
	last(&l.ConnectionAskEvery, 3*time.Second)
	count(&l.ConnectionAskBurst, 8)
	last(&l.ServerAskEvery, 5*time.Millisecond)
	count(&l.ServerAskBurst, 256)
	last(&l.Beat, 5*time.Second)
	last(&l.Stale, 20*time.Second)
	last(&l.StoreTimeout, 10*time.Second)
	count(&l.Connections, 10_000)
	if l.FrameBytes == 0 {
		l.FrameBytes = 16 << 10
	}
	last(&l.FrameEvery, 100*time.Millisecond)
	count(&l.FrameBurst, 40)
	count(&l.BadFrames, 20)
	count(&l.Queue, 32)
	count(&l.Reading, 16)
	last(&l.WriteTimeout, 10*time.Second)
	last(&l.PongTimeout, 60*time.Second)
	last(&l.PingEvery, 25*time.Second)
	last(&l.FirstFrame, 10*time.Minute)
	last(&l.Idle, 30*time.Minute)
	last(&l.CloseTimeout, time.Second)
	return l
}
