package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
)

// memory is a Memory in a map.
type memory map[string]corpus.Visit

func newMemory() memory { return memory{} }

func (m memory) Recall(_ context.Context, address string) (corpus.Visit, error) {
	v, ok := m[address]
	if !ok {
		return v, corpus.ErrNotFound
	}
	return v, nil
}

func (m memory) Remember(_ context.Context, v corpus.Visit) error { m[v.Address] = v; return nil }

func (m memory) Keep(_ context.Context, addresses []string) error {
	for a := range m {
		if !slices.Contains(addresses, a) {
			delete(m, a)
		}
	}
	return nil
}

func TestNormalize(t *testing.T) {
	for address, want := range map[string]string{
		"HTTP://WWW.Ville.FR":                        "http://www.ville.fr/",
		"https://ville.fr:443/a#b":                   "https://ville.fr/a",
		"http://ville.fr:80/":                        "http://ville.fr/",
		"http://ville.fr:8080/":                      "http://ville.fr:8080/",
		"https://ville.fr./a/":                       "https://ville.fr/a/",
		"https://ville.fr/a/../b/./c/":               "https://ville.fr/b/c/",
		"https://ville.fr//a///b":                    "https://ville.fr/a/b",
		"https://ville.fr/%7Eme/%c3%a9t%C3%A9":       "https://ville.fr/~me/%C3%A9t%C3%A9",
		"https://ville.fr/été":                       "https://ville.fr/%C3%A9t%C3%A9",
		"https://ville.fr/a%2Fb":                     "https://ville.fr/a%2Fb",
		"https://ville.fr/%2e%2e/a":                  "https://ville.fr/a",
		"https://ville.fr/a;jsessionid=12AB?x=1":     "https://ville.fr/a?x=1",
		"https://ville.fr/a?b=2&a=1&b=1":             "https://ville.fr/a?a=1&b=2&b=1",
		"https://ville.fr/a?utm_source=x&id=3&gclid": "https://ville.fr/a?id=3",
		"https://ville.fr/a?PHPSESSID=x":             "https://ville.fr/a",
		"https://ville.fr/a?&&=":                     "https://ville.fr/a",
		"https://ville.fr/spip.php?article12":        "https://ville.fr/spip.php?article12",
		"https://ville.fr/a?q=b+c&r=%62":             "https://ville.fr/a?q=b%20c&r=b",
		"https://mairie-évry.fr/":                    "https://xn--mairie-vry-h7a.fr/",
		"https://u:p@ville.fr/":                      "https://ville.fr/",
		"http://[2A00::1]:80/":                       "http://[2a00::1]/",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Normalize(u); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", address, got, err, want)
		}
	}
	for _, address := range []string{"mailto:a@b", "javascript:x()", "/a", "ftp://a/", "http://", "https:///a"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Normalize(u); err == nil {
			t.Errorf("%s: %s", address, got)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"http://a/%2e%2e/%%41?a=%&b#c", "https://Ä.fr:443//;sid=1;x", "http://a/..;sid=1/b", "http://a/?+=%2B&%26", "http://[::1%25a]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil {
			return
		}
		once, err := Normalize(u)
		if err != nil {
			return
		}
		v, err := url.Parse(once)
		if err != nil {
			t.Fatalf("%q became %q, which is none: %v", s, once, err)
		}
		if twice, err := Normalize(v); err != nil || twice != once {
			t.Fatalf("%q became %q, and that %q (%v)", s, once, twice, err)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodGet, once, nil); err != nil {
			t.Fatalf("%q became %q, which cannot be asked for: %v", s, once, err)
		}
	})
}

