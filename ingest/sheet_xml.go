package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// parseSheetXML reads a file of the feed into its root element.
func parseSheetXML(ctx context.Context, b []byte) (*xmlNode, error) {
	top, err := readTree(ctx, bytes.NewReader(b), nil)
	var named failure
	switch {
	case errors.As(err, &named), ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("the XML is broken: %w", err)
	case len(top.children) != 1:
		return nil, fmt.Errorf("this is no XML document: it has %d roots", len(top.children))
	}
	return top.children[0], nil
}

// said is what an attribute says, without the space around it.
func (n *xmlNode) said(name string) string { return strings.TrimSpace(n.attr(name)) }

// line is all text below, as one line; "" for nil.
func (n *xmlNode) line() string { return oneLine(n.plain()) }

// hasText tells whether an element has text of its own, beside its elements.
func (n *xmlNode) hasText() bool {
	for _, k := range n.children {
		if k.name == "" && strings.TrimSpace(k.text) != "" {
			return true
		}
	}
	return false
}
