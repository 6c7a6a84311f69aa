package ingest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/postgrestest"
)

var (
	noteConstant = regexp.MustCompile(`(?m)^\t((?:note|reason|code)\w+)\s+= "([\w.]+)"`)
	placeholder  = regexp.MustCompile(`{{\.(\w+)}}`)
	told         = regexp.MustCompile(`with{([^}]*)}`)
	toldName     = regexp.MustCompile(`"(\w+)":`)
)

// TestEveryNoteHasItsText holds the catalogue to the codes, and to what is told
// where they are given.
func TestEveryNoteHasItsText(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	given := "" // all code that gives notes
	for _, name := range files {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name != "notes.go" && !strings.HasSuffix(name, "_test.go") {
			given += string(code)
		}
	}
	codes, err := os.ReadFile("notes.go")
	if err != nil {
		t.Fatal(err)
	}
	found := noteConstant.FindAllStringSubmatch(string(codes), -1)
	if len(found) < 40 {
		t.Fatalf("only %d codes were found in notes.go", len(found))
	}
	for _, m := range found {
		name, code := m[1], m[2]
		id, tells := "runs.note."+code, []string{}
		switch {
		case strings.HasPrefix(name, "noteTrap"):
			tells = []string{"N", "Links"}
		case name == "reasonSource":
			continue
		case strings.HasPrefix(name, "code"):
			id, tells = "runs.reason.source."+code, []string{"Source"}
		case strings.HasPrefix(name, "reason"):
			id = "runs.reason." + code
		}
		for _, use := range regexp.MustCompile(name+`, with{[^}]*}`).FindAllString(given, -1) {
			for _, n := range toldName.FindAllStringSubmatch(told.FindStringSubmatch(use)[1], -1) {
				tells = append(tells, n[1])
			}
		}
		if name == "noteSkipped" || name == "noteSkippedOthers" || name == "noteUnreadText" || name == "noteUnreadSheets" {
			tells = []string{"N", "Kinds", "Names"} // given by a variable
		}
		for _, language := range []string{"fr", "en"} {
			text := catalogue.For(language).Area("runs.")[id]
			if text == "" {
				t.Errorf("%s: no text %s for %s", language, id, name)
			}
			for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(tells, p[1]) {
					t.Errorf("%s: %s tells %s, which %s is not given", language, id, p[1], name)
				}
			}
		}
	}
}

// TestNotesAreKeptWithTheirCodes: what is kept with a run can be told in French.
func TestNotesAreKeptWithTheirCodes(t *testing.T) {
	w := newTown(t, postgrestest.Open(t))
	w.write("cantine/horaires.md", "---\nurl: https://ville.example/cantine\npublished: naguère\n---\n"+sheet("Cantine", "Les tarifs", 1))
	w.write("piscine/horaires.md", sheet("Piscine", "Les horaires", 1))
	w.write("photo.jpg", "une image")
	w.write("budget.xls", "une feuille")
	w.write("lettre.doc", "une lettre")
	report, err := w.ingest(&fakeEmbedder{})
	if err != nil {
		t.Fatal(err)
	}
	runs, err := w.store.Runs(t.Context(), w.collection.ID, 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("runs %+v, %v", runs, err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	french := []string{}
	for _, n := range runs[0].Notes {
		data := map[string]any{}
		for name, value := range n.With {
			data[name] = value
		}
		french = append(french, strings.TrimSpace(n.With["Document"]+" "+catalogue.For("fr").T("runs.note."+n.Code, data)))
	}
	want := []string{
		"Documents qui partagent un même nom et se distinguent par leur chemin\u00a0: 2 (noms concernés\u00a0: 1), par exemple horaires (cantine/horaires.md, piscine/horaires.md).",
		"Fichiers non lus\u00a0: 3, dont .doc (1), .jpg (1), .xls (1).",
		"Feuilles de calcul non lues\u00a0: 1 (budget.xls). Enregistrez en PDF celles qui comptent.",
		"Textes d’un ancien format non lus\u00a0: 1 (lettre.doc). Enregistrez-les en PDF ou en DOCX.",
		"cantine/horaires.md La date «\u00a0naguère\u00a0» de l’en-tête (published) ne se comprend pas\u00a0: elle a été laissée de côté.",
		"Documents sans adresse à montrer aux habitants, alors que d’autres en ont une\u00a0: 1.",
	}
	slices.Sort(french)
	slices.Sort(want)
	if !slices.Equal(french, want) {
		t.Errorf("in French:\n%s\nwant\n%s", strings.Join(french, "\n"), strings.Join(want, "\n"))
	}
	if texts := corpus.Texts(runs[0].Notes); !slices.Equal(texts, report.Notes) {
		t.Errorf("kept are %q, the report has %q", texts, report.Notes)
	}
}
