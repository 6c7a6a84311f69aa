package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// served returns a server and a client that may ask it, with short limits.
func served(t *testing.T, h http.HandlerFunc, change ...func(*Options)) (string, *Client) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o := Options{Private: []string{"127.0.0.1"}, Backoff: time.Millisecond, MaxBytes: 1 << 20, AgentURL: "https://ville.example/robot"}
	for _, c := range change {
		c(&o)
	}
	c := New(o)
	t.Cleanup(c.Close)
	return s.URL, c
}

func code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.code
	}
	return ""
}

func TestGetSaysWhoAsksAndWhatItHas(t *testing.T) {
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "Guichet/1 (+https://ville.example/robot)" {
			t.Errorf("agent %q", r.UserAgent())
		}
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "Text/HTML; charset=utf-8")
		_, _ = w.Write([]byte("<p>Bonjour"))
	})
	r, err := c.Get(t.Context(), Request{URL: base + "/"})
	if err != nil || string(r.Body) != "<p>Bonjour" || r.MediaType != "text/html" || r.ETag != `"a"` {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err = c.Get(t.Context(), Request{URL: base + "/", ETag: r.ETag}); err != nil || r.Status != 304 || len(r.Body) > 0 {
		t.Errorf("asked again: %+v, %v", r, err)
	}
	r, err = c.Get(t.Context(), Request{URL: base + "/", Takes: func(m string) bool { return m == "application/pdf" }})
	if err != nil || !r.Unwanted || r.Body != nil {
		t.Errorf("unwanted: %+v, %v", r, err)
	}
}

