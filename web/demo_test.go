package web_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"guichet/corpus/demo"
	"guichet/internal/messages"
)

var (
	markup = regexp.MustCompile(`<[^>]+>|\*\*`)
	digits = regexp.MustCompile(`\d+`)
)

// What the sample page tells of the demo town stands in its documents, word for
// word, and its English has the same figures.
func TestTheDemoPageSaysWhatTheDocumentsSay(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("\u00a0", " ", "’", "'")
	var documents strings.Builder
	err = fs.WalkDir(demo.FS(), "documents", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".pdf") {
			return err
		}
		b, err := fs.ReadFile(demo.FS(), path)
		documents.WriteString(plain.Replace(markup.ReplaceAllString(string(b), "")))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"web.demo.news1.text", "web.demo.news2.text"} {
		french, english := catalogue.For("fr").T(id), catalogue.For("en").T(id)
		if !strings.Contains(documents.String(), plain.Replace(french)) {
			t.Errorf("no document says %q", french)
		}
		if got, want := strings.Join(digits.FindAllString(english, -1), " "), strings.Join(digits.FindAllString(french, -1), " "); got != want {
			t.Errorf("in English the page gives %q, in French %q", got, want)
		}
	}
}
