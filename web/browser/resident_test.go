package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"guichet/web"
	"guichet/web/webtest"
)

func TestAnAnswerWithItsSources(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.await("document.body.dataset.state === 'open'")
	b.accessible("empty")
	if n := b.count("#suggestions button"); n != 3 {
		t.Errorf("%d suggested questions", n)
	}
	b.ask("Comment inscrire mon fils à la cantine ?")
	b.see(".thumbs", "utile")

	if got := b.text(".answer p"); !strings.Contains(got, "auprès du service Enfance.") || !strings.Contains(got, "C’est un droit") {
		t.Errorf("sentences of one paragraph: %q", got)
	}
	if n := b.count(".answer ul li"); n != 2 {
		t.Errorf("%d list items", n)
	}
	if n, rows := b.count(".answer table"), b.count(".answer tbody tr"); n != 1 || rows != 2 || b.count("th[scope=col]") != 2 {
		t.Errorf("%d tables with %d rows", n, rows)
	}
	if n := b.count(".sources > li"); n != 3 {
		t.Errorf("%d sources", n)
	}
	sections := eval[[]string](b, "[...document.querySelectorAll('.sources > li')].map((li) => li.querySelector('.source-section')?.textContent ?? '')")
	if want := []string{"Partie citée\u00a0: Inscription", "", ""}; !slices.Equal(sections, want) {
		t.Errorf("the sources are of the sections %q, want %q", sections, want)
	}
	// A further section of a page that stands there already is named alone.
	links := eval[[]string](b, "[...document.querySelectorAll('.sources a')].map((a) => a.firstChild.textContent)")
	if len(links) != 3 || links[2] != "Tarifs › Le midi" || b.count(".sources .badge") != 2 {
		t.Errorf("the sources are called %q", links)
	}
	b.see(".sources", "Fiche nationale")
	b.see(".sources", "Document de la commune")
	b.see(".sources blockquote", "L’inscription se fait avant le 15\u00a0juin")
	if href := eval[string](b, "document.querySelectorAll('.sources a')[1].href"); href != "https://www.service-public.fr/particuliers/vosdroits/F24569" {
		t.Errorf("the second source leads to %s", href)
	}
	b.accessible("answered")
	eval[chromedp.Void](b, "scrollTo(0, document.body.scrollHeight)")
	b.shot("answered-end")

	// The number after a sentence leads to the words that it cites.
	b.click(".unit:last-of-type .mark")
	b.await("document.activeElement.matches('blockquote.lit') && document.activeElement.innerText.includes('est un droit')")

	asks, _ := s.Chat.Heard()
	if len(asks) != 1 || asks[0].V != 1 || asks[0].Language != "fr" || asks[0].After != 0 || len(asks[0].Turn) != 36 {
		t.Errorf("what the server heard: %+v", asks)
	}
}

// An answer of excerpts says so, and folds the quotes, which are its own words,
// until one is asked for; the fold stays open for the words of a model.
func TestAnAnswerOfExcerpts(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Un extrait sur la cantine ?")
	b.see(".end", "mot pour mot")
	if n := b.count(".sources blockquote"); n != 0 || b.count(".sources summary") != 3 {
		t.Errorf("%d quotes are unfolded", n)
	}
	b.accessible("excerpts")
	b.click(".answer li .mark")
	b.see("blockquote.lit", "avant le 15\u00a0juin")
	if n := b.count(".sources blockquote"); n != 1 {
		t.Errorf("%d quotes are unfolded by one number", n)
	}
}

// A wide table is stacked on a phone, each cell beside the name of its column; on
// a small window it scrolls, and has a stop of the Tab key only then.
func TestAWideTable(t *testing.T) {
	for name, l := range map[string]look{
		"phone": {Width: 360, Height: 740}, "phone dark": {Width: 360, Height: 740, Dark: true}, "small": {Width: 500, Height: 800}, "desktop": desktop,
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/", l)
			b.ask("Où sont les étals ?")
			b.see(".thumbs", "utile")
			stacked := l.Width < 400
			if got := eval[int](b, "[...document.querySelectorAll('.answer .column')].filter((e) => e.checkVisibility()).length") > 0; got != stacked {
				t.Errorf("stacked: %v", got)
			}
			scrolls := eval[bool](b, "document.querySelector('.answer .scroll').scrollWidth > document.querySelector('.answer .scroll').clientWidth")
			if stacked && scrolls {
				t.Error("the stacked table is too wide")
			}
			b.await(fmt.Sprintf("document.querySelector('.answer .scroll').tabIndex === (%v ? 0 : -1)", scrolls))
			marked := eval[[]string](b, "[...document.querySelectorAll('.answer tr')].map((tr) => tr.querySelector('.mark')?.closest('td').querySelector('.value').textContent ?? '').filter(Boolean)")
			if want := []string{"place et halle1", "12,50\u00a0€1"}; !slices.Equal(marked, want) {
				t.Errorf("the marks stand in %q, want %q", marked, want)
			}
			if roles := eval[int](b, "document.querySelectorAll('table[role=table] tr[role=row] :is(th[role=columnheader], td[role=cell])').length"); roles != 15 {
				t.Errorf("%d cells have their roles", roles)
			}
			b.accessible("wide table")
		})
	}
}

