package ingest

import (
	"slices"
	"strings"
)

// outline gathers a document's text under its headings while a reader walks
// through it.
type outline struct {
	path     []heading // from the outermost
	blocks   []string  // of the section that is open
	page     int       // that the reader is on; 0: no pages
	listed   bool      // the last block is a list that goes on
	sections []Section
}

type heading struct {
	level  int
	texts  []string // more than one when a heading is itself a path
	anchor string
	bare   bool // nothing was said under it yet
	page   int
}

// heading closes the open section and opens one under this heading.
func (o *outline) heading(level int, anchor string, texts ...string) {
	if len(texts) == 0 {
		return
	}
	o.close()
	o.listed = false
	o.popTo(level)
	o.path = append(o.path, heading{level: level, texts: texts, anchor: anchor, bare: true, page: o.page})
}

// popTo closes the headings of this level and deeper. A heading under which
// nothing was said is kept as text, since some say all there is to say
// ("Accueil : 01 23 45 67 89").
func (o *outline) popTo(level int) {
	for len(o.path) > 0 {
		last := o.path[len(o.path)-1]
		if last.level < level {
			return
		}
		o.path = o.path[:len(o.path)-1]
		if last.bare {
			o.sections = append(o.sections, Section{
				Headings: o.headings(), Anchor: last.anchor, Page: last.page, Text: strings.Join(last.texts, "\n"),
			})
			o.said()
		}
	}
}

// block adds a paragraph, a whole list or a whole table to the open section.
func (o *outline) block(text string) {
	text = strings.Trim(text, "\n")
	o.listed = false
	if strings.TrimSpace(text) == "" {
		return
	}
	o.blocks = append(o.blocks, text)
}

func (o *outline) close() {
	if len(o.blocks) == 0 {
		return
	}
	var text strings.Builder
	for i, b := range o.blocks {
		if i > 0 {
			text.WriteByte('\n')
			// What introduces a list or a table stays with it.
			if !strings.HasSuffix(o.blocks[i-1], ":") {
				text.WriteByte('\n')
			}
		}
		text.WriteString(b)
	}
	o.sections = append(o.sections, Section{Headings: o.headings(), Anchor: o.anchor(), Page: o.page, Text: text.String()})
	o.blocks = nil
	o.said()
}

func (o *outline) said() {
	for i := range o.path {
		o.path[i].bare = false
	}
}

func (o *outline) headings() []string {
	var all []string
	for _, h := range o.path {
		all = append(all, h.texts...)
	}
	return all
}

func (o *outline) anchor() string {
	for _, h := range slices.Backward(o.path) {
		if h.anchor != "" {
			return h.anchor
		}
	}
	return ""
}

// finish returns the sections, the title left out of their heading paths,
// since it stands beside every passage anyway.
func (o *outline) finish(title string) []Section {
	o.close()
	o.popTo(0)
	for i, s := range o.sections {
		if len(s.Headings) > 0 && sameText(s.Headings[0], title) {
			o.sections[i].Headings = s.Headings[1:]
		}
	}
	return o.sections
}

// sameText compares headings as a reader would: case and spacing aside.
func sameText(a, b string) bool {
	return strings.EqualFold(oneLine(a), oneLine(b))
}
