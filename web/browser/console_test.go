package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

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

func TestErrorPagesAndTheDemoAreAccessible(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/no/such/page", phone)
	b.see("h1", "Cette page n’existe pas")
	b.accessible("not found")
}
