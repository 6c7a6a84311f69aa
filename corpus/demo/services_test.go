package demo_test

import (
	"path"
	"strings"
	"testing"

	"guichet/corpus/demo"
	"guichet/corpus/opening"
	"guichet/ingest"
)

// Each quote stands word for word in a section of its document, as residents'
// passages have it.
func TestServicesRestOnDocuments(t *testing.T) {
	services, err := demo.Services()
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string][]ingest.Section{}
	for _, s := range services {
		sources := []opening.Source{s.Source}
		if s.Contact != nil {
			sources = append(sources, *s.Contact)
		}
		for _, w := range s.Weeks {
			sources = append(sources, rooted(w.Source, s.Source))
		}
		for _, e := range s.Exceptions {
			sources = append(sources, rooted(e.Source, s.Source))
		}
		for _, from := range sources {
			if from.Document == "" || len(from.Quotes) == 0 {
				t.Errorf("%s rests on nothing: %+v", s.Slug, from)
				continue
			}
			if sections[from.Document] == nil {
				sections[from.Document] = sectionsOf(t, from.Document)
			}
			for _, quote := range from.Quotes {
				if !stands(sections[from.Document], quote) {
					t.Errorf("%s: %s does not say %q", s.Slug, from.Document, quote)
				}
			}
		}
		if s.Remark != "" && !stands(sections[s.Document], s.Remark) {
			t.Errorf("%s: %s does not say %q", s.Slug, s.Document, s.Remark)
		}
	}
}

func rooted(own, whole opening.Source) opening.Source {
	if own.Document == "" {
		own.Document = whole.Document
		if len(own.Quotes) == 0 {
			own.Quotes = whole.Quotes
		}
	}
	return own
}

func sectionsOf(t *testing.T, name string) []ingest.Section {
	t.Helper()
	content := read(t, path.Join("documents", name))
	x, err := ingest.Extractors()[ingest.MediaType(name)].Extract(t.Context(), ingest.Input{Name: name, Bytes: content})
	if err != nil {
		t.Fatal(err)
	}
	return x.Sections
}

func stands(sections []ingest.Section, quote string) bool {
	for _, s := range sections {
		if strings.Contains(s.Text, quote) {
			return true
		}
	}
	return false
}

// What a service says of its phone, mail and address stands in a document.
func TestContactsStandInDocuments(t *testing.T) {
	services, err := demo.Services()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		sections := sectionsOf(t, s.Document)
		if s.Contact != nil {
			sections = append(sections, sectionsOf(t, s.Contact.Document)...)
		}
		if s.PartOf != "" {
			sections = append(sections, sectionsOf(t, "hotel-de-ville.html")...)
			sections = append(sections, sectionsOf(t, "decheterie.md")...)
		}
		for _, part := range append([]string{s.Phone, s.Email}, strings.Split(s.Address, ", ")...) {
			if part != "" && !stands(sections, part) {
				t.Errorf("%s: no document of its says %q", s.Slug, part)
			}
		}
	}
}
