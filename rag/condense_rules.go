package rag

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"guichet/internal/analysis"
)

//go:embed condense.txt
var condenseFile string

// The kinds of word that condense.txt does not list.
const (
	kindStop    = "stop"    // a function word
	kindSubject = "subject" // none of the others: what the question is about
	kindNumber  = "number"
)

// askedWord is a word of a question.
type askedWord struct {
	text  string // as written
	plain string // without case and accents
	kind  string
	lead  string // what was written between the word of after and this one
	after string // plain, of the last word before it that says something
	prep  bool   // "pour" or "for" stands before it
}

// followUps knows follow-ups by rules.
type followUps struct {
	analyzers []*analysis.Analyzer
	kinds     map[string]string // of a plain word, from condense.txt
}

var newFollowUps = sync.OnceValue(func() *followUps {
	f := &followUps{analyzers: []*analysis.Analyzer{analysis.For("fr"), analysis.For("en")}, kinds: map[string]string{}}
	for line := range strings.Lines(condenseFile) {
		kind, words, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(words) {
			f.kinds[analysis.FoldText(word)] = kind
		}
	}
	return f
})

var (
	askedWords = regexp.MustCompile(`(?i)aujourd['’]hui|[\pL\pN]+(?:-[\pL\pN]+)*`)
	// inverted pronouns hang on a verb: "peut-on", "est-elle", "a-t-il".
	inverted = regexp.MustCompile(`-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|ce)$`)
	timeWord = regexp.MustCompile(`^(?:\d+(?:h\d*|er|e|eme|am|pm|ans)?|[a-z]\d)$`)
)

// words returns the question's words, each with its kind.
func (f *followUps) words(question string) []askedWord {
	var out []askedWord
	end, lead, after, prep := 0, "", "", false
	places := askedWords.FindAllStringIndex(question, -1)
	for i, at := range places {
		w := askedWord{text: question[at[0]:at[1]], after: after, prep: prep}
		w.plain = analysis.FoldText(w.text)
		w.kind = f.kind(w.plain)
		// "où", which many write without its accent where nothing else could stand.
		if strings.EqualFold(w.text, "où") || w.plain == "ou" && i == len(places)-1 && i > 0 {
			w.kind = "ask"
		}
		lead += question[end:at[0]]
		w.lead = lead
		end = at[1]
		switch w.kind {
		case kindStop:
			lead += w.text
			prep = prep || w.plain == "pour" || w.plain == "for"
		case "neutral":
			lead, after, prep = "", "", false
		default:
			lead, after, prep = "", w.plain, false
		}
		out = append(out, w)
	}
	return out
}

func (f *followUps) kind(word string) string {
	if kind := f.kinds[word]; kind != "" {
		return kind
	}
	word = inverted.ReplaceAllString(word, "")
	if kind := f.kinds[word]; kind != "" {
		return kind
	}
	if timeWord.MatchString(word) {
		return kindNumber
	}
	if len(word) == 1 {
		return kindStop
	}
	for _, a := range f.analyzers {
		if len(a.Terms(word)) == 0 {
			return kindStop
		}
	}
	return kindSubject
}

// saying leaves the words that say something.
func saying(words []askedWord) []askedWord {
	var out []askedWord
	for _, w := range words {
		if w.kind != kindStop && w.kind != "neutral" {
			out = append(out, w)
		}
	}
	return out
}

func hasKind(words []askedWord, kind string) bool {
	return slices.ContainsFunc(words, func(w askedWord) bool { return w.kind == kind })
}

// Bounds of a follow-up, in words: what is longer tells its own subject.
const (
	maxConnected = 9
	maxLeaning   = 14
)

