package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"guichet/web"
	"guichet/web/webtest"
)

// start serves the pages over real HTTP.
func start(t *testing.T, change func(*web.Config)) (base string, client *http.Client) {
	t.Helper()
	cfg, err := webtest.Config()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&cfg)
	}
	srv := httptest.NewServer(web.New(cfg))
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return srv.URL, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// reply is what came back, its body read.
type reply struct {
	StatusCode int
	Header     http.Header
	Cookies    []*http.Cookie
}

func do(t *testing.T, c *http.Client, method, address string, form url.Values, header ...string) (reply, string) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, res.Cookies()}, string(b)
}

func get(t *testing.T, c *http.Client, address string, header ...string) (reply, string) {
	t.Helper()
	return do(t, c, http.MethodGet, address, nil, header...)
}

func TestPagesOfATown(t *testing.T) {
	base, c := start(t, nil)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/":                       {200, "Saint-Aubin-les-Étangs"},
		"/?town=saint-aubin":      {200, "Quand passe le camion"},
		"/?town=nowhere":          {404, "Cette page n’existe pas"},
		"/?town=%00":              {404, "Cette page n’existe pas"},
		"/?lang=en":               {200, "A machine answers you"},
		"/demo":                   {200, `<script src="/widget.js" data-town="saint-aubin" async></script>`},
		"/no/such/page":           {404, "Cette page n’existe pas"},
		"/admin":                  {303, ""},
		"/admin/":                 {303, ""},
		"/admin/documents":        {303, ""},
		"/admin/sign-in":          {200, "Connexion à la console"},
		"/robots.txt":             {200, "Disallow: /admin"},
		"/healthz":                {200, "ok"},
		"/favicon.ico":            {200, "<svg"},
		"/widget.js":              {200, "data-town"},
		"/widget.json":            {200, `"onColor":"#ffffff"`},
		"/widget.json?town=x":     {404, "no such town"},
		"/theme/1f6f5c/x.css":     {200, "--town:#1f6f5c"},
		"/theme/red;}/x.css":      {404, ""},
		"/static/old/base.css":    {200, ":root"},
		"/static/old/nothing.css": {404, ""},
	} {
		res, body := get(t, c, base+path)
		if res.StatusCode != want.status || !strings.Contains(body, want.text) {
			t.Errorf("%s: status %d, want %d with %q in it; got %.300s", path, res.StatusCode, want.status, want.text, body)
		}
	}
}

func TestLanguageOfThePage(t *testing.T) {
	base, c := start(t, nil)
	for _, x := range []struct{ query, header, want string }{
		{"", "", "fr"},
		{"", "en-GB,en;q=0.8", "en"},
		{"?lang=fr", "en", "fr"},
		{"?lang=en", "fr", "en"},
		{"", "de", "fr"},
	} {
		res, body := get(t, c, base+"/"+x.query, "Accept-Language", x.header)
		if got := res.Header.Get("Content-Language"); got != x.want || !strings.Contains(body, `<html lang="`+x.want+`"`) {
			t.Errorf("query %q, browser %q: page in %q, want %q", x.query, x.header, got, x.want)
		}
	}
}

