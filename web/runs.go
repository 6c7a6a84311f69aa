package web

import (
	"cmp"
	"fmt"
	"time"

	"guichet/corpus"
)

// runView is a run as the console lists it.
type runView struct {
	corpus.RunInfo
	Result   string // how it ended, or that it is under way
	Told     string // what it asks, or what became of it, in the agent's words
	Why      *told  // nil: Told says all
	Command  string // that lets it through; "": none is needed, or none is known
	Noted    []told
	Failures []failureView
	More     int // failures that are not listed
}

// failureView is a document that could not be read, and why.
type failureView struct {
	Key string
	Why told
}

// underWay is a run that is at work, or says so and is not.
type underWay struct {
	runView
	Stalled bool
	Phase   string
	Say     string // for a screen reader: it changes with the phase alone
	Left    string // how long it may take yet; "": not known
}

// editionView is an edition as the console lists it.
type editionView struct {
	corpus.EditionInfo
	Means   string // its state
	Waiting bool   // it is whole, and an operator decides
	Why     string
	Publish string // the command that publishes it
	Reject  string
	Seen    *reviewView
}

// reviewView is what the gate saw, as far as it concerns the agent's town.
type reviewView struct {
	corpus.Review
	Open  bool // it is looked at before anything else
	Sorts []sortView
	Worse []corpus.AnswerChange
	Other int // answers of other towns that got worse
}

// sortView is a sort of changed documents.
type sortView struct {
	Name   string
	N      int
	Titles []string
	More   int
}

