package rag

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"guichet/internal/analysis"
)

//go:embed languages/*.txt
var languageFiles embed.FS

// tongue is what is known of a third language, from languages/CODE.txt: enough to
// bring a sentence in it word by word to French, so that its figures, what it
// affirms or denies, and the words that are known can be held against a passage.
type tongue struct {
	code      string
	note      string // for residents: what follows is a translation
	quoted    string // ... what follows is French
	small     map[string]bool
	endings   []string
	compounds bool            // it writes several words as one, and all nouns with a capital
	determine map[string]bool // of such a language, words behind which a noun stands and seldom a name
	rewrites  []rewrite
	words     map[string][]string // French ways to say a word or phrase, by its plain words; none: it says nothing
	stems     map[string][]string // the same of words without their endings, where these agree
	longest   int                 // of the phrases, in words
	asks      map[string]string   // French of what one asks with, by its plain words
}

type rewrite struct {
	from *regexp.Regexp
	to   string
}

// tongues are the third languages that are known, by their codes.
var tongues = sync.OnceValue(func() map[string]*tongue {
	files, err := languageFiles.ReadDir("languages")
	if err != nil {
		panic(err) // embedded
	}
	out := map[string]*tongue{}
	for _, file := range files {
		content, err := languageFiles.ReadFile(path.Join("languages", file.Name()))
		if err != nil {
			panic(err)
		}
		code := strings.TrimSuffix(file.Name(), ".txt")
		out[code] = readTongue(code, string(content))
	}
	return out
})

// readTongue reads a language's file; what it cannot read is a defect of the
// build.
func readTongue(code, content string) *tongue {
	l := &tongue{code: code, small: map[string]bool{}, words: map[string][]string{}, stems: map[string][]string{}, asks: map[string]string{}}
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(line, ": ")
		from, to, told := strings.Cut(line, " = ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "~ ") && told:
			l.rewrites = append(l.rewrites, rewrite{regexp.MustCompile(`(?i)` + strings.TrimPrefix(from, "~ ")), strings.ReplaceAll(to, "$1", "${1}")})
		case strings.HasPrefix(line, "? ") && told:
			for _, words := range strings.Split(strings.TrimPrefix(from, "? "), ", ") {
				l.asks[strings.Join(splitWords(l.plain(words)), " ")] = to
			}
		case key == "note":
			l.note = value
		case key == "quoted":
			l.quoted = value
		case key == "small":
			l.small = wordSet(analysis.FoldText(value))
		case key == "endings":
			l.endings = strings.Fields(value)
		case key == "determiners":
			l.determine = wordSet(value)
		case key == "compounds":
			l.compounds = value == "yes"
		case told:
			l.add(strings.Split(from, ", "), strings.Split(to, ", "))
		default:
			panic(fmt.Sprintf("languages/%s.txt: %q", code, line))
		}
	}
	for word, french := range l.words {
		if stem := l.stem(word); stem != word {
			if other, taken := l.stems[stem]; taken && !slices.Equal(other, french) {
				french = nil // two words: neither is meant for sure
			}
			l.stems[stem] = french
		}
	}
	for stem, french := range l.stems {
		if len(french) == 0 {
			delete(l.stems, stem)
		}
	}
	return l
}

func (l *tongue) add(words, french []string) {
	if slices.Equal(french, []string{"-"}) {
		french = nil
	}
	for _, word := range words {
		parts := splitWords(l.plain(word))
		word = strings.Join(parts, " ")
		if _, known := l.words[word]; !known { // the first line goes before
			l.words[word] = french
		}
		l.longest = max(l.longest, len(parts))
	}
}

// plain is a word as it is compared: without accents, but where these part words
// that are written alike (the German Saule and Säule).
func (l *tongue) plain(word string) string {
	if l.compounds {
		return strings.ToLower(word)
	}
	return analysis.FoldText(word)
}

func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// minStem is how much of a word must be left without its ending.
const minStem = 4

// stem is a word without its ending.
func (l *tongue) stem(word string) string {
	for _, ending := range l.endings {
		if stem, ok := strings.CutSuffix(word, ending); ok && len(stem) >= minStem {
			return stem
		}
	}
	return word
}

