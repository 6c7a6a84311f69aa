package rag

import (
	"fmt"
	"sort"
	"strings"

	"guichet/corpus"
)

// Passages of one document among the sources: the best document may have one
// more than the others.
const maxPerDocument = 2

// sourcesOf numbers the passages that an answer may cite: the best limit of
// them, few from one document, grouped by document in the order of the hits.
func sourcesOf(hits []corpus.Hit, limit int) []Source {
	type candidate struct {
		hit, rank int
		passage   corpus.HitPassage
	}
	var all []candidate
	for i, h := range hits {
		most := maxPerDocument
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
