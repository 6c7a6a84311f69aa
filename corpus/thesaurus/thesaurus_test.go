package thesaurus_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guichet/corpus/thesaurus"
	"guichet/internal/analysis"
)

const small = `
# un commentaire
poubelle: déchets, ordures ménagères
carte grise : certificat d'immatriculation
carte d'identité: carte nationale d'identité, passeport
baby-sitter: garde d'enfant à domicile
louer: location
louer une salle: location de salle, salle municipale
déchèterie: déchets, gravats
`

func parse(t testing.TB, text string) *thesaurus.Thesaurus {
	t.Helper()
	th, err := thesaurus.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func TestParse(t *testing.T) {
	entries := parse(t, small).Entries()
	if len(entries) != 7 {
		t.Fatalf("%d entries, want 7", len(entries))
	}
	if got := entries[1].String(); got != "carte grise: certificat d'immatriculation" {
		t.Errorf("second entry is %q", got)
	}
	if entries[1].Line != 4 {
		t.Errorf("second entry is on line %d, want 4", entries[1].Line)
	}
	value := entries[0].Values[1]
	if want := analysis.For("fr").Terms("ordures ménagères"); value.Text != "ordures ménagères" || !slices.Equal(value.Terms, want) {
		t.Errorf("value is %+v, want terms %q", value, want)
	}
}

func TestParseTellsTheLine(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"no colon":          {"# a\n\npoubelle déchets", "line 3"},
		"no key":            {": déchets", "line 1"},
		"no value":          {"poubelle:", "line 1"},
		"empty value":       {"poubelle: déchets,, tri", "line 1"},
		"key of stop words": {"dans le: déchets", "line 1"},
		"value of them":     {"poubelle: dans le", "line 1"},
		"repeated":          {"poubelle: déchets\nles Poubelles: tri", `line 2: "les Poubelles" repeats "poubelle" of line 1`},
		"not UTF-8":         {"poubelle: \xff", "line 1"},
		"long key":          {"un chat gris dort près du vieux moulin rouge brique cassé lundi: tri", "line 1"},
		"many values":       {"x1: " + strings.Repeat("tri, ", 12) + "tri", "line 1"},
		"long line":         {"a1: tri\nb1: " + strings.Repeat("déchets ", 20_000), "after line 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := thesaurus.Parse(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestParseOfAWindowsFile(t *testing.T) {
	th := parse(t, "\ufeffpoubelle: déchets\r\ncni: carte nationale d'identité\r\n")
	if got := th.Entries()[1].Values[0].Text; got != "carte nationale d'identité" {
		t.Errorf("value is %q", got)
	}
}

func TestExpand(t *testing.T) {
	tests := map[string]struct {
		question string
		want     []string // keys, with the words they were found in
	}{
		"plural and capital": {"Quand passent les Poubelles ?", []string{"poubelle=Poubelles"}},
		"spaced elision":     {"refaire ma carte d identité", []string{"carte d'identité=carte d identité"}},
		"no accent":          {"la decheterie", []string{"déchèterie=decheterie"}},
		"longest first":      {"je veux louer une salle pour samedi", []string{"louer une salle=louer une salle"}},
		"shorter alone":      {"louer un vélo", []string{"louer=louer"}},
		"two":                {"carte grise et poubelle", []string{"carte grise=carte grise", "poubelle=poubelle"}},
		"a part is not it":   {"carte de visite", nil},
		"order matters":      {"grise carte", nil},
		"words between":      {"carte bleue ou grise", nil},
		"hyphen":             {"une baby-sitter", []string{"baby-sitter=baby-sitter"}},
		"hyphen left out":    {"une baby sitter", []string{"baby-sitter=baby sitter"}},
		"in one word":        {"une babysitter", []string{"baby-sitter=babysitter"}},
		"twice":              {"poubelle ou poubelles", []string{"poubelle=poubelle", "poubelle=poubelles"}},
		"empty":              {"", nil},
		"only stop words":    {"est-ce que tu as", nil},
	}
	th := parse(t, small)
	french := analysis.For("fr")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, x := range th.Expand(french.Tokens(tt.question)) {
				got = append(got, x.Entry.Key+"="+tt.question[x.Start:x.End])
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q expands by %q, want %q", tt.question, got, tt.want)
			}
		})
	}
}

func TestExpandOfAnEmptyThesaurus(t *testing.T) {
	if got := parse(t, "").Expand(analysis.For("fr").Tokens("poubelle")); got != nil {
		t.Errorf("expands by %v", got)
	}
}

