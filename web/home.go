package web

import (
	"net/http"
	"net/url"

	"guichet/corpus"
	"guichet/rag"
)

// homeData is what the resident's page hands to its script.
type homeData struct {
	Town        string            `json:"town"`
	Socket      string            `json:"socket"`
	Language    string            `json:"language"`
	Documents   string            `json:"documents"` // the language that the town's documents are in
	MaxQuestion int               `json:"maxQuestion"`
	Contact     corpus.Contact    `json:"contact"`
	Texts       map[string]string `json:"texts"`
}

// home serves the resident's page, also as what the bubble shows (?embed=1).
func (s *server) home(w http.ResponseWriter, r *http.Request) {
	p, ok := s.townPage(w, r)
	if !ok {
		return
	}
	p.Title = p.T("web.home.title")
	p.Data = homeData{
		Town:        p.Town.Slug,
		Socket:      "/ws?town=" + url.QueryEscape(p.Town.Slug),
		Language:    p.Language,
		Documents:   documentsLanguage(p.Town),
		MaxQuestion: rag.MaxQuestion,
		Contact:     p.Town.Contact,
		Texts:       p.Area("web.chat."),
	}
	if p.Embed {
		allowFrames(w, p.Town)
	}
	s.render(w, r, http.StatusOK, "home.html", p)
}

// documentsLanguage is the language that a town publishes in, which is the first
// of its pages.
func documentsLanguage(t corpus.Town) string {
	if len(t.Languages) == 0 {
		return "fr"
	}
	return t.Languages[0]
}
