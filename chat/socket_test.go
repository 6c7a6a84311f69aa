package chat_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"guichet/chat"
	"guichet/corpus"
	"guichet/rag"
)

func TestOrigins(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{})
	host := strings.TrimPrefix(f.server.URL, "http://")
	for _, c := range []struct {
		origin, query string
		status        int
	}{
		{"http://" + host, "", 101},
		{"http://" + host, "?town=autre", 101},
		{"https://www.ville.test", "", 101},
		{"https://WWW.ville.test:443", "", 101},
		{"http://www.ville.test", "", 403},
		{"https://www.ville.test:8443", "", 403},
		{"https://ville.test", "", 403},
		{"https://www.ville.test.evil.test", "", 403},
		{"https://www.ville.test", "?town=autre", 403}, // not that town's
		{"https://evil.test", "", 403},
		{"null", "", 403},
		{"://", "", 403},
		{"", "", 101}, // as this fixture is configured
	} {
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		status, body := f.refused(header, c.query)
		if status != c.status {
			t.Errorf("origin %q, town %q: status %d, want %d", c.origin, c.query, status, c.status)
		}
		if status == 403 && !strings.Contains(body, "ce site") {
			t.Errorf("origin %q: body %q", c.origin, body)
		}
	}
	strict := f.beside(units(1), chat.Limits{}, func(c *chat.Config) { c.AllowNoOrigin = false })
	if status, _ := strict.refused(nil, ""); status != 403 {
		t.Errorf("without an origin: status %d, want 403", status)
	}
}

func TestRefusedBeforeUpgrade(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{Connections: 1})
	if status, body := f.refused(http.Header{"Accept-Language": {"en"}}, "?town=inconnue"); status != 404 || !strings.Contains(body, "do not know this town") {
		t.Errorf("unknown town: %d %q", status, body)
	}
	plain := httptest.NewRecorder()
	f.service.Handler().ServeHTTP(plain, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/ws", nil))
	if plain.Code != http.StatusUpgradeRequired {
		t.Errorf("plain request: %d", plain.Code)
	}
	c := f.dial()
	if status, body := f.refused(nil, ""); status != 503 || !strings.Contains(body, "réessayer") {
		t.Errorf("one connection too many: %d %q", status, body)
	}
	c.leave()
	eventually(t, "the place is free again", func() bool {
		status, _ := f.refused(nil, "")
		return status == 101
	})
}

// TestTownsThatCannotBe asks the real store, which cannot look up every text.
func TestTownsThatCannotBe(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{})
	actual := f.beside(units(1), chat.Limits{}, func(c *chat.Config) { c.Towns = corpus.NewStore(f.pool) })
	for _, slug := range []string{"%00", "a%00b", "%ff", strings.Repeat("a", 5000)} {
		if status, _ := actual.refused(nil, "?town="+slug); status != 404 {
			t.Errorf("town %.20q: status %d, want 404", slug, status)
		}
	}
	if logged := actual.log.String(); logged != "" {
		t.Errorf("logged: %s", logged)
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{})
	c := f.dial()
	for _, q := range []struct {
		question, language string
		code               chat.Code
		words              string
	}{
		{"", "fr", chat.CodeEmpty, "vide"},
		{" \n\t ", "en", chat.CodeEmpty, "empty"},
		{strings.Repeat("é", 2001), "fr", chat.CodeTooLong, "raccourcir"},
		{strings.Repeat("\x01\x02", 9) + "MZ", "fr", chat.CodeNotText, "caractères"},
	} {
		c.send(map[string]any{"type": "ask", "conversation": id(), "turn": id(), "question": q.question, "language": q.language})
		if e := c.wantError(q.code); !strings.Contains(e.Message, q.words) || e.Turn == "" {
			t.Errorf("%s: %+v", q.code, e)
		}
	}
	if n := f.count(`SELECT count(*) FROM conversations`); n != 0 {
		t.Errorf("%d conversations stored", n)
	}
	c.send(map[string]any{"type": "ask", "conversation": id(), "turn": id(), "question": strings.Repeat("é", 2000)})
	c.want("sources")
}