var (
	// connector opens a question that goes on from the one before.
	connector = regexp.MustCompile(`^(?:(?:ok|d'accord|merci|ah|ah bon|bien),? (?:et|and) |(?:et sinon|et|mais|sinon|ou bien|ou alors|ou plutot|ou|du coup|and|but|or|what about|how about|quid d[eu]s?|pareil pour|idem pour|meme question pour|meme chose pour|same for)\b[ ,]*)`)
	// complete opens a question of its own, whatever stands before it.
	complete = regexp.MustCompile(`^(?:comment|ou |où |quand|combien|quels?|quelles?|qui|que|qu'|quoi|est-ce|pourquoi|peut|puis-je|dois|doit|faut-il|il (?:faut|y a|est)|y a-t-il|je |j'|nous |on |c'est|how|what|where|when|who|which|why|do|does|is|are|can|could|should|i )`)
	// bare asks nothing but what it adds: "et combien pour un chien ?".
	bare = regexp.MustCompile(`^(?:c'est )?(?:combien|comment|quand|quoi|how much|what|how)(?: faire| ca coute)? (?:pour|avec|sans|si|for|with|without|if)\b`)
	// adding narrows the subject; what else is connected names another one.
	adding   = regexp.MustCompile(`^(?:(?:pour (?:une?|des|mon|ma|mes|son|sa|ses|notre|nos|les|ceux|celles)|avec|sans|si|s'il|quand|lorsque|en|chez|apres|avant|a partir|jusqu|depuis|dans|par|du|des|de la|for|with|without|if|in|after|before|by|from|until)\b|de l')`)
	fragment = regexp.MustCompile(`^(?:pour|avec|sans|si|chez|for|with|without|if) `)

	pronoun   = regexp.MustCompile(`^(?:(?:est-ce qu'|est ce qu'|quand |ou |où |comment |combien |pourquoi |a quelle heure |jusqu'a quand |alors |donc |so |does |do |is |are |can |when |where |how much |how |will |did |was |were )+)?(ils|il|elles|elle|celui-ci|celle-ci|ceux-ci|it|they)\b(?:'| )?(.*)$`)
	expletive = regexp.MustCompile(`^(?:faut|faudra|faudrait|y a|y aura|y avait|existe|suffit|s'agit|reste|vaut|(?:est|serait|etait) (?:possible|interdit|obligatoire|necessaire|permis|autorise|prevu|vrai)|(?:possible|legal|necessary|allowed|mandatory|true|compulsory|forbidden)\b)`)
	// pointing at what was said, anywhere.
	pointing = []*regexp.Regexp{
		regexp.MustCompile(`\bla-bas\b|\b(?:avec|pour|sans|comme|apres|sur) (?:ca|cela|celui-ci|celle-ci)\b`),
		regexp.MustCompile(`\b(?:ce|cet|cette|ces) (?:services?|aides?|cartes?|documents?|dossiers?|lieux?|tarifs?|demarches?|formulaires?|inscriptions?|endroits?|activites?|prestations?|rendez-vous)\b`),
		regexp.MustCompile(`\b(?:le|la|les|lui|leur) (?:faire|refaire|renouveler|obtenir|recuperer|reserver|payer|demander|envoyer|contacter|joindre|retirer|deposer|changer|remplir|signer|annuler|modifier|trouver|prendre|jeter|amener|inscrire|louer)\b`),
		regexp.MustCompile(`\ben (?:avoir|obtenir|faire|refaire|demander|acheter|commander|ai|as|a|avons|avez|ont|trouver|louer|emprunter|beneficier|profiter)\b`),
		regexp.MustCompile(`\b(?:get|renew|pay|book|do|cancel|change|have|use|find|bring|for|of|about|with|into) (?:it|them|one|that)\b`),
		regexp.MustCompile(`^(?:c'est|ca|cela|est-ce|is it|are they|does it|do they)\b.*\b(?:aussi|egalement|too|also|as well)\b`),
	}
	place      = regexp.MustCompile(`^ou (?:est|sont|se|puis|peut|peux|dois|doit|trouver|aller|acheter|faire|jeter|deposer|garer|s'|on|y|puis-je|a lieu)\b`)
	there      = regexp.MustCompile(`(\S+)? ?\bthere\b`)
	adverbY    = regexp.MustCompile(`(?:^|[ '])y ([a-z]+)`)
	predicate  = regexp.MustCompile(`^(?:c'est|ce n'est|est-ce|ca|is it|are they)\b`)
	determined = regexp.MustCompile(`\b(?:l'|d'|(?:le|la|les|une?|des|du|aux?|mon|ma|mes|the|an?|my)\b)`)
	outing     = regexp.MustCompile(`\b(?:que faire|quoi faire|qu'y a-t-il|what to do|what's on|what is on|what can (?:i|we) do)\b`)
	dislocated = regexp.MustCompile(`[ ,](le|la|les|l'|the) ?[a-z'-]+(?: (?:de|du|des|d'|a|au|of) ?(?:la |l')?[a-z-]+)?[ ?!.]*$`)
)

// ask is what a question is, beside the one before it.
type ask struct {
	words    []askedWord // that say something
	follows  bool        // it cannot be understood by itself
	switches bool        // it asks the same of another subject
	rest     string      // the question without what connects it
}

