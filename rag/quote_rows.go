package rag

import (
	"maps"
	"strings"
)

// leaveOtherRows leaves out rows of a table that are another's than the one that
// is asked for. A table's rows are sections of their own, each under what it is
// about ("Rue Haute") with the same labels below ("jour de collecte : lundi"):
// where the question names what one stands under, its siblings answer wrongly.
func (q *quoter) leaveOtherRows() {
	headings := make([]map[string]bool, len(q.sources))
	all := make([]map[string]bool, len(q.sources))
	labels := make([]map[string]bool, len(q.sources))
	for i, s := range q.sources {
		headings[i] = termSet(q.analyzer, s.Headings)
		all[i], labels[i] = maps.Clone(headings[i]), map[string]bool{}
		for j, seg := range s.segments {
			maps.Copy(all[i], s.terms[j])
			if l := label(seg); l != "" {
				labels[i][l] = true
			}
		}
	}
	for i, s := range q.sources {
		for j, seg := range s.segments {
			l := label(seg)
			for k := range q.sources {
				if l != "" && k != i && labels[k][l] && q.names(headings[k], all[i]) && !q.names(headings[i], all[k]) {
					s.used[j] = true
				}
			}
		}
	}
}

// names tells whether terms speak to something of the question that others do not
// speak to at all.
func (q *quoter) names(terms, others map[string]bool) bool {
	for _, t := range q.query.terms {
		if share, _ := t.says(terms, nil); share == 1 {
			if other, _ := t.says(others, nil); other == 0 {
				return true
			}
		}
	}
	return false
}

// maxLabel is the most that the name of a column is long.
const maxLabel = 60

// label is the name of its column, in a line of a table's row; empty: it is none.
func label(seg segment) string {
	name, value, ok := strings.Cut(seg.text, ":")
	if !ok || len(name) > maxLabel || strings.TrimSpace(value) == "" {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(name))
}
