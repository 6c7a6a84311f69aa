package rag

import (
	"context"
	"math"
	"sort"

	"guichet/corpus"
	"guichet/internal/analysis"
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
