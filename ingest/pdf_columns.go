package ingest

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// Bounds of prose in columns.
const (
	columnLines  = 4   // least, of a column
	columnRunes  = 20  // least, of its lines on average
	columnGutter = 0.8 // least space between two columns, in sizes of their letters
	columnDepth  = 2   // splits one inside another: four columns
	columnEdges  = 20  // places that are tried as a column's left edge
	columnsWide  = .8  // least part of the width that a line across it takes
	columnLevel  = 2   // points between lines that begin at one height
)

// orderColumns puts the lines of a page whose prose stands in columns into the
// order of reading: where the paragraphs of two columns begin at the same height,
// poppler takes them row by row, and a heading would stand above its neighbour's
// text. Where no columns are plain to see, poppler's order stays.
func orderColumns(doc []*pdfPage) {
	for _, p := range doc {
		p.lines = inColumns(p.lines, columnDepth)
	}
}

// inColumns looks for columns over the whole height, then in each zone, since a page
// may have three above two.
func inColumns(lines []pdfLine, depth int) []pdfLine {
	if depth == 0 || len(lines) < 2*columnLines {
		return lines
	}
	zones := [][]pdfLine{lines}
	if _, ok := findGutter(lines); !ok {
		zones = partedBy(lines, wideLines(lines))
	}
	ordered := make([]pdfLine, 0, len(lines))
	found := false
	for _, zone := range zones {
		gutter, ok := findGutter(zone)
		if !ok {
			ordered = append(ordered, zone...)
			continue
		}
		found = true
		for _, band := range partedBy(zone, gutter.across(zone)) {
			var sides [3][]pdfLine
			for _, line := range band {
				side := gutter.side(line)
				sides[side] = append(sides[side], line)
			}
			ordered = append(ordered, sides[0]...)
			ordered = append(ordered, inColumns(sides[1], depth-1)...)
			ordered = append(ordered, inColumns(sides[2], depth-1)...)
		}
	}
	if !found {
		return lines
	}
	return ordered
}

// partedBy parts lines at the heights of some of them, each of which is the first
// of what is below it.
func partedBy(lines []pdfLine, tops []float64) [][]pdfLine {
	slices.Sort(tops)
	parts := make([][]pdfLine, len(tops)+1)
	for _, line := range lines {
		at, _ := slices.BinarySearch(tops, line.top)
		for at < len(tops) && tops[at] == line.top {
			at++
		}
		parts[at] = append(parts[at], line)
	}
	return parts
}

// wideLines are the heights of lines that run across the width: more than a main
// column beside a narrow one does.
func wideLines(lines []pdfLine) []float64 {
	from, to := lines[0].left, lines[0].right
	for _, line := range lines {
		from, to = min(from, line.left), max(to, line.right)
	}
	var tops []float64
	for i, isAlone := range alone(lines) {
		if isAlone && lines[i].right-lines[i].left >= columnsWide*(to-from) {
			tops = append(tops, lines[i].top)
		}
	}
	return tops
}

// alone tells of each line whether none stands beside it.
func alone(lines []pdfLine) []bool {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(lines[a].top, lines[b].top) })
	all := make([]bool, len(lines))
	for i, at := range order {
		apart := func(j int) bool {
			return j < 0 || j >= len(order) || math.Abs(lines[order[j]].top-lines[at].top) > 0.6*lines[at].size
		}
		all[at] = apart(i-1) && apart(i+1)
	}
	return all
}

// pdfGutter is the space between two columns.
type pdfGutter struct{ from, to float64 }

// side is 1 for a line to the left, 2 for one to the right, 0 for one across.
func (g pdfGutter) side(line pdfLine) int {
	switch {
	case line.right <= g.to:
		return 1
	case line.left >= g.to-1:
		return 2
	}
	return 0
}

// across is the heights of the lines that stand on neither side.
func (g pdfGutter) across(lines []pdfLine) []float64 {
	var tops []float64
	for _, line := range lines {
		if g.side(line) == 0 {
			tops = append(tops, line.top)
		}
	}
	return tops
}

