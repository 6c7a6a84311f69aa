package web

import (
	"cmp"
	"net/http"
	"time"

	"guichet/corpus"
)

// Bounds of what is listed of each collection, and of each run.
const (
	editionsShown = 5
	runsShown     = 10
	failuresShown = 50
)

// collectionView is a collection as the console lists it.
type collectionView struct {
	corpus.Collection
	Shared    bool
	Documents int // in the published edition
	Passages  int
	Editions  []corpus.EditionInfo
	Sources   []corpus.SourceRef
	Runs      []runView
	Failing   []runView // the last completed run of each source that left something unread
}

// runView is a run as the console lists it.
type runView struct {
	corpus.RunInfo
	Failures []failureView
	More     int // failures that are not listed
}

// failureView is a document that could not be read, and why, in the agent's
// language.
type failureView struct{ Key, Reason string }

// documents shows what is loaded: collections, their editions, sources and
// last runs, and what could not be read.
func (s *server) documents(w http.ResponseWriter, r *http.Request, p page) {
	views, err := s.collectionViews(r, p)
	if err != nil {
		s.fail(w, r, "list collections", err)
		return
	}
	p.Title = p.T("admin.documents.title")
	p.Data = views
	s.render(w, r, http.StatusOK, "documents.html", p)
}

func (s *server) collectionViews(r *http.Request, p page) ([]collectionView, error) {
	ctx := r.Context()
	collections, err := s.Library.Collections(ctx, p.Town.ID)
	if err != nil {
		return nil, err
	}
	var views []collectionView
	for _, c := range collections {
		v := collectionView{Collection: c, Shared: c.TownID == 0}
		if v.Editions, err = s.Library.Editions(ctx, c.ID, editionsShown); err != nil {
			return nil, err
		}
		if v.Sources, err = s.Library.Sources(ctx, c.ID); err != nil {
			return nil, err
		}
		runs, err := s.Library.Runs(ctx, c.ID, runsShown)
		if err != nil {
			return nil, err
		}
		v.Runs, v.Failing = p.runViews(runs)
		for _, e := range v.Editions {
			if e.Published {
				v.Documents, v.Passages = e.Documents, e.Passages
			}
		}
		views = append(views, v)
	}
	return views, nil
}

// runViews returns the runs, and those of them that say what cannot be read
// today: the newest completed one of each source.
func (p page) runViews(runs []corpus.RunInfo) (all, failing []runView) {
	told := map[string]bool{}
	for _, r := range runs {
		v := runView{RunInfo: r, More: max(0, len(r.Failures)-failuresShown)}
		for _, f := range r.Failures[:len(r.Failures)-v.More] {
			v.Failures = append(v.Failures, failureView{Key: f.Key, Reason: p.reason(f)})
		}
		all = append(all, v)
		if r.State != "completed" || told[r.SourceURI] {
			continue
		}
		told[r.SourceURI] = true
		if len(v.Failures) > 0 {
			failing = append(failing, v)
		}
	}
	return all, failing
}

// reason says why a document could not be read. A rare reason has no text in
// the catalogue and is quoted.
func (p page) reason(f corpus.Failure) string {
	id := "admin.reason." + f.Code
	if text := p.T(id); f.Code != "" && text != id {
		return text
	}
	return p.Say("admin.reason.other", "Reason", f.Reason)
}

// When is a moment as the page's language writes it, by the town's clock.
func (p page) When(t time.Time) string {
	t = t.In(corpus.Zone(cmp.Or(p.Town.TimeZone, corpus.DefaultZone)))
	if p.Language == "fr" {
		return t.Format("02/01/2006\u00a0à\u00a015\u00a0h\u00a004")
	}
	return t.Format("2 January 2006, 15:04")
}