func TestHeadersThatGuard(t *testing.T) {
	base, c := start(t, nil)
	for path, ancestors := range map[string]string{
		"/":                          "'none'",
		"/admin/sign-in":             "'none'",
		"/?embed=1&town=saint-aubin": "'self' https://www.saint-aubin.example",
	} {
		res, body := get(t, c, base+path)
		policy := res.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || !strings.HasSuffix(policy, "frame-ancestors "+ancestors) {
			t.Errorf("%s: policy %q, want it closed and framed by %q", path, policy, ancestors)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: nosniff or referrer policy is missing", path)
		}
		for _, inline := range []string{" style=", "<style", " onclick=", "javascript:"} {
			if strings.Contains(body, inline) {
				t.Errorf("%s has %q, which its policy forbids", path, inline)
			}
		}
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	base, c := start(t, nil)
	_, page := get(t, c, base+"/")
	found := regexp.MustCompile(`"(/(?:static|theme)/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(found) < 4 {
		t.Fatalf("the page names %d assets: %v", len(found), found)
	}
	for _, m := range found {
		res, _ := get(t, c, base+m[1])
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, cache %q", m[1], res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	res, _ := get(t, c, base+"/static/000000000000/app.js")
	if got := res.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("an asset of another version is cached: %q", got)
	}
}

func TestSettingsOfThePageAreJSON(t *testing.T) {
	base, c := start(t, nil)
	_, page := get(t, c, base+"/")
	m := regexp.MustCompile(`(?s)id="settings">(.*?)</script>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("no settings in the page")
	}
	var got struct {
		Town, Socket string
		MaxQuestion  int
		Texts        map[string]string
	}
	if err := json.Unmarshal([]byte(m[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Town != "saint-aubin" || got.Socket != "/ws?town=saint-aubin" || got.MaxQuestion != 2000 || got.Texts["web.chat.sources"] != "Sources" {
		t.Errorf("settings: %+v", got)
	}
}

func TestErrorsTellNothingInternal(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7:5432: password secret")
	base, c := start(t, func(cfg *web.Config) {
		cfg.Towns = webtest.Towns{Err: secret}
		cfg.Ready = func(context.Context) error { return secret }
	})
	for path, status := range map[string]int{"/": 500, "/demo": 500, "/healthz": 503, "/widget.json": 503, "/nothing": 404} {
		res, body := get(t, c, base+path)
		if res.StatusCode != status {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, status)
		}
		if strings.Contains(body, "5432") || strings.Contains(body, "secret") {
			t.Errorf("%s tells the error: %s", path, body)
		}
	}
}

func TestAPanicIsAPage(t *testing.T) {
	var log bytes.Buffer
	base, c := start(t, func(cfg *web.Config) {
		cfg.Chat = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	res, body := get(t, c, base+"/ws")
	if res.StatusCode != 500 || !strings.Contains(body, "Un incident") || strings.Contains(body, "broken") {
		t.Errorf("status %d: %s", res.StatusCode, body)
	}
	if text := log.String(); !strings.Contains(text, "panic=string") || strings.Contains(text, "broken") {
		t.Errorf("logged: %s", text)
	}
}

// signIn signs the client in and returns the session's CSRF token.
func signIn(t *testing.T, c *http.Client, base string) string {
	t.Helper()
	res, _ := do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {"agent"}, "password": {webtest.Password}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/admin/" {
		t.Fatalf("sign-in: status %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	_, page := get(t, c, base+"/admin/")
	m := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no CSRF token in the console: %s", page)
	}
	return m[1]
}

func TestSignInAndOut(t *testing.T) {
	base, c := start(t, nil)
	res, body := do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {`a"><b>`}, "password": {"wrong"}})
	if res.StatusCode != 401 || !strings.Contains(body, "ne vont pas ensemble") || strings.Contains(body, "<b>") {
		t.Errorf("wrong password: status %d, %s", res.StatusCode, body)
	}
	res, body = do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {"busy"}, "password": {"x"}})
	if res.StatusCode != 429 || !strings.Contains(body, "Patientez une minute") {
		t.Errorf("throttled: status %d, %s", res.StatusCode, body)
	}
	csrf := signIn(t, c, base)
	if res, _ := do(t, c, http.MethodPost, base+"/admin/sign-out", url.Values{"csrf": {"other"}}); res.StatusCode != 403 {
		t.Errorf("sign-out with a wrong token: status %d", res.StatusCode)
	}
	if res, _ := do(t, c, http.MethodPost, base+"/admin/sign-out", url.Values{"csrf": {csrf}}); res.StatusCode != 303 {
		t.Errorf("sign-out: status %d", res.StatusCode)
	}
	if res, _ := get(t, c, base+"/admin/"); res.Header.Get("Location") != "/admin/sign-in" {
		t.Errorf("after signing out, the console answers %d", res.StatusCode)
	}
}

func TestSessionCookie(t *testing.T) {
	for _, x := range []struct {
		trust  bool
		proto  string
		secure bool
	}{
		{false, "", false}, {false, "https", false},
		{true, "", true}, {true, "https", true}, {true, "https, http", true}, {true, "http", false},
	} {
		base, c := start(t, func(cfg *web.Config) { cfg.TrustProxy = x.trust })
		res, _ := do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {"agent"}, "password": {webtest.Password}}, "X-Forwarded-Proto", x.proto)
		cookies := res.Cookies
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		k := cookies[0]
		if !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Secure != x.secure || k.Path != "/admin" || k.MaxAge != 12*3600 {
			t.Errorf("%+v: cookie %v", x, k)
		}
	}
}

func TestTheHostThatAProxyTells(t *testing.T) {
	for trust, want := range map[bool]string{false: "127.0.0.1", true: "chat.ville.test"} {
		var host string
		base, c := start(t, func(cfg *web.Config) {
			cfg.TrustProxy = trust
			cfg.Chat = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { host = r.Host })
		})
		get(t, c, base+"/ws", "X-Forwarded-Host", "chat.ville.test, inner.test")
		if !strings.HasPrefix(host, want) {
			t.Errorf("trust %v: the chat sees host %q", trust, host)
		}
		// A browser that does not say whether the site is another's is judged by its origin.
		res, _ := do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {"agent"}, "password": {webtest.Password}},
			"X-Forwarded-Host", "chat.ville.test", "Origin", "https://chat.ville.test")
		if ok := res.StatusCode == 303; ok != trust {
			t.Errorf("trust %v: sign-in answers %d", trust, res.StatusCode)
		}
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	base, c := start(t, nil)
	csrf := signIn(t, c, base)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		res, _ := do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"x"}}, header...)
		if res.StatusCode != 403 {
			t.Errorf("%v: status %d", header, res.StatusCode)
		}
	}
}

