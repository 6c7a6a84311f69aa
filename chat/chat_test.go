package chat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/postgres"
	"guichet/internal/postgrestest"
	"guichet/rag"
)

// secret stands in every question of these tests and must never be logged.
const secret = "Motsecret"

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// answerFunc is a fake answerer.
type answerFunc func(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error)

func (f answerFunc) Answer(ctx context.Context, r rag.Request, to rag.Sink) (rag.Answer, error) {
	return f(ctx, r, to)
}

func (answerFunc) Intake(_ context.Context, r rag.Request) (rag.Request, error) { return r, nil }

// units answers with n units at once.
func units(n int) answerFunc {
	return paced(n, nil)
}

// paced answers with n units, each after something was received from pace.
func paced(n int, pace <-chan struct{}) answerFunc {
	return func(ctx context.Context, _ rag.Request, to rag.Sink) (rag.Answer, error) {
		a := rag.Answer{Mode: rag.ModeQuoted, Usage: rag.Usage{Model: "fake", Prompt: 7, Completion: -1}, TimingsMS: map[string]float64{"total": 1.5}}
		if err := to.Sources(ctx, []rag.Source{source}); err != nil {
			return a, err
		}
		for i := 1; i <= n; i++ {
			if pace != nil {
				select {
				case <-pace:
				case <-ctx.Done():
					return a, ctx.Err()
				}
			}
			u := unit(i)
			if err := to.Unit(ctx, u); err != nil {
				return a, err
			}
			a.Units = append(a.Units, u)
		}
		a.Outcome = rag.Answered
		return a, nil
	}
}

var source = rag.Source{N: 1, Document: "dechets", Title: "Les déchets", URL: "https://ville.test/dechets#horaires", Headings: "Horaires", Edition: 3, PassageID: 9}

func unit(n int) rag.Unit {
	return rag.Unit{N: n, Kind: rag.Sentence, Text: fmt.Sprintf("Phrase %d.", n), Citations: []rag.Citation{{
		N: 1, Document: "dechets", Title: "Les déchets", URL: source.URL, Headings: source.Headings, Quote: "Ouvert le lundi", Edition: 3, Passage: 9,
	}}}
}

// towns are two towns, the first of them the database's default.
type towns struct{ list []corpus.Town }

func (t towns) Town(_ context.Context, slug string) (corpus.Town, error) {
	for _, town := range t.list {
		if town.Slug == slug {
			return town, nil
		}
	}
	return corpus.Town{}, fmt.Errorf("town %s: %w", slug, corpus.ErrNotFound)
}

func (t towns) DefaultTown(context.Context) (corpus.Town, error) { return t.list[0], nil }

func (t towns) Scope(_ context.Context, townID int64, _ ...string) (corpus.Scope, error) {
	return corpus.Scope{TownID: townID}, nil
}

// quietLog gathers logs from many goroutines.
type quietLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *quietLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *quietLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// fixture is a chat server on a database of its own.
type fixture struct {
	t       testing.TB
	pool    *pgxpool.Pool
	towns   towns
	adjust  func(*chat.Config) // before the service is made; may be nil
	service *chat.Service
	server  *httptest.Server
	log     *quietLog
}

