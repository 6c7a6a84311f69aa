package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/corpus/opening"
	"guichet/internal/analysis"
)

// FromDirectory begins the origin of services that were imported from the
// directory; the day of its file follows.
const FromDirectory = "directory"

// Services are the entries as services with computed hours. With documents,
// they rest on the documents that Source makes of the entries, which must then
// be published under their keys: an answer whose source is missing is not
// given. Without, they rest on nothing.
func (d Directory) Services(documents bool) []opening.Service {
	entries := make([]documentedService, len(d.Entries))
	for i, e := range d.Entries {
		entries[i] = documentedService{Kind: e.Kind, Service: d.service(e, documents)}
	}
	return nameKinds(entries)
}

// documentedService is what is kept with the document of an entry.
type documentedService struct {
	Kind    string          `json:"kind"`
	Service opening.Service `json:"service"` // without its kind's names
}

// service is an entry as a service, with its origin.
func (d Directory) service(e DirectoryEntry, documents bool) opening.Service {
	s := e.service(documents)
	s.Origin = FromDirectory + " " + d.On.Format(time.DateOnly)
	return s
}

// nameKinds gives the services their kinds' names: one means a service only
// where there is no other of the kind.
func nameKinds(entries []documentedService) []opening.Service {
	holders := map[string]int{}
	for _, e := range entries {
		for _, name := range kindNames(e.Kind) {
			holders[name]++
		}
	}
	services := make([]opening.Service, len(entries))
	for i, e := range entries {
		services[i] = e.Service
		for _, name := range kindNames(e.Kind) {
			if holders[name] == 1 {
				services[i].Names = append(services[i].Names, name)
			}
		}
	}
	return services
}

// FollowDirectory brings a town's services up to date with the documents of the
// directory that are published, by the rules of MergeServices. Imported services
// that rest on no document stay, unless a document has the same. Where a document
// was read before its service was kept with it, all stays as it is.
func FollowDirectory(existing []opening.Service, published []corpus.ServiceDocument) ([]opening.Service, error) {
	var entries []documentedService
	slugs := map[string]bool{}
	for _, d := range published {
		var e documentedService
		if err := json.Unmarshal(d.Service, &e); err != nil {
			return nil, fmt.Errorf("read the service of %s: %w", d.Name, err)
		}
		if e.Service.Slug == "" {
			return existing, nil
		}
		if slugs[e.Service.Slug] {
			continue // of two collections, the first
		}
		slugs[e.Service.Slug] = true
		e.Service.Document = d.Name
		if e.Service.Contact != nil {
			e.Service.Contact.Document = d.Name
		}
		entries = append(entries, e)
	}
	var own, loose []opening.Service
	for _, s := range existing {
		switch imported := strings.HasPrefix(s.Origin, FromDirectory+" "); {
		case !imported:
			own = append(own, s)
		case s.Document == "" && !slugs[s.Slug]:
			loose = append(loose, s)
		}
	}
	merged, err := MergeServices(own, nameKinds(entries))
	if err != nil {
		return nil, err
	}
	merged.Services = append(merged.Services, loose...)
	return merged.Services, tooManyServices(len(merged.Services))
}

// kindNames are what residents call services of a kind.
func kindNames(kind string) []string {
	return map[string][]string{
		"mairie":              {"mairie", "hôtel de ville"},
		"prefecture":          {"préfecture"},
		"sous_pref":           {"sous-préfecture"},
		"caf":                 {"CAF", "caisse d’allocations familiales"},
		"cpam":                {"CPAM", "caisse primaire d’assurance maladie", "assurance maladie", "sécurité sociale"},
		"carsat":              {"Carsat"},
		"msa":                 {"MSA"},
		"sip":                 {"service des impôts", "centre des impôts"},
		"gendarmerie":         {"gendarmerie"},
		"commissariat_police": {"commissariat", "commissariat de police"},
		"mission_locale":      {"mission locale"},
		"ccas":                {"CCAS"},
		"epci":                {"intercommunalité"},
		"pole_emploi":         {"France Travail", "Pôle emploi"},
		"france_travail":      {"France Travail", "Pôle emploi"},
		"fr_services":         {"France services"},
		"france_services":     {"France services"},
		"msap":                {"France services"},
	}[kind]
}

