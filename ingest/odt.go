package ingest

import (
	"context"
	"errors"
	"strings"
)

// ODTExtractor reads OpenDocument texts (LibreOffice): headings, numbered and
// nested lists, links, tables, text boxes, footnotes at the end of their
// section. Headers, footers, comments, deleted, struck-out and hidden text
// are left out.
type ODTExtractor struct{}

// Version implements Extractor.
func (ODTExtractor) Version() string { return "odt/2" }

// odtDrop are the elements that are no part of the text that is read.
var odtDrop = words("tracked-changes annotation annotation-end forms table-of-content illustration-index table-index object-index user-index " +
	"alphabetical-index bibliography hidden-text script event-listeners binary-data font-face-decls " +
	"graphic-properties table-properties table-column-properties table-row-properties table-cell-properties sequence-decls " +
	"desc soft-page-break bookmark bookmark-start bookmark-end")

// Extract implements Extractor. The title is the file's own, else the paragraph
// in the title's style, else the first heading.
func (ODTExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	a, err := openArchive(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	if manifest, err := a.read("META-INF/manifest.xml", 1<<20); err == nil && strings.Contains(string(manifest), "encryption-data") {
		return Extracted{}, failuref(codeEncrypted, "the document is protected by a password: save it without one")
	}
	tree, err := a.readXML(ctx, "content.xml", odtDrop)
	if errors.Is(err, errNoPart) {
		return Extracted{}, failuref(codeDamaged, "the document is damaged: its text is missing; save it again")
	}
	if err != nil {
		return Extracted{}, err
	}
	w := odtWriter{styles: map[string]odtStyle{}, lists: map[string][]odtLevel{}, counts: map[string][]int{}}
	styles, err := optional(a.readXML(ctx, "styles.xml", odtDrop))
	if err != nil {
		return Extracted{}, err
	}
	w.readStyles(styles.child("document-styles", "styles"))
	w.readStyles(styles.child("document-styles", "automatic-styles"))
	content := tree.child("document-content")
	w.readStyles(content.child("automatic-styles"))
	var x Extracted
	meta, err := optional(a.readXML(ctx, "meta.xml", nil))
	if err != nil {
		return Extracted{}, err
	}
	if m := meta.child("document-meta", "meta"); m != nil {
		if title := oneLine(m.child("title").plain()); isTitle(title) {
			x.Title = title
		}
		x.Language = oneLine(m.child("language").plain())
		x.ModifiedOn, _ = parseDate(m.child("date").plain())
	}
	w.blocks(content.child("body", "text"))
	w.finish(&x)
	return x, nil
}

type odtStyle struct {
	parent  string
	outline int
	list    string
	hidden  bool
	line    odtLine
}

// odtLine is what a style says of a line through its text.
type odtLine int

const (
	unsaid odtLine = iota
	unstruck
	struck
)

// odtLevel is how one level of a list is numbered.
type odtLevel struct {
	bullet bool
	format string // "1", "a", "I"
	before string
	after  string
	shown  int // levels whose numbers are shown
	start  int
}

type odtWriter struct {
	officeWriter
	styles map[string]odtStyle
	lists  map[string][]odtLevel
	counts map[string][]int // by list style
	boxes  []*xmlNode
	line   odtLine // through what stands here
}

// odtLevels is how many levels a list may have.
const odtLevels = 10

func (w *odtWriter) readStyles(parent *xmlNode) {
	parent.each("style", func(s *xmlNode) {
		w.styles[s.attr("name")] = odtStyle{
			parent: s.attr("parent-style-name"), outline: wholeNumber(s.attr("default-outline-level")), list: s.attr("list-style-name"),
			hidden: s.child("text-properties").attr("display") == "none",
			line:   lineThrough(s.child("text-properties")),
		}
	})
	parent.each("list-style", func(s *xmlNode) {
		levels := make([]odtLevel, odtLevels)
		for i := range levels {
			levels[i] = odtLevel{bullet: true}
		}
		for _, c := range s.children {
			at := wholeNumber(c.attr("level")) - 1
			if at < 0 || at >= odtLevels || c.name != "list-level-style-number" {
				continue
			}
			levels[at] = odtLevel{
				format: c.attr("num-format"), before: c.attr("num-prefix"), after: c.attr("num-suffix"),
				shown: max(wholeNumber(c.attr("display-levels")), 1), start: max(wholeNumber(c.attr("start-value")), 1),
				bullet: c.attr("num-format") == "",
			}
		}
		w.lists[s.attr("name")] = levels
	})
}

// named tells whether a style, or one that it rests on, has the name.
func (w *odtWriter) named(style, name string) bool {
	for range 10 {
		if style == "" || style == name {
			return style == name
		}
		style = w.styles[style].parent
	}
	return false
}

// lineThrough tells whether a style draws a line through its text.
func lineThrough(properties *xmlNode) odtLine {
	line := unsaid
	for _, name := range []string{"text-line-through-style", "text-line-through-type"} {
		switch properties.attr(name) {
		case "":
		case "none":
			return unstruck
		default:
			line = struck
		}
	}
	return line
}

// enter takes what a style, or those it rests on, says of the text that has it,
// and tells whether that is hidden. The nearest that speaks of a line decides.
func (w *odtWriter) enter(style string) (hidden bool) {
	line := unsaid
	for range 10 {
		s, ok := w.styles[style]
		if !ok {
			break
		}
		if s.hidden {
			w.hidden = true
			return true
		}
		if line == unsaid {
			line = s.line
		}
		style = s.parent
	}
	if line != unsaid {
		w.line = line
	}
	return false
}

func (w *odtWriter) blocks(parent *xmlNode) {
	if parent == nil {
		return
	}
	for _, n := range parent.children {
		switch n.name {
		case "h":
			text := w.inline(n)
			w.heading(min(max(wholeNumber(n.attr("outline-level")), 1), 9), text)
			w.flushBoxes()
		case "p":
			w.paragraph(n)
		case "list":
			w.list(n, n.attr("style-name"), 0)
			w.out.listed = false
		case "table":
			w.tbl(n)
		case "section", "index-body", "numbered-paragraph", "page-sequence":
			if n.attr("display") == "none" {
				w.hidden = true
				continue
			}
			w.blocks(n)
		case "frame", "g", "text-box", "custom-shape", "rect":
			w.blocks(n)
		}
	}
}

func (w *odtWriter) paragraph(p *xmlNode) {
	style := p.attr("style-name")
	text := trimLines(w.inline(p))
	level := w.styles[style].outline
	if parent := w.styles[w.styles[style].parent]; level == 0 {
		level = parent.outline
	}
	switch {
	case w.named(style, "Title") || w.named(style, "Titre"):
		w.titled(text)
	case level > 0 && level < 10:
		w.heading(level, text)
	default:
		w.out.block(text)
	}
	w.flushBoxes()
}

// flushBoxes writes the text boxes that hang on what was read.
func (w *odtWriter) flushBoxes() {
	boxes := w.boxes
	w.boxes = nil
	for _, box := range boxes {
		w.blocks(box)
	}
}

// list writes a list's items; those of a list inside it are indented.
func (w *odtWriter) list(n *xmlNode, style string, depth int) {
	if own := n.attr("style-name"); own != "" {
		style = own
	}
	levels := w.lists[style]
	at := min(depth, odtLevels-1)
	counts := w.counts[style]
	if counts == nil {
		counts = make([]int, odtLevels)
		w.counts[style] = counts
	}
	if n.attr("continue-numbering") != "true" && n.attr("continue-list") == "" {
		counts[at] = 0
	}
	for _, item := range n.children {
		if item.name != "list-item" && item.name != "list-header" {
			continue
		}
		marker := "-"
		if item.name == "list-item" && at < len(levels) && !levels[at].bullet {
			if start := item.attr("start-value"); start != "" {
				counts[at] = wholeNumber(start) - levels[at].start
			}
			counts[at]++
			marker = odtMarker(levels, counts, at)
		}
		first := true
		for _, c := range item.children {
			switch c.name {
			case "p", "h":
				text := trimLines(w.inline(c))
				switch {
				case text == "":
				case c.name == "h":
					w.flushHeading(c, marker, text)
				case first:
					w.item(listItem(depth, marker, text))
				default:
					w.item(listItem(depth, " ", text))
				}
				if text != "" {
					first = false
				}
				w.flushBoxes()
			case "list":
				w.list(c, style, depth+1)
			case "table":
				w.tbl(c)
			}
		}
	}
}

// flushHeading is a heading that is numbered by a list.
func (w *odtWriter) flushHeading(h *xmlNode, marker, text string) {
	if marker != "-" {
		text = marker + " " + text
	}
	w.heading(min(max(wholeNumber(h.attr("outline-level")), 1), 9), text)
}

func odtMarker(levels []odtLevel, counts []int, at int) string {
	var numbers []string
	for i := max(at+1-levels[at].shown, 0); i <= at; i++ {
		if !levels[i].bullet {
			numbers = append(numbers, counterText(levels[i].format, max(counts[i], 1)+levels[i].start-1))
		}
	}
	after := levels[at].after
	if after == "" {
		after = "."
	}
	return oneLine(levels[at].before + strings.Join(numbers, ".") + after)
}

// inline is a paragraph's text. Text boxes are put aside.
func (w *odtWriter) inline(parent *xmlNode) string {
	around := w.line
	defer func() { w.line = around }()
	w.line = unsaid
	if w.enter(parent.attr("style-name")) {
		return ""
	}
	var b strings.Builder
	w.spans(parent, &b)
	return b.String()
}

func (w *odtWriter) spans(parent *xmlNode, b *strings.Builder) {
	for _, n := range parent.children {
		if w.line == struck {
			switch n.name {
			case "":
				w.struck = w.struck || strings.TrimSpace(n.text) != ""
				continue
			case "s", "tab", "line-break", "note":
				continue
			}
		}
		switch n.name {
		case "":
			b.WriteString(spaced(n.text))
		case "s", "tab":
			b.WriteByte(' ')
		case "line-break":
			b.WriteByte('\n')
		case "a":
			var inner strings.Builder
			w.spans(n, &inner)
			if w.line != struck || inner.Len() > 0 {
				b.WriteString(linkText(inner.String(), n.attr("href")))
			}
		case "span":
			around := w.line
			if !w.enter(n.attr("style-name")) {
				w.spans(n, b)
			}
			w.line = around
		case "note":
			b.WriteString(w.note(w.cell(n.child("note-body"))))
		case "text-box":
			w.boxes = append(w.boxes, n)
		case "hidden-paragraph":
		case "ruby":
			if base := n.child("ruby-base"); base != nil {
				w.spans(base, b)
			}
		case "table", "list": // of a frame of another kind
			w.boxes = append(w.boxes, &xmlNode{name: "text-box", children: []*xmlNode{n}})
		default:
			w.spans(n, b)
		}
	}
}

// cell is the text of a cell or note, a line for each of its paragraphs.
func (w *odtWriter) cell(parent *xmlNode) string {
	if parent == nil {
		return ""
	}
	var lines []string
	var visit func(*xmlNode)
	visit = func(n *xmlNode) {
		for _, c := range n.children {
			if c.name == "p" || c.name == "h" {
				lines = append(lines, trimLines(w.inline(c)))
				continue
			}
			visit(c)
		}
	}
	visit(parent)
	boxes := w.boxes
	w.boxes = nil
	for _, box := range boxes {
		visit(box)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// Repeated rows and cells are written once and counted; empty ones fill a
// sheet to its edge.
const odtRepeat = 20

// tbl reads a table. A cell that spans rows is told again in each.
func (w *odtWriter) tbl(n *xmlNode) {
	var rows [][]string
	marked := false
	if w.frames(n) {
		odtRows(n, false, func(tr *xmlNode, _ bool) {
			tr.each("table-cell", w.blocks)
		})
		return
	}
	odtRows(n, false, func(tr *xmlNode, header bool) {
		var cells []string
		for _, c := range tr.children {
			if len(cells) >= maxColumns || c.name != "table-cell" && c.name != "covered-table-cell" {
				continue
			}
			text := ""
			if c.name == "table-cell" {
				text = w.cell(c)
			} else if above := len(rows) - 1; above >= 0 && len(cells) < len(rows[above]) && w.coveredFromAbove(tr, c) {
				text = rows[above][len(cells)]
			}
			repeat := 1
			if text != "" || c.name == "covered-table-cell" {
				repeat = min(max(wholeNumber(c.attr("number-columns-repeated")), 1), odtRepeat)
			}
			for range repeat {
				cells = append(cells, text)
			}
		}
		if strings.Join(cells, "") == "" {
			return
		}
		marked = marked || header && len(rows) == 0
		rows = append(rows, cells)
	})
	if len(rows) > 0 {
		w.table(rows, marked)
	}
}

// coveredFromAbove tells a cell that a cell above spans from one that the cell
// to its left spans.
func (w *odtWriter) coveredFromAbove(tr, cell *xmlNode) bool {
	left := 0
	for _, c := range tr.children {
		if c == cell {
			return left <= 0
		}
		switch c.name {
		case "table-cell":
			left = max(wholeNumber(c.attr("number-columns-spanned")), 1) - 1
		case "covered-table-cell":
			left--
		}
	}
	return false
}

// frames tells a table of one cell, or one that holds headings or tables.
func (w *odtWriter) frames(n *xmlNode) bool {
	count, heads := 0, false
	odtRows(n, false, func(tr *xmlNode, _ bool) {
		tr.each("table-cell", func(c *xmlNode) {
			count++
			heads = heads || c.child("h") != nil || c.child("table") != nil
		})
	})
	return count < 2 || heads
}

// odtRows calls f for the rows of a table, those of its header first told so.
func odtRows(n *xmlNode, header bool, f func(tr *xmlNode, header bool)) {
	for _, c := range n.children {
		switch c.name {
		case "table-row":
			f(c, header)
		case "table-header-rows":
			odtRows(c, true, f)
		case "table-rows", "table-row-group":
			odtRows(c, header, f)
		}
	}
}
