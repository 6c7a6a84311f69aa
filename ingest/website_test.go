package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/ingest/fetch"
	"guichet/internal/postgrestest"
)

// townSite is a site of real pages, in the way of small towns' sites, and of
// all that leads a walker astray.
type townSite struct {
	*httptest.Server
	*testing.T
	pages    map[string]bool // real ones, by key
	sections int
	mapped   bool            // there is a sitemap
	broken   map[string]bool // pages that fail now
	lost     map[string]bool // pages that are gone now
	extra    map[string]http.HandlerFunc

	mu       sync.Mutex
	asked    map[string]int // whole answers and others, by path and query
	bodies   map[string]int // pages sent
	bare     []string       // requests without a validator, for what has one
	atOnce   int
	most     int
	unhealed map[string]int
}

// articles of each section
const articles = 23

// doors are the first pages of what goes on without end: pages that a site
// shows, and of which the rest is worth nothing.
var doors = []string{"/agenda", "/semaine/48", "/relatif/", "/filtre?lieu=nord&theme=sport"}

// newTownSite has so many pages: a start page, sections with their articles,
// the doors, and news that only a pager leads to.
func newTownSite(t *testing.T, mapped bool, size int) *townSite {
	sections := size / 25
	s := &townSite{T: t, sections: sections, pages: map[string]bool{"/": true}, mapped: mapped, broken: map[string]bool{}, lost: map[string]bool{}, extra: map[string]http.HandlerFunc{}}
	for i := range sections {
		s.pages[fmt.Sprintf("/rubrique-%d/", i)] = true
		for j := range articles {
			s.pages[fmt.Sprintf("/rubrique-%d/article-%d", i, j)] = true
		}
	}
	if !mapped {
		for _, key := range doors {
			s.pages[key] = true
		}
	}
	for i := 1; len(s.pages) < size; i++ {
		s.pages[fmt.Sprintf("/actualites/%d-nouvelle", i)] = true
	}
	s.forget()
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *townSite) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.bodies, s.bare, s.most, s.unhealed = map[string]int{}, map[string]int{}, nil, 0, map[string]int{}
}

