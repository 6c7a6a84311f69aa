package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"guichet/web"
	"guichet/web/webtest"
)

const (
	shadow = "document.querySelector('[data-guichet]').shadowRoot"
	panel  = shadow + ".querySelector('dialog')"
	bubble = shadow + ".querySelector('.bubble')"
	inside = shadow + ".querySelector('iframe').contentDocument"
)

func TestTheBubble(t *testing.T) {
	for name, l := range map[string]look{"desktop": desktop, "phone": phone, "dark": night} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/demo", l)
			b.await("document.querySelector('[data-guichet]')")
			b.accessible("closed")
			if n := eval[int](b, "Object.keys(window).filter((k) => /guichet/i.test(k)).length"); n != 0 {
				t.Errorf("%d globals of the bubble", n)
			}
			if eval[bool](b, shadow+".querySelector('iframe') !== null") {
				t.Error("the frame is loaded before it is asked for")
			}
			eval[chromedp.Void](b, bubble+".focus()")
			b.keys("\r")
			b.await(inside + "?.body?.dataset.state === 'open'")
			b.await(inside + ".activeElement?.id === 'question'")
			if got := eval[bool](b, panel+".matches(':modal')"); got != (l.Width < 480) {
				t.Errorf("modal: %v in a window of %d", got, l.Width)
			}
			b.keys("La cantine ?\r")
			b.await(inside + ".querySelectorAll('.sources > li').length === 3 && " + inside + ".querySelector('.thumbs')")
			b.accessible("open")
			b.keys(kb.Escape)
			b.await("!" + panel + ".open")
			b.await(shadow + ".activeElement === " + bubble)
			eval[chromedp.Void](b, bubble+".click()")
			b.await(panel + ".open")
			if n := eval[int](b, inside+".querySelectorAll('.turn').length"); n != 1 {
				t.Errorf("opened again, the panel shows %d turns", n)
			}
			eval[chromedp.Void](b, panel+".querySelector('.bar button').click()")
			b.await("!" + panel + ".open")
			if got := eval[string](b, "document.cookie"); got != "" {
				t.Errorf("cookies: %q", got)
			}
		})
	}
}

// The bubble works on a site of another origin with a strict policy of its
// own, and only where the town allows that origin.
func TestTheBubbleOnTheTownsSite(t *testing.T) {
	for name, allowed := range map[string]bool{"allowed": true, "not allowed": false} {
		t.Run(name, func(t *testing.T) {
			var s site
			host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src %[1]s; connect-src %[1]s; frame-src %[1]s; img-src data:", s.URL))
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = fmt.Fprintf(w, `<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Site</title><h1>Site</h1><script src="%s/widget.js" data-town="saint-aubin" data-lang="en" async></script>`, s.URL)
			}))
			t.Cleanup(host.Close)
			s = serve(t, func(cfg *web.Config) {
				if allowed {
					cfg.Towns = webtest.Towns{Origin: host.URL}
				}
			})
			l := desktop
			l.Refused = !allowed
			b := open(t, host.URL, l)
			b.await("document.querySelector('[data-guichet]')")
			if got := eval[string](b, bubble+".innerText"); got != "Ask a question" {
				t.Errorf("the bubble says %q", got)
			}
			eval[chromedp.Void](b, bubble+".click()")
			eval[chromedp.Void](b, shadow+".querySelector('iframe').addEventListener('load', () => document.body.dataset.loaded = 'yes')")
			b.await("document.body.dataset.loaded")
			if allowed {
				s.Chat.Connected(t.Context())
				b.keys(kb.Escape)
				b.await("!" + panel + ".open")
			} else if n := s.Chat.Connections(); n != 0 {
				t.Errorf("a site that the town does not know opened the chat")
			}
			b.shot("opened")
		})
	}
}