func TestBenchShowsAnswerAndTrace(t *testing.T) {
	base, c := start(t, nil)
	csrf := signIn(t, c, base)
	res, body := do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"Comment inscrire mon fils à la cantine ?"}})
	if res.StatusCode != 200 {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	for _, want := range []string{
		"avant le 15\u00a0juin, auprès du service Enfance.", "<th scope=\"col\">Prix du repas</th>", "au-delà\u00a0: 3,40\u00a0€ le repas.",
		"Fiche nationale", "Répondu", "cantin", "5,91", "14,200", "0,780", "0,0325", "0,82 sur 1",
		"La cantine est gratuite.", "Aucun passage ne le dit.", "numérotés", "1845&nbsp;ms", "mistral-small", "1204", "Trois passages retenus",
		"</span>Tarifs › Le midi</p>", "Horaires d’été", "il l’était jusqu’au 29/08/2026", "Ancienne version. La plus récente\u00a0: «\u00a0Cantine scolaire\u00a0».",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the bench does not show %q", want)
		}
	}
	for _, want := range []string{
		`restaur <span class="badge">équivalent de «\u00a0cantine\u00a0»</span>`,
		`pension <span class="badge national">équivalent de «\u00a0cantine\u00a0», dans aucun passage</span>`,
		"Rédigé par le modèle",
	} {
		if want = strings.ReplaceAll(want, `\u00a0`, "\u00a0"); !strings.Contains(body, want) {
			t.Errorf("the bench does not show %q", want)
		}
	}
	if n := strings.Count(body, `<th scope="col">Prix du repas</th>`); n != 1 {
		t.Errorf("rows under one header form %d tables", n)
	}
	_, body = do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"Qui a marché sur la lune ?"}})
	if !strings.Contains(body, "0,11 sur 1") || !strings.Contains(body, `href="tel:0299000000"`) {
		t.Error("no evidence: the bench shows neither the evidence nor the contact")
	}
	_, body = do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"Où sont les étals ?"}})
	if !strings.Contains(body, "12,50\u00a0€ <a class=\"mark\"") || strings.Contains(body, "<td> <a class=\"mark\"") {
		t.Error("the mark is not in the last cell that holds something, or figures may be cut")
	}
	res, body = do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"  "}})
	if res.StatusCode != 422 || !strings.Contains(body, "Écrivez d’abord une question.") {
		t.Errorf("empty question: status %d", res.StatusCode)
	}
}

func TestBenchShowsAnEmergencyAsResidentsSeeIt(t *testing.T) {
	base, c := start(t, nil)
	csrf := signIn(t, c, base)
	_, body := do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"Au secours !"}})
	if !strings.Contains(body, `<a href="tel:17">17`) || !strings.Contains(body, `<a href="sms:114">114`) {
		t.Errorf("the numbers are no links: %s", body)
	}
	if strings.Contains(body, `<address class="contact">`) {
		t.Error("the town hall's card stands under the numbers")
	}
	for _, unwanted := range []string{"mot pour mot", "Preuves trouvées", "Mots recherchés", "Passages trouvés", "dont recherche", "Sources citées"} {
		if strings.Contains(body, unwanted) {
			t.Errorf("nothing was searched nor cited, and the bench shows %q", unwanted)
		}
	}
}

func TestBenchWhenTheAnswerFails(t *testing.T) {
	base, c := start(t, func(cfg *web.Config) { cfg.Answerer = webtest.Answerer{Err: errors.New("model secret is down")} })
	csrf := signIn(t, c, base)
	res, body := do(t, c, http.MethodPost, base+"/admin/", url.Values{"csrf": {csrf}, "question": {"Bonjour"}})
	if res.StatusCode != 422 || !strings.Contains(body, "n’a pas pu être faite") || strings.Contains(body, "model secret") {
		t.Errorf("status %d: %.500s", res.StatusCode, body)
	}
}

func TestDocumentsOverview(t *testing.T) {
	base, c := start(t, nil)
	signIn(t, c, base)
	_, body := get(t, c, base+"/admin/documents")
	for _, want := range []string{
		"site-de-la-ville", "service-public", "Documents\u00a0: 25. Passages\u00a0: 214.", "publiée", "/srv/documents/site",
		"Derniers chargements de site-de-la-ville", "05/10/2026\u00a0à\u00a007\u00a0h\u00a030", "interrompu",
		"conseil/budget.pdf", "protégé par un mot de passe", "plan.html", "en anglais\u00a0: <span lang=\"en\">parse HTML: &lt;broken&gt;</span>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the overview does not show %q", want)
		}
	}
	for _, unwanted := range []string{"ancien.pdf", "save it without", "Derniers chargements de service-public"} {
		if strings.Contains(body, unwanted) {
			t.Errorf("the overview shows %q", unwanted)
		}
	}
}

func TestTooLargeABodyIsRefused(t *testing.T) {
	base, c := start(t, nil)
	res, _ := do(t, c, http.MethodPost, base+"/admin/sign-in", url.Values{"login": {strings.Repeat("x", 100_000)}})
	if res.StatusCode != 400 {
		t.Errorf("status %d", res.StatusCode)
	}
}

var _ web.Answerer = webtest.Answerer{}
