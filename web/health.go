package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"guichet/corpus"
	"guichet/internal/health"
)

// Bounds of the page on the documents' health.
const (
	healthShown = 50               // findings of a kind
	healthFresh = 10 * time.Minute // how long a look is shown before the next
	linksWithin = 3 * time.Minute  // the longest that links are asked for
)

// Health looks at the documents that a town reads.
type Health interface {
	// Check tells what is wrong with them, links aside.
	Check(ctx context.Context, t corpus.Town) (health.Report, error)
	// Links asks for their links, which takes minutes.
	Links(ctx context.Context, t corpus.Town) (health.LinkReport, error)
}

// healthDesk keeps what was seen of each town's documents, until it is old or an
// agent wants a new look.
type healthDesk struct {
	mu    sync.Mutex
	towns map[int64]*townHealth
}

// townHealth is what was seen last. Links are asked for only when an agent wants
// it, and one after the other; looking is the lock of the quicker look.
type townHealth struct {
	looking sync.Mutex
	report  health.Report
	at      time.Time

	mu      sync.Mutex
	asking  bool
	failed  bool // the last time that links were asked for, it broke off
	links   *health.LinkReport
	linksAt time.Time
}

func (d *healthDesk) of(t corpus.Town) *townHealth {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.towns == nil {
		d.towns = map[int64]*townHealth{}
	}
	if d.towns[t.ID] == nil {
		d.towns[t.ID] = &townHealth{}
	}
	return d.towns[t.ID]
}

// look returns what was seen, looking again where that is old.
func (h *townHealth) look(ctx context.Context, with Health, t corpus.Town, fresh time.Duration) (health.Report, time.Time, error) {
	h.looking.Lock()
	defer h.looking.Unlock()
	if h.at.IsZero() || time.Since(h.at) > fresh {
		report, err := with.Check(ctx, t)
		if err != nil {
			return health.Report{}, time.Time{}, err
		}
		h.report, h.at = report, time.Now()
	}
	return h.report, h.at, nil
}

// askLinks asks for the links of the documents, unless that is under way.
func (s *server) askLinks(ctx context.Context, h *townHealth, t corpus.Town) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.asking {
		return
	}
	h.asking = true
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), linksWithin)
		defer cancel()
		found, err := s.Health.Links(ctx, t)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asking, h.failed = false, err != nil
		if err != nil {
			s.Log.WarnContext(ctx, "links were not all asked for", "town", t.Slug, "error", err)
			return
		}
		h.links, h.linksAt = &found, time.Now()
	}()
}

// healthData is the page on the documents' health.
type healthData struct {
	Documents, Answers, Days int
	At                       time.Time
	Kinds                    []healthKind
	Asking, Failed           bool
	Links                    *health.LinkReport // nil: not asked for yet
	LinksAt                  time.Time
}

// healthKind is what was found of a kind, most answers first.
type healthKind struct {
	Kind     health.Kind
	N        int
	Findings []healthFinding
	More     int // that are not listed
}

// healthFinding is one of them in the agent's language.
type healthFinding struct {
	health.Finding
	Wrong   string
	Example string // words of the document
}

// health shows what is wrong with the documents.
func (s *server) health(w http.ResponseWriter, r *http.Request, p page) {
	h := s.desk.of(p.Town)
	report, at, err := h.look(r.Context(), s.Health, p.Town, healthFresh)
	if err != nil {
		s.fail(w, r, "look at the documents", err)
		return
	}
	report.Findings = append([]health.Finding{}, report.Findings...) // those that are kept stay as they are
	d := healthData{Documents: report.Documents, Answers: report.Answers, Days: health.AnswerDays, At: at}
	h.mu.Lock()
	d.Asking, d.Failed, d.Links, d.LinksAt = h.asking, h.failed, h.links, h.linksAt
	h.mu.Unlock()
	if d.Links != nil {
		report.AddLinks(*d.Links)
	}
	d.Kinds = p.healthKinds(report.Findings)
	p.Title = p.T("health.title")
	p.Data = d
	s.render(w, r, http.StatusOK, "health.html", p)
}

// healthAgain looks again at once, or asks for the links.
func (s *server) healthAgain(w http.ResponseWriter, r *http.Request, p page) {
	h := s.desk.of(p.Town)
	if r.PostForm.Get("links") != "" {
		s.askLinks(r.Context(), h, p.Town)
	} else if _, _, err := h.look(r.Context(), s.Health, p.Town, 0); err != nil {
		s.fail(w, r, "look at the documents", err)
		return
	}
	http.Redirect(w, r, "/admin/health", http.StatusSeeOther)
}

// healthKinds sorts findings by kind; those of a kind keep their order.
func (p page) healthKinds(findings []health.Finding) []healthKind {
	var kinds []healthKind
	for _, kind := range health.Kinds() {
		k := healthKind{Kind: kind}
		for _, f := range findings {
			if f.Kind != kind {
				continue
			}
			if k.N++; k.N <= healthShown {
				k.Findings = append(k.Findings, healthFinding{Finding: f, Wrong: p.wrong(f), Example: f.Excerpt})
			}
		}
		if k.More = k.N - len(k.Findings); k.N > 0 {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// wrong says what is wrong with a document.
func (p page) wrong(f health.Finding) string {
	id := "health.wrong." + string(f.Kind)
	data := map[string]any{
		"Day": p.dayOf(f.On), "N": p.Whole(f.Characters), "Share": int(math.Round(100 * f.Share)),
		"Language": p.T("health.in." + f.Language), "Main": p.T("health.in." + f.Main), "Other": f.OtherTitle,
	}
	switch f.Kind {
	case health.Stale:
		if f.Undated {
			id += ".undated"
		}
	case health.Flagged:
		id += "." + f.Flag
	case health.DeadLink, health.UncheckedLink:
		id = "health.reason." + f.Reason
	}
	if text := p.T(id, data); text != id {
		return text
	}
	return f.Detail // of a sort that the catalogue does not know
}

// dayOf is a date as it stands in a finding, as the page's language writes it.
func (p page) dayOf(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return p.Day(t)
}

// Whole is a whole number as the page's language writes it.
func (p page) Whole(n int) string {
	if n < 0 || n < 10_000 && p.Language == "fr" {
		return strconv.Itoa(n)
	}
	between := ","
	if p.Language == "fr" {
		between = "\u202f"
	}
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(between)
		}
		_, _ = fmt.Fprintf(&b, "%c", r)
	}
	return b.String()
}
