package messages

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLanguagesHaveTheSameMessages(t *testing.T) {
	placeholder := regexp.MustCompile(`\{\{[^}]*\}\}`)
	marks := func(s string) []string {
		found := placeholder.FindAllString(s, -1)
		slices.Sort(found)
		return found
	}
	names, err := fs.Glob(files, "*/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no messages: %v", err)
	}
	for _, name := range names {
		lang, file, _ := strings.Cut(name, "/")
		other := map[string]string{"fr": "en/", "en": "fr/"}[lang] + file
		if other == file {
			continue // a further language may lack some
		}
		here, err := read(files, name)
		if err != nil {
			t.Fatal(err)
		}
		there, err := read(files, other)
		if err != nil {
			t.Fatal(err)
		}
		area := strings.TrimSuffix(file, ".json") + "."
		for id, text := range here {
			if !strings.HasPrefix(id, area) {
				t.Errorf("%s: id %q does not begin with %q", name, id, area)
			}
			if _, ok := there[id]; !ok {
				t.Errorf("%s has %q, %s has not", name, id, other)
			} else if !slices.Equal(marks(text), marks(there[id])) {
				t.Errorf("%q: placeholders differ between languages", id)
			}
		}
	}
}

func TestForFallsBackToFrench(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"": "fr", "de": "fr", "en-GB,en;q=0.9": "en", "fr-CA": "fr", "nonsense;;": "fr"} {
		if got := c.For(header).Language; got != want {
			t.Errorf("For(%q) = %s, want %s", header, got, want)
		}
	}
	if got := c.For("fr").T("rag.not-there"); got != "rag.not-there" {
		t.Errorf("unknown id gives %q", got)
	}
}

func TestAreaLeavesPlaceholders(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"fr": "Caractères restants\u00a0: {{.N}}", "en": "Characters left: {{.N}}"} {
		area := c.For(lang).Area("web.chat.")
		if got := area["web.chat.count"]; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
		if _, ok := area["web.home.title"]; ok {
			t.Errorf("%s: another area's message came along", lang)
		}
	}
}

// frenchSlips are what French typography does not allow: straight apostrophes,
// and spaces that may break a line before double punctuation or within quotes.
var frenchSlips = regexp.MustCompile(`'|[ ][;:?!»]|«[ ]`)

func TestFrenchTypography(t *testing.T) {
	names, err := fs.Glob(files, "fr/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no messages: %v", err)
	}
	for _, name := range names {
		texts, err := read(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for id, text := range texts {
			if slip := frenchSlips.FindString(text); slip != "" {
				t.Errorf("%s: %q has %q: %s", name, id, slip, text)
			}
		}
	}
}

func TestAFurtherLanguageIsOneFile(t *testing.T) {
	c, err := load(fstest.MapFS{
		"fr/chat.json": {Data: []byte(`{"chat.a": "un {{.N}}", "chat.b": "deux"}`)},
		"en/chat.json": {Data: []byte(`{"chat.a": "one {{.N}}", "chat.b": "two"}`)},
		"es/all.json":  {Data: []byte(`{"chat.a": "uno {{.N}}"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := c.For("es-ES")
	if m.Language != "es" || m.T("chat.a", map[string]any{"N": 1}) != "uno 1" || m.T("chat.b") != "deux" || m.Area("chat.")["chat.b"] != "deux" {
		t.Errorf("%s: %s, %s, %v", m.Language, m.T("chat.a"), m.T("chat.b"), m.Area("chat."))
	}
	want := []Language{{"fr", "Français"}, {"en", "English"}, {"es", "Español"}}
	if got := c.Languages(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if _, err := load(fstest.MapFS{"not a language/x.json": {Data: []byte(`{}`)}}); err == nil {
		t.Error("a folder that is no language was taken")
	}
}
