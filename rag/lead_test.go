package rag

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestLead(t *testing.T) {
	heading := func(s string) Unit { return Unit{Kind: Heading, Text: s} }
	sentence := func(s string) Unit { return Unit{Kind: Sentence, Text: s} }
	item := func(s string) Unit { return Unit{Kind: Item, Text: s} }
	for name, c := range map[string]struct {
		units                []Unit
		shown, dropped, rest []string
	}{
		"list":            {[]Unit{sentence("Bonjour !"), sentence("Voici les pièces :"), item("une photo")}, []string{"Bonjour !", "Voici les pièces :", "une photo"}, nil, nil},
		"nothing follows": {[]Unit{sentence("Il ferme."), sentence("Voici les pièces :")}, []string{"Il ferme."}, nil, []string{"Voici les pièces :"}},
		"no list follows": {[]Unit{sentence("Voici les pièces :"), sentence("Il ferme.")}, []string{"Il ferme."}, []string{"Voici les pièces :"}, nil},
		"headings":        {[]Unit{heading("A"), sentence("Soit :"), heading("B"), heading("C"), item("x"), heading("D")}, []string{"B", "C", "x"}, []string{"A", "Soit :"}, []string{"D"}},
		"greeting alone":  {[]Unit{sentence("Bonjour, merci !")}, nil, nil, []string{"Bonjour, merci !"}},
	} {
		var l lead
		var shown, dropped []Unit
		for _, u := range c.units {
			s, d := l.next(u)
			shown, dropped = append(shown, s...), append(dropped, d...)
		}
		if got := l.rest(); !slices.Equal(texts(shown), c.shown) || !slices.Equal(texts(dropped), c.dropped) || !slices.Equal(texts(got), c.rest) {
			t.Errorf("%s: shown %q, dropped %q, rest %q", name, texts(shown), texts(dropped), texts(got))
		}
	}
}

func TestListsInheritTheirCitation(t *testing.T) {
	var l lead
	var got [][]int
	for _, u := range cutAll("Apportez [2] :\n- une photo ;\n- un acte [1] ;\n- un timbre.\n\nC'est tout.\n- rien") {
		got = append(got, l.inherit(u).cites)
	}
	if want := [][]int{{2}, {2}, {1}, {2}, nil, nil}; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Every unit is shown, dropped or left over, once, and in its order.
func TestLeadLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOf(rapid.SampledFrom([]Unit{{Kind: Heading, Text: "T"}, {Kind: Sentence, Text: "Voici :"}, {Kind: Sentence, Text: "Oui."}, {Kind: Item, Text: "x"}, {Kind: Sentence, Text: "Bonjour."}})).Draw(t, "units")
		var l lead
		n, shown := 0, 0
		for i, u := range kinds {
			u.N = i + 1
			s, d := l.next(u)
			n += len(s) + len(d)
			for _, u := range s {
				if u.N <= shown {
					t.Fatalf("unit %d after %d", u.N, shown)
				}
				shown = u.N
			}
		}
		if n += len(l.rest()); n != len(kinds) {
			t.Fatalf("%d of %d units", n, len(kinds))
		}
	})
}