func TestRobots(t *testing.T) {
	r := ParseRobots([]byte("\xef\xbb\xbfUser-agent: *\nDisallow: /prive\nAllow: /prive/ouvert\nDisallow: /*.cgi$\nCrawl-delay: 2\n\nUser-agent: autre\nDisallow: /\n\nSitemap: https://ville.fr/s.xml\n"))
	for path, want := range map[string]bool{"/": true, "/prive/x": false, "/prive/ouvert": true, "/a.cgi": false, "/a.cgi?b": true} {
		if r.Allows(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
	if r.Delay != 2*time.Second || !slices.Equal(r.Sitemaps, []string{"https://ville.fr/s.xml"}) {
		t.Errorf("%+v", r)
	}
	own := ParseRobots([]byte("User-agent: *\nDisallow: /\n\nUser-agent: Guichet\nDisallow: /a\n"))
	if !own.Allows("/b") || own.Allows("/a") {
		t.Error("a group of our own was not preferred")
	}
	status := 404
	base, c := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	for status = range map[int]bool{404: true, 403: true, 410: true, 400: true} {
		if r, err := c.Robots(t.Context(), Forgetful{}, u); err != nil || !r.Allows("/a") {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, status = range []int{500, 503, 429} {
		if _, err := c.Robots(t.Context(), Forgetful{}, u); !IsPassing(err) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nCrawl-delay: 1e9\nSitemap: x"), "/a")
	f.Add([]byte("Disallow: /\nUser-agent Guichet\n:::\n\xff\xfe"), "/")
	f.Fuzz(func(_ *testing.T, b []byte, path string) { ParseRobots(b).Allows(path) })
}

const mapHead = `<?xml version="1.0" encoding="UTF-8"?>`

func TestSitemaps(t *testing.T) {
	pages, more, err := ParseSitemap([]byte(mapHead + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
		<url><loc> https://ville.fr/a?b=1&amp;c=2 </loc><lastmod>2026-03-01T10:00:00+01:00</lastmod></url>
		<url><loc>https://ville.fr/b</loc><lastmod>soon</lastmod></url><url></url></urlset>`))
	if err != nil || len(more) > 0 || len(pages) != 2 || pages[0].URL != "https://ville.fr/a?b=1&c=2" || pages[0].Modified.Day() != 1 || !pages[1].Modified.IsZero() {
		t.Errorf("%+v, %v, %v", pages, more, err)
	}
	for name, text := range map[string]string{
		"page": "<!doctype html><html><body>404</body></html>", "empty": "", "text": "hello", "feed": mapHead + "<rss/>",
		"cut":    mapHead + "<urlset><url><loc>https://ville.fr/a</loc>",
		"entity": `<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>`,
		"gzip":   "\x1f\x8bnot",
	} {
		if pages, _, err := ParseSitemap([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, pages)
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write([]byte(mapHead + "<urlset>" + strings.Repeat(" ", 2<<20)))
	_ = z.Close()
	if _, _, err := parseSitemap(bomb.Bytes(), 1<<20); code(err) != CodeTooLarge {
		t.Errorf("a bomb: %v", err)
	}

	files := map[string]string{}
	base, c := served(t, func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			w.WriteHeader(500)
			return
		}
		_, _ = w.Write([]byte(text))
	})
	files["/i.xml"] = mapHead + "<sitemapindex><sitemap><loc>/i.xml</loc></sitemap><sitemap><loc>" + base + "/1.xml</loc></sitemap></sitemapindex>"
	files["/1.xml"] = mapHead + "<urlset><url><loc>https://ville.fr/a</loc></url></urlset>"
	pages, fetched, err := c.Sitemap(t.Context(), Forgetful{}, base+"/i.xml")
	if err != nil || len(pages) != 1 || len(fetched) != 2 {
		t.Errorf("an index that names itself: %v, %v, %v", pages, fetched, err)
	}
	delete(files, "/1.xml")
	if _, _, err := c.Sitemap(t.Context(), Forgetful{}, base+"/i.xml"); err == nil || !strings.Contains(err.Error(), "/1.xml") {
		t.Errorf("a part that fails: %v", err)
	}
}

func FuzzSitemap(f *testing.F) {
	f.Add([]byte(mapHead + "<urlset><url><loc>https://ville.fr/a</loc><lastmod>2026</lastmod></url></urlset>"))
	f.Add([]byte(mapHead + "<sitemapindex><sitemap><loc>x</loc></sitemap></sitemapindex>"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _, _ = ParseSitemap(b) })
}
