package rag

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"guichet/corpus"
)

// Passages of one document among the sources. A quoted answer chooses from
// more, since it shows only what it quotes.
const (
	maxPerDocument       = 2
	maxQuotedPerDocument = 3
	maxWholePassages     = 24
	maxQuotedSources     = 60
	wholeHits            = 2 // documents that a quotation is chosen from as a whole
	quotedHits           = 6 // documents that a quotation is chosen from
	// The best document may have one more than the others, and another one
	// when its score is this many times that of the next: it clearly answers.
	clearLead = 1.25
	// sameText is the share of words that a passage has in common with
	// another one when it says the same.
	sameText = .8
)

// chosen is a passage that becomes a source, or a part of one.
type chosen struct {
	hit, rank int
	passage   corpus.HitPassage
}

// sourcesOf numbers the passages that an answer may cite: the best limit of
// them, about perDocument from one document, grouped by document in the order
// of the hits. It passes over older versions and over passages that say what a
// better one says. Neighbours under one heading are one source.
func sourcesOf(hits []corpus.Hit, limit, perDocument int) []Source {
	groups := joinNeighbours(choose(hits, limit, perDocument))
	out := make([]Source, len(groups))
	for i, group := range groups {
		d, first := hits[group[0].hit].Document, group[0].passage
		texts, fit := make([]string, len(group)), 0.0
		for j, c := range group {
			texts[j] = c.passage.Text
			fit = max(fit, c.passage.Score)
		}
		out[i] = newSource(i+1, d, first.Passage)
		out[i].fit = fit
		out[i].changed = hits[group[0].hit].Changed()
		out[i].Text = strings.Join(texts, "\n\n")
	}
	return out
}

// newSource makes source n of a passage.
func newSource(n int, d corpus.HitDocument, p corpus.Passage) Source {
	return Source{
		N: n, Document: d.Name, Title: d.Title, URL: passageURL(d.URL, p),
		Headings: strings.Join(p.Headings, " > "), Collection: d.Collection, Shared: d.Shared,
		Edition: d.Edition, PassageID: p.ID, Text: p.Text, facts: &facts{},
	}
}

// choose takes the best limit passages, ordered by hit and rank.
func choose(hits []corpus.Hit, limit, perDocument int) []chosen {
	var all []chosen
	for i, h := range hits {
		if h.Newer != "" {
			continue
		}
		for j, p := range h.Passages[:min(len(h.Passages), mostOf(hits, i, perDocument))] {
			all = append(all, chosen{i, j, p})
		}
	}
	// Every document's best passage comes before any document's second one has
	// to give way; among those, the search's own order holds.
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		return a.hit+2*a.rank < b.hit+2*b.rank
	})
	var kept []chosen
	var said []map[string]int
	for _, c := range all {
		if len(kept) == limit {
			break
		}
		words := countWords(c.passage.Text)
		if slices.ContainsFunc(said, func(before map[string]int) bool { return saysNothingNew(words, before) }) {
			continue
		}
		kept, said = append(kept, c), append(said, words)
	}
	sort.SliceStable(kept, func(i, j int) bool { return kept[i].hit < kept[j].hit })
	return kept
}

// mostOf is how many passages of the i-th hit may be sources.
func mostOf(hits []corpus.Hit, i, perDocument int) int {
	switch {
	case perDocument == maxQuotedPerDocument && i < wholeHits:
		return maxWholePassages
	case i > 0:
		return perDocument
	case len(hits) == 1 || hits[0].Score >= clearLead*hits[1].Score:
		return perDocument + 2
	}
	return perDocument + 1
}

// joinNeighbours puts neighbours together: passages of one document that follow one
// another in it, under the same headings and on the same page. A group is in
// reading order and stands where its best passage stood.
func joinNeighbours(passages []chosen) [][]chosen {
	var groups [][]chosen
	for _, c := range passages {
		at := slices.IndexFunc(groups, func(group []chosen) bool {
			return neighbours(group[len(group)-1], c) || neighbours(c, group[0])
		})
		if at < 0 {
			groups = append(groups, []chosen{c})
			continue
		}
		groups[at] = inOrder(append(groups[at], c))
		// What it closes the gap to comes along.
		for other := len(groups) - 1; other > at; other-- {
			last, first := groups[at][len(groups[at])-1], groups[at][0]
			if neighbours(last, groups[other][0]) || neighbours(groups[other][len(groups[other])-1], first) {
				groups[at] = inOrder(append(groups[at], groups[other]...))
				groups = slices.Delete(groups, other, other+1)
			}
		}
	}
	return groups
}

func inOrder(group []chosen) []chosen {
	slices.SortFunc(group, func(a, b chosen) int { return cmp.Compare(a.passage.Place, b.passage.Place) })
	return group
}

func neighbours(a, b chosen) bool {
	return a.hit == b.hit && a.passage.Place+1 == b.passage.Place && a.passage.Page == b.passage.Page &&
		slices.Equal(a.passage.Headings, b.passage.Headings)
}

// countWords counts a text's words, lower-cased.
func countWords(text string) map[string]int {
	counts := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		counts[word]++
	}
	return counts
}

// saysNothingNew tells whether nearly all of a text's words stand in one that
// came before, and all of its figures: two prices differ by a figure alone.
func saysNothingNew(words, before map[string]int) bool {
	common, all := 0, 0
	for word, n := range words {
		all += n
		common += min(n, before[word])
		if before[word] == 0 && strings.ContainsAny(word, "0123456789") {
			return false
		}
	}
	return float64(common) >= sameText*float64(all)
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
