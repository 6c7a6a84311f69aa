package ingest

import (
	"context"
	"encoding/json"
	"guichet/corpus"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const streets = "Rue;Jour de collecte;Bac;Numéros\r\nrue des Lilas;mardi;jaune;1 à 20\r\nrue des Lilas;jeudi;gris;\r\n\"place de l’Église; haut\";lundi;gris;tous\r\n;;;\r\n"

func TestCSVBecomesSections(t *testing.T) {
	x, err := CSVExtractor{}.Extract(t.Context(), Input{Name: "collecte.csv", Bytes: []byte("\ufeff" + streets)})
	if err != nil || len(x.Sections) != 2 {
		t.Fatalf("%+v, %v", x, err)
	}
	if s := x.Sections[0]; s.Headings[0] != "rue des Lilas" || s.Text != "- Jour de collecte\u00a0: mardi\u00a0; Bac\u00a0: jaune\u00a0; Numéros\u00a0: 1 à 20\n- Jour de collecte\u00a0: jeudi\u00a0; Bac\u00a0: gris" {
		t.Errorf("%+v", s)
	}
	if s := x.Sections[1]; s.Headings[0] != "place de l’Église; haut" || s.Text != "Jour de collecte\u00a0: lundi\nBac\u00a0: gris\nNuméros\u00a0: tous" {
		t.Errorf("%+v", s)
	}
	for name, text := range map[string]string{
		"Windows-1252": "Rue,Jour\nAll\xe9e,mardi\n", "tab": "id\tRue\tJour\n1\tAllée\tmardi\n2\tCour\tjeudi\n", "bar": "Rue|Jour\nAllée|mardi",
		"quotes": "Rue,Jour\n\"Allée\",\"mardi, à l\"aube\"\n",
	} {
		x, err := CSVExtractor{}.Extract(t.Context(), Input{Bytes: []byte(text)})
		if err != nil || x.Sections[0].Headings[0] != "Allée" || !strings.Contains(x.Sections[0].Text, "Jour\u00a0: mardi") {
			t.Errorf("%s: %+v, %v", name, x, err)
		}
	}
	for name, text := range map[string]string{"empty": "\n\n", "header": "a;b\n", "binary": "a\x00b;c", "wide": strings.Repeat("a;", 500)} {
		if x, err := (CSVExtractor{}).Extract(t.Context(), Input{Bytes: []byte(text)}); err == nil {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

// TestFirstRowNamesTheColumns tells a first row that is data from one that names
// columns in ways that look like data.
func TestFirstRowNamesTheColumns(t *testing.T) {
	for name, c := range map[string]struct{ text, failure, note string }{
		"weekday":         {"Rue Haute;lundi;gris\nRue Basse;mardi;jaune\n", "the first row must name the columns", ""},
		"number":          {"12;Rue Haute\n14;Rue Basse\n", "the first row must name the columns", ""},
		"date":            {"Fête;14/07/2026\nMarché;15/07/2026\n", "the first row must name the columns", ""},
		"hours":           {"Mairie;9h-12h\nPoste;9 h 30 - 16 h\n", "the first row must name the columns", ""},
		"telephone":       {"Mairie;02 99 00 00 01\nPoste;02 99 00 00 02\n", "the first row must name the columns", ""},
		"mail":            {"Mairie;mairie@ville.fr\nPoste;poste@ville.fr\n", "the first row must name the columns", ""},
		"values again":    {"Rue Haute;gris;Nord\nRue Basse;gris;Nord\nCour;jaune;Sud\n", "the first row must name the columns", ""},
		"one value again": {"Rue Haute;gris\nRue Basse;gris\nCour;jaune\n", "", "the first row must name the columns"},

		"header":         {streets, "", ""},
		"week":           {"Service;Lundi;Mardi\nMairie;9h-12h;14h-17h\nPoste;fermé;9h-12h\n", "", ""},
		"years":          {"Tarif;2025;2026\nCantine;3,10;3,20\nGarderie;2;2\n", "", ""},
		"persons":        {"Quotient;1;2;3\nA;1,50;1,20;1\nB;2;1,80;1,50\n", "", ""},
		"one year":       {"Tarif;2026\nCantine;gratuit\n", "", ""},
		"said twice":     {"Rue;Jour\nHaute;lundi\nRue;Jour\nBasse;mardi\n", "", ""},
		"lone column":    {"Rue\nHaute\nBasse\n", "", ""},
		"unnamed column": {"Rue;;Jour\nHaute;x;lundi\nBasse;x;mardi\n", "", ""},
	} {
		x, err := CSVExtractor{}.Extract(t.Context(), Input{Name: "a.csv", Bytes: []byte(c.text)})
		switch notes := strings.Join(corpus.Texts(x.Notes), " "); {
		case c.failure == "" && err != nil, c.failure != "" && (codeOf(err) != codeTable || !strings.Contains(err.Error(), c.failure)):
			t.Errorf("%s: %v", name, err)
		case c.note == "" && notes != "", !strings.Contains(notes, c.note):
			t.Errorf("%s: notes %q", name, notes)
		}
		for _, s := range x.Sections {
			if strings.Contains(s.Text, "Jour\u00a0: Jour") {
				t.Errorf("%s: the header is a row: %q", name, s.Text)
			}
		}
	}
	// Who names a column in the settings has seen the header.
	x, err := CSVExtractor{settings: &CSVSettings{Group: []string{"12"}}}.Extract(t.Context(), Input{Bytes: []byte("12;Rue\n14;Haute\n")})
	if err != nil || len(x.Sections) != 1 {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestCSVSource(t *testing.T) {
	b := newBench(t)
	b.write("rues.csv", "Rue;Jour;Lien\nAllée;mardi;https://ville.fr/allee\nCour;jeudi;\nAllée;lundi;\n")
	open := func(settings string) (Listing, error) {
		s, err := OpenSource(KindCSV, b.path("rues.csv"), json.RawMessage(settings), Dependencies{})
		if err != nil {
			return Listing{}, err
		}
		return s.List(t.Context())
	}
	l, err := open(`{"name": "Collecte"}`)
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	l, err = open(`{"title": "Rue", "url": "Lien", "separator": ";"}`)
	if err != nil || len(l.Items) != 2 || l.Items[0].Key != "Allée" || l.Items[0].Said.URL != "https://ville.fr/allee" {
		t.Fatalf("%+v, %v", l, err)
	}
	for settings, want := range map[string]string{
		`{"group": ["Quartier"]}`: `no column "Quartier"; there are Rue, Jour, Lien`, `{"separator": "x"}`: "separator", `{"grup": []}`: "grup", `{} {}`: "more than one", `[`: "settings",
	} {
		if _, err := open(settings); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", settings, err)
		}
	}
	r, err := b.ingester.Ingest(t.Context(), b.request("."))
	if err != nil || r.Added != 1 {
		t.Fatalf("as a file of a folder: %+v, %v", r, err)
	}
	if text := b.store.text("rues"); !strings.Contains(text, "- Jour\u00a0: mardi") {
		t.Errorf("%q", text)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(streets))
	f.Add([]byte("a,b\n\"c\n,d\"\"e\n\xff,\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := extract(context.Background(), CSVExtractor{}, Input{Name: "a.csv", Bytes: b})
		if err == nil && len(x.Sections) == 0 {
			t.Error("no section, and no error")
		}
	})
}

func TestOpenSource(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("# A"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSource(KindFolder, dir, nil, Dependencies{})
	if err != nil {
		t.Fatal(err)
	}
	if l, err := s.List(t.Context()); err != nil || len(l.Items) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	for _, c := range []struct{ kind, uri, settings, want string }{
		{"ftp", "x", "", "website"},
		{KindWebsite, "ville.fr", "", "https://"},
		{KindWebsite, "ftp://ville.fr", "", "https://"},
		{KindWebsite, "https://u:p@ville.fr", "", "user"},
		{KindWebsite, "https://ville.fr", `{"include": ["vie"]}`, "include"},
		{KindWebsite, "https://ville.fr", `{"discover": "all"}`, "discover"},
		{KindWebsite, "https://ville.fr", `{"max_pages": -1}`, "max_pages"},
		{KindWebsite, "https://ville.fr", `{"keep": ["main["]}`, "keep"},
		{KindWebsite, "https://ville.fr", `{"allow_private": ["http://x"]}`, "allow_private"},
		{KindWebsite, "https://ville.fr", `{"delay_ms": 90000}`, "delay_ms"},
		{KindWebsite, "https://ville.fr", `{"sitemap": "/s.xml"}`, "sitemap"},
		{KindFeed, "https://ville.fr/rss", `{"keep_days": -1}`, "keep_days"},
		{KindCalendar, "https://ville.fr/a.ics", `{"dates": 999}`, "dates"},
		{KindFolder, filepath.Join(dir, "none"), "", "does not exist"},
	} {
		if _, err := OpenSource(c.kind, c.uri, json.RawMessage(c.settings), Dependencies{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %s: %v, want %q", c.kind, c.uri, c.settings, err, c.want)
		}
	}
}
