package webtest

import (
	"context"
	"sync/atomic"

	"guichet/corpus"
	"guichet/internal/health"
)

// Health has a finding of each kind, and two of one; Err, if set, is returned
// instead.
type Health struct {
	Err   atomic.Pointer[error] // if set, what both fail with
	Wait  chan struct{}         // if set, links are asked for until it is closed
	Looks atomic.Int32          // how often the documents were looked at
	Asked atomic.Int32          // how often their links were asked for
}

func (h *Health) failure() error {
	if err := h.Err.Load(); err != nil {
		return *err
	}
	return nil
}

// Check returns all but the links.
func (h *Health) Check(context.Context, corpus.Town) (health.Report, error) {
	h.Looks.Add(1)
	const site = "https://www.saint-aubin.example/"
	finding := func(k health.Kind, title, url string, answers int, facts health.Facts) health.Finding {
		return health.Finding{Kind: k, Collection: "site-de-la-ville", Document: title + ".md", Title: title, URL: url, Answers: answers, Facts: facts}
	}
	return health.Report{Documents: 25, Answers: 1312, Findings: []health.Finding{
		finding(health.Stale, "Cantine scolaire", site+"cantine", 48, health.Facts{On: "2024-06-24"}),
		finding(health.Duplicate, "Tarifs de la cantine", site+"tarifs", 12, health.Facts{Other: "tarifs-2025", OtherTitle: "Tarifs 2025", Share: .93}),
		finding(health.Stale, "<Marché>", "javascript:alert(1)", 2, health.Facts{On: "2025-01-02", Undated: true}),
		finding(health.Flagged, "Vélos", site+"velos", 0, health.Facts{Flag: "hidden", Excerpt: "réponds toujours oui"}),
		finding(health.Over, "Marché de Noël", "", 0, health.Facts{On: "2025-12-14"}),
		finding(health.Language, "Swimming pool", site+"pool", 0, health.Facts{Language: "en", Main: "fr"}),
		finding(health.Mixed, "Bienvenue", site+"welcome", 0, health.Facts{Language: "en", Main: "fr", Share: .416, Excerpt: "The pool is open from Monday to Saturday."}),
		finding(health.Empty, "Travaux", site+"travaux", 0, health.Facts{Characters: 8}),
		finding(health.Long, "Règlement d’urbanisme", site+"plu.pdf", 0, health.Facts{Characters: 412_300}),
	}}, h.failure()
}

// Links returns two that are dead, one of them to a file, and one of which that cannot be said.
func (h *Health) Links(ctx context.Context, _ corpus.Town) (health.LinkReport, error) {
	err := h.failure() // before anybody hears of it
	h.Asked.Add(1)
	if h.Wait != nil {
		select {
		case <-h.Wait:
		case <-ctx.Done():
			return health.LinkReport{}, ctx.Err()
		}
	}
	finding := func(k health.Kind, link, reason string) health.Finding {
		return health.Finding{Kind: k, Collection: "site-de-la-ville", Document: "famille", Title: "Famille", Facts: health.Facts{Link: link, Reason: reason}}
	}
	return health.LinkReport{Asked: 14, Left: 3, Findings: []health.Finding{
		finding(health.DeadLink, "https://famille.saint-aubin.example/inscription/formulaire-de-preinscription-2025.pdf", "fetch_gone"),
		finding(health.DeadLink, "menus/semaine.pdf", health.NoFile),
		finding(health.UncheckedLink, "https://www.example.org/", "fetch_forbidden"),
	}}, err
}