func TestWhatServersDecideIsBounded(t *testing.T) {
	stop := make(chan struct{})
	bomb := zeros(t, 64<<20)
	t.Cleanup(func() { close(stop) })
	pages := map[string]http.HandlerFunc{
		"/huge": func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		},
		"/announced": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "9000000") },
		"/bomb": func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Error("gzip was not asked for")
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		},
		"/other": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("x"))
		},
		"/silent": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"/stalls": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("a"))
			w.(http.Flusher).Flush()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"/drips": func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					if _, err := w.Write([]byte("a")); err != nil {
						return
					}
					w.(http.Flusher).Flush()
				case <-stop:
					return
				case <-r.Context().Done():
					return
				}
			}
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("a"))
		},
		"/loop": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/pool", http.StatusFound) },
		"/pool": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) },
		"/far": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/far?"+r.URL.RawQuery+"x", http.StatusFound)
		},
		"/file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(302)
		},
		"/nowhere": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) },
		"/gone":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) },
		"/secret":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) },
		"/tea":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) },
		"/later": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(503)
		},
		"/same": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
	}
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) { pages[r.URL.Path](w, r) },
		func(o *Options) { o.Idle, o.Total, o.Retries = 300*time.Millisecond, time.Second, -1 })
	for path, want := range map[string]struct{ code, text string }{
		"/huge": {CodeTooLarge, "larger than 1 MB"}, "/announced": {CodeTooLarge, "1 MB"}, "/bomb": {CodeTooLarge, "1 MB"},
		"/other": {CodeStatus, "br"}, "/silent": {CodeTimeout, "silent"}, "/stalls": {CodeTimeout, "silent"}, "/drips": {CodeTimeout, "longer than"},
		"/cut": {CodeNetwork, "broke off"}, "/loop": {CodeRedirects, "/loop to http"}, "/far": {CodeRedirects, "more than 10"},
		"/file": {CodeAddress, "no web address"}, "/nowhere": {CodeStatus, "leads nowhere"}, "/gone": {CodeGone, "410"},
		"/secret": {CodeForbidden, "403"}, "/tea": {CodeStatus, "418"}, "/later": {CodeServer, "503"}, "/same": {CodeStatus, "not asked"},
	} {
		t.Run(path, func(t *testing.T) {
			_, err := c.Get(t.Context(), Request{URL: base + path, Follow: true})
			if code(err) != want.code || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%v (%s), want %s with %q", err, code(err), want.code, want.text)
			}
		})
	}
	for _, address := range []string{"ftp://127.0.0.1/", "file:///etc/passwd", "http:///x", "http://u:p@127.0.0.1/", "://", "gopher://x"} {
		if _, err := c.Get(t.Context(), Request{URL: address}); code(err) != CodeAddress {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// zeros is many of them, compressed.
func zeros(t *testing.T, n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRetries(t *testing.T) {
	var asked atomic.Int32
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch n := asked.Add(1); {
		case r.URL.Path == "/busy" && n == 1:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(429)
		case r.URL.Path == "/later":
			w.Header().Set("Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(503)
		case r.URL.Path == "/broken" || n == 1:
			w.WriteHeader(500)
		default:
			_, _ = w.Write([]byte("x"))
		}
	})
	for _, c2 := range []struct {
		path  string
		code  string
		asked int32
	}{{"/mends", "", 2}, {"/busy", "", 2}, {"/broken", CodeServer, 3}, {"/later", CodeBusy, 1}} {
		asked.Store(0)
		if _, err := c.Get(t.Context(), Request{URL: base + c2.path}); code(err) != c2.code || asked.Load() != c2.asked {
			t.Errorf("%s: %v after %d requests, want %q after %d", c2.path, err, asked.Load(), c2.code, c2.asked)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, Request{URL: base + "/broken"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestPauseBetweenRequests(t *testing.T) {
	var last atomic.Int64
	base, c := served(t, func(http.ResponseWriter, *http.Request) { last.Store(time.Now().UnixNano()) },
		func(o *Options) { o.Delay = 20 * time.Millisecond })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	c.Slow(u.Host, 40*time.Millisecond)
	c.Slow(u.Host, time.Millisecond) // shorter than the client's own
	begun := time.Now()
	for range 4 {
		if _, err := c.Get(t.Context(), Request{URL: base}); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begun); took < 110*time.Millisecond {
		t.Errorf("4 requests in %s, with 40 ms between two", took)
	}
}

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2a00:1450:4007:80e::200e": true, "64:ff9b::5db8:d822": true, "::ffff:93.184.216.34": true,
		"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fd00::1": false, "fc00::1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "100.127.255.254": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "2002:c0a8:101::1": false,
		"2001:db8::1": false, "2001::1": false, "fec0::1": false, "64:ff9b:1::1": false, "100::1": false,
	} {
		if got := IsPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if IsPublic(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

// resolver answers every question with these addresses in turn.
func resolver(t *testing.T, answers ...string) *net.Resolver {
	var n atomic.Int32
	pc, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			size, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:size]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				answer := answers[min(int(n.Add(1)), len(answers))-1]
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(answer).As4()},
				}}
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func TestPrivateNetworks(t *testing.T) {
	reached := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	t.Cleanup(inside.Close)
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	to := func(o Options, address string) error {
		o.Retries = -1
		c := New(o)
		defer c.Close()
		_, err := c.Get(t.Context(), Request{URL: address, Follow: true})
		return err
	}
	for _, address := range []string{
		inside.URL, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port,
		"http://169.254.169.254/latest/meta-data/", "http://[::1]:" + port,
	} {
		if err := to(Options{}, address); code(err) != CodePrivate && (!strings.Contains(address, "::1]") || code(err) != CodeNetwork) {
			t.Errorf("%s: %v", address, err)
		}
	}
	// Numbers that some programs take for addresses are names here.
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1"} {
		if err := to(Options{Resolver: resolver(t, "10.0.0.7")}, "http://"+host+":"+port); code(err) != CodePrivate && code(err) != CodeNetwork {
			t.Errorf("%s: %v", host, err)
		}
	}
	// A name that leads inside, and one that does so only once it was looked at.
	if err := to(Options{Resolver: resolver(t, "127.0.0.1")}, "http://ville.test:"+port); code(err) != CodePrivate {
		t.Errorf("a name that leads inside: %v", err)
	}
	if err := to(Options{Resolver: resolver(t, "10.0.0.7")}, "http://ville.test:"+port); code(err) != CodePrivate {
		t.Errorf("a name that leads to a private network: %v", err)
	}
	// A server that may be asked redirects to one that may not.
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+port+"/", http.StatusFound)
	}))
	t.Cleanup(outside.Close)
	if err := to(Options{Private: []string{outside.Listener.Addr().String()}}, outside.URL); code(err) != CodePrivate {
		t.Errorf("a redirect inside: %v", err)
	}
	if reached > 0 {
		t.Fatalf("the server inside was reached %d times", reached)
	}
	if err := to(Options{Resolver: resolver(t, "127.0.0.1"), Private: []string{"Intranet.test"}}, "http://intranet.test:"+port); err != nil || reached != 1 {
		t.Errorf("a host that is allowed by name: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-5": 0, "x": 0, "99999999999999999999": 0, "1000000000": (1 << 20) * time.Second,
		"Thu, 26 Nov 2026 12:01:00 GMT": time.Minute, "Thu, 26 Nov 2020 12:01:00 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestLastChange(t *testing.T) {
	const at = "Thu, 26 Nov 2026 12:00:00 GMT"
	if !lastChange(at, "Thu, 26 Nov 2026 12:00:10 GMT").IsZero() || !lastChange("", at).IsZero() || !lastChange("x", at).IsZero() {
		t.Error("the time of the answer is no date of the page")
	}
	if lastChange(at, "Fri, 27 Nov 2026 12:00:00 GMT").IsZero() || lastChange(at, "").IsZero() {
		t.Error("a date was not taken")
	}
}

func TestFileFromMemory(t *testing.T) {
	requests, bodies := 0, 0
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(304)
			return
		}
		bodies++
		_, _ = fmt.Fprint(w, "body")
	})
	m := newMemory()
	for range 3 {
		f, err := c.File(t.Context(), m, base+"/old")
		if err != nil || string(f.Body) != "body" || f.URL != base+"/new" {
			t.Fatalf("%+v, %v", f, err)
		}
	}
	if bodies != 1 || requests != 6 {
		t.Errorf("%d bodies in %d requests", bodies, requests)
	}
}