func TestAnOpinion(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("La cantine ?")
	b.see(".thumbs", "utile")
	b.click(".thumb:last-of-type")
	b.await("document.querySelector('.thumb:last-of-type').ariaPressed === 'true'")
	b.do(chromedp.SendKeys(chromedp.CSS(".comment textarea"), "Il manque le prix"))
	b.accessible("opinion")
	b.click(".comment button")
	b.see(".feedback", "Merci")
	_, opinions := s.Chat.Heard()
	if n := len(opinions); n != 2 || opinions[1].Value != "down" || opinions[1].Comment != "Il manque le prix" {
		t.Errorf("opinions heard: %+v", opinions)
	}
}

func TestNoEvidenceLeadsToPeople(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Qui a marché sur la lune ?")
	b.see(".contact-card", "Accueil de la mairie")
	links := eval[[]string](b, "[...document.querySelectorAll('.contact-card a')].map((a) => a.href)")
	if !slices.Contains(links, "tel:0299000000") || !slices.Contains(links, "mailto:accueil@saint-aubin.example") {
		t.Errorf("the contact's links: %v", links)
	}
	if b.count(".sources > li") != 0 || b.count(".source-part") != 0 {
		t.Error("sources are shown where there are none")
	}
	b.accessible("no evidence")
}

func TestAGreetingIsJustAnswered(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("bonjour")
	b.see(".thumbs", "utile")
	if b.count(".contact-card") != 0 {
		t.Error("a greeting is sent to the town hall")
	}
}

// An answer that names the contact itself has its links, and no card beside it.
func TestContactInTheAnswerIsLinked(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Quel est le contact ?")
	b.see(".thumbs", "utile")
	links := eval[[]string](b, "[...document.querySelectorAll('.answer a')].map((a) => a.href + ' ' + a.innerText)")
	want := []string{"tel:0299000000 02\u00a099\u00a000\u00a000\u00a000", "mailto:accueil@saint-aubin.example accueil@saint-aubin.example"}
	if !slices.Equal(links, want) || b.count(".contact-card") != 0 {
		t.Errorf("links %q, want %q; %d cards", links, want, b.count(".contact-card"))
	}
}

// A number that the cited words have is a link; one that only the answer has is not.
func TestACitedNumberIsLinked(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Qui appeler ?")
	b.see(".thumbs", "utile")
	links := eval[[]string](b, "[...document.querySelectorAll('.answer a')].map((a) => a.getAttribute('href'))")
	want := []string{"tel:0261912000", "tel:0261912000", "mailto:piscine@ville.example", "tel:0800123456", "https://www.saint-aubin.example/piscine"}
	if !slices.Equal(links, want) {
		t.Errorf("links %q, want %q", links, want)
	}
	b.accessible("linked number")
}

