package ingest

import (
	"context"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// DOCXExtractor reads Word documents (Office Open XML): headings by style or
// outline level, numbers of numbered headings and lists, links, tables, text
// boxes, footnotes at the end of their section. Headers, footers, comments,
// deleted, struck-out and hidden text are left out.
type DOCXExtractor struct{}

// Version implements Extractor.
func (DOCXExtractor) Version() string { return "docx/2" }

// docxDrop are the elements that say nothing of the text.
var docxDrop = words("sectPr tblBorders tblCellMar shd tcBorders tcW rFonts lang color sz szCs spacing ind " +
	"bookmarkEnd proofErr lastRenderedPageBreak Fallback del moveFrom delText delInstrText commentReference " +
	"annotationRef pict-shapetype blip extLst binData tabs pBdr rPrChange pPrChange tblPrChange trPrChange tcPrChange sectPrChange")

func words(s string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		all[w] = true
	}
	return all
}

// Extract implements Extractor. The title is the file's own, else the
// paragraph in the title's style, else the first heading.
func (DOCXExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	a, err := openArchive(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	main := a.mainPart(ctx)
	tree, err := a.readXML(ctx, main, docxDrop)
	if errors.Is(err, errNoPart) {
		return Extracted{}, failuref(codeDamaged, "the document is damaged: its text is missing; save it again")
	}
	if err != nil {
		return Extracted{}, err
	}
	w := docxWriter{styles: map[string]docxStyle{}, lists: docxLists{levels: map[string][]docxLevel{}, instances: map[string]docxInstance{}, counts: map[string][]int{}}}
	if err := w.readParts(ctx, a, main); err != nil {
		return Extracted{}, err
	}
	var x Extracted
	if err := readCoreProperties(ctx, a, &x); err != nil {
		return Extracted{}, err
	}
	w.blocks(tree.child("document", "body"))
	w.flushBoxes()
	w.finish(&x)
	return x, nil
}

// mainPart is the name of the part that holds the text.
func (a *archive) mainPart(ctx context.Context) string {
	rels, err := a.readXML(ctx, "_rels/.rels", nil)
	if err == nil {
		found := ""
		rels.child("Relationships").each("Relationship", func(r *xmlNode) {
			if strings.HasSuffix(r.attr("Type"), "/officeDocument") && found == "" {
				found = strings.TrimPrefix(path.Clean("/"+r.attr("Target")), "/")
			}
		})
		if found != "" && a.find(found) != nil {
			return found
		}
	}
	return "word/document.xml"
}

// readCoreProperties takes title and dates from the properties, which may be
// missing.
func readCoreProperties(ctx context.Context, a *archive, x *Extracted) error {
	tree, err := optional(a.readXML(ctx, "docProps/core.xml", nil))
	if err != nil || tree == nil {
		return err
	}
	core := tree.child("coreProperties")
	if title := oneLine(core.child("title").plain()); isTitle(title) {
		x.Title = title
	}
	x.Language = oneLine(core.child("language").plain())
	x.ModifiedOn, _ = parseDate(core.child("modified").plain())
	return nil
}

type docxStyle struct {
	name    string // in lower case, English for Word's own styles
	basedOn string
	outline int // from 1; 0: not said
	list    string
	level   int
}

type docxWriter struct {
	officeWriter
	styles    map[string]docxStyle
	links     map[string]string // relation id to address
	footnotes map[string]string
	endnotes  map[string]string
	lists     docxLists
	boxes     []*xmlNode // text boxes of the paragraph that is read
}

// readParts reads the parts beside the text, each of which may be missing.
func (w *docxWriter) readParts(ctx context.Context, a *archive, main string) error {
	dir, base := path.Split(main)
	part := func(name string) (*xmlNode, error) { return optional(a.readXML(ctx, name, docxDrop)) }
	styles, err := part(dir + "styles.xml")
	if err != nil {
		return err
	}
	w.readStyles(styles.child("styles"))
	numbering, err := part(dir + "numbering.xml")
	if err != nil {
		return err
	}
	w.lists.read(numbering.child("numbering"))
	rels, err := part(dir + "_rels/" + base + ".rels")
	if err != nil {
		return err
	}
	w.links = map[string]string{}
	rels.child("Relationships").each("Relationship", func(r *xmlNode) {
		if strings.HasSuffix(r.attr("Type"), "/hyperlink") {
			w.links[r.attr("Id")] = r.attr("Target")
		}
	})
	for _, notes := range []struct {
		root, element string
		to            *map[string]string
	}{{"footnotes", "footnote", &w.footnotes}, {"endnotes", "endnote", &w.endnotes}} {
		tree, err := part(dir + notes.root + ".xml")
		if err != nil {
			return err
		}
		found := map[string]string{}
		tree.child(notes.root).each(notes.element, func(n *xmlNode) {
			if kind := n.attr("type"); kind == "" || kind == "normal" {
				found[n.attr("id")] = w.cell(n)
			}
		})
		*notes.to = found
	}
	return nil
}

func (w *docxWriter) readStyles(styles *xmlNode) {
	styles.each("style", func(s *xmlNode) {
		ppr := s.child("pPr")
		style := docxStyle{
			name: strings.ToLower(s.child("name").attr("val")), basedOn: s.child("basedOn").attr("val"),
			list: ppr.child("numPr", "numId").attr("val"),
		}
		if level := ppr.child("outlineLvl"); level != nil {
			style.outline = wholeNumber(level.attr("val")) + 1
		}
		style.level = wholeNumber(ppr.child("numPr", "ilvl").attr("val"))
		w.styles[s.attr("styleId")] = style
	})
}

func wholeNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0
	}
	return n
}

