package web

import (
	"net/http"

	"guichet/corpus"
)

const editionsShown = 5 // of each collection

// collectionView is a collection as the console lists it.
type collectionView struct {
	corpus.Collection
	Shared    bool
	Documents int // in the published edition
	Passages  int
	Editions  []corpus.EditionInfo
	Sources   []corpus.SourceRef
}

// documents shows what is loaded: collections, their editions and sources.
func (s *server) documents(w http.ResponseWriter, r *http.Request, p page) {
	views, err := s.collectionViews(r, p.Town.ID)
	if err != nil {
		s.fail(w, r, "list collections", err)
		return
	}
	p.Title = p.T("admin.documents.title")
	p.Data = views
	s.render(w, r, http.StatusOK, "documents.html", p)
}

func (s *server) collectionViews(r *http.Request, townID int64) ([]collectionView, error) {
	ctx := r.Context()
	collections, err := s.Library.Collections(ctx, townID)
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
		for _, e := range v.Editions {
			if e.Published {
				v.Documents, v.Passages = e.Documents, e.Passages
			}
		}
		views = append(views, v)
	}
	return views, nil
}
