package ingest

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	services := make([]opening.Service, len(d.Entries))
	holders := map[string]int{}
	for i := range d.Entries {
		services[i] = d.Entries[i].service(documents)
		services[i].Origin = FromDirectory + " " + d.On.Format(time.DateOnly)
		for _, name := range kindNames(d.Entries[i].Kind) {
			holders[name]++
		}
	}
	// A kind's name means a service only where there is no other of the kind.
	for i := range d.Entries {
		for _, name := range kindNames(d.Entries[i].Kind) {
			if holders[name] == 1 {
				services[i].Names = append(services[i].Names, name)
			}
		}
	}
	return services
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
	if len(m.Services) > opening.MaxServices {
		return Merged{}, fmt.Errorf("%d services would be there, %d at most: name fewer areas or kinds", len(m.Services), opening.MaxServices)
	}
	return m, nil
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
