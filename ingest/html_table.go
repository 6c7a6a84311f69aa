package ingest

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// table writes a data table as pipe rows under its caption. A table that only
// lays out the page is walked as if it were not there.
func (w *htmlWalker) table(n *html.Node) {
	w.flush()
	var rows []*html.Node
	var caption string
	nested := false
	for c := range n.Descendants() {
		if c.Type != html.ElementNode {
			continue
		}
		switch {
		case c.Data == "table":
			nested = true
		case c.Data == "caption" && caption == "":
			caption = oneLine(w.text(c))
		case c.Data == "tr":
			rows = append(rows, c)
		}
	}
	if nested || attr(n, "role") == "presentation" || attr(n, "role") == "none" {
		for _, row := range rows {
			if owner(row) != n {
				continue
			}
			for _, cell := range cells(row) {
				w.walk(cell)
				w.flush()
			}
		}
		return
	}
	grid, header := w.grid(rows)
	if len(grid) == 0 {
		return
	}
	if caption != "" {
		w.out.block(strings.TrimRight(caption, " :\u00a0") + " :")
	}
	w.out.block(pipeTable(grid, header))
}

// owner is the table that a row belongs to.
func owner(row *html.Node) *html.Node {
	for p := row.Parent; p != nil; p = p.Parent {
		if p.Data == "table" {
			return p
		}
	}
	return nil
}

func cells(row *html.Node) []*html.Node {
	var all []*html.Node
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.Data == "td" || c.Data == "th") {
			all = append(all, c)
		}
	}
	return all
}

// maxColumns bounds what hostile spans can blow a table up to.
const maxColumns = 100

// grid lays the rows out. A cell that spans rows is told again in each, so
// that every row can be read alone; one that spans columns stands in its
// first. header is whether the first row names the columns.
func (w *htmlWalker) grid(rows []*html.Node) (grid [][]string, header bool) {
	type span struct {
		rows int
		text string
	}
	carried := map[int]span{}
	for _, row := range rows {
		var texts []string
		named := true
		column := 0
		carry := func() {
			for carried[column].rows > 0 {
				texts = append(texts, carried[column].text)
				carried[column] = span{carried[column].rows - 1, carried[column].text}
				column++
			}
		}
		for _, cell := range cells(row) {
			carry()
			text := oneLine(w.cellText(cell))
			if cell.Data != "th" && text != "" {
				named = false
			}
			for i := range spanOf(cell, "colspan") {
				if column >= maxColumns {
					break
				}
				if down := spanOf(cell, "rowspan"); down > 1 {
					carried[column] = span{down - 1, text}
				}
				if i == 0 {
					texts = append(texts, text)
				} else {
					texts = append(texts, "")
				}
				column++
			}
		}
		carry()
		if strings.Join(texts, "") == "" {
			continue
		}
		if len(grid) == 0 {
			header = named && len(texts) > 1 || row.Parent != nil && row.Parent.Data == "thead"
		}
		grid = append(grid, texts)
	}
	return grid, header && len(grid) > 1
}

// cellText puts the lines and list items of a cell beside one another.
func (w *htmlWalker) cellText(cell *html.Node) string {
	return besides(w.text(cell))
}

func spanOf(cell *html.Node, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(attr(cell, name)))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 50)
}
