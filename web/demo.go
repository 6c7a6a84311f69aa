package web

import "net/http"

// demo serves a sample page of a town, with the bubble on it by the one script
// tag that a real site would use.
func (s *server) demo(w http.ResponseWriter, r *http.Request) {
	p, ok := s.townPage(w, r)
	if !ok {
		return
	}
	p.Title = p.T("web.demo.title")
	s.render(w, r, http.StatusOK, "demo.html", p)
}