// Whoever is in danger gets the numbers, as large links, before all else: the
// focus is on the first, and no card of the town hall nor thumbs follow.
func TestAnEmergency(t *testing.T) {
	for name, l := range map[string]look{"phone": {Width: 360, Height: 640}, "dark": night, "desktop": desktop, "forced": {Width: 360, Height: 640, Forced: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/", l)
			b.ask("Au secours !")
			b.await("document.querySelector('.turn[data-outcome=emergency]')")
			links := eval[[]string](b, "[...document.querySelectorAll('.turn a')].map((a) => a.href)")
			if want := []string{"tel:17", "tel:3919", "sms:114", "tel:112"}; !slices.Equal(links, want) {
				t.Errorf("links %q, want %q", links, want)
			}
			if low := eval[int](b, "Math.min(...[...document.querySelectorAll('.turn a')].map((a) => a.getBoundingClientRect().height))"); low < 44 {
				t.Errorf("a number is %d px high", low)
			}
			if b.count(".contact-card") != 0 || b.count(".feedback") != 0 {
				t.Error("a card or thumbs stand under the numbers")
			}
			if !eval[bool](b, "document.querySelector('.answer').firstElementChild.matches('[role=alert]')") {
				t.Error("the numbers are no alert")
			}
			if got := b.focus(); !strings.HasPrefix(got, "17") {
				t.Errorf("the focus is at %q", got)
			}
			if n := b.count(".turn a[aria-describedby]"); n != 1 || b.text("#"+eval[string](b, "document.activeElement.getAttribute('aria-describedby')")) == "" {
				t.Errorf("%d numbers are read with what to do", n)
			}
			if got := b.text("#status"); got != "" {
				t.Errorf("the status says %q into it", got)
			}
			b.accessible("numbers")
			b.do(chromedp.Reload())
			b.await("document.body.dataset.state === 'open'")
			if b.count(".turn a") != 4 || b.count("[role=alert]") != 0 {
				t.Error("after a reload, the numbers are gone or sound again")
			}
		})
	}
}

func TestAnErrorKeepsTheQuestion(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("C’est la panne ?")
	b.see(".end .problem", "Réessayez dans un instant")
	if got := eval[string](b, "document.querySelector('#question').value"); got != "C’est la panne ?" {
		t.Errorf("the box holds %q", got)
	}
	b.accessible("error")
	b.click(".end button")
	b.await("document.querySelectorAll('.turn').length === 2")
	asks, _ := s.Chat.Heard()
	if len(asks) != 2 || asks[0].Turn == asks[1].Turn {
		t.Errorf("asking again: %+v", asks)
	}
}

func TestStopping(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Réponds lentement")
	b.await("document.querySelectorAll('.unit').length === 2")
	b.shot("streaming")
	if b.count("#send") != 0 {
		t.Error("a question can be sent while one is answered")
	}
	b.click("#stop")
	b.see(".end", "arrêtée à votre demande")
	if got := b.focus(); got != "#question" {
		t.Errorf("after stopping, the focus is at %s", got)
	}
	if n := b.count(".unit"); n != 2 {
		t.Errorf("%d units remain", n)
	}
}

func TestALostLineIsTakenUp(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Ici on coupe")
	b.await("document.querySelectorAll('.unit').length === 2")
	b.see("#status", "nouvel essai")
	b.await("document.body.dataset.state === 'open'")
	s.Chat.Release()
	b.see(".thumbs", "utile")
	if items, rows := b.count(".answer li"), b.count(".answer tbody tr"); b.count(".unit") != 2 || items != 2 || rows != 2 {
		t.Errorf("after the resume: %d sentences, %d items, %d rows", b.count(".unit"), items, rows)
	}
	asks, _ := s.Chat.Heard()
	if len(asks) != 2 || asks[0].Turn != asks[1].Turn || asks[1].After != 2 {
		t.Errorf("the resume asked: %+v", asks)
	}
}

func TestAReloadGoesOn(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("Réponds lentement")
	b.await("document.querySelectorAll('.unit').length === 2")
	b.do(chromedp.Focus(chromedp.CSS("#question")))
	b.keys("un brouillon")
	s.Chat.Release()
	b.do(chromedp.Reload())
	b.see(".thumbs", "utile")
	if got := eval[string](b, "document.querySelector('#question').value"); got != "un brouillon" {
		t.Errorf("after the reload, the box holds %q", got)
	}
	if b.count(".turn") != 1 || b.count(".answer tbody tr") != 2 {
		t.Error("after the reload, the conversation is not what it was")
	}
	b.do(chromedp.Reload())
	b.see(".thumbs", "utile")
	b.click("#new")
	b.await("document.querySelectorAll('.turn').length === 0")
	b.see("#suggestions", "poubelles")
	asks, _ := s.Chat.Heard()
	b.ask("La cantine ?")
	b.see(".thumbs", "utile")
	later, _ := s.Chat.Heard()
	if asks[0].Conversation == later[len(later)-1].Conversation {
		t.Error("a new conversation has the old one's id")
	}
}

