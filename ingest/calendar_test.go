package ingest

import (
	"context"
	"strings"
	"testing"
	"time"
)

const agenda = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//FR
BEGIN:VEVENT
UID:marche
SUMMARY:Marché de Noël
DTSTART;TZID=Romance Standard Time:20261212T090000
DTEND;TZID=Romance Standard Time:20261212T120000
LOCATION:Place de la Mairie\, centre
DESCRIPTION:Entrée libre.\nVenez nombreux.
URL:https://ville.fr/marche
END:VEVENT
BEGIN:VEVENT
UID:yoga
SUMMARY:Yoga
DTSTART;TZID=Europe/Paris:20260901T183000
DURATION:PT1H
RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231T235959Z
EXDATE;TZID=Europe/Paris:20261208T183000
END:VEVENT
BEGIN:VEVENT
UID:yoga
SUMMARY:Yoga
RECURRENCE-ID;TZID=Europe/Paris:20261215T183000
DTSTART;TZID=Europe/Paris:20261216T190000
DTEND;TZID=Europe/Paris:20261216T200000
LOCATION:Gymnase
END:VEVENT
BEGIN:VEVENT
UID:fete
SUMMARY:Fête
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270103
END:VEVENT
BEGIN:VEVENT
UID:passe
SUMMARY:Passé
DTSTART:20200101T100000Z
END:VEVENT
BEGIN:VEVENT
UID:annule
SUMMARY:Concert
STATUS:CANCELLED
DTSTART:20261220T190000Z
END:VEVENT
BEGIN:VEVENT
UID:toujours
SUMMARY:Permanence
DTSTART;TZID=Europe/Paris:20250106T140000
RRULE:FREQ=MONTHLY;BYDAY=1MO
END:VEVENT
BEGIN:VEVENT
UID:fou
SUMMARY:Fou
DTSTART:20261220T190000Z
RRULE:FREQ=SECONDLY
END:VEVENT
BEGIN:VEVENT
UID:sans
SUMMARY:Sans date
END:VEVENT
END:VCALENDAR
`

func TestCalendar(t *testing.T) {
	b := newBench(t)
	b.write("agenda.ics", strings.ReplaceAll(agenda, "\n", "\r\n"))
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	s, err := OpenSource(KindCalendar, b.path("agenda.ics"), nil, Dependencies{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Extracted{}
	for _, item := range l.Items {
		r, err := item.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var in Input
		in.Bytes = make([]byte, 1<<16)
		n, _ := r.Read(in.Bytes)
		in.Bytes = in.Bytes[:n]
		if got[item.Key], err = item.Extractor.Extract(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 5 || len(l.Failures) != 2 {
		t.Fatalf("%d events, failures %v", len(got), l.Failures)
	}
	for key, want := range map[string]string{
		"marche":   "Date : samedi 12 décembre 2026, de 9 h à 12 h\nLieu : Place de la Mairie, centre\nPage : https://ville.fr/marche\n\nEntrée libre.\nVenez nombreux.",
		"yoga":     "Prochaines dates :\n- mardi 1er décembre 2026, de 18 h 30 à 19 h 30\n- mercredi 16 décembre 2026, de 19 h à 20 h (Gymnase)\n- mardi 22 décembre 2026, de 18 h 30 à 19 h 30\n- mardi 29 décembre 2026, de 18 h 30 à 19 h 30",
		"fete":     "Date : du vendredi 1er janvier 2027 au samedi 2 janvier 2027",
		"annule":   "Cet événement est annulé.\n\nDate : dimanche 20 décembre 2026, à 20 h",
		"toujours": "Prochaines dates :\n- lundi 7 décembre 2026, à 14 h\n- lundi 4 janvier 2027, à 14 h",
	} {
		if text := strings.ReplaceAll(got[key].Sections[0].Text, "\u00a0", " "); text != want && (key != "toujours" || !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "D’autres dates suivent.")) {
			t.Errorf("%s:\n%s\nwant\n%s", key, text, want)
		}
	}
	for key, want := range map[string]string{"marche": "2026-12-12", "yoga": "2026-12-29", "fete": "2027-01-02", "toujours": "0001-01-01"} {
		if until := got[key].ValidUntil.Format(time.DateOnly); until != want {
			t.Errorf("%s holds until %s, want %s", key, until, want)
		}
	}
}

// A rule that never matches must not keep a run busy.
func TestRulesThatNeverMatch(t *testing.T) {
	e := event{start: time.Date(1970, 1, 1, 9, 0, 0, 0, time.UTC)}
	for _, rule := range []string{"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "FREQ=WEEKLY;BYWEEKNO=54"} {
		e.rule = rule
		begun := time.Now()
		starts, _ := e.repeated(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		t.Logf("%s: %d dates in %s", rule, len(starts), time.Since(begun))
		if len(starts) > 0 {
			t.Errorf("%s: %v", rule, starts)
		}
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add([]byte(agenda))
	f.Fuzz(func(_ *testing.T, b []byte) {
		all, err := parseCalendar(b, time.UTC)
		if err != nil {
			return
		}
		for _, s := range all {
			if s.err == nil {
				_, _ = s.occurrences(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
			}
		}
	})
}

const rss = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Ville</title><link>https://ville.fr/</link>
<item><title>Travaux &amp; voirie</title><link>/travaux</link><guid isPermaLink="false">n-1</guid><pubDate>Mon, 02 Nov 2026 08:00:00 +0100</pubDate>
<category>Voirie</category><description>Court.</description><content:encoded><![CDATA[<p>La rue <b>Haute</b> est fermée.</p><ul><li>un</li></ul>]]></content:encoded></item>
<item><title>Sans date</title><description>Un texte.</description></item></channel></rss>`