// find returns the French of a plain word or phrase.
func (l *tongue) find(word string) (french []string, known bool) {
	if french, known = l.words[word]; known {
		return french, true
	}
	if french, known = l.stems[l.stem(word)]; known && !strings.Contains(word, " ") {
		return french, true
	}
	return nil, false
}

// parts returns the words that a compound is made of, the last of them last; nil
// where one is not known.
func (l *tongue) parts(word string) []string {
	if !l.compounds {
		return nil
	}
	for at := minStem; at <= len(word)-3; at++ {
		first, rest := word[:at], word[at:]
		if french, known := l.find(first); !known || len(french) == 0 {
			continue
		}
		for _, joint := range []string{"", "s", "n", "en", "es"} {
			last, ok := strings.CutPrefix(rest, joint)
			if french, known := l.find(last); ok && known && len(french) > 0 {
				return []string{first, last}
			}
		}
	}
	return nil
}

// tongueOf is the third language that a text is written in, by its small words;
// nil: French, English, or not known. A text that brings the passage's words is in
// the question's language where nothing speaks against it.
func tongueOf(text, question string, brought bool) *tongue {
	best, most := mostSmall(text)
	if brought {
		if asked, _ := mostSmall(question); asked != nil && asked.count(text) >= most {
			return asked
		}
	}
	return best
}

// alsoFrench are small words of third languages that French texts have, too;
// leastSmall is how many small words tell a language.
var alsoFrench = wordSet("en an ai bis si non al mi no in on die")

const leastSmall = 2

// questionTongue is the third language that a question is asked in; nil: French, English,
// or not known.
func questionTongue(question string) *tongue {
	l, _ := mostSmall(question)
	return l
}

// mostSmall returns the third language that has more of its small words in a text
// than any other, nil where none has, and how many French or English ones it has.
func mostSmall(text string) (best *tongue, most int) {
	for _, word := range splitWords(analysis.FoldText(text)) {
		if len(word) > 1 && (wordsOfFrench[word] || wordsOfEnglish[word] || alsoFrench[word]) {
			most++
		}
	}
	lead := max(most, leastSmall-1)
	for _, l := range tongues() {
		switch n := l.count(text); {
		case !l.hasOwn(text):
		case n > lead:
			best, lead = l, n
		case n == lead:
			best = nil
		}
	}
	return best, most
}

// hasOwn tells whether a text has a small word of the language that French and English
// have not.
func (l *tongue) hasOwn(text string) bool {
	return slices.ContainsFunc(splitWords(analysis.FoldText(text)), func(word string) bool {
		return len(word) > 1 && l.small[word] && !wordsOfFrench[word] && !wordsOfEnglish[word] && !alsoFrench[word]
	})
}

// count is how many small words of the language a text has; letters by themselves
// are left out.
func (l *tongue) count(text string) int {
	n := 0
	for _, word := range splitWords(analysis.FoldText(text)) {
		if len(word) > 1 && l.small[word] {
			n++
		}
	}
	return n
}

// gloss is a text brought word by word to French.
type gloss struct {
	text    string
	known   int      // words that say something
	unknown []string // words that could not be read
	strange []string // of those, names
}

var (
	foreignWord = regexp.MustCompile(`\pL+`)
	apart       = strings.NewReplacer("'", " ", "’", " ", "-", " - ")
)

// glossed brings a text to French. Of several ways to say a word the one that the
// place has is taken. A word that the place has to the letter stays.
func (l *tongue) glossed(w *wording, text string, place *window, letters map[string]bool) gloss {
	for _, r := range l.rewrites {
		text = r.from.ReplaceAllString(text, r.to)
	}
	var g gloss
	var out strings.Builder
	words := foreignWord.FindAllStringIndex(text, -1)
	end := 0
	for i := 0; i < len(words); {
		start := words[i][0]
		out.WriteString(apart.Replace(text[end:start]))
		french, n := l.phrase(text, words[i:])
		written := text[start:words[i+max(n, 1)-1][1]]
		end = words[i+max(n, 1)-1][1]
		i += max(n, 1)
		switch compound := l.parts(l.plain(written)); {
		case n > 0 && len(french) == 0: // it says nothing
		case n > 0:
			out.WriteString(g.say(w, french, place))
		case start > 0 && unicode.IsDigit(rune(text[start-1])), utf8.RuneCountInString(written) == 1, letters[analysis.FoldText(written)]:
			out.WriteString(written)
			g.known++
		case alike(analysis.FoldText(written), letters) != "":
			out.WriteString(alike(analysis.FoldText(written), letters))
			g.known++
		case compound != nil:
			for _, part := range compound {
				french, _ := l.find(part)
				out.WriteString(g.say(w, french, place) + " ")
			}
		default:
			g.unknown = append(g.unknown, written)
			if isName(text, start) && !l.noun(text[:start]) {
				g.strange = append(g.strange, written)
			}
		}
	}
	out.WriteString(text[end:])
	g.text = fold(out.String())
	return g
}

