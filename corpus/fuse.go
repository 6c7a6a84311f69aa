package corpus

import (
	"cmp"
	"slices"
)

// candidate is a passage that one index or both found.
type candidate struct {
	passage     int64
	score       float64 // fused
	lexicalRank int     // from 1; 0: not in that list
	lexical     float64
	matched     uint64
	vectorRank  int
	cosine      float64
}

// fuse joins the two lists by reciprocal rank fusion, best first: scores of
// different kinds do not compare, ranks do.
func fuse(r Ranking, lexical []lexicalHit, vector []vectorHit) []candidate {
	found := make(map[int64]*candidate, len(lexical)+len(vector))
	get := func(passage int64) *candidate {
		c := found[passage]
		if c == nil {
			c = &candidate{passage: passage}
			found[passage] = c
		}
		return c
	}
	for i, hit := range lexical {
		c := get(hit.passage)
		c.lexicalRank, c.lexical, c.matched = i+1, hit.score, hit.matched
		c.score += r.LexicalWeight / (r.RankOffset + float64(i+1))
	}
	for i, hit := range vector {
		c := get(hit.passage)
		c.vectorRank, c.cosine = i+1, hit.cosine
		c.score += r.VectorWeight / (r.RankOffset + float64(i+1))
	}
	fused := make([]candidate, 0, len(found))
	for _, c := range found {
		fused = append(fused, *c)
	}
	slices.SortFunc(fused, func(a, b candidate) int {
		if c := cmp.Compare(b.score, a.score); c != 0 {
			return c
		}
		return cmp.Compare(a.passage, b.passage)
	})
	return fused
}

// evidence is the share of the query's terms, weighted by idf, that the
// passage with these matches has: 1 when it has them all, 0 when none. A term
// that no passage has weighs most of all. It grows with what is found but is
// not yet a probability.
func evidence(terms []TermWeight, matched uint64) float64 {
	var has, all float64
	for i, t := range terms {
		all += t.Weight
		if matched&(1<<i) != 0 {
			has += t.Weight
		}
	}
	if all == 0 {
		return 0
	}
	return has / all
}
