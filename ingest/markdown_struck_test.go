package ingest

import "testing"

func readMarkdown(t *testing.T, body string) (text string, struck bool) {
	t.Helper()
	x, err := MarkdownExtractor{}.Extract(t.Context(), Input{Name: "tarifs.md", Bytes: []byte("# Tarifs\n\n" + body + "\n\nFin.\n")})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range x.Notes {
		struck = struck || n.Code == noteStruck
	}
	return x.Sections[0].Text, struck
}

func TestMarkdownStruckTagsEndWithTheirOwnName(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"<s>le repas <strong>coûte</strong> 3 €</s>", "Fin."},
		{"<s>le <span>repas</span> <sup>1</sup> <small>coûte</small> 3 €</s >", "Fin."},
		{"Le repas coûte <S>3 <strong>€</strong></S> 4 €.", "Le repas coûte 4 €.\n\nFin."},
		{"Le repas coûte <b style=\"display:none\">3 <br> <big>€</big></b>4 €.", "Le repas coûte 4 €.\n\nFin."},
	} {
		if got, _ := readMarkdown(t, c.body); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.body, got, c.want)
		}
	}
}

func TestMarkdownKeepsWhatSingleTildesEnclose(t *testing.T) {
	for _, c := range []struct {
		body, want string
		struck     bool
	}{
		{"Ouvert de 10~12 h et de 14~16 h.", "Ouvert de 10~12 h et de 14~16 h.\n\nFin.", false},
		{"Le repas ~coûte~ 3 €.", "Le repas ~coûte~ 3 €.\n\nFin.", false},
		{"Le repas coûte ~~3 €~~ 4 €.", "Le repas coûte 4 €.\n\nFin.", true},
		{"Le repas coûte ~~3 ou *~5* €~~ 4~5 €.", "Le repas coûte 4~5 €.\n\nFin.", true},
		{"Le repas ~~coûte~ 3 €.", "Le repas ~~coûte~ 3 €.\n\nFin.", false},
		{"Le repas coûte <s>3 €</s> 4 €.", "Le repas coûte 4 €.\n\nFin.", true},
		{"Soit ~~~~a~~~~ ~~b", "Soit ~~~~a~~~~ ~~b\n\nFin.", false},
	} {
		got, struck := readMarkdown(t, c.body)
		if got != c.want || struck != c.struck {
			t.Errorf("%s\ngot  %q, noted %v\nwant %q", c.body, got, struck, c.want)
		}
	}
}