// Whatever stands around it, a key is found where it stands, in the file's
// order of reading, and no word is read for two entries.
func TestExpandFindsEveryKey(t *testing.T) {
	th, err := thesaurus.French()
	if err != nil {
		t.Fatal(err)
	}
	entries := th.Entries()
	french := analysis.For("fr")
	rapid.Check(t, func(t *rapid.T) {
		entry := rapid.SampledFrom(entries).Draw(t, "entry")
		// "xq" is no word of any entry, so that no longer key can reach over.
		question := "xq " + entry.Key + " xq"
		found := th.Expand(french.Tokens(question))
		if len(found) != 1 || found[0].Entry.Line != entry.Line {
			t.Fatalf("%q expands by %v", question, found)
		}
	})
}

func TestFrench(t *testing.T) {
	th, err := thesaurus.French() // an entry that repeats another is an error
	if err != nil {
		t.Fatal(err)
	}
	entries := th.Entries()
	if len(entries) < 3000 {
		t.Errorf("%d entries, want at least 3000", len(entries))
	}
	french := analysis.For("fr")
	for _, entry := range entries {
		key := french.Terms(entry.Key)
		seen := map[string]bool{}
		for _, value := range entry.Values {
			if seen[value.Text] {
				t.Errorf("line %d, %q has %q twice", entry.Line, entry.Key, value.Text)
			}
			seen[value.Text] = true
			if !slices.ContainsFunc(value.Terms, func(term string) bool { return !slices.Contains(key, term) }) {
				t.Errorf("line %d, %q: %q adds no word", entry.Line, entry.Key, value.Text)
			}
		}
	}
}

// Words that the analyzer brings to the same term as a neutral one, or that
// mean too many things alone, pull a question away from what it asks.
func TestFrenchLeavesNeutralWordsAlone(t *testing.T) {
	th, err := thesaurus.French()
	if err != nil {
		t.Fatal(err)
	}
	french := analysis.For("fr")
	const neutral = `papier papiers demande dossier aide aides carte permis place mairie ville
		rue maison petit service horaires tarif tarifs numéro prix jour date faire loi prise
		compte enfant parents mars général face test chemin profit père mère droit
		travaux inscription informations problème question documents attestation
		habite mois passer course absence vacances seul rester quitter couper sortir
		licence enseignant marché livre cher âge découvrir ambulance abri pique camping`
	for _, word := range strings.Fields(neutral) {
		if found := th.Expand(french.Tokens(word)); len(found) != 0 {
			t.Errorf("%q expands by %q", word, found[0].Entry)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("a: b")
	f.Add("a-b: c\nab: d")
	f.Add("#\n\n:,")
	french := analysis.For("fr")
	f.Fuzz(func(t *testing.T, text string) {
		th, err := thesaurus.Parse(strings.NewReader(text))
		if err != nil {
			if th != nil {
				t.Error("a thesaurus came with the error")
			}
			return
		}
		for _, entry := range th.Entries() {
			if len(entry.Values) == 0 || entry.Line < 1 {
				t.Errorf("entry %+v", entry)
			}
		}
		end := 0
		for _, x := range th.Expand(french.Tokens(text)) {
			if x.Start < end || x.End <= x.Start || x.End > len(text) {
				t.Fatalf("expansion %q stands at %d to %d, the one before ends at %d", x.Entry.Key, x.Start, x.End, end)
			}
			end = x.End
		}
	})
}

// A town's own entries come first, and stand where both have the same words.
func TestBefore(t *testing.T) {
	parse := func(text string) *thesaurus.Thesaurus {
		parsed, err := thesaurus.Parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	joined := parse("cantine: le petit chaudron\n").Before(parse("cantines: restauration scolaire\npoubelle: déchets\n"))
	tokens := analysis.For("fr").Tokens("la cantine et les poubelles")
	var got []string
	for _, e := range joined.Expand(tokens) {
		got = append(got, e.Entry.String())
	}
	if want := "cantine: le petit chaudron | poubelle: déchets"; strings.Join(got, " | ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The stemmer leaves "ram" of "ramasse": that is not the RAM of the entry.
func TestAWordOfWhichLittleIsLeftIsNoAbbreviation(t *testing.T) {
	words, err := thesaurus.Parse(strings.NewReader("ram: relais petite enfance\narmée: recensement\n"))
	if err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]int{"le ram": 1, "les RAM": 1, "on ramasse": 0, "pas ramassée": 0, "l'armée": 1} {
		if found := words.Expand(analysis.For("fr").Tokens(question)); len(found) != want {
			t.Errorf("%q is expanded by %+v", question, found)
		}
	}
}
