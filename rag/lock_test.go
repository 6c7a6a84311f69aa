package rag_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"guichet/corpus/demo"
	"guichet/ingest"
	"guichet/internal/fact"
	"guichet/rag"
)

// passages reads a document as it is when it is ingested.
func passages(t *testing.T, name string, content []byte) []rag.Source {
	t.Helper()
	extractor, known := ingest.Extractors()[ingest.MediaType(name)]
	if !known {
		return nil
	}
	x, err := extractor.Extract(context.Background(), ingest.Input{Name: name, Bytes: content})
	if err != nil {
		t.Logf("%s: %v", name, err) // without poppler, no PDF
		return nil
	}
	var out []rag.Source
	for i, p := range ingest.NewSplitter().Split(x.Sections) {
		out = append(out, rag.Source{
			N: i + 1, Document: name, Title: x.Title, URL: x.URL, Headings: strings.Join(p.Headings, " > "), Text: p.Text,
		}.Prepared())
	}
	return out
}

// demoPassages are those of the demo town, by document.
func demoPassages(t *testing.T) map[string][]rag.Source {
	t.Helper()
	dir := t.TempDir()
	if err := demo.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "documents", "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]rag.Source{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = passages(t, filepath.Base(file), content)
	}
	return out
}

// cited is a sentence that cites these sources.
func cited(kind rag.UnitKind, text string, sources ...rag.Source) rag.Unit {
	u := rag.Unit{Kind: kind, Text: text}
	for _, s := range sources {
		u.Citations = append(u.Citations, rag.Citation{N: s.N})
	}
	return u
}

func lock(u rag.Unit, sources []rag.Source) *rag.Reason {
	_, reason := rag.Grounded{Town: "Saint-Aubin-les-Étangs"}.Unit(context.Background(), u, sources)
	return reason
}

// tally counts what was shown of what was tried.
type tally struct{ shown, all int }

func (c tally) share() float64 { return float64(c.shown) / float64(max(c.all, 1)) }

func (c tally) String() string {
	return fmt.Sprintf("%d of %d shown (%.1f %%)", c.shown, c.all, 100*c.share())
}

func (c *tally) add(shown bool) {
	c.all++
	if shown {
		c.shown++
	}
}

// TestRewordedAndTurned holds sentences written by hand against the demo
// town's documents: those that reword them, and those that turn their sense.
// Every third was set aside before the rules were made.
func TestRewordedAndTurned(t *testing.T) {
	t.Parallel()
	documents := demoPassages(t)
	content, err := os.ReadFile("testdata/reworded.txt")
	if err != nil {
		t.Fatal(err)
	}
	var honest, turned [2]tally
	var sources []rag.Source
	n := 0
	for line := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n") {
		kind, sentence, _ := strings.Cut(line, " ")
		if kind == "#" {
			if sources = documents[sentence]; len(sources) == 0 {
				t.Fatalf("no document %s", sentence)
			}
			continue
		}
		n++
		aside := 0
		if n%3 == 0 {
			aside = 1
		}
		reason := lock(cited(rag.Sentence, sentence, sources...), sources)
		if kind == "+" {
			honest[aside].add(reason == nil)
		} else {
			turned[aside].add(reason == nil)
		}
		if (reason == nil) != (kind == "+") && aside == 0 {
			t.Logf("%s %s: %q %+v", kind, sources[0].Document, sentence, reason)
		}
	}
	t.Logf("reworded: %v; set aside: %v", honest[0], honest[1])
	t.Logf("turned: %v; set aside: %v", turned[0], turned[1])
	if honest[0].share() < .90 || honest[1].share() < .75 || turned[0].share() > .10 || turned[1].share() > .20 {
		t.Error("worse than the floors")
	}
}

// altered changes one digit of a fact, or one letter of an address.
func altered(f fact.Fact, written string) string {
	digit := regexp.MustCompile(`\d`)
	all := digit.FindAllStringIndex(written, -1)
	if len(all) == 0 {
		switch f.Kind {
		case fact.Weekday:
			return map[string]string{"lundi": "mardi", "mardi": "jeudi", "mercredi": "vendredi", "jeudi": "lundi", "vendredi": "dimanche", "samedi": "dimanche", "dimanche": "samedi"}[strings.ToLower(written)]
		case fact.Email, fact.URL:
			return strings.Replace(written, ".", "x.", 1)
		case fact.Street:
			return written + "x"
		case fact.Month:
			if written == "mai" {
				return "avril"
			}
			return "mai"
		}
		return map[string]string{"deux": "trois", "trois": "quatre", "six": "huit", "dix": "douze", "quatre": "cinq", "cinq": "six"}[strings.ToLower(written)]
	}
	last := all[len(all)-1]
	if f.Kind == fact.Time && len(all) > 2 {
		last = all[len(all)-2]
	}
	d := written[last[0]] - '0'
	if f.Kind == fact.Date || f.Kind == fact.Time {
		d = (d + 1) % 6
		if d == 0 {
			d = 1
		}
		if d == written[last[0]]-'0' {
			d++
		}
	} else {
		d = (d + 3) % 10
	}
	return written[:last[0]] + string('0'+d) + written[last[1]:]
}