// newFixture starts a chat with this answerer and these limits.
func newFixture(t testing.TB, a chat.Answerer, limits chat.Limits) *fixture {
	t.Helper()
	url := postgrestest.URL(t)
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { // after the servers were shut down and the database closed
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}
	})
	pool := openPool(t, url, 8)
	f := &fixture{t: t, pool: pool}
	var id int64
	if err := pool.QueryRow(t.Context(), `SELECT id FROM towns WHERE is_default`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	f.towns.list = append(f.towns.list, corpus.Town{
		ID: id, Slug: "ma-ville", Origins: []string{"https://www.ville.test"},
		Contact: corpus.Contact{Name: "Mairie", Phone: "01 23 45 67 89"},
	})
	if err := pool.QueryRow(t.Context(), `INSERT INTO towns (slug, name) VALUES ('autre', 'Autre') RETURNING id`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	f.towns.list = append(f.towns.list, corpus.Town{ID: id, Slug: "autre"})
	f.start(a, limits)
	return f
}

// openPool opens the database at url until the test ends.
func openPool(t testing.TB, url string, conns int32) *pgxpool.Pool {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db.Pool
}

// beside starts another server on the same database.
func (f *fixture) beside(a chat.Answerer, limits chat.Limits, adjust ...func(*chat.Config)) *fixture {
	other := &fixture{t: f.t, pool: f.pool, towns: f.towns}
	if len(adjust) > 0 {
		other.adjust = adjust[0]
	}
	other.start(a, limits)
	return other
}

func (f *fixture) start(a chat.Answerer, limits chat.Limits) {
	f.t.Helper()
	catalogue, err := messages.Load()
	if err != nil {
		f.t.Fatal(err)
	}
	if limits.AskBurst == 0 {
		limits.AskBurst = 1000
	}
	if limits.ConnectionAskBurst == 0 {
		limits.ConnectionAskBurst = 1000
	}
	if limits.ServerAskBurst == 0 {
		limits.ServerAskBurst = 1_000_000
	}
	f.log = &quietLog{}
	conf := chat.Config{
		Answerer: a, Scopes: f.towns, Towns: f.towns, Store: chat.NewStore(f.pool),
		Messages: catalogue, Limits: limits, AllowNoOrigin: true,
		Log: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if f.adjust != nil {
		f.adjust(&conf)
	}
	f.service = chat.New(conf)
	f.server = httptest.NewServer(f.service.Handler())
	f.t.Cleanup(func() {
		f.shutdown()
		f.server.Close()
		if strings.Contains(f.log.String(), secret) {
			f.t.Errorf("a resident's words were logged:\n%s", f.log)
		}
	})
}

func (f *fixture) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := f.service.Shutdown(ctx); err != nil {
		f.t.Errorf("shutdown: %v", err)
	}
}

// count returns a number from the database.
func (f *fixture) count(query string, args ...any) int {
	f.t.Helper()
	var n int
	if err := f.pool.QueryRow(f.t.Context(), query, args...).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

// state returns the stored state of a turn.
func (f *fixture) state(turn string) string {
	f.t.Helper()
	var state string
	if err := f.pool.QueryRow(f.t.Context(), `SELECT state FROM turns WHERE id = $1`, turn).Scan(&state); err != nil {
		f.t.Fatal(err)
	}
	return state
}

// frame is any frame from the server.
type frame struct {
	V       int
	Type    string
	Turn    string
	Sources []rag.Source
	Unit    rag.Unit
	State   chat.State
	Outcome rag.Outcome
	Mode    rag.Mode
	Contact *corpus.Contact
	Code    chat.Code
	Message string
	Retry   bool
}

// client is a resident's browser.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

func (f *fixture) dial(query ...string) *client {
	f.t.Helper()
	conn, resp, err := websocket.DefaultDialer.DialContext(f.t.Context(), f.address(query...), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = resp.Body.Close()
	c := &client{t: f.t, conn: conn}
	f.t.Cleanup(func() { _ = conn.Close() })
	return c
}

func (f *fixture) address(query ...string) string {
	return "ws" + strings.TrimPrefix(f.server.URL, "http") + "/ws" + strings.Join(query, "")
}

// refused dials and returns the answer that is not an upgrade.
func (f *fixture) refused(header http.Header, query string) (status int, body string) {
	f.t.Helper()
	conn, resp, err := websocket.DefaultDialer.DialContext(f.t.Context(), f.address(query), header)
	if resp == nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err == nil {
		_ = conn.Close()
		return resp.StatusCode, ""
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (c *client) send(frame map[string]any) {
	c.t.Helper()
	if _, ok := frame["v"]; !ok {
		frame["v"] = 1
	}
	b, err := json.Marshal(frame)
	if err != nil {
		c.t.Fatal(err)
	}
	c.sendRaw(websocket.TextMessage, string(b))
}

func (c *client) sendRaw(kind int, data string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(kind, []byte(data)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// ask sends a question.
func (c *client) ask(conversation, turn string, after int) {
	c.t.Helper()
	c.send(map[string]any{
		"type": "ask", "conversation": conversation, "turn": turn,
		"question": "Quand ouvre la déchèterie, " + secret + " ?", "language": "fr", "after": after,
	})
}

// recv returns the next frame.
func (c *client) recv() frame {
	c.t.Helper()
	f, err := c.read()
	if err != nil {
		c.t.Fatalf("receive: %v", err)
	}
	return f
}

func (c *client) read() (frame, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return frame{}, err
	}
	_, b, err := c.conn.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		return f, err
	}
	if f.V != 1 {
		return f, fmt.Errorf("frame of version %d: %s", f.V, b)
	}
	return f, nil
}

// want returns the next frame, which must be of this type.
func (c *client) want(kind string) frame {
	c.t.Helper()
	f := c.recv()
	for f.Type == "progress" && kind != "progress" { // it comes or not, as the reader is quick
		f = c.recv()
	}
	if f.Type != kind {
		c.t.Fatalf("got %+v, want a frame %q", f, kind)
	}
	return f
}

// wantUnits reads the units first to last.
func (c *client) wantUnits(first, last int) {
	c.t.Helper()
	for n := first; n <= last; n++ {
		f := c.want("delta")
		if f.Unit.N != n || f.Unit.Text != unit(n).Text {
			c.t.Fatalf("got unit %d %q, want %d", f.Unit.N, f.Unit.Text, n)
		}
	}
}

// wantError reads an error frame with this code.
func (c *client) wantError(code chat.Code) frame {
	c.t.Helper()
	f := c.want("error")
	if f.Code != code {
		c.t.Fatalf("got error %q (%s), want %q", f.Code, f.Message, code)
	}
	if f.Message == "" || strings.HasPrefix(f.Message, "chat.") {
		c.t.Fatalf("error %q has no words: %q", code, f.Message)
	}
	return f
}

// wantClose reads until the connection ends, which must be with this code.
func (c *client) wantClose(code int) {
	c.t.Helper()
	for {
		_, err := c.read()
		var closed *websocket.CloseError
		switch {
		case err == nil:
		case errors.As(err, &closed) && closed.Code == code:
			return
		default:
			c.t.Fatalf("got %v, want close %d", err, code)
		}
	}
}

// leave closes the connection as a browser does whose page is left.
func (c *client) leave() {
	c.t.Helper()
	m := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
	if err := c.conn.WriteControl(websocket.CloseMessage, m, time.Now().Add(patience)); err != nil {
		c.t.Fatal(err)
	}
}

// lose cuts the connection without a word.
func (c *client) lose() { _ = c.conn.NetConn().Close() }

func id() string { return uuid.NewString() }

// eventually waits until ok says yes.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// within waits for something that must come.
func within[T any](t testing.TB, what string, ch <-chan T) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(patience):
		t.Fatalf("never happened: %s", what)
	}
}
