package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// Options are a Client's. Zero fields take the defaults that are stated.
type Options struct {
	AgentURL string        // that tells a site's owner who asks; "": none
	Private  []string      // hosts (name, or name:port) that may be inside private networks
	MaxBytes int64         // of one body, decompressed; 0: 50 MB
	Total    time.Duration // for one answer; 0: 60 s
	Idle     time.Duration // in which something must come; 0: 15 s
	Delay    time.Duration // between two requests to a host; 0: none
	AtOnce   int           // requests to a host; 0: 2
	Retries  int           // of what may pass by itself; 0: 2, below: none
	Backoff  time.Duration // before the first retry, doubled with each; 0: 1 s
	MaxWait  time.Duration // the longest Retry-After that is waited for; 0: 60 s
	Resolver *net.Resolver // nil: the system's
}

// maxRedirects is how often an address may lead to another.
const maxRedirects = 10

// Client asks web servers. It is safe for concurrent use.
//
// Proxies of the environment are not used: behind one, the addresses that names
// lead to could not be checked.
type Client struct {
	o     Options
	http  http.Client
	mu    sync.Mutex
	hosts map[string]*host
}

// host is what politeness needs to know of a host.
type host struct {
	pace  *rate.Limiter
	slots chan struct{}
}

// New returns a Client.
func New(o Options) *Client {
	for _, d := range []struct {
		to       *time.Duration
		standard time.Duration
	}{{&o.Total, time.Minute}, {&o.Idle, 15 * time.Second}, {&o.Backoff, time.Second}, {&o.MaxWait, time.Minute}} {
		if *d.to == 0 {
			*d.to = d.standard
		}
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 50 << 20
	}
	if o.AtOnce == 0 {
		o.AtOnce = 2
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	c := &Client{o: o, hosts: map[string]*host{}}
	c.http = http.Client{
		Transport: &http.Transport{
			DialContext:            c.dial,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    o.AtOnce,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    o.Idle,
			MaxResponseHeaderBytes: 256 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Close closes the connections that wait.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Slow keeps at least this pause between two requests to a host.
func (c *Client) Slow(name string, delay time.Duration) {
	if delay > c.o.Delay {
		c.host(name).pace.SetLimit(rate.Every(delay))
	}
}

func (c *Client) host(name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[name]
	if h == nil {
		h = &host{pace: rate.NewLimiter(rate.Inf, 1), slots: make(chan struct{}, c.o.AtOnce)}
		if c.o.Delay > 0 {
			h.pace.SetLimit(rate.Every(c.o.Delay))
		}
		c.hosts[name] = h
	}
	return h
}

// dial connects to a host, and to no address inside a private network. What a
// name leads to is looked at when it is connected to, so that neither a
// redirect nor a name that changes its address gets past.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: c.o.Idle, Resolver: c.o.Resolver}
	if !c.allowed(address) {
		d.Control = func(_, at string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(at)
			if err != nil || !IsPublic(to.Addr()) {
				return errorf(CodePrivate, "%s leads into a private network (%s): refused, unless its host is allowed by name", address, at)
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, address)
}

func (c *Client) allowed(address string) bool {
	name, _, err := net.SplitHostPort(address)
	return err == nil && slices.ContainsFunc(c.o.Private, func(p string) bool {
		return strings.EqualFold(p, name) || strings.EqualFold(p, address)
	})
}

// Request asks for an address.
type Request struct {
	URL      string
	ETag     string // validators of an earlier answer: if it still holds, the
	Modified string // answer has status 304 and no body
	Follow   bool   // follow redirects, to public addresses anywhere
	// Takes tells whether the body of a media type is wanted; nil: always.
	Takes func(mediaType string) bool
	// Into is written the body, from its start, in place of Response.Body; what it
	// held goes once a body comes. nil: the body is held in memory.
	Into *os.File
}

// Response is what a server said. Its status is 200 (or another that means a
// page), 304, or that of a redirect that was not followed.
type Response struct {
	URL       string // that answered, behind redirects
	Status    int
	MediaType string // in small letters, without parameters; "": not said
	ETag      string
	Modified  string    // as it stands in the header
	Changed   time.Time // the same; zero when it is but the time of the answer
	Robots    []string
	Location  string // absolute; of a redirect that was not followed
	Body      []byte // nil when it was written into a file
	Unwanted  bool   // Takes said no: no body was read
}

// Get asks for an address, politely and with patience. Its error is that of
// ctx, or an *Error.
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	seen := []string{}
	at := r.URL
	for {
		if slices.Contains(seen, at) {
			return Response{}, errorf(CodeRedirects, "a redirect loop: %s", strings.Join(append(seen[slices.Index(seen, at):], at), " to "))
		}
		seen = append(seen, at)
		if len(seen) > maxRedirects+1 {
			return Response{}, errorf(CodeRedirects, "more than %d redirects, the last to %s", maxRedirects, at)
		}
		one := r
		one.URL = at
		answer, err := c.patiently(ctx, one)
		if err != nil || answer.Location == "" || !r.Follow {
			return answer, err
		}
		at = answer.Location
	}
}

// patiently tries again what may pass by itself.
func (c *Client) patiently(ctx context.Context, r Request) (Response, error) {
	wait := c.o.Backoff
	for try := 0; ; try++ {
		answer, after, err := c.once(ctx, r)
		if ctx.Err() != nil {
			return Response{}, ctx.Err()
		}
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.Passing() || e.code == CodeTLS || try >= c.o.Retries {
			return answer, err
		}
		if after > c.o.MaxWait {
			return answer, errorf(CodeBusy, "%s, not before %s from now", e.text, after.Round(time.Second))
		}
		select {
		case <-time.After(max(wait, after)):
		case <-ctx.Done():
			return Response{}, ctx.Err()
		}
		wait *= 2
	}
}

// once asks once. after is what Retry-After says.
func (c *Client) once(ctx context.Context, r Request) (answer Response, after time.Duration, err error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return answer, 0, err
	}
	h := c.host(req.URL.Host)
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return answer, 0, ctx.Err()
	}
	if err := h.pace.Wait(ctx); err != nil {
		return answer, 0, fmt.Errorf("wait for %s: %w", req.URL.Host, err)
	}
	limited, watch := c.watch(ctx)
	defer watch.stop()
	resp, err := c.http.Do(req.WithContext(limited)) //nolint:gosec // this is what the dialer's checks are for
	if err != nil {
		return answer, 0, exchangeError(cause(limited, err))
	}
	defer func() { _ = resp.Body.Close() }()
	watch.alive()
	answer, after, err = c.read(r, req.URL, resp, watch)
	var own *Error
	if err != nil && !errors.As(err, &own) {
		err = exchangeError(cause(limited, err))
	}
	return answer, after, err
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errorf(CodeAddress, "no web address: %q", r.URL)
	}
	if u.User != nil {
		return nil, errorf(CodeAddress, "an address with a user or password is not asked for")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errorf(CodeAddress, "no web address: %q", r.URL)
	}
	agent := "Guichet/1"
	if c.o.AgentURL != "" {
		agent += " (+" + c.o.AgentURL + ")"
	}
	req.Header.Set("User-Agent", agent)
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.Modified != "" {
		req.Header.Set("If-Modified-Since", r.Modified)
	}
	return req, nil
}

// read reads an answer within the bounds.
func (c *Client) read(r Request, at *url.URL, resp *http.Response, watch *watchdog) (Response, time.Duration, error) {
	answer := Response{
		URL: at.String(), Status: resp.StatusCode, ETag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified"),
		Robots: resp.Header.Values("X-Robots-Tag"),
	}
	answer.Changed = lastChange(answer.Modified, resp.Header.Get("Date"))
	answer.MediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if e := answerError(resp.StatusCode); e != nil {
		return answer, retryAfter(resp.Header.Get("Retry-After"), time.Now()), e
	}
	switch {
	case resp.StatusCode == http.StatusNotModified:
		if r.ETag == "" && r.Modified == "" {
			return answer, 0, errorf(CodeStatus, "the server says that nothing changed, and was not asked")
		}
		return answer, 0, nil
	case resp.StatusCode >= 300:
		to, err := resp.Location()
		if err != nil {
			return answer, 0, errorf(CodeStatus, "a redirect that leads nowhere (%d)", resp.StatusCode)
		}
		to.Fragment = ""
		answer.Location = to.String()
		return answer, 0, nil
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNonAuthoritativeInfo:
		return answer, 0, errorf(CodeStatus, "the server answered with no page (%d)", resp.StatusCode)
	case r.Takes != nil && !r.Takes(answer.MediaType):
		answer.Unwanted = true
		return answer, 0, nil
	case resp.Header.Get("Content-Encoding") != "":
		return answer, 0, errorf(CodeStatus, "compressed in a way that was not asked for (%s)", resp.Header.Get("Content-Encoding"))
	case resp.ContentLength > c.o.MaxBytes:
		return answer, 0, tooLarge(c.o.MaxBytes)
	}
	from := io.LimitReader(watch.reader(resp.Body), c.o.MaxBytes+1)
	if r.Into != nil {
		return answer, 0, c.spill(r.Into, from)
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return answer, 0, fmt.Errorf("read the answer: %w", err)
	}
	if int64(len(body)) > c.o.MaxBytes {
		return answer, 0, tooLarge(c.o.MaxBytes)
	}
	answer.Body = body
	return answer, 0, nil
}

// spill writes a body into a file, in place of what an earlier try left in it.
func (c *Client) spill(to *os.File, from io.Reader) error {
	if err := to.Truncate(0); err != nil {
		return errorf(CodeStatus, "no file to write the answer into: %v", err)
	}
	// At an offset, so that the place in the file stays its caller's.
	n, err := io.Copy(io.NewOffsetWriter(to, 0), from)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return errorf(CodeStatus, "the answer cannot be written: %v", err)
	case err != nil:
		return fmt.Errorf("read the answer: %w", err)
	case n > c.o.MaxBytes:
		return tooLarge(c.o.MaxBytes)
	}
	return nil
}

func tooLarge(limit int64) *Error {
	return errorf(CodeTooLarge, "larger than %s", size(limit))
}

func size(n int64) string {
	if n >= 1<<20 {
		return strconv.FormatInt(n>>20, 10) + " MB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// retryAfter reads the header in both of its forms; what is neither is no wait.
func retryAfter(header string, now time.Time) time.Duration {
	if header == "" {
		return 0
	}
	if n, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(n, 0), 1<<20)) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// lastChange reads Last-Modified. Pages that a program writes for each answer
// often carry its time, which says nothing.
func lastChange(modified, date string) time.Time {
	t, err := http.ParseTime(modified)
	if err != nil {
		return time.Time{}
	}
	if now, err := http.ParseTime(date); err == nil && now.Sub(t) < 2*time.Minute {
		return time.Time{}
	}
	return t
}
