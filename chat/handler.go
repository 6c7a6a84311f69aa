package chat

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"guichet/corpus"
)

// Handler returns the handler of /ws. It upgrades requests of pages that the
// town allows (by Origin: the page's own host, or one of Town.Origins), and
// gives each connection its session. A response writer in front of it must
// support hijacking; the handler returns once the connection is upgraded.
func (s *Service) Handler() http.Handler {
	h := &handler{service: s}
	h.upgrader = websocket.Upgrader{
		// Small buffers keep an idle connection small; a frame larger than the
		// write buffer is written in pieces.
		ReadBufferSize:   1 << 10,
		WriteBufferSize:  4 << 10,
		WriteBufferPool:  &sync.Pool{},
		HandshakeTimeout: s.conf.Limits.WriteTimeout,
		CheckOrigin:      func(*http.Request) bool { return true }, // checked before, by town
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
			http.Error(w, http.StatusText(status), status)
		},
	}
	return h
}

type handler struct {
	service  *Service
	upgrader websocket.Upgrader
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	language := r.Header.Get("Accept-Language")
	refuse := func(status int, id string) {
		http.Error(w, h.service.conf.Messages.For(language).T(id), status)
	}
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		refuse(http.StatusUpgradeRequired, "chat.refused.not_websocket")
		return
	}
	town, err := h.town(r)
	switch {
	case errors.Is(err, corpus.ErrNotFound):
		refuse(http.StatusNotFound, "chat.refused.unknown_town")
		return
	case err != nil:
		h.service.conf.Log.Error("town of a connection not found", "err", err)
		refuse(http.StatusInternalServerError, "chat.error.failed")
		return
	}
	if !h.allowed(r, town) {
		h.service.conf.Log.Warn("origin refused", "town", town.Slug, "origin", r.Header.Get("Origin"))
		refuse(http.StatusForbidden, "chat.refused.origin")
		return
	}
	session, err := h.service.open(town, language)
	if err != nil {
		w.Header().Set("Retry-After", "10")
		refuse(http.StatusServiceUnavailable, "chat.error."+string(asError(uuid.Nil, err).Code))
		return
	}
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		session.leave(true) // the upgrader has answered
		return
	}
	h.service.serve(session, conn)
}

func (h *handler) town(r *http.Request) (corpus.Town, error) {
	if slug := r.URL.Query().Get("town"); slug != "" {
		if len(slug) > 100 || strings.ContainsRune(slug, 0) || !utf8.ValidString(slug) {
			return corpus.Town{}, corpus.ErrNotFound // what the database would not even look up
		}
		return h.service.conf.Towns.Town(r.Context(), slug)
	}
	return h.service.conf.Towns.DefaultTown(r.Context())
}

// allowed says whether the page that opens the chat may: browsers cannot lie
// about their Origin.
func (h *handler) allowed(r *http.Request, town corpus.Town) bool {
	header := r.Header.Get("Origin")
	if header == "" {
		return h.service.conf.AllowNoOrigin
	}
	origin, err := url.Parse(header)
	if err != nil || origin.Host == "" {
		return false
	}
	if strings.EqualFold(origin.Host, r.Host) {
		return true
	}
	for _, o := range town.Origins {
		if u, err := url.Parse(o); err == nil && sameOrigin(u, origin) {
			return true
		}
	}
	return false
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) &&
		port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}
