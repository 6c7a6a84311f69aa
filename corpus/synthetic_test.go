package corpus_test

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"guichet/corpus"
	"guichet/corpus/demo"
	"guichet/internal/analysis"
)

// fichesFolder holds the sheets of service-public.fr, where it is there.
const fichesFolder = "../../shared/service-public/fiches"

// language makes texts whose words come as often, and follow each other, as in
// real pages: each generated document keeps to the words of one or two of them,
// so that documents have subjects.
type language struct {
	words  []string  // of all pages, one after the other
	pages  [][2]int  // first word and end of each page
	titles []string  // of each page
	after  [][]int32 // by word number: the places behind its occurrences
	number []int32   // by place: the word's number
}

// learn reads the demo town's documents and, where they are there, the sheets.
func learn() (*language, error) {
	l := &language{}
	numbers := make(map[string]int32)
	add := func(text string) {
		title := ""
		if _, after, ok := strings.Cut(text, "title: "); ok {
			title, _, _ = strings.Cut(after, "\n")
		}
		if parts := strings.SplitN(text, "---\n", 3); len(parts) == 3 {
			text = parts[2]
		}
		first := len(l.words)
		for _, word := range strings.Fields(text) {
			n, ok := numbers[word]
			if !ok {
				n = int32(len(l.after)) //nolint:gosec // far fewer
				numbers[word] = n
				l.after = append(l.after, nil)
			}
			l.words = append(l.words, word)
			l.number = append(l.number, n)
			l.after[n] = append(l.after[n], int32(len(l.words))) //nolint:gosec // far fewer
		}
		if len(l.words)-first < 50 {
			return
		}
		l.pages = append(l.pages, [2]int{first, len(l.words)})
		l.titles = append(l.titles, strings.Trim(title, `"`))
	}
	for _, from := range []struct {
		files   fs.FS
		pattern string
	}{{demo.FS(), "documents/*.md"}, {os.DirFS(fichesFolder), "*.md"}} {
		names, err := fs.Glob(from.files, from.pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := fs.ReadFile(from.files, name)
			if err != nil {
				return nil, err
			}
			add(string(text))
		}
	}
	return l, nil
}

// passagesPerDocument, and words of a passage, as on the sheets.
const (
	passagesPerDocument = 7
	passageWords        = 185
)

// document makes the i-th document, always the same.
func (l *language) document(i int) corpus.Document {
	r := rand.New(rand.NewPCG(1, uint64(i))) //nolint:gosec // not a secret
	page, second := r.IntN(len(l.pages)), r.IntN(len(l.pages))
	name := fmt.Sprint("g", i)
	d := corpus.Document{Key: name, Name: name, Title: fmt.Sprintf("%s, %s %d", l.titles[page], l.write(r, page, second, 2), i)}
	heading := ""
	for j := range passagesPerDocument {
		if j%2 == 0 {
			heading = l.write(r, page, second, 4)
		}
		d.Passages = append(d.Passages, corpus.Passage{
			Headings: []string{d.Title, heading},
			Text:     l.write(r, page, second, passageWords/2+r.IntN(passageWords)),
			Tokens:   passageWords,
		})
	}
	return d
}

// write walks from word to word: mostly as the page goes on, sometimes as any
// page goes on behind that word, sometimes from elsewhere in its pages.
func (l *language) write(r *rand.Rand, page, second, n int) string {
	var text strings.Builder
	at := l.anywhere(r, page)
	for range n {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(l.words[at])
		switch chance := r.IntN(100); {
		case chance < 70:
			at++
		case chance < 90:
			next := l.after[l.number[at]]
			at = int(next[r.IntN(len(next))])
		case chance < 97:
			at = l.anywhere(r, page)
		default:
			at = l.anywhere(r, second)
		}
		if at >= len(l.words) {
			at = l.anywhere(r, page)
		}
	}
	return text.String()
}

func (l *language) anywhere(r *rand.Rand, page int) int {
	return l.pages[page][0] + r.IntN(l.pages[page][1]-l.pages[page][0])
}

// around is what residents write around their question.
var around = strings.Fields(`bonjour je voudrais voudrai savoir comment faire pour mon ma mes mari fils
	mère depuis quand dois faut il peut on nous avons avez merci avance svp aider aidez besoin
	demande demander habite ville mairie papier papiers problème toujours jamais travail maison
	argent payer mois année jours personne quelqu'un`)

// question makes the i-th question, of as many distinct terms as real ones have
// (10 in the middle, 21 at p95): words of a page's title, words of that page,
// and words that are written around them.
func (l *language) question(a *analysis.Analyzer, i int) string {
	r := rand.New(rand.NewPCG(2, uint64(i))) //nolint:gosec // not a secret
	terms := int(math.Round(10 * math.Exp(r.NormFloat64()*math.Log(2.1)/1.645)))
	page := r.IntN(len(l.pages))
	words := strings.Fields(l.titles[page])
	words = words[:min(len(words), 1+terms/3)]
	for n := 0; n < 100; n++ {
		has := a.Terms(strings.Join(words, " "))
		slices.Sort(has)
		if len(slices.Compact(has)) >= terms {
			break
		}
		if r.IntN(2) == 0 {
			words = append(words, around[r.IntN(len(around))])
		} else {
			words = append(words, l.words[l.anywhere(r, page)])
		}
	}
	return strings.Join(words, " ")
}
