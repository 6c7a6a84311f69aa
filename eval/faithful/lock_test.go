package faithful

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/corpus/demo"
	"guichet/ingest"
	"guichet/rag"
)

// lockAlone is the fact lock without what is around it: no database, no search,
// no server. Every passage of the right document is offered.
type lockAlone struct {
	sources map[string][]rag.Source // by document
	names   map[string]string       // of documents, by a passage's title
	spent   []time.Duration         // on each unit
}

// newLockAlone reads the demo town's documents as they are when they are
// ingested.
func newLockAlone(t *testing.T) (*lockAlone, map[string]document) {
	t.Helper()
	folder := t.TempDir()
	must(t, demo.Unpack(folder))
	files, err := filepath.Glob(filepath.Join(folder, "documents", "*"))
	must(t, err)
	l := &lockAlone{sources: map[string][]rag.Source{}, names: map[string]string{}}
	documents := map[string]document{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)
		extractor, known := ingest.Extractors()[ingest.MediaType(file)]
		if !known {
			continue
		}
		x, err := extractor.Extract(context.Background(), ingest.Input{Name: filepath.Base(file), Bytes: content})
		if err != nil {
			t.Logf("%s: %v", file, err) // without poppler, no PDF
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		d := document{title: x.Title}
		for i, p := range ingest.NewSplitter().Split(x.Sections) {
			s := rag.Source{N: i + 1, Document: name, Title: x.Title, URL: x.URL, Headings: strings.Join(p.Headings, " > "), Text: p.Text}.Prepared()
			l.sources[name] = append(l.sources[name], s)
			title := strange.Replace(s.Title + " > " + s.Headings)
			d.passages = append(d.passages, passage{n: s.N, title: title, text: strange.Replace(s.Text)})
			l.names[title] = name
		}
		documents[name] = d
	}
	return l, documents
}

func (l *lockAlone) offered(_ *testing.T, h handwritten) []passage {
	var out []passage
	for _, s := range l.sources[h.Document] {
		out = append(out, passage{n: s.N, title: strange.Replace(s.Title + " > " + s.Headings), text: strange.Replace(s.Text)})
	}
	return out
}

func (l *lockAlone) say(t *testing.T, question string, claims []claim) given {
	t.Helper()
	g := given{Answer: rag.Answer{Mode: rag.ModeModel, Trace: &rag.Trace{}}}
	lock := rag.Grounded{Question: question, Town: "Saint-Aubin-les-Étangs"}
	for _, c := range claims {
		sources := l.sources[l.names[c.passage.title]]
		u := rag.Unit{Kind: rag.Sentence, Text: c.text, Cells: c.cells, Header: c.header, Citations: []rag.Citation{{N: c.passage.n}}}
		switch {
		case c.cells != nil:
			u.Kind, u.Text = rag.Row, rowText(c)
		case c.item:
			u.Kind = rag.Item
		}
		g.Sources = sources
		began := time.Now()
		shown, reason := lock.Unit(t.Context(), u, sources)
		l.spent = append(l.spent, time.Since(began))
		if reason != nil {
			g.Trace.Withheld = append(g.Trace.Withheld, rag.Withheld{Text: textOf(u), Reason: fmt.Sprint(reason.ID, reason.Data)})
			continue
		}
		g.Units = append(g.Units, shown)
	}
	return g
}

// rowText is a row as the text of a unit.
func rowText(c claim) string {
	var parts []string
	for i, cell := range c.cells {
		if i > 0 && c.header[i] != "" {
			cell = c.header[i] + " : " + cell
		}
		parts = append(parts, cell)
	}
	return parts[0] + " — " + strings.Join(parts[1:], " ; ")
}

// TestLock asks the fact lock alone what TestMeasure asks of all that is built
// around it, in seconds.
func TestLock(t *testing.T) {
	l, documents := newLockAlone(t)
	m := &measurement{t: t, at: l, random: rand.New(rand.NewPCG(20261126, 4)), documents: documents}
	dialogues := m.meet(m.questions(50))
	verbatim := m.honest(dialogues)
	templates := m.state("honest, reworded by templates", "withheld", "< 2 %", m.templates(dialogues), 1000)
	byHand := m.state("honest, reworded by hand", "withheld", "< 2 %", m.byHand(dialogues, handwritten.faithful), 1000)
	lying := m.lie(m.lies(dialogues, amount(100, 1500)))
	swapped := m.state("swapped with another of the passage", "shown", "< 5 %", m.swaps(dialogues), 2000)
	exchanged := m.state("exchanged within the sentence or row", "shown", "measured", m.exchanges(dialogues), 1000)
	turnedByHand := m.state("sense turned, by hand", "shown", "measured", m.byHand(dialogues, handwritten.turned), 1000)
	turnedBy := m.state("sense turned, by templates", "shown", "measured", m.turned(dialogues), 1000)
	m.print(os.Stdout)
	// What stands today, with room for a sample.
	verbatim.atMost(t, .02)
	templates.atMost(t, .02)
	byHand.atMost(t, .12)
	lying.atMost(t, 0)
	swapped.atMost(t, .02)
	exchanged.atMost(t, .10)
	turnedByHand.atMost(t, .20)
	turnedBy.atMost(t, .05)
	fmt.Printf("a unit: %.1f ms median, %.1f ms at the 95th percentile of %d\n", quantile(l.spent, .5), quantile(l.spent, .95), len(l.spent))
}
