package ingest

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// Bounds of one XML part. No document that people wrote comes near them.
const (
	xmlNodes = 400_000
	xmlDepth = 200
)

// xmlNode is an element, or text when its name is empty. Names are local: the
// formats that are read so give no two meanings to one.
type xmlNode struct {
	name     string
	text     string
	attrs    []xml.Attr
	children []*xmlNode
}

// attr returns an attribute by its local name, or "".
func (n *xmlNode) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child returns the first element of that name among the children, or nil.
func (n *xmlNode) child(names ...string) *xmlNode {
	for _, name := range names {
		if n == nil {
			return nil
		}
		var found *xmlNode
		for _, c := range n.children {
			if c.name == name {
				found = c
				break
			}
		}
		n = found
	}
	return n
}

// each calls f for the child elements of that name.
func (n *xmlNode) each(name string, f func(*xmlNode)) {
	if n == nil {
		return
	}
	for _, c := range n.children {
		if c.name == name {
			f(c)
		}
	}
}

// plain is all text below the node.
func (n *xmlNode) plain() string {
	if n == nil {
		return ""
	}
	if n.name == "" {
		return n.text
	}
	var b strings.Builder
	for _, c := range n.children {
		b.WriteString(c.plain())
	}
	return b.String()
}

// readXML reads a part into a tree, elements that drop names left out with all
// that they hold. A part that is broken is named.
func (a *archive) readXML(ctx context.Context, part string, drop map[string]bool) (*xmlNode, error) {
	r, err := a.open(part)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	tree, err := readTree(ctx, r, drop)
	if err != nil && ctx.Err() == nil {
		err = xmlReason(part, err)
	}
	return tree, err
}

// readTree reads XML into a tree below a node of its own, elements that drop names
// left out with all that they hold. Entities of the XML's own are refused, not
// expanded.
func readTree(ctx context.Context, r io.Reader, drop map[string]bool) (*xmlNode, error) {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.NewReaderLabel
	root := &xmlNode{name: "#document"}
	stack := []*xmlNode{root}
	names := map[string]string{} // one copy of each name
	size := 0
	for count := 0; ; count++ {
		if count%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(stack) == 1 {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if drop[t.Name.Local] {
				if err := d.Skip(); err != nil {
					return nil, err
				}
				continue
			}
			name, ok := names[t.Name.Local]
			if !ok {
				name = t.Name.Local
				names[name] = name
			}
			n := &xmlNode{name: name, attrs: t.Attr}
			top.children = append(top.children, n)
			stack = append(stack, n)
			size += 1 + len(t.Attr)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(t) > 0 && len(stack) > 1 {
				top.children = append(top.children, &xmlNode{text: string(t)})
				size++
			}
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return nil, failuref(codeTooComplex, "the document defines XML entities of its own, as hostile files do: it was refused")
			}
		}
		if size > xmlNodes || len(stack) > xmlDepth {
			return nil, failuref(codeTooComplex, "the document is larger or nested deeper than is read: cut it into several, or save it as PDF")
		}
	}
}

// xmlReason names what is wrong with a part.
func xmlReason(part string, err error) error {
	var named failure
	if errors.As(err, &named) {
		return named
	}
	return damagedPart(part)
}