func TestOffline(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.await("document.body.dataset.state === 'open'")
	call(b, network.Enable, network.EnableParams{})
	line := func(off bool) {
		call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
	}
	line(true)
	b.see("#status", "hors connexion")
	b.do(chromedp.Focus(chromedp.CSS("#question")))
	b.keys("La cantine ?\r")
	b.see("#status", "Votre texte est gardé")
	if got := eval[string](b, "document.querySelector('#question').value"); got != "La cantine ?" || b.count(".turn") != 0 {
		t.Errorf("offline, the box holds %q", got)
	}
	b.accessible("offline")
	line(false)
	b.await("document.body.dataset.state === 'open'")
	b.keys("\r")
	b.see(".thumbs", "utile")
}

func TestTheKeyboardsWay(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", desktop)
	b.await("document.body.dataset.state === 'open'")
	way := func(steps int) (seen []string) {
		for range steps {
			b.keys(kb.Tab)
			seen = append(seen, b.focus())
		}
		return seen
	}
	want := []string{"Aller à la question", "English",
		"Quand passe le camion des poubelles\u00a0?", "Comment inscrire mon enfant à la cantine\u00a0?", "Quels sont les horaires de la piscine\u00a0?",
		"#question", "#send", "À propos de ce service et contact"}
	if got := way(len(want)); !slices.Equal(got, want) {
		t.Errorf("Tab goes\n%q, want\n%q", got, want)
	}
	b.ask("ligne une")
	b.see(".thumbs", "utile")
	eval[chromedp.Void](b, "document.querySelector('.question').focus()")
	got := way(4)
	if !strings.HasPrefix(got[0], "Source 1\u00a0: Cantine scolaire") || !strings.HasPrefix(got[1], "Source 2\u00a0: Inscription") {
		t.Errorf("in the answer, Tab goes %q", got)
	}
	b.keys("\r")
	b.do(chromedp.Focus(chromedp.CSS("#question")))
	b.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(kb.ModifierShift))) // Shift
	b.keys("suite")
	if got := eval[string](b, "document.querySelector('#question').value"); got != "\nsuite" {
		t.Errorf("Shift and Enter give %q", got)
	}
}

// The question box, which stays at the bottom of the window, never hides what
// has the focus.
func TestTheFocusIsNotHidden(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("La cantine ?")
	b.see(".thumbs", "utile")
	hidden := eval[[]string](b, `[...document.querySelectorAll('.turn button, .turn a, .turn summary')].filter((e) => {
		if (!e.checkVisibility()) return false;
		scrollTo(0, 0);
		e.focus();
		const r = e.getClientRects()[0];
		return !e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2));
	}).map((e) => e.outerHTML)`)
	for _, h := range hidden {
		t.Errorf("has the focus and is hidden: %s", h)
	}
}

// Arabic is written from right to left, in the box and in the conversation; the
// answer beside it keeps its own direction.
func TestAQuestionFromRightToLeft(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.await("document.body.dataset.state === 'open'")
	b.do(chromedp.Focus(chromedp.CSS("#question")))
	b.keys("متى تفتح البلدية؟")
	direction := func(selector string) string {
		return eval[string](b, fmt.Sprintf("getComputedStyle(document.querySelector(%s)).direction", quote(selector)))
	}
	if got := direction("#question"); got != "rtl" {
		t.Errorf("the box is written %s", got)
	}
	b.keys("\r")
	b.see(".thumbs", "utile")
	if got := direction(".asked"); got != "rtl" {
		t.Errorf("the question is written %s", got)
	}
	if got := direction(".answer p"); got != "ltr" {
		t.Errorf("the answer is written %s", got)
	}
	b.accessible("right to left")
}

// On an English page, the words of French documents are marked as French, so that
// they are spoken as such; those of a model, which the documents do not have, are not.
func TestTheLanguageOfQuotedWords(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/?lang=en", phone)
	b.ask("Où sont les étals ?")
	b.see(".thumbs", "help you")
	for selector, want := range map[string]string{".answer tbody tr": "fr", "blockquote": "fr", ".source-title a > span": "fr", ".source-part h3": "en"} {
		if got := eval[string](b, fmt.Sprintf("document.querySelector(%s).closest('[lang]').lang", quote(selector))); got != want {
			t.Errorf("%s is in %q, want %q", selector, got, want)
		}
	}
	b.ask("La cantine ?")
	b.await("document.querySelectorAll('.thumbs').length === 2")
	if got := eval[string](b, "document.querySelector('.turn:last-child .unit').closest('[lang]').lang"); got != "en" {
		t.Errorf("a model's words are marked %q", got)
	}
}