// TestBodiesGoIntoAFile holds a large answer to little memory, and a file to what
// the last try brought.
func TestBodiesGoIntoAFile(t *testing.T) {
	const size = 64 << 20
	tries := 0
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		tries++
		n := size
		switch {
		case r.URL.Path == "/large":
			n += 1 << 20
		case tries == 1: // breaks off, after more than is sent in the end
			w.Header().Set("Content-Length", "67108864")
			n = size / 2
		}
		piece := bytes.Repeat([]byte{byte('0' + tries)}, 1<<20)
		for range n >> 20 {
			_, _ = w.Write(piece)
		}
	}, func(o *Options) { o.MaxBytes = size })
	f, err := os.Create(filepath.Join(t.TempDir(), "body"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := c.Get(t.Context(), Request{URL: base + "/", Into: f})
	runtime.ReadMemStats(&after)
	// The server of the test takes part of it: a piece for each try.
	if taken := int64(after.TotalAlloc) - int64(before.TotalAlloc); taken > 16<<20 {
		t.Errorf("it took %d MB of memory", taken>>20)
	}
	if err != nil || r.Body != nil || r.ETag != `"a"` || tries != 2 {
		t.Fatalf("%d tries, %+v, %v", tries, r, err)
	}
	b, err := io.ReadAll(f)
	if err != nil || len(b) != size || bytes.ContainsFunc(b, func(r rune) bool { return r != '2' }) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if r, err := c.Get(t.Context(), Request{URL: base + "/", ETag: `"a"`, Into: f}); err != nil || r.Status != http.StatusNotModified {
		t.Errorf("%+v, %v", r, err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != size {
		t.Errorf("what was kept is gone: %v, %v", info, err)
	}
	if _, err := c.Get(t.Context(), Request{URL: base + "/large", Into: f}); code(err) != CodeTooLarge {
		t.Errorf("too large: %v", err)
	}
}
