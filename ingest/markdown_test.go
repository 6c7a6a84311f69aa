package ingest

import "testing"

func TestFormNumbersKeepTheirAsterisk(t *testing.T) {
	x, err := MarkdownExtractor{}.Extract(t.Context(), Input{
		Name:  "formulaires.md",
		Bytes: []byte("# Formulaires\n\nRemplissez le cerfa n°11033*03 ou le cerfa n°11180*01, *avant* le 1er mai.\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := x.Sections[0].Text, "Remplissez le cerfa n°11033*03 ou le cerfa n°11180*01, avant le 1er mai."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
