package opening

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTheDemoFileReadsBack(t *testing.T) {
	b, err := os.ReadFile("../demo/services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	services, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Format(services)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	for i := range services {
		if !reflect.DeepEqual(services[i], again[i]) {
			t.Errorf("%s\nwritten %+v\nagain   %+v", services[i].Slug, services[i], again[i])
		}
	}
}

func TestHoursAreReadForgivingly(t *testing.T) {
	morningAndAfternoon := []Range{{From: 510, To: 720}, {From: 810, To: 1050}}
	for _, text := range []string{
		"8 h 30 – 12 h, 13 h 30 – 17 h 30", "8h30-12h et 13h30-17h30", "08:30 - 12:00 ; 13:30 - 17:30",
		"de 8 h 30 à midi puis de 13 h 30 à 17 h 30", "8 h 30 - 12 h / 13 h 30 - 17 h 30",
		"8:30 am – 12 pm, 1:30 pm to 5:30 pm", "8.30–12.00, 13.30–17.30", "8H30 – 12H, 13H30 – 17H30",
	} {
		got, err := parseRanges(text)
		if err != nil || !reflect.DeepEqual(got, morningAndAfternoon) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string][]Range{
		"fermé": nil, "fermée": nil, "closed": nil, "–": nil,
		"24 h/24":                            {{From: 0, To: 1440}},
		"20 h – minuit":                      {{From: 1200, To: 1440}},
		"9 h – 12 h (état civil)":            {{From: 540, To: 720, Note: "état civil"}},
		"9 h – 12 h (a), 14 h – 17 h (b, c)": {{540, 720, "a"}, {840, 1020, "b, c"}},
		"9 h - 18 h sans interruption":       {{From: 540, To: 1080}},
	} {
		if got, err := parseRanges(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "9 h", "9 h – 8 h", "22 h – 2 h", "9 h – 12 h, 11 h – 14 h", "25 h – 26 h", "9 h 75 – 12 h", "9 h – 12 h 13 h – 14 h", "13 pm – 14 pm", "ouvert"} {
		if got, err := parseRanges(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestDaysAndDatesAreReadForgivingly(t *testing.T) {
	for text, want := range map[string][]Line{
		"lundi": {{Weekday: 1}}, "Monday": {{Weekday: 1}}, "mardis": {{Weekday: 2}}, "dim.": {{Weekday: 0}},
		"du lundi au mercredi": {{Weekday: 1}, {Weekday: 2}, {Weekday: 3}}, "lundi-mardi": {{Weekday: 1}, {Weekday: 2}},
		"mercredi et samedi": {{Weekday: 3}, {Weekday: 6}}, "Lundi, mardi et jeudi": {{Weekday: 1}, {Weekday: 2}, {Weekday: 4}},
		"premier dimanche": {{Weekday: 0, Nth: 1}}, "1er et 3e mercredi": {{Weekday: 3, Nth: 1}, {Weekday: 3, Nth: 3}}, "last friday": {{Weekday: 5, Nth: -1}},
		"tous les jours": {{Weekday: 1}, {Weekday: 2}, {Weekday: 3}, {Weekday: 4}, {Weekday: 5}, {Weekday: 6}, {Weekday: 0}},
	} {
		if got, err := parseDays(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "lundredi", "au vendredi", "premier", "du premier lundi au vendredi"} {
		if got, err := parseDays(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
	yearly := func(a, b MonthDay) Span { return Span{Yearly: true, First: a, Last: b} }
	for text, want := range map[string]Span{
		"2026-12-24":                             {From: Date{2026, 12, 24}, Until: Date{2026, 12, 24}},
		"jeudi 24 décembre 2026":                 {From: Date{2026, 12, 24}, Until: Date{2026, 12, 24}},
		"2026-12-24..2027-01-02":                 {From: Date{2026, 12, 24}, Until: Date{2027, 1, 2}},
		"du lundi 4 au dimanche 17 janvier 2027": {From: Date{2027, 1, 4}, Until: Date{2027, 1, 17}},
		"du 6 juillet au 29 août 2026":           {From: Date{2026, 7, 6}, Until: Date{2026, 8, 29}},
		"août":                                   yearly(801, 831), "novembre à mars": yearly(1101, 331), "12-25": yearly(1225, 1225),
		"08-01..08-31": yearly(801, 831), "du 1er avril au 31 octobre": yearly(401, 1031), "1 April to 31 October": yearly(401, 1031), "février": yearly(201, 229),
	} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2026-13-01", "2026-02-30", "31 juin", "demain", "2026-12-24..2026-12-01", "4", "29 février 2027", "24 décembre 2026 au 2 janvier"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestMistakesNameTheirLineAndTheMend(t *testing.T) {
	for file, want := range map[string]string{
		"services:\n  - slug: a\n    name: A\n    hours:\n      lundi: 8 h à\n":                                 "line 5: ",
		"services:\n  - slug: a\n    name: A\n    hours:\n      lundit: 8 h – 9 h\n":                            "line 5: \"lundit\" names no day: write lundi",
		"services:\n  - slug: a\n    name: A\n    hours:\n      lundi: fermé\n      du lundi au mardi: fermé\n": "line 6: ",
		"services:\n  - slug: a\n    name: A\n  - slug: a\n    name: B\n":                                       "line 4: slug a stands twice",
		"services:\n  - slug: A b\n    name: A\n":                                                               "line 2: slug is \"A b\"",
		"services:\n  - slug: a\n":                              "line 2: a has no name",
		"services:\n  - slug: a\n    name: A\n    opening: 3\n": "line 4: unknown field",
		"services:\n  - slug: a\n    name: A\n    exceptions:\n      - dates: 2026-12-99\n        hours: fermé\n": "line 5: ",
		"services:\n  - slug: a\n    name: A\n    exceptions:\n      - dates: 2026-12-24\n        reason: x\n":    "line 5: an exception has no hours",
		"services:\n  - slug: a\n    name: A\n    exceptions:\n      - reason: x\n        hours: fermé\n":         "line 2: an exception has no dates",
		"school_zone: D\nservices:\n  - slug: a\n    name: A\n":                                                   "line 1: school_zone is \"D\"",
		"services:\n  - slug: a\n    name: A\n    time_zone: Mars/Olympus\n":                                      "line 4: time_zone",
		"services:\n  - slug: a\n    name: A\n    public_holidays: maybe\n":                                       "line 4: public_holidays",
		"services:\n  - slug: a\n    name: A\n    part_of: b\n":                                                   "line 2: a is part_of b",
		"services:\n  - slug: a\n    name: A\n    weeks:\n      - school: sometimes\n        hours: fermé\n":      "line 5: school is",
		"services: [\n": "",
		"services:\n  - slug: a\n    name: [A]\n": "line 3: a text is wanted",
	} {
		_, err := Parse([]byte(file))
		var m *Mistake
		if !errors.As(err, &m) || !strings.HasPrefix(m.Error(), want) {
			t.Errorf("%s\n%v, want %s", file, err, want)
		}
	}
}

func TestPartsTakeWhatTheyDoNotSay(t *testing.T) {
	services, err := Parse([]byte(`
school_zone: b
services:
  - slug: mairie
    name: Mairie
    phone: "01"
    document: mairie.md
    quote: Ouvert.
    hours: {lundi: 8 h – 12 h}
    exceptions:
      - dates: 2026-12-24
        closes: 10 h
    parts:
      - slug: etat-civil
        name: État civil
        phone: "02"
        document: etat-civil.md
        hours: {lundi: 9 h – 11 h}
      - slug: maire
        name: Secrétariat
`))
	if err != nil || len(services) != 3 {
		t.Fatalf("%+v, %v", services, err)
	}
	civil, mayor := services[1], services[2]
	if civil.PartOf != "mairie" || civil.Phone != "02" || civil.SchoolZone != "B" || len(civil.Exceptions) != 1 || civil.Exceptions[0].Document != "mairie.md" {
		t.Errorf("état civil: %+v", civil)
	}
	if mayor.HasHours() || mayor.Phone != "01" || mayor.Document != "mairie.md" {
		t.Errorf("secrétariat: %+v", mayor)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("services:\n  - slug: a\n    name: A\n    hours: {1er lundi: 8h-9h (x)}\n    exceptions: [{dates: août, closes: 9h}]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		services, err := Parse(b)
		if err != nil {
			var m *Mistake
			if !errors.As(err, &m) {
				t.Fatalf("not a Mistake: %v", err)
			}
			return
		}
		for i := range services {
			services[i].HoursOn(Date{2026, 12, 24})
			services[i].StateAt(time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC))
		}
		out, err := Format(services)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(out); err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, out)
		}
	})
}

func FuzzRanges(f *testing.F) {
	for _, text := range []string{"8 h 30 – 12 h, 13 h 30 – 17 h 30", "9h-12h (note)", "midi - minuit", "8:30 am to 5 pm"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ranges, err := parseRanges(text)
		if err != nil {
			return
		}
		again, err := parseRanges(FormatRanges(ranges))
		if err != nil || !reflect.DeepEqual(ranges, again) {
			t.Fatalf("%q: %v, then %v, %v", text, ranges, again, err)
		}
	})
}

func TestTheManualsExampleIsRead(t *testing.T) {
	b, err := os.ReadFile("../../docs/hours.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/hours.md has no example")
	}
	services, err := Parse([]byte(example))
	if err != nil || len(services) != 2 || len(services[0].Weeks) != 3 || len(services[0].Exceptions) != 4 {
		t.Errorf("%+v, %v", services, err)
	}
}
