// Package sheettest makes sheets in the format of the national feed for tests
// and benchmarks. Their words are made of French syllables, with the
// frequencies (Zipf's law) and lengths that texts have: nothing is copied, and
// nothing in them is true. A number always gives the same sheet.
package sheettest

import (
	"archive/zip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// Archive writes the archive of the first n sheets.
func Archive(w io.Writer, n int) error {
	z := zip.NewWriter(w)
	for i := range n {
		name, content := Sheet(i)
		f, err := z.Create(name)
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := f.Write(content); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return z.Close()
}

// Sheet returns the file name and the XML of a sheet.
func Sheet(n int) (name string, content []byte) {
	w := &writer{rand: rand.New(rand.NewPCG(uint64(n), 7))} //nolint:gosec // reproducible on purpose
	w.zipf = rand.NewZipf(w.rand, 1.1, 3, vocabulary-1)
	id := fmt.Sprintf("F%d", 100_000+n)
	w.sheet(id, n)
	return id + ".xml", []byte(w.b.String())
}

// vocabulary is the number of words.
const vocabulary = 20_000

type writer struct {
	b    strings.Builder
	rand *rand.Rand
	zipf *rand.Zipf
}

func (w *writer) f(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

// word is the nth word by frequency: the frequent ones are short.
func word(n uint64) string {
	heads := []string{"dé", "ca", "re", "pro", "as", "for", "mu", "con", "im", "per", "tra", "lo", "ser", "vi", "a", "co", "é", "su", "pa", "in"}
	middles := []string{"ma", "ti", "cu", "mi", "po", "di", "ré", "sta", "ra", "len", "bo", "ni", "sé", "lu", "fi"}
	tails := []string{"tion", "ment", "eur", "ble", "age", "ée", "er", "té", "aire", "if", "oir", "ance", "iel", "ure", "ette"}
	out := heads[n%20]
	n /= 20
	for n >= 15 {
		out += middles[n%15]
		n /= 15
	}
	return out + tails[n%15]
}

func (w *writer) words(n int) string {
	small := []string{"de", "la", "le", "les", "et", "à", "des", "en", "du", "un", "une", "pour", "vous", "votre", "est", "par", "sur", "dans", "ou", "si"}
	var out []string
	for range n {
		if w.rand.IntN(100) < 45 {
			out = append(out, small[w.rand.IntN(len(small))])
		} else {
			out = append(out, word(w.zipf.Uint64()))
		}
	}
	return strings.Join(out, " ")
}

func (w *writer) between(least, most int) int { return least + w.rand.IntN(most-least+1) }

// sentence now and then has an amount, a link or a term.
func (w *writer) sentence() string {
	s := "Le " + w.words(w.between(6, 22))
	switch w.rand.IntN(12) {
	case 0:
		s += fmt.Sprintf(" <Valeur>%d €</Valeur>", w.between(5, 900))
	case 1:
		s += fmt.Sprintf(` <LienInterne LienPublication="F%d" type="Fiche d'information" audience="Particuliers">%s</LienInterne>`, 100_000+w.rand.IntN(5000), w.words(3))
	case 2:
		s += fmt.Sprintf(` <LienExterne URL="https://www.%s.example/">%s</LienExterne>`, word(w.zipf.Uint64()+15), w.words(2))
	case 3:
		s += fmt.Sprintf(` <MiseEnEvidence>%s</MiseEnEvidence>`, w.words(3))
	}
	return s + "."
}

func (w *writer) paragraph() {
	w.f("<Paragraphe>")
	for range w.between(1, 4) {
		w.f("%s ", w.sentence())
	}
	w.f("</Paragraphe>\n")
}

func (w *writer) title(n int) { w.f("<Titre><Paragraphe>%s</Paragraphe></Titre>\n", w.words(n)) }

func (w *writer) list() {
	w.f("<Paragraphe>%s :</Paragraphe>\n<Liste type=\"puce\">\n", w.words(6))
	for range w.between(2, 7) {
		w.f("<Item><Paragraphe>%s</Paragraphe></Item>\n", w.words(w.between(3, 14)))
	}
	w.f("</Liste>\n")
}

func (w *writer) table() {
	w.f("<Tableau><Titre>%s</Titre>\n<Rangée type=\"header\">", w.words(4))
	columns := w.between(2, 4)
	for range columns {
		w.f("<Cellule><Paragraphe>%s</Paragraphe></Cellule>", w.words(2))
	}
	w.f("</Rangée>\n")
	for range w.between(2, 8) {
		w.f("<Rangée type=\"normal\">")
		for range columns {
			w.f("<Cellule><Paragraphe>%s</Paragraphe></Cellule>", w.words(3))
		}
		w.f("</Rangée>\n")
	}
	w.f("</Tableau>\n")
}

// blocks is what stands under a heading, with cases within cases now and then.
func (w *writer) blocks(depth int) {
	for range w.between(1, 3) {
		w.paragraph()
	}
	switch w.rand.IntN(8) {
	case 0, 1, 2:
		w.list()
	case 3:
		w.table()
	case 4:
		w.f("<ANoter><Titre>À noter</Titre><Paragraphe>%s</Paragraphe></ANoter>\n", w.sentence())
	case 5:
		w.f("<ASavoir><Titre>À savoir</Titre><Paragraphe>%s</Paragraphe></ASavoir>\n", w.sentence())
	}
	if depth > 0 && w.rand.IntN(3) == 0 {
		w.f("<BlocCas affichage=\"radio\">\n")
		for range w.between(2, 3) {
			w.f("<Cas>\n")
			w.title(4)
			w.blocks(depth - 1)
			w.f("</Cas>\n")
		}
		w.f("</BlocCas>\n")
	}
}

func (w *writer) chapters() {
	w.f("<Texte>\n")
	for range w.between(2, 3) {
		w.f("<Chapitre>\n")
		w.title(5)
		w.blocks(2)
		if w.rand.IntN(4) == 0 {
			w.f("<SousChapitre>\n")
			w.title(4)
			w.blocks(0)
			w.f("</SousChapitre>\n")
		}
		w.f("</Chapitre>\n")
	}
	w.f("</Texte>\n")
}

func (w *writer) sheet(id string, n int) {
	title := w.words(7)
	theme := n % 12
	w.f(`<?xml version="1.0" encoding="UTF-8"?>
<Publication xmlns:dc="http://purl.org/dc/elements/1.1/" ID="%s" type="Fiche d'information conditionnée" spUrl="https://www.service-public.gouv.fr/particuliers/vosdroits/%s">
<dc:title>%s</dc:title>
<dc:date>modified %d-%02d-%02d</dc:date>
<dc:language>Fr</dc:language>
<FilDAriane><Niveau ID="Particuliers">Accueil particuliers</Niveau><Niveau ID="N%d" type="Theme">%s</Niveau><Niveau ID="%s">%s</Niveau></FilDAriane>
<Introduction><Texte>
`, id, id, title, w.between(2020, 2026), w.between(1, 12), w.between(1, 28), 900+theme, word(uint64(theme)+40), id, title) //nolint:gosec // small numbers
	w.paragraph()
	w.f("</Texte></Introduction>\n")
	if w.rand.IntN(4) == 0 {
		w.f("<ListeSituations affichage=\"onglet\">\n")
		for range w.between(2, 3) {
			w.f("<Situation><Titre>%s</Titre>\n", w.words(4))
			w.chapters()
			w.f("</Situation>\n")
		}
		w.f("</ListeSituations>\n")
	} else {
		w.chapters()
	}
	w.f("<OuSAdresser ID=\"R%d\" type=\"Local\"><Titre>%s</Titre><PivotLocal>mairie</PivotLocal><RessourceWeb URL=\"https://lannuaire.example/%d\"/></OuSAdresser>\n", n, w.words(2), n)
	for range w.between(1, 4) {
		w.f("<Reference type=\"Texte de référence\" URL=\"https://www.legifrance.example/%d\"><Titre>Code %s : article L%d</Titre></Reference>\n", w.rand.IntN(1e6), w.words(2), w.between(1, 900))
	}
	w.f("<ServiceEnLigne URL=\"https://demarches.example/%d\" type=\"Formulaire\" numerocerfa=\"%d*01\"><Titre>%s</Titre></ServiceEnLigne>\n</Publication>\n", n, 10_000+n, w.words(5))
}
