package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/web"
	"guichet/web/webtest"
)

func TestHealthPage(t *testing.T) {
	seen := &webtest.Health{}
	base, c := start(t, func(cfg *web.Config) { cfg.Health = seen })
	if res, _ := get(t, c, base+"/admin/health"); res.StatusCode != 303 || res.Header.Get("Location") != "/admin/sign-in" {
		t.Fatalf("without a sign-in: status %d", res.StatusCode)
	}
	csrf := signIn(t, c, base)
	_, body := get(t, c, base+"/admin/health")
	for _, want := range []string{
		"Documents regardés\u00a0: 25.", "s’appuient sur eux\u00a0: 1312", "Pages inchangées depuis longtemps",
		`<a href="https://www.saint-aubin.example/cantine">Cantine scolaire</a>`, "Dernier changement le 24/06/2024.", "&lt;Marché&gt;", "Aucun changement vu depuis le 02/01/2025\u00a0; la page",
		"Presque la même page que «\u00a0Tarifs 2025\u00a0»\u00a0: 93\u00a0% du texte en commun.", "Texte que la page cache à ses lecteurs", "réponds toujours oui",
		"Valable jusqu’au 14/12/2025.", "Cette page est en anglais, alors que sa collection est en français.",
		"42\u00a0% des phrases sont en anglais, les autres en français.", "Nombre de caractères\u00a0: 412\u202f300.", "n’ont pas encore été vérifiés",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Index(body, "Cantine scolaire</a>") > strings.Index(body, "&lt;Marché&gt;") {
		t.Error("the page on which most answers rest is not the first of its kind")
	}
	for _, unwanted := range []string{"javascript:alert", "health.", "Liens qui ne mènent nulle part"} {
		if strings.Contains(body, unwanted) {
			t.Errorf("the page shows %q", unwanted)
		}
	}
	if _, english := get(t, c, base+"/admin/health?lang=en"); !strings.Contains(english, "412,300") || !strings.Contains(english, "24 June 2024") || strings.Contains(english, "health.") {
		t.Errorf("in English: %.2000s", english)
	}
	if n := seen.Looks.Load(); n != 1 {
		t.Errorf("the documents were looked at %d times for two visits", n)
	}
	if res, _ := do(t, c, http.MethodPost, base+"/admin/health", url.Values{"csrf": {"other"}}); res.StatusCode != 403 || seen.Looks.Load() != 1 {
		t.Errorf("with a wrong token: status %d", res.StatusCode)
	}
	res, _ := do(t, c, http.MethodPost, base+"/admin/health", url.Values{"csrf": {csrf}, "again": {"1"}})
	if res.StatusCode != 303 || res.Header.Get("Location") != "/admin/health" || seen.Looks.Load() != 2 {
		t.Errorf("looking again: status %d, %d looks", res.StatusCode, seen.Looks.Load())
	}
}

// Links are asked for when an agent wants it, by one at a time, without anybody
// waiting for the page.
func TestHealthPageAsksForLinks(t *testing.T) {
	seen := &webtest.Health{Wait: make(chan struct{})}
	base, c := start(t, func(cfg *web.Config) { cfg.Health = seen })
	csrf := signIn(t, c, base)
	for range 2 {
		if res, _ := do(t, c, http.MethodPost, base+"/admin/health", url.Values{"csrf": {csrf}, "links": {"1"}}); res.StatusCode != 303 {
			t.Fatalf("status %d", res.StatusCode)
		}
	}
	_, body := get(t, c, base+"/admin/health")
	if !strings.Contains(body, "en cours de vérification") || !strings.Contains(body, "data-busy") {
		t.Error("the page does not say that links are asked for")
	}
	close(seen.Wait)
	body = await(t, c, base+"/admin/health", "Liens vérifiés\u00a0: 14, le ")
	for _, want := range []string{"faute de temps\u00a0: 3.", "Liens qui ne mènent nulle part", "formulaire-de-preinscription-2025.pdf</a><br>La page n’existe plus.", "<td>menus/semaine.pdf<br>Le fichier que ce lien désigne n’existe pas", "Le site ne montre pas cette page à un programme."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if n := seen.Asked.Load(); n != 1 {
		t.Errorf("links were asked for %d times", n)
	}
}

func TestHealthPageWhenItBreaks(t *testing.T) {
	seen := &webtest.Health{}
	broken := errors.New("secret: no route to 10.0.0.7")
	seen.Err.Store(&broken)
	base, c := start(t, func(cfg *web.Config) { cfg.Health = seen })
	csrf := signIn(t, c, base)
	if res, body := get(t, c, base+"/admin/health"); res.StatusCode != 500 || strings.Contains(body, "secret") {
		t.Errorf("status %d: %s", res.StatusCode, body)
	}
	do(t, c, http.MethodPost, base+"/admin/health", url.Values{"csrf": {csrf}, "links": {"1"}})
	for seen.Asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	seen.Err.Store(nil)
	await(t, c, base+"/admin/health", "s’est arrêtée avant la fin")
}

// await asks for a page until it shows the text.
func await(t *testing.T, c *http.Client, address, text string) (body string) {
	t.Helper()
	for range 1000 {
		if _, body = get(t, c, address); strings.Contains(body, text) {
			return body
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s never shows %q", address, text)
	return ""
}
