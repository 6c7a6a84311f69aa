package ingest

import (
	"fmt"
	"slices"

	"guichet/corpus"
	"guichet/internal/english"
)

// manyDocuments is from how many documents of a source on the loss of more
// than its share of them needs an operator's word. A source that has none left
// needs it whatever it had.
const manyDocuments = 10

// usualLoss is the share of a source that has no other.
const usualLoss = 0.5

// guard keeps a pass from retiring most of what residents read because a
// folder is not mounted: unless the operator said that so many documents may
// go, it refuses before anything is written. A dry run is told, and goes on.
func (p *pass) guard(todo []work, listings []Listing) error {
	if p.mayRetire {
		return nil
	}
	listed, own := map[string]bool{}, map[docID]bool{}
	for i, w := range todo {
		for _, item := range listings[i].Items {
			listed[filePath(w.source.Ref(), item.Key)] = true
			own[docID{w.source.Ref().URI, item.Key}] = true
		}
	}
	had, loses, has, share := map[string]int{}, map[string]int{}, map[string]int{}, map[string]float64{}
	for i, w := range todo {
		has[w.at], share[w.at] = len(listings[i].Items), usualLoss
		if loss, ok := p.maxLoss[w.source.Ref().URI]; ok {
			share[w.at] = loss
		}
	}
	for id, d := range p.live {
		at := filePath(d.Source, d.Key)
		i := slices.IndexFunc(todo, func(w work) bool { return w.covers(at) })
		if i < 0 {
			continue
		}
		had[todo[i].at]++
		if !own[id] && !listed[at] && p.leaves(d, todo, listings, listed) {
			loses[todo[i].at]++
		}
	}
	for _, at := range sortedKeys(loses) {
		n, all := loses[at], had[at]
		if has[at] > 0 && (all <= manyDocuments || float64(n) <= share[at]*float64(all)) {
			continue
		}
		p.report.Asks = true
		p.report.Rejected = fmt.Sprintf("%s has lost %d of its %s. Is it there, and whole? "+
			"If they are meant to go, run the same command with --retire", displayed(at), n, english.Count(all, "document"))
		if p.dry {
			return nil
		}
		return fmt.Errorf("%w: %s", ErrRejected, p.report.Rejected)
	}
	return nil
}

// noteAddress counts documents with and without an address to show.
func (p *pass) noteAddress(d corpus.Document) {
	if d.URL == "" {
		p.unaddressed++
	} else {
		p.addressed++
	}
}
