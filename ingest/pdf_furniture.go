package ingest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// edgePart is the part of a page's height, above and below, in which running
// headers and footers stand.
const edgePart = 0.13

// dropFurniture removes the running headers and footers: lines that stand,
// digits aside, at the same height of the edge of most pages (of two pages in
// five, since left and right pages may differ), and lines that say the number
// of their page and nothing else. Of a file of one or two pages only page
// numbers can be told.
func dropFurniture(doc []*pdfPage) {
	seen := map[string]int{}
	filled := 0
	for _, p := range doc {
		if len(p.lines) == 0 {
			continue
		}
		filled++
		here := map[string]bool{}
		for _, line := range p.lines {
			if p.atEdge(line) && !here[edgeKey(line)] {
				here[edgeKey(line)] = true
				seen[edgeKey(line)]++
			}
		}
	}
	least := max(3, (2*filled+4)/5)
	for _, p := range doc {
		lowest := 0.0
		for _, line := range p.lines {
			lowest = max(lowest, line.top)
		}
		p.lines = slices.DeleteFunc(p.lines, func(line pdfLine) bool {
			if !p.atEdge(line) && line.top < lowest {
				return false
			}
			if seen[edgeKey(line)] < least && (len(doc) < 2 || !saysPage(line.text, p.number, len(doc))) {
				return false
			}
			p.dropped[edgeText(line.text)] = true
			return true
		})
	}
}

// atEdge tells whether a line stands where headers and footers do.
func (p *pdfPage) atEdge(line pdfLine) bool {
	return p.height > 0 && (line.top < p.height*edgePart || line.top > p.height*(1-edgePart))
}

// edgeKey is a line's words, digits aside, and its height to some points.
func edgeKey(line pdfLine) string {
	return fmt.Sprintf("%.0f %s", math.Round(line.top/6), edgeText(line.text))
}

func edgeText(line string) string {
	return oneLine(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return r
	}, line))
}

var (
	pageNumber = regexp.MustCompile(`^[-–—]?\s*(\d{1,4})\s*(?:(?:/|sur|of)\s*(\d{1,4}))?\s*[-–—]?$`)
	pageWord   = regexp.MustCompile(`^.{0,60}\b(?i:page)\s+(\d{1,4})\s*(?:(?:/|sur|of)\s*(\d{1,4}))?$`)
)

// saysPage tells whether a line is the number of its page: "3", "- 3 -",
// "Bulletin n° 12 - page 3/12".
func saysPage(line string, page, of int) bool {
	for _, form := range []*regexp.Regexp{pageNumber, pageWord} {
		if m := form.FindStringSubmatch(line); m != nil && m[1] == strconv.Itoa(page) && (m[2] == "" || m[2] == strconv.Itoa(of)) {
			return true
		}
	}
	return false
}

// withoutFurniture takes the lines that were dropped out of the page's text as
// it is laid out.
func (p *pdfPage) withoutFurniture(layout string) string {
	if len(p.dropped) == 0 {
		return layout
	}
	var kept []string
	for line := range strings.SplitSeq(layout, "\n") {
		// A header's parts may stand on one line, far from one another.
		parts := stretches(line)
		gone := len(parts) > 0
		for _, part := range parts {
			gone = gone && p.dropped[edgeText(part)]
		}
		if gone || p.dropped[edgeText(line)] {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}