func (f *followUps) read(question string) ask {
	all := f.words(question)
	a := ask{words: saying(all), rest: strings.TrimSpace(question)}
	text := analysis.FoldText(a.rest)
	// "où est la piscine", with its accent, is no "ou".
	accented := strings.HasPrefix(strings.ToLower(a.rest), "où")
	connected := false
	if at := connector.FindStringIndex(text); at != nil && !accented && (!strings.HasPrefix(text, "ou ") || !hasPlace(text)) {
		connected = true
		a.rest = afterWords(a.rest, len(strings.Fields(strings.ReplaceAll(text[:at[1]], ",", " "))))
		text = analysis.FoldText(a.rest)
	}
	subjects := hasKind(a.words, kindSubject)
	switch {
	case outing.MatchString(text) && !connected:
	case !subjects:
		a.follows = true
	case connected && len(all) <= maxConnected && bare.MatchString(text):
		a.follows = true
	case connected && len(all) <= maxLeaning && adding.MatchString(text) && !pronoun.MatchString(text):
		a.follows = true
	case connected && len(all) <= maxConnected && !complete.MatchString(text) && !pronoun.MatchString(text):
		a.follows, a.switches = true, !adding.MatchString(text)
	case !connected && len(all) <= maxConnected-3 && fragment.MatchString(text):
		a.follows = true
	case len(all) <= maxLeaning && pointsBack(text):
		a.follows = true
	}
	return a
}

// hasPlace tells an "ou" that wants its accent: "ou est la piscine ?".
func hasPlace(text string) bool {
	return place.MatchString(text)
}

// afterWords drops the first n words of a text.
func afterWords(text string, n int) string {
	for range n {
		text = strings.TrimLeft(text, " ,\u00a0")
		if i := strings.IndexAny(text, " ,\u00a0"); i >= 0 {
			text = text[i:]
		} else {
			text = ""
		}
	}
	return strings.TrimLeft(text, " ,\u00a0")
}

// pointsBack tells whether a question with a subject of its own points at an
// earlier one: by a pronoun at its head, by "y", "en", "ça" and the like.
func pointsBack(text string) bool {
	if m := pronoun.FindStringSubmatch(text); m != nil && !expletive.MatchString(m[2]) {
		return !namesLater(m[1], text)
	}
	for _, p := range pointing {
		if p.MatchString(text) {
			return true
		}
	}
	if m := adverbY.FindStringSubmatch(text); m != nil && !slices.Contains([]string{"a", "avait", "aura", "aurait", "avoir", "compris"}, m[1]) {
		return true
	}
	if m := there.FindStringSubmatch(text); m != nil && !slices.Contains([]string{"", "is", "are", "was", "be"}, m[1]) {
		return true
	}
	return predicate.MatchString(text) && !strings.HasPrefix(text, "est-ce qu") && !determined.MatchString(strings.TrimPrefix(text, "c'"))
}

// namesLater tells a pronoun whose noun comes at the end: "elle ouvre quand, la
// piscine ?".
func namesLater(pronoun, text string) bool {
	m := dislocated.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	switch pronoun {
	case "il":
		return m[1] == "le" || m[1] == "l'"
	case "elle":
		return m[1] == "la" || m[1] == "l'"
	case "ils", "elles":
		return m[1] == "les"
	case "it", "they":
		return m[1] == "the"
	}
	return false
}

// condense makes a question self-contained with the words of what was asked
// before, and returns what the next one may build upon.
func (f *followUps) condense(question string, before []askedWord) (rewritten string, words []askedWord) {
	a := f.read(question)
	if !a.follows || len(before) == 0 || a.switches && hasKind(a.words, "ask") {
		return question, a.words
	}
	kept := keep(before, a)
	if len(kept) == 0 {
		return question, a.words
	}
	return render(kept) + " : " + a.rest, append(kept, a.words...)
}

// keep leaves of the words before those that the question does not replace: an
// ask by an ask, a day by a day, the subject by another subject.
func keep(before []askedWord, a ask) []askedWord {
	prep := slices.ContainsFunc(a.words, func(w askedWord) bool { return w.kind == kindSubject && w.prep })
	var kept []askedWord
	replaced := false // the words before this one were what "pour" brought in
	for _, w := range before {
		same := slices.ContainsFunc(a.words, func(own askedWord) bool { return own.plain == w.plain })
		replaced = w.kind == kindSubject && prep && (w.prep || replaced && w.after != "")
		switch {
		case same, replaced:
		case w.kind == kindSubject && a.switches:
		case w.kind != kindSubject && hasKind(a.words, w.kind):
		case w.kind == "part" && hasKind(a.words, "day"): // another day has mornings of its own
		default:
			kept = append(kept, w)
		}
	}
	return kept
}

// render writes words with what stood between them, where they stood together.
func render(words []askedWord) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case w.after == words[i-1].plain && !strings.ContainsAny(w.lead, "?!.;:"):
			b.WriteString(w.lead)
		default:
			b.WriteString(" ")
		}
		b.WriteString(w.text)
	}
	return b.String()
}
