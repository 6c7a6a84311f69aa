package rag

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"guichet/corpus"
	"guichet/internal/analysis"
	"guichet/internal/messages"
)

// library is a small in-memory retriever: BM25 over passages of about 1 200
// characters.
type library struct {
	analyzer *analysis.Analyzer
	passages []libraryPassage
	df       map[string]int
	average  float64
}

type libraryPassage struct {
	doc    corpus.HitDocument
	text   string
	path   []string
	tf     map[string]int
	length int
}

func newLibrary() *library { return &library{analyzer: analysis.For("fr"), df: map[string]int{}} }

func (l *library) add(name, title, text string, path ...string) {
	p := libraryPassage{
		doc:  corpus.HitDocument{Name: name, Title: title, URL: "https://exemple.fr/" + name, Collection: "c"},
		text: text, path: path, tf: map[string]int{},
	}
	for _, t := range l.analyzer.Terms(title + " " + text) {
		p.tf[t]++
		p.length++
	}
	for t := range p.tf {
		l.df[t]++
	}
	l.average = (l.average*float64(len(l.passages)) + float64(p.length)) / float64(len(l.passages)+1)
	l.passages = append(l.passages, p)
}

func (l *library) Search(_ context.Context, _ corpus.Scope, q corpus.Query) (corpus.Result, error) {
	type scored struct {
		i     int
		score float64
	}
	weights := map[string]float64{}
	var result corpus.Result
	for _, t := range l.analyzer.Terms(q.Text) {
		if df := l.df[t]; df > 0 && weights[t] == 0 {
			n := float64(len(l.passages))
			weights[t] = math.Log(1 + (n-float64(df)+.5)/(float64(df)+.5))
			result.Terms = append(result.Terms, corpus.TermWeight{Term: t, Frequency: df, Weight: weights[t]})
		}
	}
	var all []scored
	for i, p := range l.passages {
		s := 0.0
		for t, w := range weights {
			tf := float64(p.tf[t])
			s += w * tf * 2.2 / (tf + 1.2*(.25+.75*float64(p.length)/l.average))
		}
		if s > 0 {
			all = append(all, scored{i, s})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	at := map[string]int{}
	for _, s := range all {
		p := l.passages[s.i]
		k, ok := at[p.doc.Name]
		if !ok {
			if len(result.Hits) == 10 {
				continue
			}
			k = len(result.Hits)
			at[p.doc.Name] = k
			result.Hits = append(result.Hits, corpus.Hit{Document: p.doc, Score: s.score})
		}
		result.Hits[k].Passages = append(result.Hits[k].Passages, corpus.HitPassage{
			Passage: corpus.Passage{ID: int64(s.i + 1), Text: p.text, Headings: p.path}, Score: s.score,
		})
	}
	if len(result.Hits) > 0 {
		result.Evidence = 1
	}
	return result, nil
}

// loadFiches reads Markdown sheets, cut at their second-level headings.
func loadFiches(t *testing.T, dir string) *library {
	l := newLibrary()
	names, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(strings.TrimPrefix(string(b), "---\n"), "\n---\n")
		title, heading := "", ""
		var lines []string
		id := strings.TrimSuffix(filepath.Base(name), ".md")
		flush := func() {
			if text := strings.TrimSpace(strings.Join(lines, "\n")); text != "" {
				var path []string
				if heading != "" {
					path = append(path, heading)
				}
				l.add(id, title, text, path...)
			}
			lines = nil
		}
		size := 0
		for _, line := range strings.Split(body, "\n") {
			if h, ok := strings.CutPrefix(line, "# "); ok {
				title = h
				continue
			}
			if h, ok := strings.CutPrefix(line, "## "); ok {
				flush()
				heading, size = h, 0
				continue
			}
			if size > 1200 {
				flush()
				size = 0
			}
			lines = append(lines, line)
			size += len(line)
		}
		flush()
	}
	return l
}

// TestReadFiches prints answers in quoting mode, for a person to read.
func TestReadFiches(t *testing.T) {
	dir := os.Getenv("GUICHET_FICHES")
	if dir == "" {
		t.Skip("GUICHET_FICHES names no folder of sheets")
	}
	cat, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAnswerer(Config{Retriever: loadFiches(t, dir), Messages: cat})
	if err != nil {
		t.Fatal(err)
	}
	questions := []string{
		"Comment refaire la carte d'identité de mon enfant mineur ?",
		"Mon voisin fait du bruit la nuit, que puis-je faire ?",
		"Comment m'inscrire sur les listes électorales ?",
		"Quels papiers pour se marier à la mairie ?",
		"combien coute un passeport ?",
		"Comment déclarer la naissance de mon bébé ?",
		"Faut-il un permis de construire pour une piscine ?",
		"Où jeter mes encombrants ?",
		"Comment obtenir une concession au cimetière ?",
		"Je suis locataire, quel est le délai de préavis ?",
		"bonjour j'ai perdu mon permis de conduire que dois je faire merci",
		"Quelles aides pour payer la cantine ?",
		"A quel age peut on avoir la carte de stationnement pour handicapé ?",
		"Recette de la tarte aux pommes",
	}
	if q := os.Getenv("GUICHET_QUESTION"); q != "" {
		questions = []string{q}
	}
	for _, q := range questions {
		got, err := a.Answer(context.Background(), Request{Question: q, Language: "fr"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("\n=== %s (%s)\n%s\n", q, got.Outcome, got.Text())
		for _, c := range got.Citations {
			t.Logf("   [%d] %s %s", c.N, c.Document, c.Title)
			break
		}
	}
}