// styleLevel matches the names of heading styles.
var styleLevel = regexp.MustCompile(`^(?:heading|titre|überschrift|título)\s?([1-9])$`)

// level is a paragraph's heading level: 1 to 9; 0: it is none; -1: it is the
// title; -2: it belongs to a table of contents.
func (w *docxWriter) level(ppr *xmlNode) int {
	if own := ppr.child("outlineLvl"); own != nil {
		if n := wholeNumber(own.attr("val")); n < 9 {
			return n + 1
		}
		return 0
	}
	id := ppr.child("pStyle").attr("val")
	for range 10 {
		style, ok := w.styles[id]
		name := style.name
		if !ok {
			name = strings.ToLower(id)
		}
		switch m := styleLevel.FindStringSubmatch(name); {
		case m != nil:
			return wholeNumber(m[1])
		case name == "title" || name == "titre":
			return -1
		case strings.HasPrefix(name, "toc ") || strings.HasPrefix(name, "tm "):
			return -2
		case style.outline > 0 && style.outline < 10:
			return style.outline
		}
		if id = style.basedOn; id == "" {
			return 0
		}
	}
	return 0
}

// blocks goes through paragraphs, tables and what wraps them.
func (w *docxWriter) blocks(parent *xmlNode) {
	if parent == nil {
		return
	}
	for _, n := range parent.children {
		switch n.name {
		case "p":
			w.paragraph(n)
		case "tbl":
			w.tbl(n)
		case "sdt":
			if n.child("sdtPr", "docPartObj", "docPartGallery").attr("val") == "Table of Contents" {
				continue
			}
			w.blocks(n.child("sdtContent"))
		case "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice":
			w.blocks(n)
		}
	}
}

func (w *docxWriter) paragraph(p *xmlNode) {
	ppr := p.child("pPr")
	text := trimLines(w.inline(p))
	level := w.level(ppr)
	marker, depth := w.marker(ppr)
	switch {
	case text == "" || level == -2:
	case level == -1:
		w.titled(text)
	case level > 0:
		if marker != "" && marker != "-" {
			text = marker + " " + text
		}
		w.heading(level, text)
	case marker != "":
		w.item(listItem(depth, marker, text))
	default:
		w.out.block(text)
	}
	w.flushBoxes()
}

// item joins a list's items into one block.
func (w *officeWriter) item(text string) {
	if n := len(w.out.blocks); n > 0 && w.out.listed {
		w.out.blocks[n-1] += "\n" + text
		return
	}
	w.out.block(text)
	w.out.listed = true
}