// reworded are other ways to say a unit without changing what it says.
func reworded(u rag.Unit) []rag.Unit {
	same := func(text string) rag.Unit {
		return rag.Unit{Kind: rag.Sentence, Text: text, Citations: u.Citations}
	}
	if u.Kind == rag.Row && len(u.Cells) > 1 && u.Cells[0] != "" {
		out := []rag.Unit{same(u.Text)}
		for j := 1; j < len(u.Cells); j++ {
			if j < len(u.Header) && u.Header[j] != "" && u.Cells[j] != "" {
				out = append(out, same(fmt.Sprintf("%s, pour « %s » : %s.", u.Header[j], u.Cells[0], u.Cells[j])))
			}
		}
		return out
	}
	text := strings.TrimRight(u.Text, " ;,.")
	if strings.ContainsAny(text, "?!") {
		return []rag.Unit{u}
	}
	return []rag.Unit{same(text + "."), same("Sachez que " + lowerFirst(text) + "."), same("À noter\u00a0: " + strings.ReplaceAll(text, "\u00a0", " ") + ".")}
}

func lowerFirst(s string) string {
	for _, article := range []string{"Le ", "La ", "Les ", "L'", "Un ", "Une ", "Il ", "Elle ", "Des ", "En ", "Vous "} {
		if strings.HasPrefix(s, article) {
			return strings.ToLower(s[:1]) + s[1:]
		}
	}
	return s
}

// whole asks for all units, not one in twenty: go test ./rag -run LyingModel -args -full
var whole = flag.Bool("full", false, "measure all, not a sample")

// TestLyingModel alters one fact of each unit, or gives it another value of
// the same kind that the passage has. Every twentieth passage is tried, or all.
func TestLyingModel(t *testing.T) {
	t.Parallel()
	documents := demoPassages(t)
	sheets, _ := filepath.Glob("../../shared/service-public/fiches/*.md")
	for i, sheet := range sheets {
		if i%60 != 0 {
			continue
		}
		content, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		documents["z-"+path.Base(sheet)] = passages(t, sheet, content)
	}
	names := make([]string, 0, len(documents))
	for name := range documents {
		names = append(names, name)
	}
	slices.Sort(names)
	var honest, changed, swapped tally
	byKind := map[fact.Kind]*tally{}
	var spent time.Duration
	units, nth := 0, 0
	for _, name := range names {
		for _, s := range documents[name] {
			if nth++; !*whole && nth%20 != 4 {
				continue
			}
			all := []rag.Source{s}
			var inPassage []fact.Fact
			texts := map[string]string{}
			for _, u := range rag.SegmentsOf(s) {
				for _, f := range fact.Parse(u.Text, "fr") {
					inPassage = append(inPassage, f)
					if f.Implied || f.Kind == fact.Range {
						continue
					}
					texts[f.Key()] = u.Text[f.Start:f.End]
				}
			}
			said := map[string]bool{} // what the passage does say
			for _, verbatim := range rag.SegmentsOf(s) {
				for _, u := range reworded(verbatim) {
					said[strings.ToLower(u.Text)] = true
				}
			}
			for _, verbatim := range rag.SegmentsOf(s) {
				if len(strings.FieldsFunc(verbatim.Text, func(r rune) bool { return !unicode.IsLetter(r) })) < 4 {
					continue // a line without words of its own says nothing when quoted alone
				}
				for _, u := range reworded(verbatim) {
					began := time.Now()
					reason := lock(u, all)
					spent += time.Since(began)
					units++
					honest.add(reason == nil)
					if reason != nil {
						t.Logf("honest withheld, %s: %q %+v", name, u.Text, *reason)
						continue
					}
					for _, f := range fact.Parse(u.Text, "fr") {
						if f.Implied || f.Kind == fact.Range {
							continue
						}
						written := u.Text[f.Start:f.End]
						with := func(text string) rag.Unit {
							lie := u
							lie.Text = u.Text[:f.Start] + text + u.Text[f.End:]
							return lie
						}
						if lie := altered(f, written); lie != "" && lie != written && !value(lie, inPassage) {
							c := byKind[f.Kind]
							if c == nil {
								c = &tally{}
								byKind[f.Kind] = c
							}
							shown := lock(with(lie), all) == nil
							changed.add(shown)
							c.add(shown)
							if shown {
								t.Logf("altered shown, %s: %q", name, with(lie).Text)
							}
						}
						for _, key := range slices.Sorted(maps.Keys(texts)) {
							other := texts[key]
							g := fact.Parse(other, "fr")
							if len(g) == 0 || g[0].Kind != f.Kind || g[0].Value == f.Value || key == f.Key() || f.Kind == fact.Street && strings.Contains(written, other) || said[strings.ToLower(with(other).Text)] {
								continue
							}
							shown := lock(with(other), all) == nil
							swapped.add(shown)
							if shown {
								t.Logf("swapped shown, %s: %q", name, with(other).Text)
							}
							break
						}
					}
				}
			}
		}
	}
	t.Logf("honest: %v", honest)
	t.Logf("one value altered: %v", changed)
	for kind, c := range byKind {
		t.Logf("  %s: %v", kind, c)
	}
	t.Logf("swapped within the passage: %v", swapped)
	// One passage of alike lines weighs much in a sample.
	if most := map[bool]float64{true: .02, false: .07}[*whole]; honest.share() < .98 || changed.share() > 0 || swapped.share() > most {
		t.Error("worse than the floors")
	}
	t.Logf("%v a unit", spent/time.Duration(max(units, 1)))
}

// value tells whether text states what one of the facts states.
func value(text string, facts []fact.Fact) bool {
	for _, said := range fact.Parse(text, "fr") {
		for _, f := range facts {
			if said.StatedBy(f) {
				return true
			}
		}
	}
	return false
}
