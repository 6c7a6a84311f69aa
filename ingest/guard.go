package ingest

import (
	"fmt"
	"slices"
	"strconv"

	"guichet/corpus"
	"guichet/internal/english"
)

// A source that has no share of its own may lose less than half of its documents,
// or fewer than usualFew, without a word: a small folder does not ask for every
// file that is deleted.
const (
	usualLoss = 0.5
	usualFew  = 3
)

// inexact is what a share in binary may be off: 7 of 100 are no more than 0.07.
const inexact = 1e-9

// tooMany tells whether an operator is asked before n of a source's documents
// go, where it had so many. A share that an operator set holds however few there
// are; a source that has none left asks whatever it had.
func tooMany(n, had, left int, share *float64) bool {
	switch {
	case n == 0:
		return false
	case left == 0:
		return true
	case share != nil:
		return float64(n) > *share*float64(had)+inexact
	}
	return n >= usualFew && float64(n) >= usualLoss*float64(had)
}

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
	had, loses, has, share := map[string]int{}, map[string]int{}, map[string]int{}, map[string]*float64{}
	for i, w := range todo {
		has[w.at] = len(listings[i].Items)
		if loss, ok := p.maxLoss[w.source.Ref().URI]; ok {
			share[w.at] = &loss
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
		if !tooMany(n, all, has[at], share[at]) {
			continue
		}
		p.report.Asks = true
		p.report.asks = notef(reasonLost, with{"Source": displayed(at), "N": strconv.Itoa(n), "Had": strconv.Itoa(all)}, "%s has lost %d of its %s. Is it there, and whole? "+
			"If they are meant to go, run the same command with --retire", displayed(at), n, english.Count(all, "document"))
		p.report.Rejected = p.report.asks.Text
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
