package ingest

import (
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"guichet/corpus"
)

// RelativeLinks are a document's links that name no host.
type RelativeLinks struct {
	Addresses []string // those that lead to no file beside it, as the document's own address makes them
	Missing   []string // those that lead to no file, of a document without an address
}

// CheckRelativeLinks looks for the files that a Markdown document of a folder links
// to: they are not in its text, since residents could not follow them. A link to a
// page that a site makes of a file, such as "tarifs.html" or "tarifs/" of
// "tarifs.md", leads to that file. Nothing is told of other documents, of one whose
// file is not on this machine, and of links that leave the folder of a document
// without an address.
func CheckRelativeLinks(src corpus.SourceRef, key, address string) RelativeLinks {
	var found RelativeLinks
	if src.Kind != KindFolder || !slices.Contains([]string{".md", ".markdown"}, strings.ToLower(path.Ext(key))) {
		return found
	}
	root, err := os.OpenRoot(src.URI)
	if err != nil {
		return found
	}
	defer func() { _ = root.Close() }()
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		base = nil
	}
	for _, link := range relativeLinks(readBounded(root, key)) {
		at := path.Join(path.Dir(key), link.Path)
		switch {
		case !path.IsAbs(link.Path) && hasPage(root, at):
		case base != nil:
			found.Addresses = append(found.Addresses, base.ResolveReference(link).String())
		case !path.IsAbs(link.Path) && filepath.IsLocal(filepath.FromSlash(at)):
			found.Missing = append(found.Missing, link.String())
		}
	}
	return found
}

// readBounded returns what a file holds, or nothing where it cannot be read or is
// larger than a document may be.
func readBounded(root *os.Root, name string) []byte {
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil || !info.Mode().IsRegular() || info.Size() > defaultMaxBytes {
		return nil
	}
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, defaultMaxBytes))
	if err != nil {
		return nil
	}
	return content
}

// relativeLinks returns the links of a Markdown file that name no host, each once,
// without the place in a page that they lead to.
func relativeLinks(content []byte) []*url.URL {
	decoded, err := decodeText(content)
	if err != nil || len(content) == 0 {
		return nil
	}
	_, body, err := cutFrontMatter(decoded)
	if err != nil || checkMarkdown(body) != nil {
		return nil
	}
	var links []*url.URL
	seen := map[string]bool{}
	_ = ast.Walk(markdown.Parser().Parse(text.NewReader([]byte(body))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		link, ok := n.(*ast.Link)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		u, err := url.Parse(strings.TrimSpace(string(link.Destination)))
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
			return ast.WalkContinue, nil
		}
		u.Fragment, u.RawFragment = "", ""
		if !seen[u.String()] {
			seen[u.String()] = true
			links = append(links, u)
		}
		return ast.WalkContinue, nil
	}) // the walk never fails
	return links
}

// hasPage tells whether there is such a file or folder, or a Markdown file that a
// site makes this page of.
func hasPage(root *os.Root, name string) bool {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	names := []string{name}
	switch ext := path.Ext(name); ext {
	case "", ".html", ".htm":
		page := strings.TrimSuffix(name, ext)
		names = append(names, page+".md", page+".markdown", page+"/index.md", page+"/_index.md")
	}
	return slices.ContainsFunc(names, func(name string) bool {
		_, err := root.Stat(filepath.FromSlash(name))
		return err == nil
	})
}