const atomFeed = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>V</title><id>x</id>
<entry><id>tag:ville.fr,2026:9</id><title>Neige</title><link href="https://ville.fr/neige"/><updated>2026-11-20T10:00:00Z</updated><content type="html">&lt;p&gt;Il neige.&lt;/p&gt;</content></entry></feed>`

func TestFeed(t *testing.T) {
	b := newBench(t)
	b.write("rss.xml", rss)
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	memory := pageMemory{}
	run := func() Report {
		t.Helper()
		s, err := OpenSource(KindFeed, b.path("rss.xml"), []byte(`{"keep_days": 60}`), Dependencies{Now: func() time.Time { return now }, Memory: memory.of})
		if err != nil {
			t.Fatal(err)
		}
		req := b.request()
		req.Sources = []Source{s}
		r, err := b.ingester.Ingest(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run(); r.Added != 2 {
		t.Fatalf("%+v", r)
	}
	d := b.store.contents[docID{b.path("rss.xml"), "n-1"}]
	if d.Title != "Travaux & voirie" || d.URL != "https://ville.fr/travaux" || d.Theme != "Voirie" || d.PublishedOn.Day() != 2 || d.ValidUntil.Format(time.DateOnly) != "2027-01-01" || !strings.Contains(d.Passages[0].Text, "La rue Haute est fermée.\n\n- un") {
		t.Errorf("%+v", d)
	}
	now = now.AddDate(0, 0, 1)
	if r := run(); r.Unchanged != 2 {
		t.Errorf("a day later: %+v", r.Counts)
	}
	b.write("rss.xml", atomFeed) // the window moved on
	if r := run(); r.Added != 1 || r.Unchanged != 2 || r.Retired != 0 {
		t.Errorf("entries that left: %+v", r.Counts)
	}
	now = time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC)
	if r := run(); r.Retired != 1 || r.Unchanged != 2 {
		t.Errorf("their days are over: %+v", r.Counts)
	}
	b.write("rss.xml", "<html>Panne")
	s, err := OpenSource(KindFeed, b.path("rss.xml"), nil, Dependencies{})
	if err != nil {
		t.Fatal(err)
	}
	if l, err := s.List(t.Context()); err == nil {
		t.Errorf("a page in its place: %+v", l)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(rss))
	f.Add([]byte(atomFeed))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := parseFeed(b, "https://ville.fr/rss", time.Now())
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.Key == "" {
				t.Error("an entry without a key")
			}
		}
	})
}
