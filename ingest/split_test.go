package ingest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// small is a splitter whose passages are short enough to be read in a test.
func small() Splitter { return Splitter{Target: 120, Limit: 190} }

// sectionText draws text as readers write it: paragraphs, lists with lead-ins,
// tables, lines without marks, and words of any length.
func sectionText() *rapid.Generator[string] {
	word := rapid.StringMatching(`[A-Za-zéàç0-9]{1,12}[.:!?]?`)
	long := rapid.StringMatching(`[a-zé]{150,400}`)
	line := rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(rapid.OneOf(word, word, word, word, word, word, word, long), 1, 40).Draw(t, "words")
		return strings.Join(words, " ")
	})
	block := rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(line, 1, 8).Draw(t, "lines")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 1:
			return "Il faut :\n- " + strings.Join(lines, "\n- ")
		case 2:
			return "| a | b |\n| --- | --- |\n| " + strings.Join(lines, " | x |\n| ") + " | y |"
		case 3:
			return "1. " + strings.Join(lines, "\n  - ")
		}
		return strings.Join(lines, "\n")
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(block, 1, 6).Draw(t, "blocks"), "\n\n")
	})
}

// letters is text without white space: what must be neither lost nor doubled.
func letters(s string) string { return strings.Join(strings.Fields(s), "") }

func checkCut(t interface{ Fatalf(string, ...any) }, s Splitter, text string) {
	var whole strings.Builder
	for _, p := range s.cut(text) {
		if strings.TrimSpace(p.text) == "" {
			t.Fatalf("an empty passage")
		}
		if n := utf8.RuneCountInString(p.repeat + p.text); n > s.Limit {
			t.Fatalf("a passage of %d characters: %q", n, p.repeat+p.text)
		}
		if p.repeat != "" && !strings.Contains(text, strings.TrimSpace(p.repeat)) {
			t.Fatalf("a passage repeats what was never said: %q", p.repeat)
		}
		whole.WriteString(p.text)
	}
	if letters(whole.String()) != letters(text) {
		t.Fatalf("text was lost or doubled:\n%q\n%q", whole.String(), text)
	}
}

func TestSplitLosesAndDoublesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkCut(t, small(), sectionText().Draw(t, "text")) })
}

func TestSplitOfALongSectionOfShortLines(t *testing.T) {
	var text strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&text, "ligne %d\n", i)
	}
	checkCut(t, NewSplitter(), text.String())
}

func FuzzSplit(f *testing.F) {
	f.Add("Il faut :\n- un\n- deux\n\n| a |\n| --- |\n| 1 |")
	f.Add(strings.Repeat("mot ", 200) + strings.Repeat("é", 900))
	f.Fuzz(func(t *testing.T, raw string) { checkCut(t, small(), cleanText(raw)) })
}

func TestSplitKeepsSectionsApartAndShortOnesWhole(t *testing.T) {
	got := NewSplitter().Split([]Section{
		{Headings: []string{"A"}, Anchor: "a", Text: "Un.\n\nDeux.\n\n- trois\n- quatre"},
		{Headings: []string{"B"}, Page: 2, Text: "Cinq."},
	})
	if len(got) != 2 || got[0].Anchor != "a" || got[1].Page != 2 || got[1].Headings[0] != "B" {
		t.Fatalf("passages %+v", got)
	}
	if got[0].Text != "Un.\n\nDeux.\n\n- trois\n- quatre" {
		t.Fatalf("text %q", got[0].Text)
	}
}

func TestSplitRepeatsWhatARowNeeds(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("Les tarifs :\n| Âge | Prix |\n| --- | --- |\n")
	for i := range 20 {
		fmt.Fprintf(&rows, "| plus de %d ans | %d,50 € |\n", i, i)
	}
	passages := small().Split([]Section{{Text: rows.String()}})
	if len(passages) < 3 {
		t.Fatalf("%d passages", len(passages))
	}
	for i, p := range passages {
		if i > 0 && !strings.HasPrefix(p.Text, "| Âge | Prix |\n| --- | --- |\n| plus") {
			t.Errorf("passage %d begins %q", i, p.Text[:40])
		}
	}
	if strings.HasSuffix(passages[0].Text, "---|") || !strings.Contains(passages[0].Text, "plus de 0 ans") {
		t.Errorf("the header stands alone: %q", passages[0].Text)
	}
}

func TestSplitKeepsTheLeadInWithItsItems(t *testing.T) {
	text := strings.Repeat("Une phrase assez longue pour remplir. ", 3) + "\nPièces à fournir :\n"
	for i := range 12 {
		text += fmt.Sprintf("- la pièce numéro %d du dossier\n", i)
	}
	passages := small().Split([]Section{{Text: text}})
	for i, p := range passages {
		if strings.HasSuffix(p.Text, ":") {
			t.Errorf("passage %d ends in the lead-in: %q", i, p.Text)
		}
		if strings.HasPrefix(p.Text, "- ") {
			t.Errorf("passage %d begins with a bare item: %q", i, p.Text)
		}
	}
}
