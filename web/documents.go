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
	titlesShown   = 20 // of changed documents of a sort
)

// collectionView is a collection as the console lists it.
type collectionView struct {
	corpus.Collection
	Shared    bool
	Documents int // in the published edition
	Passages  int
	Hold      *holdView
	Editions  []editionView
	Sources   []corpus.SourceRef
	UnderWay  []underWay
	Runs      []runView // that ended
	Say       string
	Failing   []runView // the last completed run of each source that left something unread
}

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
		editions, err := s.Library.Editions(ctx, c.ID, editionsShown)
		if err != nil {
			return nil, err
		}
		policy, err := s.Library.Policy(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		v.Editions, v.Hold = p.editionViews(c, policy, editions), p.hold(c, policy)
		if v.Sources, err = s.Library.Sources(ctx, c.ID); err != nil {
			return nil, err
		}
		runs, err := s.Library.Runs(ctx, c.ID, runsShown)
		if err != nil {
			return nil, err
		}
		v.UnderWay, v.Runs, v.Failing = p.runViews(runs, time.Now())
		v.Say = p.say(v)
		for _, e := range v.Editions {
			if e.Published {
				v.Documents, v.Passages = e.Documents, e.Passages
			}
		}
		views = append(views, v)
	}
	return views, nil
}

// When is a moment as the page's language writes it, by the town's clock.
func (p page) When(t time.Time) string {
	t = t.In(corpus.Zone(cmp.Or(p.Town.TimeZone, corpus.DefaultZone)))
	if p.Language == "fr" {
		return t.Format("02/01/2006\u00a0à\u00a015\u00a0h\u00a004")
	}
	return t.Format("2 January 2006, 15:04")
}