// marker counts a paragraph's list on and returns its marker and depth; the
// marker is empty where the paragraph is in no list.
func (w *docxWriter) marker(ppr *xmlNode) (marker string, depth int) {
	list, level := ppr.child("numPr", "numId").attr("val"), ppr.child("numPr", "ilvl").attr("val")
	depth = wholeNumber(level)
	id := ppr.child("pStyle").attr("val")
	for range 10 {
		if list != "" || id == "" {
			break
		}
		style := w.styles[id]
		list, depth = style.list, max(depth, style.level)
		id = style.basedOn
	}
	if list == "" || list == "0" {
		return "", 0
	}
	return w.lists.next(list, depth), depth
}

// flushBoxes writes the text boxes that hang on what was read.
func (w *docxWriter) flushBoxes() {
	boxes := w.boxes
	w.boxes = nil
	for _, box := range boxes {
		w.blocks(box)
	}
}

// inline is a paragraph's text. Its text boxes are put aside.
func (w *docxWriter) inline(parent *xmlNode) string {
	var b strings.Builder
	var field docxField
	w.runs(parent, &b, &field)
	field.end(&b)
	return b.String()
}

// docxField is a field of the old kind, which stands between marks: what it
// does, then what it shows.
type docxField struct {
	depth int
	code  strings.Builder
	shown bool
	start int // of what it shows, in the paragraph's text
	link  string

	struck bool // some of what it shows was left out
}

var fieldLink = regexp.MustCompile(`HYPERLINK\s+"([^"]+)"`)

func (f *docxField) mark(kind string, b *strings.Builder) {
	switch kind {
	case "begin":
		if f.depth++; f.depth == 1 {
			f.code.Reset()
			f.shown = false
		}
	case "separate":
		if f.depth == 1 {
			f.shown, f.start, f.link, f.struck = true, b.Len(), "", false
			if m := fieldLink.FindStringSubmatch(f.code.String()); m != nil {
				f.link = m[1]
			}
		}
	case "end":
		if f.depth > 0 {
			f.depth--
		}
		if f.depth == 0 {
			f.end(b)
		}
	}
}

func (f *docxField) end(b *strings.Builder) {
	if f.shown && f.link != "" && f.start <= b.Len() && (!f.struck || strings.TrimSpace(b.String()[f.start:]) != "") {
		whole := b.String()
		b.Reset()
		b.WriteString(whole[:f.start] + linkText(whole[f.start:], f.link))
	}
	f.shown, f.link = false, ""
}

func (w *docxWriter) runs(parent *xmlNode, b *strings.Builder, field *docxField) {
	for _, n := range parent.children {
		switch n.name {
		case "r":
			switch said := n.child("t") != nil; {
			case isOn(n.child("rPr", "vanish")):
				w.hidden = w.hidden || said
				continue
			case isOn(n.child("rPr", "strike")) || isOn(n.child("rPr", "dstrike")):
				w.struck = w.struck || said
				w.struckRun(n, b, field)
				continue
			}
			w.runs(n, b, field)
		case "t":
			b.WriteString(n.plain())
		case "tab":
			b.WriteString(" ")
		case "br", "cr":
			b.WriteByte('\n')
		case "noBreakHyphen":
			b.WriteByte('-')
		case "instrText":
			if field.code.Len() < 4096 {
				field.code.WriteString(n.plain())
			}
		case "fldChar":
			field.mark(n.attr("fldCharType"), b)
		case "hyperlink":
			var inner strings.Builder
			var own docxField
			w.runs(n, &inner, &own)
			own.end(&inner)
			if own.struck && strings.TrimSpace(inner.String()) == "" {
				continue
			}
			b.WriteString(linkText(inner.String(), w.links[n.attr("id")]))
		case "footnoteReference":
			b.WriteString(w.note(w.footnotes[n.attr("id")]))
		case "endnoteReference":
			b.WriteString(w.note(w.endnotes[n.attr("id")]))
		case "txbxContent":
			w.boxes = append(w.boxes, n)
		case "pPr", "rPr":
		default:
			w.runs(n, b, field)
		}
	}
}