// runViews returns the runs that are at work or seem to be, those that ended,
// and those of these that say what cannot be read today: the newest completed
// one of each source.
func (p page) runViews(runs []corpus.RunInfo, now time.Time) (under []underWay, all, failing []runView) {
	told := map[string]bool{}
	for _, r := range runs {
		v := p.runView(r)
		if r.State == "running" {
			under = append(under, p.underWay(v, now))
			continue
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
	return under, all, failing
}

func (p page) runView(r corpus.RunInfo) runView {
	v := runView{RunInfo: r, Result: p.T("runs.state." + r.State), More: max(0, len(r.Failures)-failuresShown)}
	for _, f := range r.Failures[:len(r.Failures)-v.More] {
		v.Failures = append(v.Failures, failureView{f.Key, p.told("admin.reason.", corpus.Note{Text: f.Reason, Code: f.Code})})
	}
	for _, n := range r.Notes {
		v.Noted = append(v.Noted, p.told("runs.note.", n))
	}
	switch {
	case r.State == "failed":
		v.Told = p.T("runs.failed")
	case r.State == "interrupted", r.State == "cancelled":
		v.Told = p.T("runs." + r.State)
	case r.State == "asks" && !r.Open:
		v.Told = p.T("runs.asks.settled")
	case r.State == "asks" && r.Edition == 0:
		v.Told = p.T("runs.asks.lost")
		v.Command = fmt.Sprintf("guichet ingest --source %d --retire", r.SourceID)
	case r.Open:
		v.Told = p.Say("runs.asks.edition", "Edition", r.Edition)
	}
	// Why an edition waits stands with the edition.
	if lost := r.State == "asks" && r.Edition == 0; r.Reason.Text != "" && (r.State == "failed" || lost || r.State == "completed" && r.Open) {
		why := p.told("runs.reason.", r.Reason)
		v.Why = &why
	}
	return v
}

// underWay tells how far a run is, and how long it may take yet.
func (p page) underWay(v runView, now time.Time) underWay {
	u := underWay{runView: v, Stalled: v.Stalled(now), Phase: p.T("runs.phase." + v.Progress.Phase)}
	if u.Stalled {
		u.Say = p.T("runs.stalled")
		return u
	}
	u.Say = u.Phase
	took := v.Updated.Sub(v.Progress.Since).Seconds()
	if g := v.Progress; g.Done > 0 && g.Total > g.Done && took > 0 {
		rate := float64(g.Done) / took
		left := time.Duration(float64(g.Total-g.Done) / rate * float64(time.Second))
		switch minutes := int(left.Round(time.Minute).Minutes()); {
		case left < 50*time.Second:
			u.Left = p.T("runs.left.soon", map[string]any{"Rate": p.Decimal(rate, 1)})
		case minutes <= 1:
			u.Left = p.T("runs.left.minute", map[string]any{"Rate": p.Decimal(rate, 1)})
		default:
			u.Left = p.T("runs.left.minutes", map[string]any{"Rate": p.Decimal(rate, 1), "N": p.Whole(minutes)})
		}
	}
	return u
}

// editionViews are the editions, with what the gate saw of those that matter now.
func (p page) editionViews(c corpus.Collection, policy corpus.Policy, editions []corpus.EditionInfo) (all []editionView) {
	for _, e := range editions {
		v := editionView{EditionInfo: e}
		beyond := e.Number > c.Published
		switch {
		case e.Published:
			v.Means = p.T("admin.documents.published")
		case e.State == "open":
			v.Means = p.T("admin.documents.open")
		case beyond && !e.Released.IsZero():
			v.Means = p.T("runs.edition.rolled_back")
		case beyond && e.Waits != "":
			v.Means, v.Waiting = p.T("runs.edition.waits"), true
			v.Why = p.why(e, policy)
			v.Publish = fmt.Sprintf("guichet publish %d %s", e.Number, flagsOf(c, p.Town))
			v.Reject = "guichet reject " + flagsOf(c, p.Town)
		case beyond:
			v.Means = p.T("admin.documents.complete")
		default:
			v.Means = p.T("runs.edition.former")
		}
		if e.Review != nil && (beyond || e.Published) {
			v.Seen = p.reviewView(*e.Review, v.Waiting)
		}
		all = append(all, v)
	}
	return all
}

// why says why an edition waits: what the gate decides by, looked at in its
// order.
func (p page) why(e corpus.EditionInfo, policy corpus.Policy) string {
	switch r := e.Review; {
	case policy.Held != nil:
		return p.T("runs.why.held")
	case policy.Publish == corpus.PublishAuto && r != nil && len(r.Worse) > policy.MaxWorse:
		return p.T("runs.why.worse", map[string]any{"N": len(r.Worse), "May": policy.MaxWorse})
	case policy.Publish == corpus.PublishAuto && r != nil && float64(r.Documents.Retired) > policy.MaxLoss*float64(r.Documents.Before):
		return p.T("runs.why.lost", map[string]any{"N": r.Documents.Retired, "Before": r.Documents.Before})
	}
	return p.T("runs.why.asked")
}

// reviewView keeps what residents of other towns asked from the agent's eyes.
func (p page) reviewView(r corpus.Review, open bool) *reviewView {
	v := &reviewView{Review: r, Open: open}
	for _, s := range []sortView{
		{Name: "added", N: r.Documents.Added, Titles: r.Documents.AddedTitles},
		{Name: "changed", N: r.Documents.Changed, Titles: r.Documents.ChangedTitles},
		{Name: "retired", N: r.Documents.Retired, Titles: r.Documents.RetiredTitles},
	} {
		if s.N > 0 {
			s.Titles = s.Titles[:min(len(s.Titles), titlesShown)]
			s.More = s.N - len(s.Titles)
			v.Sorts = append(v.Sorts, s)
		}
	}
	for _, a := range r.Worse {
		if a.Town == p.Town.Slug {
			v.Worse = append(v.Worse, a)
		} else {
			v.Other++
		}
	}
	return v
}

// flagsOf are the flags that name the collection in a command.
func flagsOf(c corpus.Collection, t corpus.Town) string {
	flags := fmt.Sprintf("--collection %q", c.Name)
	if c.TownID != 0 {
		flags += " --town " + t.Slug
	}
	return flags
}

// holdView is a rollback that holds a collection.
type holdView struct {
	corpus.Hold
	Resume string // the command that lifts it
}

func (p page) hold(c corpus.Collection, policy corpus.Policy) *holdView {
	if policy.Held == nil {
		return nil
	}
	return &holdView{Hold: *policy.Held, Resume: "guichet resume " + flagsOf(c, p.Town)}
}

// say is what a screen reader hears of a collection when it changes.
func (p page) say(v collectionView) string {
	text := ""
	for _, u := range v.UnderWay {
		text = cmp.Or(text, u.Say)
	}
	if text == "" && len(v.Runs) > 0 {
		text = v.Runs[0].Result
	}
	if text == "" {
		return ""
	}
	return p.T("runs.say", map[string]any{"Name": v.Name, "State": text})
}