func (s *townSite) serve(w http.ResponseWriter, r *http.Request) {
	key := r.URL.RequestURI()
	s.mu.Lock()
	s.asked[key]++
	s.atOnce++
	s.most = max(s.most, s.atOnce)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.atOnce--
		s.mu.Unlock()
	}()
	if h := s.extra[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	switch path := r.URL.Path; {
	case path == "/robots.txt":
		text := "User-agent: *\nDisallow: /prive/\nDisallow: /recherche\n"
		if s.mapped {
			text += "Sitemap: " + s.URL + "/plan/index.xml.gz\n"
		}
		s.send(w, r, "text/plain", text)
	case path == "/plan/index.xml.gz" && s.mapped:
		s.send(w, r, "application/gzip", zipped(`<sitemapindex><sitemap><loc>`+s.URL+`/plan/1.xml</loc></sitemap></sitemapindex>`))
	case path == "/plan/1.xml" && s.mapped:
		var b strings.Builder
		b.WriteString("<urlset>")
		for _, key := range sortedKeys(s.pages) {
			fmt.Fprintf(&b, "<url><loc>%s%s</loc><lastmod>2026-05-01</lastmod></url>", s.URL, key)
		}
		b.WriteString("<url><loc>https://autre.example/</loc></url><url><loc>" + s.URL + "/prive/x</loc></url></urlset>")
		s.send(w, r, "application/xml", b.String())
	case s.lost[path]:
		w.WriteHeader(http.StatusGone)
	case s.broken[path]:
		w.WriteHeader(http.StatusBadGateway)
	case s.pages[path] && !slices.Contains(doors, path): // the query changes nothing
		s.page(w, r, path)
	default:
		s.trap(w, r)
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// send answers with validators, as a well-kept server does.
func (s *townSite) send(w http.ResponseWriter, r *http.Request, mediaType, text string) {
	tag := fmt.Sprintf("%q", digestOf(text))
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Last-Modified", "Fri, 01 May 2026 08:00:00 GMT")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.mu.Lock()
	if r.Header.Get("If-None-Match") == "" {
		s.bare = append(s.bare, r.URL.RequestURI())
	}
	s.bodies[r.URL.RequestURI()]++
	s.mu.Unlock()
	_, _ = w.Write([]byte(text))
}

// page sends a real page: its own words, its links in many spellings, and links
// into every trap.
func (s *townSite) page(w http.ResponseWriter, r *http.Request, path string) {
	if path == "/rubrique-3/article-3" && s.first(path) {
		w.WriteHeader(http.StatusServiceUnavailable) // it is well again at once
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="fr"><head><title>Page %[1]s</title><link rel="canonical" href="%[1]s"></head><body>
		<nav><a href="/">Accueil</a> <a href="/index.html">Accueil</a> <a href="/#haut">Haut</a> <a href="/agenda">Agenda</a>
		<a href="https://autre.example/">Ailleurs</a> <a href="mailto:a@b.fr">Courriel</a> <a href="javascript:void(0)">Menu</a></nav>
		<main><h1>Page %[1]s</h1><p>%[2]s</p>`, path, pageWords(path))
	link := func(href string) { fmt.Fprintf(&b, "<a href=%q>lien</a> ", href) }
	if path == "/" {
		for i := range s.sections {
			link(fmt.Sprintf("/rubrique-%d/?utm_source=accueil#menu", i))
		}
		link("/actualites?page=1")
	}
	if i := strings.IndexByte(path[1:], '/'); i > 0 && strings.HasPrefix(path, "/rubrique-") {
		section := path[:i+2]
		for j := range articles {
			link(fmt.Sprintf("%s./x/../article-%d?PHPSESSID=%s", section, j, digestOf(path)))
		}
	}
	link("/prive/dossier")                      // robots.txt
	link("/recherche?q=piscine")                // robots.txt
	link("/boucle/a")                           // a loop of redirects
	link("/loin/0")                             // redirects without end
	link("/vieux" + path)                       // a redirect to this very page
	link("/absente")                            // 404
	link("/douce")                              // "not found" with status 200
	link("/panne")                              // 500
	link("/relatif/")                           // relative links that grow
	link("/agenda?mois=2026-12")                // a calendar
	link("/calendrier/2026/12/")                // one in its path
	link("/semaine/48")                         // one by numbers
	link(path + "?jeton=" + digestOf(path+"j")) // a session by another name
	link(path + "?tri=titre&ordre=asc")         // a list in another order
	link(path + "?print=1")
	link("/filtre?theme=sport&lieu=nord") // filters that multiply
	link("/imprimer" + path)              // a copy with a canonical address
	link("/photo.jpg")
	link("/secret")
	fmt.Fprint(&b, `<a rel="nofollow" href="/suivre-pas">non</a></main></body></html>`)
	s.send(w, r, "text/html; charset=utf-8", b.String())
}

func (s *townSite) first(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unhealed[path]++
	return s.unhealed[path] == 1
}

// pageWords is a text that no other page has.
func pageWords(path string) string {
	return "Voici ce que dit la page " + path + " : " + strings.Repeat("le service "+digestOf(path)+" répond aux habitants. ", 6)
}

func (s *townSite) trap(w http.ResponseWriter, r *http.Request) {
	path, q := r.URL.Path, r.URL.Query()
	html := func(text string) { s.send(w, r, "text/html", "<html><body><main>"+text+"</main></body></html>") }
	var n, year, month int
	switch {
	case path == "/index.html":
		http.Redirect(w, r, "/", http.StatusMovedPermanently)
	case path == "/boucle/a":
		http.Redirect(w, r, "/boucle/b", http.StatusFound)
	case path == "/boucle/b":
		http.Redirect(w, r, "/boucle/a", http.StatusFound)
	case strings.HasPrefix(path, "/loin/"):
		http.Redirect(w, r, path+"-x", http.StatusFound)
	case strings.HasPrefix(path, "/vieux/"):
		http.Redirect(w, r, strings.TrimPrefix(path, "/vieux"), http.StatusMovedPermanently)
	case path == "/douce":
		html("<h1>Page introuvable</h1><p>Cette page n’existe plus.</p>")
	case path == "/panne":
		w.WriteHeader(http.StatusInternalServerError)
	case path == "/secret":
		w.WriteHeader(http.StatusForbidden)
	case strings.HasPrefix(path, "/relatif/"):
		html(`<p>Toujours la même chose, page après page, sans que rien ne change jamais d’une page à la suivante.</p><a href="relatif/">plus</a> <a href="autre/">plus</a>`)
	case path == "/agenda":
		month, year = 12, 2026
		_, _ = fmt.Sscanf(q.Get("mois"), "%d-%d", &year, &month)
		next := time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC)
		html(fmt.Sprintf(`<h1>Agenda %d/%d</h1><p>Pas d’événement ce mois-ci, numéro %s.</p><a href="/agenda?mois=%s">suivant</a>`, month, year, digestOf(r.URL.RawQuery), next.Format("2006-01")))
	case strings.HasPrefix(path, "/calendrier/"):
		_, _ = fmt.Sscanf(path, "/calendrier/%d/%d/", &year, &month)
		next := time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC)
		html(fmt.Sprintf(`<h1>Calendrier</h1><p>Rien.</p><a href="/calendrier/%s/">suivant</a>`, next.Format("2006/01")))
	case strings.HasPrefix(path, "/semaine/"):
		_, _ = fmt.Sscanf(path, "/semaine/%d", &n)
		html(fmt.Sprintf(`<h1>Semaine %d</h1><p>Rien en semaine %d.</p><a href="/semaine/%d">suivante</a>`, n, n, n+1))
	case path == "/actualites":
		_, _ = fmt.Sscanf(q.Get("page"), "%d", &n)
		var b strings.Builder
		fmt.Fprintf(&b, `<h1>Actualités, page %d</h1><a href="/actualites?page=%d">suite</a> `, n, n+1)
		for i := 5*n - 4; i <= 5*n; i++ {
			if key := fmt.Sprintf("/actualites/%d-nouvelle", i); s.pages[key] {
				fmt.Fprintf(&b, `<a href="%s">Nouvelle %d</a> `, key, i)
			}
		}
		s.send(w, r, "text/html", `<html><head><meta name="robots" content="noindex,follow"></head><body>`+b.String()+"</body></html>")
	case path == "/filtre":
		html(fmt.Sprintf(`<p>Résultats pour %s</p><a href="/filtre?theme=%s&lieu=%s">autre</a>`, r.URL.RawQuery, digestOf(r.URL.RawQuery), digestOf("l"+r.URL.RawQuery)))
	case strings.HasPrefix(path, "/imprimer/"):
		to := strings.TrimPrefix(path, "/imprimer")
		s.send(w, r, "text/html", `<html><head><link rel="canonical" href="`+to+`"></head><body><p>`+pageWords(to)+` (imprimé)</p></body></html>`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// source opens the site with short limits and no pause.
func (s *townSite) source(memory func(corpus.SourceRef) fetch.Memory, change ...func(*WebsiteSettings)) *Website {
	s.Helper()
	none := 0
	settings := WebsiteSettings{FetchSettings: FetchSettings{Private: []string{"127.0.0.1"}, DelayMS: &none, AtOnce: 4}}
	for _, c := range change {
		c(&settings)
	}
	w, err := NewWebsite(s.URL, settings, Dependencies{Memory: memory, Fetch: fetch.Options{Backoff: time.Millisecond, Idle: 5 * time.Second}, Temp: s.TempDir()})
	if err != nil {
		s.Fatal(err)
	}
	return w
}

// strays returns the items that are no real page, and the real pages that are
// no item, or more than one.
func (s *townSite) strays(items []Item) (strays, missing []string) {
	seen := map[string]int{}
	for _, item := range items {
		if seen[item.Key]++; !s.pages[item.Key] || seen[item.Key] > 1 {
			strays = append(strays, item.Key)
		}
	}
	for key := range s.pages {
		if seen[key] == 0 {
			missing = append(missing, key)
		}
	}
	return strays, missing
}

func TestWebsiteOf500PagesWithTraps(t *testing.T) {
	for _, mapped := range []bool{false, true} {
		t.Run(fmt.Sprintf("sitemap %v", mapped), func(t *testing.T) { walkTheSite(t, newTownSite(t, mapped, 500)) })
	}
}

func walkTheSite(t *testing.T, s *townSite) {
	store := corpus.NewStore(postgrestest.Open(t))
	c, err := store.EnsureCollection(t.Context(), 0, "ville", "fr")
	if err != nil {
		t.Fatal(err)
	}
	memory := func(ref corpus.SourceRef) fetch.Memory { return store.Visits(c.ID, ref) }
	run := func() Report {
		t.Helper()
		s.forget()
		source := s.source(memory)
		in := Ingester{Store: Corpus(store), Embedder: &fakeEmbedder{}}
		r, err := in.Ingest(t.Context(), Request{Collection: c, Sources: []Source{source}})
		if err != nil {
			t.Fatal(err)
		}
		if left, err := filepath.Glob(filepath.Join(source.deps.Temp, "*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		return r
	}
	r := run()
	if r.Added != len(s.pages) || len(s.pages) != 500 {
		live, _ := store.Live(t.Context(), corpus.Collection{ID: c.ID, Published: 1})
		var items []Item
		for _, d := range live {
			items = append(items, Item{Key: d.Key})
		}
		strays, missing := s.strays(items)
		t.Errorf("%d documents of %d pages\nstrays %.2000v\nmissing %.2000v\nfailures %v", r.Added, len(s.pages), strays, missing, r.Failures)
	}
	requests, others, wasted := 0, 0, 0
	for key, n := range s.asked {
		requests += n
		switch {
		case strings.HasPrefix(key, "/vieux/"), strings.HasPrefix(key, "/imprimer/"): // one of each for each page
			others += n
		case !s.pages[key]:
			wasted += n
		}
		if n > 1 && key != "/rubrique-3/article-3" && key != "/panne" {
			t.Errorf("%s was asked for %d times", key, n)
		}
		if strings.HasPrefix(key, "/prive") || strings.HasPrefix(key, "/recherche") || key == "/suivre-pas" || key == "/photo.jpg" {
			t.Errorf("%s was asked for", key)
		}
	}
	t.Logf("%d requests for %d pages; %d for other addresses of theirs, %d astray or for help; %d at once", requests, len(s.pages), others, wasted, s.most)
	if wasted > 100 {
		t.Errorf("%d requests went astray", wasted)
	}
	for _, note := range r.Notes {
		t.Log(note)
	}
	for _, f := range r.Failures {
		t.Log(f)
	}
	if s.most > 4 {
		t.Errorf("%d requests at once", s.most)
	}

	r = run()
	if r.Unchanged != 500 || r.Added+r.Changed+r.Retired > 0 || r.Embedded > 0 {
		t.Errorf("the second run: %+v", r.Counts)
	}
	if len(s.bare) > 0 || len(s.bodies) > 0 {
		t.Errorf("the second run asked without condition for %v, and was sent %d bodies", s.bare, len(s.bodies))
	}
}

func TestWebsitePagesThatFailOrGo(t *testing.T) {
	s := newTownSite(t, false, 150)
	store := corpus.NewStore(postgrestest.Open(t))
	c, err := store.EnsureCollection(t.Context(), 0, "ville", "fr")
	if err != nil {
		t.Fatal(err)
	}
	memory := func(ref corpus.SourceRef) fetch.Memory { return store.Visits(c.ID, ref) }
	run := func() (Report, error) {
		t.Helper()
		s.forget()
		in := Ingester{Store: Corpus(store), Embedder: &fakeEmbedder{}}
		return in.Ingest(t.Context(), Request{Collection: c, Sources: []Source{s.source(memory)}})
	}
	if r, err := run(); err != nil || r.Added != 150 {
		t.Fatalf("%+v, %v", r.Counts, err)
	}
	// A section's page fails: it stays, and so does what it alone leads to.
	s.broken["/rubrique-1/"] = true
	s.lost["/rubrique-2/article-1"] = true
	r, err := run()
	if err != nil || r.Retired != 1 || r.Unchanged != 148 || r.Failed < 1 {
		t.Errorf("%+v, %v", r.Counts, err)
	}
	delete(s.broken, "/rubrique-1/")
	// What the site needs to be walked at all.
	for _, path := range []string{"/robots.txt", "/"} {
		s.extra[path] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		if r, err = run(); err == nil || r.Retired > 0 || r.Published {
			t.Errorf("%s fails: %+v, %v", path, r.Counts, err)
		}
		delete(s.extra, path)
	}
	s.extra["/sitemap.xml"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	if r, err = run(); err == nil || r.Retired > 0 {
		t.Errorf("the sitemap fails: %+v, %v", r.Counts, err)
	}
	s.extra["/sitemap.xml"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Accueil")) }
	if r, err = run(); err != nil || r.Retired > 0 || r.Unchanged != 149 {
		t.Errorf("a page in the place of the sitemap: %+v, %v", r.Counts, err)
	}
	delete(s.extra, "/sitemap.xml")
	// The whole site fails, page after page.
	for key := range s.pages {
		s.broken[key] = key != "/"
	}
	if r, err = run(); err == nil || !strings.Contains(err.Error(), "in a row") || r.Retired > 0 {
		t.Errorf("a site that is down: %+v, %v", r.Counts, err)
	}
	clear(s.broken)
	if r, err = run(); err != nil || r.Unchanged != 149 || r.Retired > 0 {
		t.Errorf("it is well again: %+v, %v", r.Counts, err)
	}
}