// french brings a question to French word by word, for the search: words that are not
// known stay as they are.
func (l *tongue) french(question string) string {
	var out []string
	words := foreignWord.FindAllStringIndex(question, -1)
	end := 0
	for i := 0; i < len(words); {
		out = append(out, question[end:words[i][0]])
		french, n := l.asked(question, words[i:])
		last := words[i+n-1][1]
		out = append(out, french)
		end = last
		i += n
	}
	return strings.Join(strings.Fields(strings.Join(append(out, question[end:]), "")), " ")
}

// longestAsk is how many words one asks with at most.
const longestAsk = 3

// asked is the French of what begins the words of a question, and how many of them it
// takes, one at least.
func (l *tongue) asked(question string, words [][]int) (french string, n int) {
	for n = min(longestAsk, len(words)); n > 0; n-- {
		said := l.plain(question[words[0][0]:words[n-1][1]])
		if french, known := l.asks[strings.Join(splitWords(said), " ")]; known {
			return french, n
		}
	}
	ways, n := l.phrase(question, words)
	switch {
	case n == 0:
		return question[words[0][0]:words[0][1]], 1
	case len(ways) == 0:
		return "", n
	}
	return ways[0], n
}

// phrase is the French of the longest phrase that begins the words, and how many
// of them it takes; 0: none is known.
func (l *tongue) phrase(text string, words [][]int) (french []string, n int) {
	for n = min(l.longest, len(words)); n > 0; n-- {
		var parts []string
		for k := range n {
			if k > 0 && !joinsWords(text[words[k-1][1]:words[k][0]]) {
				break
			}
			parts = append(parts, l.plain(text[words[k][0]:words[k][1]]))
		}
		if len(parts) < n {
			continue
		}
		if french, known := l.find(strings.Join(parts, " ")); known {
			return french, n
		}
	}
	return nil, 0
}

// joinsWords tells what may stand between the words of a phrase.
func joinsWords(between string) bool {
	return slices.Contains([]string{" ", "\u00a0", "-", "'", "’"}, between)
}

// say chooses the French of a word, and counts it where it says something.
func (g *gloss) say(w *wording, french []string, place *window) string {
	chosen := french[0]
	for _, way := range french {
		terms := w.french.Terms(way)
		if len(terms) > 0 && !slices.ContainsFunc(terms, func(t string) bool { return !place.words.has(w, t) }) {
			chosen = way
			break
		}
	}
	if slices.ContainsFunc(w.french.Terms(chosen), func(t string) bool { return !w.generic[t] }) {
		g.known++
	}
	return chosen
}

// noun tells whether what begins behind a text is a noun, and no name, though it
// has a capital.
func (l *tongue) noun(before string) bool {
	words := strings.Fields(before)
	return len(words) > 0 && l.determine[strings.ToLower(words[len(words)-1])]
}

// How far a word of the place must begin as a word does that is not known, to be
// taken for the same: in letters, and as a share of the longer.
const (
	minAlike   = 5
	shareAlike = 0.6
)

// alike returns the word of a place that is written most like a word: "complet" for
// "completo"; "" where none is.
func alike(word string, letters map[string]bool) string {
	best, most := "", 0
	for _, other := range slices.Sorted(maps.Keys(letters)) {
		n := 0
		for n < len(word) && n < len(other) && word[n] == other[n] {
			n++
		}
		if n > most && n >= minAlike && float64(n) >= shareAlike*float64(max(len(word), len(other))) {
			best, most = other, n
		}
	}
	return best
}
