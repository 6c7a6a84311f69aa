package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

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
			eval[chromedp.Void](b, "document.querySelectorAll('details').forEach((d) => { d.open = true; })")
			b.accessible("trace")
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > int(l.Width) {
				t.Errorf("the console is %d wide in a window of %d", w, l.Width)
			}
			b.whole("trace-whole")
			b.click(".console-menu li:nth-child(2) a")
			b.see("h1", "Documents")
			b.accessible("documents")
			b.click(".sign-out button")
			b.see("h1", "Connexion à la console")
		})
	}
}

func TestErrorPagesAndTheDemoAreAccessible(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/no/such/page", phone)
	b.see("h1", "Cette page n’existe pas")
	b.accessible("not found")
}