func (e DirectoryEntry) service(documents bool) opening.Service {
	r := e.record
	s := opening.Service{
		Slug: strings.TrimPrefix(e.Key, "annuaire-"), Name: string(r.Name),
		Phone: r.phone(), Email: r.email(), Address: r.address(), URL: r.site(),
	}
	if s.URL == "" {
		s.URL = r.page()
	}
	s.TimeZone, s.AlsaceMoselle = calendarOf(r.commune())
	h := r.hours()
	if h.days != nil {
		s.Weeks = []opening.Week{{Days: h.days}}
		s.Remark = strings.Join(h.remarks, " ")
	}
	if documents {
		s.Document = e.Key
		if h.days != nil {
			s.Quotes = append([]string{hoursFrom}, h.rows()...)
		}
		s.Contact = &opening.Source{Document: e.Key, Quotes: r.contactLines()}
	}
	return s
}

// commune is where the service stands, as far as the directory says.
func (r directoryRecord) commune() string {
	if r.Insee != "" {
		return string(r.Insee)
	}
	for _, p := range r.Pivot {
		for _, code := range p.Codes {
			return string(code)
		}
	}
	return ""
}

// calendarOf is a commune's time zone, empty for that of Paris, and whether it
// has the holidays of Alsace and Moselle.
func calendarOf(insee string) (zone string, alsaceMoselle bool) {
	switch insee[:min(3, len(insee))] {
	case "971":
		return "America/Guadeloupe", false
	case "972":
		return "America/Martinique", false
	case "973":
		return "America/Cayenne", false
	case "974":
		return "Indian/Reunion", false
	case "975":
		return "America/Miquelon", false
	case "976":
		return "Indian/Mayotte", false
	}
	return "", slices.Contains([]string{"57", "67", "68"}, insee[:min(2, len(insee))])
}

// Merged are a town's services after an import.
type Merged struct {
	Services []opening.Service // the town's own, then those imported
	Imported int
	Replaced int      // that an earlier import had brought
	Kept     []string // names of imported services that the town's own stand for
}

// MergeServices puts imported services beside a town's own, in place of those
// that earlier imports brought. One that the town has itself (by slug, by a
// name or by telephone) is not taken.
func MergeServices(existing, imported []opening.Service) (Merged, error) {
	var m Merged
	slugs, names, phones := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range existing {
		if strings.HasPrefix(s.Origin, FromDirectory+" ") {
			m.Replaced++
			continue
		}
		m.Services = append(m.Services, s)
		slugs[s.Slug] = true
		for _, name := range namesOf(s) {
			names[name] = true
		}
		if digits := digitsOf(s.Phone); digits != "" {
			phones[digits] = true
		}
	}
	for _, s := range imported {
		if slugs[s.Slug] || phones[digitsOf(s.Phone)] || slices.ContainsFunc(namesOf(s), func(n string) bool { return names[n] }) {
			m.Kept = append(m.Kept, s.Name)
			continue
		}
		m.Services = append(m.Services, s)
		m.Imported++
	}
	if err := tooManyServices(len(m.Services)); err != nil {
		return Merged{}, err
	}
	return m, nil
}

func tooManyServices(n int) error {
	if n > opening.MaxServices {
		return fmt.Errorf("%d services would be there, %d at most: name fewer areas or kinds", n, opening.MaxServices)
	}
	return nil
}

func namesOf(s opening.Service) []string {
	all := []string{analysis.FoldLine(s.Name)}
	for _, name := range s.Names {
		all = append(all, analysis.FoldLine(name))
	}
	return all
}

// digitsOf is a telephone number that can be compared; +33 is 0.
func digitsOf(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
	if national, ok := strings.CutPrefix(digits, "+33"); ok {
		return "0" + strings.TrimPrefix(national, "0")
	}
	return digits
}
