package web

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guichet/corpus"
	"guichet/internal/messages"
)

// pages are the parsed templates: each file of templates/ that is not a part,
// together with the parts.
type pages struct{ byName map[string]*template.Template }

func loadPages(a *assets) *pages {
	funcs := template.FuncMap{
		"asset":   a.url,
		"tel":     telephone,
		"callURL": callURL,
		"key":     entryKey,
		"filled":  lastFilled,
		"inc":     func(i int) int { return i + 1 },
		"dict":    dict,
	}
	parts := template.Must(template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/part_*.html"))
	p := &pages{byName: map[string]*template.Template{}}
	for _, file := range must(fs.Glob(templateFiles, "templates/*.html")) {
		name := path.Base(file)
		if strings.HasPrefix(name, "part_") {
			continue
		}
		own := template.Must(parts.Clone())
		p.byName[name] = template.Must(own.ParseFS(templateFiles, file))
	}
	return p
}

// page is what every template is given.
type page struct {
	*messages.Messages
	Town     corpus.Town
	Theme    string // address of the town's style sheet
	Title    string
	Path     string // of this page, for the links to other languages
	Embed    bool
	Others   []otherLanguage
	Data     any // what only this page has
	signedIn *signedInAgent
}

// otherLanguage is a link to the same page in another language.
type otherLanguage struct{ Code, Name, URL string }

// Agent is the signed-in agent's part of the page, or nil.
func (p page) Agent() *signedInAgent { return p.signedIn }

// Say is T with one placeholder filled.
func (p page) Say(id, name string, value any) string { return p.T(id, map[string]any{name: value}) }

// Decimal is v with so many decimals, as the page's language writes it.
func (p page) Decimal(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if p.Language == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Day is a date without a zone, as the page's language writes it.
func (p page) Day(t time.Time) string {
	if p.Language == "fr" {
		return t.Format("02/01/2006")
	}
	return t.Format("2 January 2006")
}

// newPage is the page of a town in the language that the request wants.
func (s *server) newPage(r *http.Request, t corpus.Town) page {
	m := s.Messages.For(wantedLanguages(r, t)...)
	p := page{Messages: m, Town: t, Theme: s.themeURL(t.Color), Path: r.URL.Path, Embed: r.URL.Query().Get("embed") == "1"}
	for _, l := range s.Messages.Languages() {
		if slices.Contains(t.Languages, l.Code) && l.Code != m.Language {
			q := url.Values{}
			for _, key := range []string{"town", "embed"} {
				if v := r.URL.Query().Get(key); v != "" {
					q.Set(key, v)
				}
			}
			q.Set("lang", l.Code)
			p.Others = append(p.Others, otherLanguage{Code: l.Code, Name: l.Name, URL: r.URL.Path + "?" + q.Encode()})
		}
	}
	return p
}

// wantedLanguages are the languages to try, best first: what the address says,
// what the browser says, what the town speaks.
func wantedLanguages(r *http.Request, t corpus.Town) []string {
	var tags []string
	for _, tag := range []string{r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")} {
		if tag != "" && len(tag) < 200 {
			tags = append(tags, tag)
		}
	}
	return append(tags, t.Languages...)
}

// town is the town that the request is for.
func (s *server) town(ctx context.Context, r *http.Request) (corpus.Town, error) {
	if slug := r.URL.Query().Get("town"); slug != "" {
		if len(slug) > 100 || strings.ContainsRune(slug, 0) || !utf8.ValidString(slug) {
			return corpus.Town{}, corpus.ErrNotFound
		}
		return s.Towns.Town(ctx, slug)
	}
	return s.Towns.DefaultTown(ctx)
}

// townPage begins the page of the request's town; when that fails it has
// answered already.
func (s *server) townPage(w http.ResponseWriter, r *http.Request) (page, bool) {
	t, err := s.town(r.Context(), r)
	switch {
	case errors.Is(err, corpus.ErrNotFound):
		s.notFound(w, r)
		return page{}, false
	case err != nil:
		s.fail(w, r, "find the town", err)
		return page{}, false
	}
	return s.newPage(r, t), true
}

// render sends the page whole or not at all.
func (s *server) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	var b bytes.Buffer
	if err := s.pages.byName[name].ExecuteTemplate(&b, name, p); err != nil {
		s.Log.ErrorContext(r.Context(), "render a page", "page", name, "error", err)
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.Language)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

// telephone is a phone number as a tel: address wants it.
func telephone(number string) template.URL {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, number)
	return template.URL("tel:" + digits)
}

// callURL is the address of an emergency number, as package rag gives it.
func callURL(address string) template.URL { return template.URL(address) }

// dict makes a map of names and values, to hand several things to a template
// or a message.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict needs names and values in pairs")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict needs names as strings")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
