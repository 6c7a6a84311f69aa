package ingest

import "testing"

func TestDefinitionsOfATermWithoutTextAreNotThoseOfTheTermAbove(t *testing.T) {
	for _, c := range []struct{ html, want string }{
		{
			`<dl><dt>Bibliothèque</dt><dd>mardi 14 h</dd><dt><img alt="Piscine"></dt><dd>9 h - 20 h</dd></dl>`,
			"- Bibliothèque : mardi 14 h\n- Piscine : 9 h - 20 h",
		},
		{
			`<dl><dt>Bibliothèque</dt><dd>mardi 14 h</dd><dt><img src="p.png"></dt><dd>9 h - 20 h</dd></dl>`,
			"- Bibliothèque : mardi 14 h\n- 9 h - 20 h",
		},
		{
			`<dl><dt>Mairie</dt><dt></dt><dt><img alt="Poste">Agence</dt><dd>9 h</dd><dd>14 h</dd></dl>`,
			"- Mairie, Agence : 9 h\n  14 h",
		},
	} {
		if got := fragmentText(c.html); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.html, got, c.want)
		}
	}
}
