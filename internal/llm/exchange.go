package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// exchange is what the transport notes of one request, for the caller that
// put it into the request's context.
type exchange struct {
	mu         sync.Mutex
	err        error // what really went wrong, first come
	retryAfter time.Duration
	status     int // of an HTTP error
	frames     int // data lines of a stream
	stop       string
	model      string
	prompt     int // tokens; -1: unknown
	completion int
	touch      func() // called for each data line; nil: nobody waits
}

type exchangeKey struct{}

func withExchange(ctx context.Context) (context.Context, *exchange) {
	x := &exchange{prompt: -1, completion: -1}
	return context.WithValue(ctx, exchangeKey{}, x), x
}

// fail notes err unless something was noted before, and returns it.
func (x *exchange) fail(err error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err == nil {
		x.err = err
	}
	return err
}

// failure returns what was noted, and how long the server asks to be left.
func (x *exchange) failure() (retryAfter time.Duration, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.retryAfter, x.err
}

// refused tells whether the server answered that the request is wrong: a
// status from 300 to 499, save those that pass by themselves.
func (x *exchange) refused() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status >= 300 && x.status < 500 && x.status != http.StatusTooManyRequests && x.status != http.StatusRequestTimeout
}

// transport sends requests for langchaingo and notes their exchange.
type transport struct {
	base *http.Transport
	key  string
}

// newTransport has a deadline for each step of a connection; a reply's body is
// watched by its reader.
func newTransport(key string, connect, first time.Duration) *transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}
	return &transport{key: key, base: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   connect,
		ResponseHeaderTimeout: first,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   256,
		IdleConnTimeout:       60 * time.Second,
		ForceAttemptHTTP2:     true,
	}}
}

// client returns an HTTP client that follows no redirect: a request that was
// sent elsewhere would carry the prompt there.
func (t *transport) client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("llm: request without exchange")
	}
	req = req.Clone(req.Context())
	// The library takes these from the environment, for another server.
	req.Header.Del("OpenAI-Organization")
	req.Header.Del("Authorization")
	if t.key != "" {
		req.Header.Set("Authorization", "Bearer "+t.key)
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, x.fail(fmt.Errorf("%w: %w", ErrUnavailable, err))
	}
	if resp.StatusCode != http.StatusOK {
		err := t.statusError(resp, x)
		_ = resp.Body.Close()
		return nil, x.fail(err)
	}
	if strings.HasSuffix(req.URL.Path, "/embeddings") {
		resp.Body, err = orderedVectors(resp.Body, x)
		return resp, err
	}
	resp.Body = newStream(resp.Body, x)
	return resp, nil
}

// statusError turns an HTTP error into one that callers tell apart.
func (t *transport) statusError(resp *http.Response, x *exchange) error {
	// What the server says explains the status; that it cannot be read does not matter.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
	x.mu.Lock()
	x.status = resp.StatusCode
	x.retryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	x.mu.Unlock()
	return fmt.Errorf("%w: HTTP %d%s", kindOf(resp.StatusCode), resp.StatusCode, t.said(body))
}

// kindOf maps a status to its error. What is left (400, 404, 422 and so on)
// says that the server cannot be used as it is configured.
func kindOf(status int) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return ErrUnauthorised
	case http.StatusTooManyRequests:
		return ErrBusy
	}
	return ErrUnavailable
}

// said returns ": " and the server's message, bounded, on one line, without
// the key; or nothing.
func (t *transport) said(body []byte) string {
	var parsed struct {
		Error json.RawMessage `json:"error"`
	}
	text := ""
	if json.Unmarshal(body, &parsed) == nil {
		text = errorMessage(parsed.Error)
	}
	if text == "" {
		text = string(body)
	}
	if t.key != "" {
		text = strings.ReplaceAll(text, t.key, "***")
	}
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "..."
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// errorMessage reads the protocol's error, an object with a message, or a bare
// string as some servers send it.
func errorMessage(raw json.RawMessage) string {
	var object struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Message != "" {
		return object.Message
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return ""
}

// retryAfter reads the header's two forms, seconds and a date; 0: none.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
