package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"guichet/corpus"
)

const maxBody = 64 << 10 // of any request, in bytes

// guard sets what every answer carries, bounds what is read, and turns a
// panic into a page.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy("'none'"))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/admin") {
			h.Set("Cache-Control", "no-store")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("X-Robots-Tag", "noindex")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			// The value may hold a resident's words: its type alone is logged.
			s.Log.ErrorContext(r.Context(), "panic in a page", "path", r.URL.Path, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			s.failed(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// policy is the content security policy of a page that these ancestors may
// put in a frame.
func policy(ancestors string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " + ancestors
}

// allowFrames lets the town's own sites, and no others, show this page in a
// frame. An origin that is not a plain web origin is left out, so that a
// stored value cannot add a directive.
func allowFrames(w http.ResponseWriter, t corpus.Town) {
	ancestors := []string{"'self'"}
	for _, origin := range t.Origins {
		if isOrigin(origin) {
			ancestors = append(ancestors, origin)
		}
	}
	w.Header().Set("Content-Security-Policy", policy(strings.Join(ancestors, " ")))
	w.Header().Del("Cross-Origin-Opener-Policy")
}

// isOrigin says whether s is a scheme and host as a policy may name it.
func isOrigin(s string) bool {
	host, ok := strings.CutPrefix(s, "https://")
	if !ok {
		host, ok = strings.CutPrefix(s, "http://")
	}
	return ok && host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}
