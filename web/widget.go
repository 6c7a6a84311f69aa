package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"guichet/corpus"
)

// widgetScript serves the script that puts the bubble on a town's site. Its
// address is written into those sites and cannot carry a hash, so browsers
// ask again after an hour.
func (s *server) widgetScript(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("ETag", `"`+s.assets.version+`"`)
	http.ServeContent(w, r, "widget.js", time.Time{}, bytes.NewReader(s.assets.files["widget.js"]))
}

// widgetSettings are the bubble's colours and words: public, and the same for
// everybody.
type widgetSettings struct {
	Name    string `json:"name"`
	Color   string `json:"color"`
	OnColor string `json:"onColor"`
	Open    string `json:"open"`
	Close   string `json:"close"`
	Title   string `json:"title"`
}

func (s *server) widgetSettings(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	t, err := s.town(r.Context(), r)
	if errors.Is(err, corpus.ErrNotFound) {
		http.Error(w, "no such town", http.StatusNotFound)
		return
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "read the bubble's town", "error", err)
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	m := s.Messages.For(wantedLanguages(r, t)...)
	c := parseColor(t.Color)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Vary", "Accept-Language")
	_ = json.NewEncoder(w).Encode(widgetSettings{
		Name:    t.Name,
		Color:   c.String(),
		OnColor: readableOn(c).String(),
		Open:    m.T("web.widget.open"),
		Close:   m.T("web.widget.close"),
		Title:   m.T("web.widget.title", map[string]any{"Town": t.Name}),
	})
}
