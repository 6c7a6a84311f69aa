package rag

import (
	"fmt"
	"sort"
	"strings"

	"guichet/corpus"
)

// Passages of one document among the sources: the best document may have one
// more than the others. A quoted answer chooses from more, since it shows only
// what it quotes.
const (
	maxPerDocument       = 2
	maxQuotedPerDocument = 4
	maxQuotedSources     = 12
)

// sourcesOf numbers the passages that an answer may cite: the best limit of
// them, at most perDocument from one document and one more from the best,
// grouped by document in the order of the hits.
func sourcesOf(hits []corpus.Hit, limit, perDocument int) []Source {
	type candidate struct {
		hit, rank int
		passage   corpus.HitPassage
	}
	var all []candidate
	for i, h := range hits {
		most := perDocument
		if i == 0 {
			most++
		}
		for j, p := range h.Passages {
			if j >= most {
				break
			}
			all = append(all, candidate{i, j, p})
		}
	}
	// Every document's best passage comes before any document's second one has
	// to give way; among those, the search's own order holds.
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		return a.hit+2*a.rank < b.hit+2*b.rank
	})
	if len(all) > limit {
		all = all[:limit]
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].hit < all[j].hit })
	out := make([]Source, len(all))
	for i, c := range all {
		d := hits[c.hit].Document
		out[i] = Source{
			N: i + 1, Document: d.Name, Title: d.Title, URL: passageURL(d.URL, c.passage.Passage),
			Headings: strings.Join(c.passage.Headings, " > "), Collection: d.Collection, Shared: d.Shared,
			Edition: d.Edition, PassageID: c.passage.ID, Text: c.passage.Text, facts: &facts{},
		}
	}
	return out
}

// passageURL points into the document where it can: to its anchor, or to a
// PDF's page.
func passageURL(url string, p corpus.Passage) string {
	switch {
	case url == "" || strings.Contains(url, "#"):
		return url
	case p.Anchor != "":
		return url + "#" + p.Anchor
	case p.Page > 0:
		return fmt.Sprintf("%s#page=%d", url, p.Page)
	}
	return url
}

// citedAlone returns the sources that units cite, numbered anew, and the units
// with those numbers.
func citedAlone(sources []Source, units []Unit) ([]Source, []Unit) {
	number := map[int]int{}
	for _, u := range units {
		for _, c := range u.Citations {
			number[c.N] = 0
		}
	}
	var kept []Source
	for _, s := range sources {
		if _, ok := number[s.N]; ok {
			number[s.N] = len(kept) + 1
			s.N = len(kept) + 1
			kept = append(kept, s)
		}
	}
	for i := range units {
		for j := range units[i].Citations {
			units[i].Citations[j].N = number[units[i].Citations[j].N]
		}
	}
	return kept, units
}
