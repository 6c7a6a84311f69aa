package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// Shares that the extraction of the pages in testdata/sites must reach, in
// words over all of them.
const (
	leastKept  = 0.95
	mostLeaked = 0.02
)

// TestSites reads pages in the styles of French town sites. What is content and
// what is clutter is marked by data-expect, which is taken out before reading.
func TestSites(t *testing.T) {
	files, err := filepath.Glob("testdata/sites/*.html")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d pages: %v", len(files), err)
	}
	var all marked
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		page := string(content)
		tree, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{` data-expect="keep"`, ` data-expect="drop"`} {
			page = strings.ReplaceAll(page, mark, "")
		}
		x, err := extract(t.Context(), HTMLExtractor{}, Input{Name: "page.html", Bytes: []byte(page)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := judge(tree, squeezed(whole(x)))
		t.Logf("%-28s kept %3d of %3d words, leaked %2d of %3d", filepath.Base(name), m.kept, m.content, m.leaked, m.clutter)
		for _, s := range m.lost {
			t.Logf("    lost: %s", s)
		}
		for _, s := range m.through {
			t.Logf("    leaked: %s", s)
		}
		all.kept += m.kept
		all.content += m.content
		all.leaked += m.leaked
		all.clutter += m.clutter
	}
	kept, leaked := float64(all.kept)/float64(all.content), float64(all.leaked)/float64(all.clutter)
	t.Logf("%d pages: %.1f %% of %d marked words of content kept, %.1f %% of %d of clutter leaked", len(files), 100*kept, all.content, 100*leaked, all.clutter)
	if kept < leastKept || leaked > mostLeaked {
		t.Errorf("kept %.3f, want %.2f; leaked %.3f, want at most %.2f", kept, leastKept, leaked, mostLeaked)
	}
}

// marked counts words.
type marked struct {
	content, kept, clutter, leaked int
	lost, through                  []string
}

// judge looks for each stretch of marked text in what was read. Clutter whose
// words are content elsewhere on the page is not counted.
func judge(tree *html.Node, read string) marked {
	var m marked
	var contents strings.Builder
	visit := func(f func(text, mark string)) {
		var walk func(n *html.Node, mark string)
		walk = func(n *html.Node, mark string) {
			if own := attr(n, "data-expect"); own != "" {
				mark = own
			}
			if n.Type == html.TextNode && mark != "" {
				if text := squeezed(n.Data); strings.TrimSpace(text) != "" {
					f(text, mark)
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, mark)
			}
		}
		walk(tree, "")
	}
	visit(func(text, mark string) {
		if mark == "keep" {
			contents.WriteString(text)
		}
	})
	visit(func(text, mark string) {
		words := len(strings.Fields(text))
		found := strings.Contains(read, text)
		switch {
		case mark == "keep":
			m.content += words
			if found {
				m.kept += words
			} else {
				m.lost = append(m.lost, text)
			}
		case strings.Contains(contents.String(), text):
		default:
			m.clutter += words
			if found {
				m.leaked += words
				m.through = append(m.through, text)
			}
		}
	})
	return m
}

// whole is all that was read of a document.
func whole(x Extracted) string {
	var b strings.Builder
	b.WriteString(x.Title + "\n")
	for _, s := range x.Sections {
		b.WriteString(strings.Join(s.Headings, "\n") + "\n" + s.Text + "\n")
	}
	return b.String()
}

// squeezed is a text's words in lower case, with one space around each.
func squeezed(s string) string {
	words := strings.FieldsFunc(strings.ToLower(cleanText(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}
