package ingest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of an XML file.
const (
	sheetDepth = 100
	sheetNodes = 200_000
)

// sheetNode is an element, or a text where name is empty.
type sheetNode struct {
	name  string // without its namespace
	text  string
	attrs []xml.Attr
	kids  []*sheetNode
}

// parseSheetXML reads a file into its root element. It knows no entities but those
// of XML itself, and refuses a file that defines others.
func parseSheetXML(b []byte) (*sheetNode, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = sheetCharset
	top := &sheetNode{}
	open := []*sheetNode{top}
	nodes := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the XML is broken: %w", err)
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &sheetNode{name: t.Name.Local, attrs: t.Attr}
			last.kids = append(last.kids, n)
			open = append(open, n)
			nodes += 1 + len(t.Attr)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 1 {
				last.kids = append(last.kids, &sheetNode{text: string(t)})
				nodes++
			}
		case xml.Directive:
			if bytes.Contains(t, []byte("[")) {
				return nil, errors.New("the XML defines entities: it was refused")
			}
		}
		if len(open) > sheetDepth || nodes > sheetNodes {
			return nil, fmt.Errorf("the XML is nested more than %d deep, or has more than %d parts", sheetDepth, sheetNodes)
		}
	}
	if len(top.kids) != 1 {
		return nil, fmt.Errorf("this is no XML document: it has %d roots", len(top.kids))
	}
	return top.kids[0], nil
}

func sheetCharset(name string, r io.Reader) (io.Reader, error) {
	for label, encoding := range map[string]*charmap.Charmap{
		"iso-8859-1": charmap.ISO8859_1, "iso-8859-15": charmap.ISO8859_15, "windows-1252": charmap.Windows1252,
	} {
		if strings.EqualFold(name, label) {
			return encoding.NewDecoder().Reader(r), nil
		}
	}
	return nil, fmt.Errorf("the character set %q is not known", name)
}

func (n *sheetNode) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// first is the first child element of this name, or nil.
func (n *sheetNode) first(name string) *sheetNode {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// line is all text below, as one line; "" for nil.
func (n *sheetNode) line() string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	n.write(&b)
	return oneLine(b.String())
}

func (n *sheetNode) write(b *strings.Builder) {
	b.WriteString(n.text)
	for _, k := range n.kids {
		k.write(b)
	}
}

// hasText tells whether an element has text of its own, beside its elements.
func (n *sheetNode) hasText() bool {
	for _, k := range n.kids {
		if k.name == "" && strings.TrimSpace(k.text) != "" {
			return true
		}
	}
	return false
}
