package web

import (
	"net/http"
	"strings"
)

// behindProxy gives the handlers, the chat's among them, the host that the
// browser asked for, where a trusted proxy tells it.
func (s *server) behindProxy(next http.Handler) http.Handler {
	if !s.TrustProxy {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := forwarded(r, "X-Forwarded-Host"); host != "" {
			r = r.WithContext(r.Context()) // a copy: the request is not ours to change
			r.Host = host
		}
		next.ServeHTTP(w, r)
	})
}

// secure says whether the browser reaches this server by https. A trusted proxy
// that does not tell is taken to end TLS, which is what it is there for.
func (s *server) secure(r *http.Request) bool {
	return r.TLS != nil || s.TrustProxy && !strings.EqualFold(forwarded(r, "X-Forwarded-Proto"), "http")
}

// forwarded is what the first of the proxies put into the header: each further
// one adds its own after a comma.
func forwarded(r *http.Request, header string) string {
	first, _, _ := strings.Cut(r.Header.Get(header), ",")
	return strings.TrimSpace(first)
}