// struckRun drops a run's text and breaks. Text boxes that hang on it and marks of
// fields are seen as in any other.
func (w *docxWriter) struckRun(run *xmlNode, b *strings.Builder, field *docxField) {
	for _, n := range run.children {
		switch n.name {
		case "t":
			field.struck = true
		case "tab", "br", "cr", "noBreakHyphen", "footnoteReference", "endnoteReference", "pPr", "rPr", "":
		case "instrText", "fldChar", "txbxContent":
			w.runs(&xmlNode{children: []*xmlNode{n}}, b, field)
		default:
			w.struckRun(n, b, field)
		}
	}
}

// isOn tells whether a property is there and not switched off.
func isOn(property *xmlNode) bool {
	return property != nil && !slices.Contains([]string{"0", "false", "off"}, property.attr("val"))
}

// cell is the text of a cell or note, a line for each of its paragraphs.
func (w *docxWriter) cell(tc *xmlNode) string {
	var lines []string
	var visit func(*xmlNode)
	visit = func(parent *xmlNode) {
		for _, n := range parent.children {
			switch n.name {
			case "p":
				text := trimLines(w.inline(n))
				if marker, _ := w.marker(n.child("pPr")); marker != "" && marker != "-" && text != "" {
					text = marker + " " + text
				}
				lines = append(lines, text)
			case "pPr", "tcPr", "trPr", "tblPr":
			default:
				visit(n)
			}
		}
	}
	visit(tc)
	boxes := w.boxes
	w.boxes = nil
	for _, box := range boxes {
		visit(box)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// tbl reads a table. A cell that spans rows is told again in each.
func (w *docxWriter) tbl(n *xmlNode) {
	var rows [][]string
	marked := false
	framed := w.frames(n)
	w.rows(n, func(tr *xmlNode) {
		var cells []string
		each := func(tc *xmlNode) {
			if framed {
				w.blocks(tc)
				return
			}
			span := min(max(wholeNumber(tc.child("tcPr", "gridSpan").attr("val")), 1), maxColumns)
			text := ""
			if merge := tc.child("tcPr", "vMerge"); merge != nil && merge.attr("val") != "restart" {
				if above := len(rows) - 1; above >= 0 && len(cells) < len(rows[above]) {
					text = rows[above][len(cells)]
				}
			} else {
				text = w.cell(tc)
			}
			cells = append(cells, text)
			for range span - 1 {
				cells = append(cells, "")
			}
			if len(cells) > maxColumns {
				cells = cells[:maxColumns]
			}
		}
		w.cells(tr, each)
		if len(rows) == 0 && tr.child("trPr", "tblHeader") != nil {
			marked = true
		}
		if strings.Join(cells, "") != "" {
			rows = append(rows, cells)
		}
	})
	if len(rows) > 0 {
		w.table(rows, marked)
	}
}

// frames tells a table of one cell, or one that holds headings or tables, which
// lays out the page.
func (w *docxWriter) frames(n *xmlNode) bool {
	count, heads := 0, false
	w.rows(n, func(tr *xmlNode) {
		w.cells(tr, func(tc *xmlNode) {
			count++
			tc.each("p", func(p *xmlNode) { heads = heads || w.level(p.child("pPr")) > 0 })
			tc.each("tbl", func(*xmlNode) { heads = true })
		})
	})
	return count < 2 || heads
}

// rows calls f for the rows of a table, those inside controls too.
func (w *docxWriter) rows(n *xmlNode, f func(*xmlNode)) { inside(n, "tr", f) }

func (w *docxWriter) cells(n *xmlNode, f func(*xmlNode)) { inside(n, "tc", f) }

// inside finds the elements of that name below n, through what wraps them.
func inside(n *xmlNode, name string, f func(*xmlNode)) {
	for _, c := range n.children {
		switch c.name {
		case name:
			f(c)
		case "sdt", "sdtContent", "ins", "customXml", "moveTo":
			inside(c, name, f)
		}
	}
}