func TestFramesThatAreRefused(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{BadFrames: 100})
	c := f.dial()
	ask := `{"v":1,"type":"ask","conversation":"` + id() + `","turn":"` + id() + `","question":"a"`
	for data, code := range map[string]chat.Code{
		``:                             chat.CodeBadFrame,
		`bonjour`:                      chat.CodeBadFrame,
		`[]`:                           chat.CodeBadFrame,
		`{"v":1}{"v":1}`:               chat.CodeBadFrame,
		`{"v":"1","type":"ask"}`:       chat.CodeBadFrame,
		`{"type":"ask"}`:               chat.CodeUnknownVersion,
		`{"v":2,"type":"ask"}`:         chat.CodeUnknownVersion,
		`{"v":1,"type":"shout"}`:       chat.CodeUnknownType,
		`{"v":1}`:                      chat.CodeUnknownType,
		`{"v":1,"type":"ask"}`:         chat.CodeBadFrame,
		`{"v":1,"type":"stop"}`:        chat.CodeBadFrame,
		ask + `,"after":"2"}`:          chat.CodeBadFrame,
		ask + `,"after":-1}`:           chat.CodeBadFrame,
		ask + `,"after":1000000}`:      chat.CodeBadFrame,
		ask + `,"question":["a"]}`:     chat.CodeBadFrame,
		ask + `,"conversation":"moi"}`: chat.CodeBadFrame,
		ask + `,"conversation":"00000000-0000-0000-0000-000000000000"}`: chat.CodeBadFrame,
		`{"v":1,"type":"feedback","turn":"` + id() + `","value":"meh"}`: chat.CodeBadFrame,
	} {
		c.sendRaw(websocket.TextMessage, data)
		if e := c.recv(); e.Type != "error" || e.Code != code || e.Message == "" {
			t.Errorf("%s: got %+v, want %s", data, e, code)
		}
	}
	c.sendRaw(websocket.TextMessage, ask+`,"colour":"blue"}`) // unknown fields are passed over
	c.want("sources")
}

func TestSocketIsClosedOn(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{BadFrames: 3})
	for name, c := range map[string]struct {
		kind int
		data string
		code int
	}{
		"invalid UTF-8":       {websocket.TextMessage, "{\"v\":1,\"type\":\"\xff\"}", websocket.CloseInvalidFramePayloadData},
		"binary frame":        {websocket.BinaryMessage, "{}", websocket.CloseUnsupportedData},
		"frame over 16 KiB":   {websocket.TextMessage, strings.Repeat(" ", 16<<10+1), websocket.CloseMessageTooBig},
		"too many bad frames": {websocket.TextMessage, "{", websocket.ClosePolicyViolation},
	} {
		t.Log(name)
		client := f.dial()
		for range 3 {
			if client.conn.WriteMessage(c.kind, []byte(c.data)) != nil {
				break
			}
		}
		client.wantClose(c.code)
	}
}

func TestFramesThatComeTooFast(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{FrameBurst: 2, FrameEvery: time.Hour, BadFrames: 2})
	c := f.dial()
	stop := map[string]any{"type": "stop", "turn": id()}
	c.send(stop)
	c.send(stop)
	c.wantError(chat.CodeUnknownTurn)
	c.wantError(chat.CodeUnknownTurn)
	c.send(stop)
	c.wantError(chat.CodeTooFast)
	c.send(stop)
	c.wantError(chat.CodeTooFast)
	c.wantClose(websocket.ClosePolicyViolation)
}

// TestSlowReader has one browser that reads nothing of a large answer: its
// socket is closed, another's is not held up, and the turn can be taken up.
func TestSlowReader(t *testing.T) {
	const n = 300
	long := strings.Repeat("Très long. ", 3000)
	lost, release := make(chan struct{}), make(chan struct{})
	f := newFixture(t, answerFunc(func(ctx context.Context, _ rag.Request, to rag.Sink) (rag.Answer, error) {
		for i := 1; i <= n; i++ {
			if i == n { // the turn must outlast the slow socket
				close(lost)
				select {
				case <-release:
				case <-ctx.Done():
					return rag.Answer{}, ctx.Err()
				}
			}
			if err := to.Unit(ctx, rag.Unit{N: i, Kind: rag.Sentence, Text: long}); err != nil {
				return rag.Answer{}, err
			}
		}
		return rag.Answer{Outcome: rag.Answered}, nil
	}), chat.Limits{WriteTimeout: 3 * time.Second, Grace: time.Hour, CloseTimeout: 10 * time.Millisecond})
	conversation, turn := id(), id()
	slow, fast := f.dial(), f.dial()
	if err := slow.conn.NetConn().(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	slow.ask(conversation, turn, 0)
	within(t, "the answer is not held up", lost)
	fast.ask(conversation, turn, 0)
	for i := 1; i < n; i++ {
		if u := fast.want("delta").Unit; u.N != i {
			t.Fatalf("unit %d, want %d", u.N, i)
		}
	}
	fast.lose() // only the slow one is left: the turn is its own
	eventually(t, "the slow socket is cut", func() bool { return f.service.Stats().Connections == 0 })
	again := f.dial()
	again.ask(conversation, turn, n-1)
	close(release)
	if u := again.want("delta").Unit; u.N != n {
		t.Fatalf("unit %d, want %d", u.N, n)
	}
	again.want("done")
}

func TestDeadSocketIsNoticed(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{
		PingEvery: 10 * time.Millisecond, PongTimeout: 100 * time.Millisecond, Grace: 10 * time.Millisecond,
	})
	alive, dead := f.dial(), f.dial()
	alive.conn.SetPingHandler(func(string) error {
		return alive.conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(patience))
	})
	dead.ask(id(), id(), 0)
	dead.wantUnits(1, 1)
	// From now on dead reads nothing, so that it answers no ping.
	go func() { _, _ = alive.read() }()
	within(t, "its turn is cancelled", ended)
	if n := f.service.Stats().Connections; n != 1 {
		t.Errorf("%d connections, want the one that answers", n)
	}
}

