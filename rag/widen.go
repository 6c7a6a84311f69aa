package rag

import "unicode/utf8"

// What is shown where it is not sure that the best words answer: the sections
// that come nearest, as a reader would skim the page, most of them of one page.
const (
	maxWide       = 1400 // characters, those of the best words included
	wideGroups    = 6
	wideLeast     = .1 // of the best score, that a section must have
	wideOtherDocs = .6 // what a section of another document counts
)

// widen adds behind the chosen groups those that come nearest after them, up to
// room characters.
func (q *quoter) widen(chosen []group, room int) []group {
	if len(chosen) == 0 {
		return chosen
	}
	for i := range q.sources {
		clear(q.sources[i].used)
	}
	q.leaveOtherRows()
	documents, most := map[string]bool{}, 0.0
	for _, g := range chosen {
		q.take(g)
		documents[q.sources[g.source].Document] = true
		room -= q.letters(g)
		most = max(most, g.score)
	}
	var added []group
	for len(chosen)+len(added) < wideGroups {
		next, ok := q.nearest(documents)
		if !ok || next.score < wideLeast*most {
			break
		}
		anchor := next.segments[0]
		q.expand(&next, maxQuotedPart)
		q.take(next)
		q.sources[next.source].used[anchor] = true
		if q.letters(next) > room || q.repeats(next, chosen) || q.repeats(next, added) || q.leadsNowhere(next) {
			continue
		}
		room -= q.letters(next)
		documents[q.sources[next.source].Document] = true
		next.wide = true
		added = append(added, next)
	}
	return append(chosen, q.together(added)...)
}

// nearest returns the best segment that is not used, of the documents that are
// quoted or, while there are few, for less of another one.
func (q *quoter) nearest(documents map[string]bool) (group, bool) {
	best := group{source: -1}
	for i, s := range q.sources {
		share := 1.0
		if !documents[s.Document] {
			if share = wideOtherDocs; len(documents) >= maxQuoteDocs {
				continue
			}
		}
		for j, seg := range s.segments {
			if score := share * s.scores[j]; !s.used[j] && seg.kind != Heading && !isHousekeeping(seg.text) && score > best.score {
				best = group{source: i, score: score, segments: []int{j}}
			}
		}
	}
	return best, best.source >= 0
}

// take marks what a group shows.
func (q *quoter) take(g group) {
	for _, j := range g.segments {
		q.sources[g.source].used[j] = true
	}
}

// letters counts the characters of a group.
func (q *quoter) letters(g group) int {
	n := 0
	for _, j := range g.segments {
		n += utf8.RuneCountInString(q.sources[g.source].segments[j].text)
	}
	return n
}

// leadsNowhere tells a group of a sentence alone that leads to what stands in
// another passage.
func (q *quoter) leadsNowhere(g group) bool {
	return len(g.segments) == 1 && q.sources[g.source].segments[g.segments[0]].leadIn
}
