package browser

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"guichet/corpus"
	"guichet/web"
	"guichet/web/webtest"
)

func TestTheConsole(t *testing.T) {
	for name, l := range map[string]look{"desktop": desktop, "dark": {Width: 1280, Height: 900, Dark: true}, "320": narrow} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/admin/sign-in", l)
			b.accessible("sign-in")
			b.do(chromedp.SendKeys(chromedp.CSS("#login"), "agent"), chromedp.SendKeys(chromedp.CSS("#password"), "not-the-password\r"))
			b.see("[role=alert]", "ne vont pas ensemble")
			b.accessible("refused")
			b.do(chromedp.SendKeys(chromedp.CSS("#password"), webtest.Password+"\r"))
			b.see("h1", "Banc d’essai")
			b.accessible("bench")
			b.do(chromedp.SendKeys(chromedp.CSS("#question"), "Comment inscrire mon fils à la cantine ?"))
			b.click(".bench-form .primary")
			b.see(".trace", "Comment cette réponse a été trouvée")
			// The agent is taken to the answer, past the menu and the form.
			b.await("document.querySelector('#answer').getBoundingClientRect().top < 200 && document.querySelector('#answer').getBoundingClientRect().top >= 0")
			b.keys(kb.Tab)
			if !eval[bool](b, "document.activeElement.closest('#answer') !== null") {
				t.Errorf("after asking, Tab goes to %q", b.focus())
			}
			eval[chromedp.Void](b, "document.querySelectorAll('details').forEach((d) => { d.open = true; })")
			b.accessible("trace")
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > int(l.Width) {
				t.Errorf("the console is %d wide in a window of %d", w, l.Width)
			}
			if wide := eval[float64](b, "document.querySelector('td meter').offsetWidth"); wide < 60 {
				t.Errorf("a weight is drawn %.0f px wide", wide)
			}
			b.whole("trace-whole")
			b.click(".console-menu li:nth-child(2) a")
			b.see("h1", "Documents")
			b.accessible("documents")
			b.click(".console-menu li:nth-child(3) a")
			b.see("h1", "Santé des documents")
			b.accessible("health")
			b.whole("health-whole")
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > int(l.Width) {
				t.Errorf("the page on health is %d wide in a window of %d", w, l.Width)
			}
			b.click(".sign-out button")
			b.see("h1", "Connexion à la console")
		})
	}
}

// signedIn opens a page of the console as an agent.
func signedIn(t *testing.T, s site, path string, l look) *tab {
	t.Helper()
	b := open(t, s.URL+"/admin/sign-in", l)
	b.do(chromedp.SendKeys(chromedp.CSS("#login"), "agent"), chromedp.SendKeys(chromedp.CSS("#password"), webtest.Password+"\r"))
	b.see("h1", "Banc d’essai")
	b.do(chromedp.Navigate(s.URL + path))
	return b
}

// The result of the links comes into the page by itself, and is read out.
func TestLinksAreCheckedWhileThePageStands(t *testing.T) {
	seen := &webtest.Health{Wait: make(chan struct{})}
	s := serve(t, func(cfg *web.Config) { cfg.Health = seen })
	b := signedIn(t, s, "/admin/health", desktop)
	b.click("button[name=links]")
	b.see("#links-state", "en cours de vérification")
	b.accessible("links-asked")
	eval[chromedp.Void](b, "window.stands = true")
	close(seen.Wait)
	b.see("#links-state", "Liens vérifiés")
	b.see("#dead_link", "La page n’existe plus.")
	b.await("window.stands && document.querySelector('#said[aria-live=polite]').textContent === 'Les liens sont vérifiés.'")
	b.accessible("links-checked")
}

// A run's progress comes into the page by itself; what is read out changes with
// its phase, and not with each figure.
func TestARunIsSeenAsItGoes(t *testing.T) {
	var run atomic.Pointer[corpus.RunInfo]
	now := time.Now()
	tell := func(state, phase string, done int) {
		run.Store(&corpus.RunInfo{
			SourceID: 1, SourceURI: "/srv/documents/site", Edition: 4, State: state, Started: now.Add(-time.Minute), Updated: time.Now(),
			Progress: corpus.Progress{Phase: phase, Done: done, Total: 40},
		})
	}
	tell("running", "reading", 10)
	s := serve(t, func(cfg *web.Config) {
		cfg.Library = webtest.Library{Newest: func() []corpus.RunInfo { return []corpus.RunInfo{*run.Load()} }}
	})
	b := signedIn(t, s, "/admin/documents", desktop)
	b.see(".notice-box", "10 sur 40.")
	b.accessible("under-way")
	eval[chromedp.Void](b, "window.stands = true; window.heard = 0; new MutationObserver(() => { heard++; }).observe(document.querySelector('#said[aria-live=polite]'), { childList: true })")
	tell("running", "reading", 30)
	b.see(".notice-box", "30 sur 40.")
	tell("running", "checking", 40)
	b.see(".notice-box", "Contrôle avant publication")
	b.await("document.querySelector('#said').textContent.includes('Contrôle avant publication')")
	tell("completed", "", 40)
	b.await("document.querySelector('.notice-box') === null && document.querySelector('#said').textContent.includes('terminé')")
	b.see("#runs-1 tbody tr:first-child", "terminé")
	if n := eval[int](b, "window.stands ? heard : -1"); n != 2 {
		t.Errorf("%d things were read out, for two changes of phase (-1: the page was loaded again)", n)
	}
}

func TestWhatWaitsIsShown(t *testing.T) {
	now := time.Now()
	library := webtest.Library{
		Held: &corpus.Hold{At: now.Add(-time.Hour), By: "Anne", From: 4},
		Waits: &corpus.EditionInfo{
			Number: 4, State: "complete", Documents: 24, Passages: 200, Waits: "it was rolled back",
			Review: &corpus.Review{
				Cases: 30, Documents: corpus.DocumentDiff{Before: 25, Changed: 1, ChangedTitles: []string{"Tarifs de la piscine"}},
				Worse: []corpus.AnswerChange{{Town: "saint-aubin", Question: "Quand ouvre la piscine\u00a0?", Before: "La piscine ouvre le mardi, de 9\u00a0h à 12\u00a0h.", After: "Aucun document ne le dit."}},
			},
		},
		Newest: func() []corpus.RunInfo {
			return []corpus.RunInfo{
				{SourceID: 2, SourceURI: "/srv/documents/agenda", State: "running", Started: now.Add(-time.Hour), Updated: now.Add(-time.Hour)},
				{SourceID: 1, SourceURI: "/srv/documents/site", State: "asks", Open: true, Started: now.Add(-2 * time.Hour), Reason: corpus.Note{Text: "it has 2 of 40 documents"}},
				{SourceID: 1, SourceURI: "/srv/documents/site", State: "failed", Started: now.Add(-3 * time.Hour), Reason: corpus.Note{Text: "open /srv/documents/site: no such folder"}},
			}
		},
	}
	for name, l := range map[string]look{"desktop": desktop, "320": narrow} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(cfg *web.Config) { cfg.Library = library })
			b := signedIn(t, s, "/admin/documents", l)
			b.see("details", "Quand ouvre la piscine")
			b.accessible("waits")
			b.whole("waits-whole")
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > int(l.Width) {
				t.Errorf("the page is %d wide in a window of %d", w, l.Width)
			}
		})
	}
}

func TestErrorPagesAndTheDemoAreAccessible(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/no/such/page", phone)
	b.see("h1", "Cette page n’existe pas")
	b.accessible("not found")
}
