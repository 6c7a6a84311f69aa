package ingest

import (
	"strconv"
	"strings"
)

// docxLists counts the numbered paragraphs of a Word document: paragraphs name
// an instance, several instances share a list's levels and its numbers.
type docxLists struct {
	levels    map[string][]docxLevel // by list
	instances map[string]docxInstance
	counts    map[string][]int // by list: the last number of each level
}

type docxLevel struct {
	format string // decimal, bullet, lowerLetter, ...
	text   string // "%1.%2)"
	start  int
}

type docxInstance struct {
	list   string
	starts map[int]int // where this instance starts anew, by level
}

// docxLevels is how many levels a list may have.
const docxLevels = 9

func (l *docxLists) read(numbering *xmlNode) {
	numbering.each("abstractNum", func(n *xmlNode) {
		levels := make([]docxLevel, docxLevels)
		n.each("lvl", func(lvl *xmlNode) {
			i := wholeNumber(lvl.attr("ilvl"))
			if i >= docxLevels {
				return
			}
			start := 1
			if s := lvl.child("start"); s != nil {
				start = wholeNumber(s.attr("val"))
			}
			levels[i] = docxLevel{format: lvl.child("numFmt").attr("val"), text: lvl.child("lvlText").attr("val"), start: start}
		})
		l.levels[n.attr("abstractNumId")] = levels
	})
	numbering.each("num", func(n *xmlNode) {
		starts := map[int]int{}
		n.each("lvlOverride", func(o *xmlNode) {
			if s := o.child("startOverride"); s != nil {
				starts[wholeNumber(o.attr("ilvl"))] = wholeNumber(s.attr("val"))
			}
		})
		l.instances[n.attr("numId")] = docxInstance{list: n.child("abstractNumId").attr("val"), starts: starts}
	})
}

// next counts an instance on at a level and returns the marker: "3.", "b)",
// "Article 2 -", "-" for a bullet, or a space.
func (l *docxLists) next(instance string, level int) string {
	in := l.instances[instance]
	levels := l.levels[in.list]
	if level >= len(levels) {
		return "-"
	}
	counts := l.counts[in.list]
	if counts == nil {
		counts = make([]int, docxLevels)
		for i := range counts {
			counts[i] = levels[i].start - 1
		}
		l.counts[in.list] = counts
	}
	if start, ok := in.starts[level]; ok { // once
		counts[level] = start - 1
		delete(in.starts, level)
	}
	counts[level]++
	for i := level + 1; i < docxLevels; i++ {
		counts[i] = levels[i].start - 1
	}
	format := levels[level].format
	if format == "bullet" && levels[level].text != "" && strings.TrimSpace(levels[level].text) == "" {
		return " " // a further paragraph of the item before
	}
	if format == "bullet" || format == "none" || format == "" || !strings.Contains(levels[level].text, "%") {
		return "-"
	}
	marker := levels[level].text
	for i := range level + 1 {
		// A level above that was never counted shows its first number.
		n := max(counts[i], levels[i].start)
		marker = strings.ReplaceAll(marker, "%"+strconv.Itoa(i+1), counterText(levels[i].format, n))
	}
	return oneLine(marker)
}
