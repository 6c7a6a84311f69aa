package llmtest

import (
	"encoding/json"
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a running model server.
type Server struct {
	// URL is the base address a client is configured with, ending in /v1.
	URL string

	http   *httptest.Server
	script func(Request) Script
	quit   chan struct{}
	once   sync.Once

	mu       sync.Mutex
	requests []Request
}

// Request is what a client sent.
type Request struct {
	N        int // from 0, in order of arrival
	Path     string
	Header   http.Header
	Body     []byte
	Model    string
	Messages []Message
	Input    []string // of embeddings
}

// Message is one of a chat's messages.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Last returns the last message's text.
func (r Request) Last() string {
	if len(r.Messages) == 0 {
		return ""
	}
	return r.Messages[len(r.Messages)-1].Content
}

// New starts a server that treats its first request by the first script, and
// so on; the last script stands for all further requests. It is closed when
// the test ends.
func New(tb testing.TB, scripts ...Script) *Server {
	tb.Helper()
	if len(scripts) == 0 {
		scripts = []Script{{}}
	}
	return NewFunc(tb, func(r Request) Script { return scripts[min(r.N, len(scripts)-1)] })
}

// NewFunc starts a server that asks script how to treat each request. script
// is called by many goroutines at once.
func NewFunc(tb testing.TB, script func(Request) Script) *Server {
	tb.Helper()
	s := &Server{script: script, quit: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.serve(chat))
	mux.HandleFunc("POST /v1/embeddings", s.serve(embed))
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL + "/v1"
	tb.Cleanup(s.Close)
	return s
}

// Close ends hanging streams and stops the server. It may be called twice.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.quit)
		s.http.Close()
	})
}

// Requests returns what was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) serve(reply func(*stream, Request, Script)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client left
		}
		var parsed struct {
			Model    string    `json:"model"`
			Messages []Message `json:"messages"`
			Input    []string  `json:"input"`
		}
		if err := json.Unmarshal(body, &parsed); err != nil {
			http.Error(w, `{"error":{"message":"request is no JSON"}}`, http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		req := Request{
			N: len(s.requests), Path: r.URL.Path, Header: r.Header.Clone(), Body: body,
			Model: parsed.Model, Messages: parsed.Messages, Input: parsed.Input,
		}
		s.requests = append(s.requests, req)
		s.mu.Unlock()

		script := s.script(req)
		if script.Status != 0 && script.Status != http.StatusOK {
			if script.RetryAfter != "" {
				w.Header().Set("Retry-After", script.RetryAfter)
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(script.Status)
			_, _ = io.WriteString(w, script.Body)
			return
		}
		reply(&stream{w: w, done: r.Context().Done(), quit: s.quit}, req, script)
	}
}

// stream writes one reply.
type stream struct {
	w    http.ResponseWriter
	done <-chan struct{} // the client left
	quit <-chan struct{} // the server closes
}

// wait returns false when the stream ends before d is over.
func (s *stream) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
	case <-s.quit:
	}
	return false
}

func (s *stream) line(data string) {
	_, _ = io.WriteString(s.w, "data: "+data+"\n\n")
	if f, ok := s.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (s *stream) frame(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps of plain values are written
	}
	s.line(string(b))
}

func chunk(model string, delta map[string]any, stop any) map[string]any {
	return map[string]any{
		"id": "chatcmpl-test", "object": "chat.completion.chunk", "created": 1, "model": model,
		"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": stop}},
	}
}

func chat(s *stream, req Request, script Script) {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	s.frame(chunk(req.Model, map[string]any{"role": "assistant", "content": ""}, nil))
	for i, token := range script.Tokens {
		pause := script.PerToken
		if i == 0 {
			pause = script.FirstToken
		}
		if !s.wait(pause) {
			return
		}
		if script.OnToken != nil {
			script.OnToken(i, token, time.Now())
		}
		c := chunk(req.Model, map[string]any{"content": token}, nil)
		if i == 0 && script.LongLine > 0 {
			c["padding"] = strings.Repeat("x", script.LongLine)
		}
		s.frame(c)
	}
	stop := script.StopReason
	if stop == "" {
		stop = "stop"
	}
	switch script.End {
	case EndCut:
		return
	case EndAbort:
		panic(http.ErrAbortHandler)
	case EndHang:
		s.wait(time.Hour)
		return
	case EndErrorFrame:
		s.line(`{"error":{"message":"the model crashed","type":"server_error"}}`)
		return
	case EndGarbled:
		s.line(`{"choices":[{"delta":{"content":"half`)
		s.frame(chunk(req.Model, map[string]any{"content": " more"}, nil))
	}
	s.frame(chunk(req.Model, map[string]any{}, stop))
	if !script.NoUsage {
		s.frame(map[string]any{
			"model": req.Model, "choices": []any{},
			"usage": map[string]any{"prompt_tokens": 100, "completion_tokens": len(script.Tokens), "total_tokens": 100 + len(script.Tokens)},
		})
	}
	s.line("[DONE]")
}

func embed(s *stream, req Request, script Script) {
	dimensions := script.Dimensions
	if dimensions == 0 {
		dimensions = 8
	}
	if !s.wait(script.FirstToken) {
		return
	}
	var data []map[string]any
	for i, text := range req.Input {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": Vector(text, dimensions)})
	}
	if n := len(data); n > 0 {
		switch script.Vectors {
		case VectorsShort:
			data = data[:n-1]
		case VectorsWrong:
			data[n-1]["embedding"] = Vector(req.Input[n-1], dimensions+1)
		case VectorsShuffled:
			for i := 0; i < n/2; i++ {
				data[i], data[n-1-i] = data[n-1-i], data[i]
			}
		case VectorsTwice:
			data[n-1]["index"] = 0
		}
	}
	s.w.Header().Set("Content-Type", "application/json")
	// An error here says that the client left.
	_ = json.NewEncoder(s.w).Encode(map[string]any{
		"object": "list", "model": req.Model, "data": data,
		"usage": map[string]any{"prompt_tokens": 1, "total_tokens": 1},
	})
}

// Vector is the vector the server gives for a text: deterministic, not of unit
// length, and nearer for texts that share words.
func Vector(text string, dimensions int) []float32 {
	v := make([]float32, dimensions)
	for _, word := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New64a()
		_, _ = io.WriteString(h, word)
		sum := h.Sum64()
		for i := range v {
			v[i] += float32(math.Sin(float64(sum%10007) * float64(i+1)))
		}
	}
	v[0] += 0.5
	return v
}
