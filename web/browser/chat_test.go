package browser

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"guichet/rag"
	"guichet/web/webtest"
)

// script is a scripted chat at /ws. What it does follows from the question:
//
//   - "lune": the answer without evidence
//   - "contact": the same, naming the town's contact
//   - "appeler": the same, naming a number that the cited words have, one that they have not, and a page
//   - "secours": the numbers to call in an emergency
//   - "bonjour": a greeting
//   - "étals": a wide table
//   - "extrait": the answer as excerpts, word for word
//   - "panne": an error, asking again may help
//   - "lent": waits after the second unit until Release, or until it is stopped
//   - "coupe": like "lent", and loses the line there once
//   - anything else: the whole answer at once
type script struct {
	mu          sync.Mutex
	release     chan struct{}
	connected   chan struct{} // closed once somebody is
	connections int
	cut         map[string]bool

	Feedback []Frame // what residents thought
	Asks     []Frame
}

// newScript returns a script that nobody has spoken to.
func newScript() *script {
	return &script{release: make(chan struct{}), connected: make(chan struct{}), cut: map[string]bool{}}
}

// Connected waits until a browser has opened the chat.
func (c *script) Connected(ctx context.Context) {
	select {
	case <-c.connected:
	case <-ctx.Done():
	}
}

// Connections is how often the chat was opened.
func (c *script) Connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connections
}

// Release lets slow answers go on, now and from now on.
func (c *script) Release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.release:
	default:
		close(c.release)
	}
}

// Heard returns the asks and the feedback so far.
func (c *script) Heard() (asks, feedback []Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Frame(nil), c.Asks...), append([]Frame(nil), c.Feedback...)
}

// Frame is a frame from the browser.
type Frame struct {
	V            int    `json:"v"`
	Type         string `json:"type"`
	Conversation string `json:"conversation"`
	Turn         string `json:"turn"`
	Question     string `json:"question"`
	Language     string `json:"language"`
	After        int    `json:"after"`
	Value        string `json:"value"`
	Comment      string `json:"comment"`
}

// ServeHTTP speaks with one browser until it leaves.
func (c *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{} // from its own pages alone
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c.mu.Lock()
	if c.connections++; c.connections == 1 {
		close(c.connected)
	}
	c.mu.Unlock()
	line := &line{conn: conn}
	defer line.hangUp()
	stops := map[string]context.CancelFunc{}
	defer func() {
		for _, stop := range stops {
			stop()
		}
	}()
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f Frame
		if json.Unmarshal(data, &f) != nil {
			return
		}
		switch f.Type {
		case "ask":
			c.note(&c.Asks, f)
			ctx, stop := context.WithCancel(r.Context())
			stops[f.Turn] = stop
			go c.answer(ctx, line, f)
		case "stop":
			if stop, ok := stops[f.Turn]; ok {
				stop()
			}
		case "feedback":
			c.note(&c.Feedback, f)
		}
	}
}

func (c *script) note(list *[]Frame, f Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*list = append(*list, f)
}

func (c *script) answer(ctx context.Context, l *line, f Frame) {
	if strings.Contains(f.Question, "panne") {
		l.say(map[string]any{"type": "error", "turn": f.Turn, "code": "failed", "message": "La réponse n’a pas pu être préparée. Réessayez dans un instant.", "retry": true})
		return
	}
	a := webtest.Cantine()
	if strings.Contains(f.Question, "lune") || strings.Contains(f.Question, "contact") || strings.Contains(f.Question, "appeler") {
		a = webtest.NoEvidence()
	}
	if strings.Contains(f.Question, "appeler") {
		a.Units[1].Text = "La piscine : 02.61.91.20.00 ou +33 2 61 91 20 00, sinon 02 61 91 20 99, piscine@ville.example, 0 800 123 456."
		a.Units[1].Citations = []rag.Citation{{N: 1, Document: "piscine", Title: "Piscine", Quote: "Tél. : 02 61 91 20 00, 0800 123 456 ; piscine@ville.example. Le 01-02-2026 10 h."}}
		a.Units = append(a.Units, rag.Unit{N: 3, Kind: rag.Item, Text: "Piscine", Link: "https://www.saint-aubin.example/piscine"})
	}
	if strings.Contains(f.Question, "contact") {
		a.Units[1].Text = "Appelez le 02\u00a099\u00a000\u00a000\u00a000 ou écrivez à accueil@saint-aubin.example, et non à x@example.org."
	}
	if strings.Contains(f.Question, "secours") {
		a = webtest.Emergency()
	}
	if strings.Contains(f.Question, "bonjour") {
		a = rag.Answer{Outcome: rag.OutOfScope, Mode: rag.ModeQuoted, Units: []rag.Unit{{N: 1, Kind: rag.Sentence, Text: "Bonjour\u00a0! Quelle est votre question\u00a0?"}}}
	}
	if strings.Contains(f.Question, "étals") {
		a = webtest.Markets()
	}
	if strings.Contains(f.Question, "extrait") {
		a.Mode = rag.ModeQuoted
	}
	l.say(map[string]any{"type": "sources", "turn": f.Turn, "sources": a.Sources})
	for _, u := range a.Units {
		if u.N <= f.After {
			continue
		}
		if u.N == 3 && !c.wait(ctx, l, f) {
			return
		}
		l.say(map[string]any{"type": "delta", "turn": f.Turn, "unit": u.Typeset()})
	}
	done := map[string]any{"type": "done", "turn": f.Turn, "state": "complete", "outcome": a.Outcome, "mode": a.Mode}
	if a.Outcome == rag.NoEvidence {
		done["contact"] = webtest.Town().Contact
	}
	l.say(done)
}

// wait holds a slow answer; false says that it ends here.
func (c *script) wait(ctx context.Context, l *line, f Frame) bool {
	cuts := strings.Contains(f.Question, "coupe")
	c.mu.Lock()
	release, cutBefore := c.release, c.cut[f.Turn]
	c.cut[f.Turn] = true
	c.mu.Unlock()
	if cuts && !cutBefore {
		l.hangUp()
		return false
	}
	if !cuts && !strings.Contains(f.Question, "lent") {
		return true
	}
	select {
	case <-release:
		return true
	case <-ctx.Done():
		l.say(map[string]any{"type": "done", "turn": f.Turn, "state": "cancelled", "outcome": rag.Answered, "mode": rag.ModeModel})
		return false
	}
}

// line is a browser's connection; several answers may write to it.
type line struct {
	mu   sync.Mutex
	conn *websocket.Conn
}

// say sends a frame; a browser that has left hears nothing.
func (l *line) say(frame map[string]any) {
	frame["v"] = 1
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.conn.WriteJSON(frame)
}

func (l *line) hangUp() { _ = l.conn.Close() }