func TestQuietSocketsAreClosed(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{PingEvery: 5 * time.Millisecond, FirstFrame: 20 * time.Millisecond, Idle: 40 * time.Millisecond})
	f.dial().wantClose(websocket.CloseGoingAway)
	c := f.dial()
	c.ask(id(), id(), 0)
	c.want("sources")
	c.wantClose(websocket.CloseGoingAway)
}

func TestShutdown(t *testing.T) {
	ended := make(chan error, 1)
	f := newFixture(t, waiting(ended), chat.Limits{Grace: time.Hour})
	asking, idle := f.dial(), f.dial()
	conversation, turn := id(), id()
	asking.ask(conversation, turn, 0)
	asking.wantUnits(1, 1)
	closed := make(chan struct{})
	go func() {
		f.shutdown()
		close(closed)
	}()
	if e := asking.wantError(chat.CodeShuttingDown); e.Turn != turn || !e.Retry {
		t.Errorf("error: %+v", e)
	}
	asking.wantClose(websocket.CloseGoingAway)
	idle.wantError(chat.CodeShuttingDown)
	idle.wantClose(websocket.CloseGoingAway)
	within(t, "shut down", closed)
	within(t, "the model's context ends", ended)
	if s := f.state(turn); s != "failed" {
		t.Errorf("stored as %s", s)
	}
	if status, _ := f.refused(nil, ""); status != 503 {
		t.Errorf("dial after shutdown: %d", status)
	}
}

func TestDatabaseThatFailsIsToldInKindWords(t *testing.T) {
	f := newFixture(t, units(1), chat.Limits{})
	c := f.dial()
	if _, err := f.pool.Exec(t.Context(), `ALTER TABLE turns RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	c.ask(id(), id(), 0)
	if e := c.wantError(chat.CodeFailed); strings.Contains(e.Message, "turns") {
		t.Errorf("message %q", e.Message)
	}
	c.send(map[string]any{"type": "feedback", "turn": id(), "value": "up"})
	if e := c.wantError(chat.CodeFailed); !strings.Contains(e.Message, "avis") {
		t.Errorf("message %q", e.Message)
	}
	lost := f.beside(units(1), chat.Limits{}, func(c *chat.Config) { c.Towns = brokenTowns{} })
	if status, body := lost.refused(nil, ""); status != 500 || strings.Contains(body, "10.0.0.3") {
		t.Errorf("town not found for an inner reason: %d %q", status, body)
	}
}

type brokenTowns struct{}

func (brokenTowns) Town(context.Context, string) (corpus.Town, error) {
	return corpus.Town{}, errors.New("dial tcp 10.0.0.3: refused")
}

func (b brokenTowns) DefaultTown(ctx context.Context) (corpus.Town, error) { return b.Town(ctx, "") }

func FuzzDecode(f *testing.F) {
	turn := id()
	for _, seed := range []string{
		`{"v":1,"type":"ask","conversation":"` + turn + `","turn":"` + turn + `","question":"a","language":"fr","after":3}`,
		`{"v":1,"type":"stop","turn":"` + turn + `"}`,
		`{"v":1,"type":"feedback","turn":"` + turn + `","value":"up","comment":"\u0000"}`,
		`{"v":1e400}`, `null`, `{"v":1,"type":"ask","after":9223372036854775808}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := chat.Decode(data)
		var e *chat.Error
		switch fr := frame.(type) {
		case nil:
			if !errors.As(err, &e) || e.Code == "" || e.Code == chat.CodeFailed {
				t.Fatalf("refused with %v", err)
			}
		case chat.Ask:
			if fr.After < 0 || fr.Turn == fr.Conversation && fmt.Sprint(fr.Turn) == strings.Repeat("0", 8) {
				t.Fatalf("accepted %+v", fr)
			}
		case chat.Feedback:
			if len([]rune(fr.Comment)) > 1000 {
				t.Fatalf("accepted a comment of %d characters", len(fr.Comment))
			}
		}
	})
}
