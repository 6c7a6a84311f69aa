package web

import (
	"context"
	"errors"
	"net/http"

	"guichet/corpus"
)

// This is the one place where what went wrong becomes a status and words for
// the reader; the error itself goes to the log alone.

type errorData struct{ Heading, Text string }

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.errorPage(w, r, http.StatusNotFound, "notfound")
}

// failed answers that something broke which is not the reader's doing.
func (s *server) failed(w http.ResponseWriter, r *http.Request) {
	s.errorPage(w, r, http.StatusInternalServerError, "failed")
}

// fail logs err and answers that something broke. A reader who left is no
// failure.
func (s *server) fail(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	s.Log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "doing", doing, "error", err)
	s.failed(w, r)
}

// errorPage shows the error in the town's look, or in the plain one when the
// town cannot be read.
func (s *server) errorPage(w http.ResponseWriter, r *http.Request, status int, id string) {
	t, err := s.Towns.DefaultTown(r.Context())
	if err != nil {
		t = corpus.Town{Name: "Guichet", Color: defaultColor}
	}
	p := s.newPage(r, t)
	p.Others = nil
	p.Title = p.T("web.error." + id + ".heading")
	p.Data = errorData{Heading: p.Title, Text: p.T("web.error." + id + ".text")}
	w.Header().Set("Cache-Control", "no-store")
	s.render(w, r, status, "error.html", p)
}