// Whoever reads an answer and types the next question stays where they read.
func TestTypingDoesNotMoveThePage(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.ask("La cantine ?")
	b.see(".thumbs", "utile")
	eval[chromedp.Void](b, "scrollTo(0, 100)")
	b.keys("Et le mercredi")
	if y := eval[int](b, "scrollY"); y != 100 {
		t.Errorf("typing moved the page from 100 to %d", y)
	}
}

// With text twice as large, or the page itself, all is there without scrolling
// sideways.
func TestTwiceTheSize(t *testing.T) {
	for name, l := range map[string]look{"text": {Width: 360, Height: 740}, "page": {Width: 640, Height: 450}, "page of a phone": {Width: 180, Height: 370}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/", l)
			if name == "text" {
				eval[chromedp.Void](b, "(() => { const s = new CSSStyleSheet(); s.replaceSync('html { font-size: 200% }'); document.adoptedStyleSheets = [s]; })()")
			}
			for _, question := range []string{"La cantine ?", "Où sont les étals ?", "Qui a marché sur la lune ?", "Au secours !"} {
				b.ask(question)
				b.await("!document.querySelector('.turn:last-child').matches('.running')")
				if wide := eval[[]string](b, fmt.Sprintf("[...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, .visually-hidden') && e.getBoundingClientRect().right > %d).map((e) => e.tagName + '.' + e.className)", l.Width)); len(wide) > 0 {
					t.Errorf("after %q, these are too wide: %q", question, wide)
				}
				b.shot(question)
			}
			if covered := eval[float64](b, `getComputedStyle(document.querySelector('#ask')).position === 'sticky' ? document.querySelector('#ask').offsetHeight / innerHeight : 0`); covered > .5 {
				t.Errorf("the question box stands before %.0f %% of the window", 100*covered)
			}
			b.accessible("all")
		})
	}
}

func TestTheLimitOfAQuestion(t *testing.T) {
	s := serve(t, nil)
	b := open(t, s.URL+"/", phone)
	b.await("document.body.dataset.state === 'open'")
	fill := func(n string) {
		eval[chromedp.Void](b, "(() => { const q = document.querySelector('#question'); q.value = 'é'.repeat("+n+"); q.dispatchEvent(new Event('input')); q.focus(); })()")
	}
	fill("1700")
	if got := b.text("#count"); got != "" {
		t.Errorf("far from the limit, the counter says %q", got)
	}
	fill("1990")
	b.see("#count", "restants\u00a0: 10")
	fill("2001")
	b.see("#count", "en trop\u00a0: 1")
	b.accessible("too long")
	b.keys("\r")
	if asks, _ := s.Chat.Heard(); len(asks) != 0 || b.count(".turn") != 0 {
		t.Error("an over-long question was sent")
	}
}

func TestEveryLookIsAccessible(t *testing.T) {
	for name, l := range map[string]look{"dark": night, "320": narrow, "desktop": desktop, "forced": {Width: 390, Height: 844, Forced: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			b := open(t, s.URL+"/", l)
			b.await("document.body.dataset.state === 'open'")
			b.accessible("empty")
			b.ask("La cantine ?")
			b.see(".thumbs", "utile")
			b.accessible("answered")
			if w := eval[int](b, "document.documentElement.scrollWidth"); w > int(l.Width) {
				t.Errorf("the page is %d wide in a window of %d", w, l.Width)
			}
			eval[chromedp.Void](b, "scrollTo(0, document.body.scrollHeight)")
			b.shot("end")
		})
	}
}

func TestAnyColourCanBeRead(t *testing.T) {
	for _, color := range []string{"#ffe600", "#7f7f7f"} {
		s := serve(t, func(cfg *web.Config) { cfg.Towns = webtest.Towns{Color: color} })
		for name, l := range map[string]look{"light": phone, "dark": night} {
			b := open(t, s.URL+"/", l)
			b.ask("La cantine ?")
			b.see(".thumbs", "utile")
			b.click(".thumb:last-of-type")
			b.see(".feedback", "Merci")
			b.accessible(color[1:] + name)
		}
	}
}

func TestWithoutScripts(t *testing.T) {
	s := serve(t, nil)
	l := phone
	l.NoScript = true
	b := open(t, s.URL+"/", l)
	b.do(chromedp.WaitVisible(chromedp.CSS("noscript .contact")), chromedp.WaitNotVisible(chromedp.CSS("#ask")))
	b.shot("noscript")
}