// findGutter finds the space that parts most of the lines into two columns of prose.
// A line across it that has another one beside it shows that there is none.
func findGutter(lines []pdfLine) (best pdfGutter, ok bool) {
	single := alone(lines)
	edges := map[float64]int{}
	for _, line := range lines {
		edges[math.Round(line.left)]++
	}
	var starts []float64
	for at, n := range edges {
		if n >= columnLines/2 {
			starts = append(starts, at)
		}
	}
	slices.SortFunc(starts, func(a, b float64) int { return cmp.Or(edges[b]-edges[a], cmp.Compare(a, b)) })
	most := 0
	for _, at := range starts[:min(len(starts), columnEdges)] {
		var sides [3][]pdfLine
		g := pdfGutter{to: at}
		crossed := false
		for i, line := range lines {
			side := g.side(line)
			sides[side] = append(sides[side], line)
			if side == 1 {
				g.from = max(g.from, line.right)
			}
			crossed = crossed || side == 0 && !single[i]
		}
		n := min(len(sides[1]), len(sides[2]))
		if n > most && !crossed && len(sides[0])*4 <= len(lines) && g.parts(sides[1], sides[2]) {
			best, most, ok = g, n, true
		}
	}
	return best, ok
}

// parts tells whether what stands on both sides is prose, side by side, with room
// between.
func (g pdfGutter) parts(left, right []pdfLine) bool {
	if !isColumn(left) || !isColumn(right) || g.to-g.from < columnGutter*usualSize(left) || inRows(left, right) {
		return false
	}
	beside := 0
	from, to := right[0].top, right[0].top
	for _, line := range right {
		from, to = min(from, line.top), max(to, line.top)
	}
	for _, line := range left {
		if line.top >= from-line.size && line.top <= to+line.size {
			beside++
		}
	}
	return beside*2 >= min(len(left), len(right))
}

// inRows tells whether nearly all blocks of the side that has fewer begin at the height
// of one of the other's, as the cells of a table do, and articles seldom.
func inRows(left, right []pdfLine) bool {
	fewer, other := blocks(left), blocks(right)
	if len(other) < len(fewer) {
		fewer, other = other, fewer
	}
	level := 0
	for _, a := range fewer {
		if slices.ContainsFunc(other, func(b pdfLine) bool { return math.Abs(a.top-b.top) <= columnLevel }) {
			level++
		}
	}
	return level > 1 && level*5 >= len(fewer)*4
}

// blocks are the first lines of what stands close below one another, but for headings
// and what follows each, which may well stand at one height in two articles.
func blocks(lines []pdfLine) []pdfLine {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b pdfLine) int { return cmp.Compare(a.top, b.top) })
	usual := usualSize(lines)
	var first []pdfLine
	for i, line := range sorted {
		isHeading := line.size > 1.1*usual
		begins := i == 0 || line.top-sorted[i-1].top >= closeLines*line.size
		if begins && !isHeading && (i == 0 || sorted[i-1].size <= 1.1*usual) {
			first = append(first, line)
		}
	}
	return first
}

// closeLines is what parts lines of one paragraph at most, in sizes of their letters.
const closeLines = 1.75

// isColumn tells prose from the cells of a table: most of its lines are long, fill
// the width, and stand close below one another.
func isColumn(lines []pdfLine) bool {
	if len(lines) < columnLines {
		return false
	}
	widths := make([]float64, 0, len(lines))
	tops := make([]float64, 0, len(lines))
	runes := 0
	for _, line := range lines {
		widths = append(widths, line.right-line.left)
		tops = append(tops, line.top)
		runes += utf8.RuneCountInString(line.text)
	}
	slices.Sort(widths)
	slices.Sort(tops)
	wide := widths[(len(widths)-1)*9/10]
	short, _ := slices.BinarySearch(widths, 0.8*wide)
	near, size := 0, usualSize(lines)
	for i := 1; i < len(tops); i++ {
		if tops[i]-tops[i-1] < closeLines*size {
			near++
		}
	}
	return runes >= columnRunes*len(lines) && short*2 <= len(lines) && near*10 >= (len(lines)-1)*6
}

// usualSize is the middle one of the sizes of letters.
func usualSize(lines []pdfLine) float64 {
	sizes := make([]float64, 0, len(lines))
	for _, line := range lines {
		sizes = append(sizes, line.size)
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}
