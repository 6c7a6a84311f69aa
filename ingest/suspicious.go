package ingest

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"guichet/corpus"
	"guichet/internal/analysis"
)

// suspicionVersion changes when the same file would be flagged differently.
const suspicionVersion = "flags/1"

// Kinds of flag.
const (
	// FlagHidden is text that a page keeps from its readers' eyes. It enters no
	// passage.
	FlagHidden = "hidden"
	// FlagInvisible is a run of Unicode characters that cannot be seen: tags,
	// zero-width and direction marks. They enter no passage.
	FlagInvisible = "invisible"
	// FlagInstructions is text that addresses a model rather than residents,
	// visible or not. Visible, it stays: a page about assistants may say so.
	FlagInstructions = "instructions"
)

const (
	maxFlags      = 10 // of one document
	maxExcerpt    = 160
	minHidden     = 5 // words; less is a label or an icon
	minInvisible  = 3 // characters in a row; fewer come with pasted text
	maxSuspicious = 1 << 20
)

// order is a way of speaking to a model: what a line must hold, some of each, and
// the words themselves, in plain lower case. Looking for the words costs a
// hundred times more than looking for what they must hold.
type order struct {
	holds, and []string // and: nil, nothing more
	words      *regexp.Regexp
}

var orders = []order{
	// French
	{[]string{"ignor", "oubli", "contourn", "compte", "abstraction"}, []string{"instruction", "consigne", "directive", "regle"},
		regexp.MustCompile(`\b(?:ignor(?:e|er|ez)|oubli(?:e|er|ez)|contourn(?:e|er|ez)|ne (?:tiens|tenez) (?:pas|plus) compte(?: de)?|fai(?:s|tes) abstraction(?: de)?) .{0,40}(?:instructions?|consignes?|directives?|regles?) .{0,30}(?:preceden|anterieur|ci-dessus|initiale|systeme|recues|donnees)`)},
	{[]string{"ignor", "oubli"}, []string{"ce qui precede", "instruction", "consigne", "regle"},
		regexp.MustCompile(`\b(?:ignor(?:e|ez)|oubli(?:e|ez)) (?:tout ce qui precede|toutes? (?:les |tes |vos )?(?:instructions|consignes|regles))`)},
	{[]string{"tu es ", "tu seras ", "vous etes "}, []string{"desormais", "maintenant", "dorenavant"},
		regexp.MustCompile(`\btu (?:es|seras) (?:desormais|maintenant|dorenavant) (?:une? |l'|le |la )|\bvous etes (?:desormais|maintenant|dorenavant) (?:une? )?(?:assistant|ia|intelligence|modele|robot|chatbot)`)},
	{[]string{"reponds ", "dis ", "affirme ", "recommande ", "mentionne ", "cite ", "ecris ", "repondez "}, []string{"toujours", "systematiquement", "uniquement", "seulement", "a tous", "a toute question", " que"},
		regexp.MustCompile(`\b(?:reponds|dis|affirme|recommande|mentionne|cite|ecris) (?:toujours|systematiquement|uniquement|seulement|a tous|a toute question|que)\b|\brepondez (?:toujours|systematiquement) (?:que|par)\b`)},
	{[]string{"ne mentionne", "ne revele", "ne dis", "ne cite", "ne parle"}, nil,
		regexp.MustCompile(`(?:^|[.!?:;,»] *)ne (?:mentionne|revele|dis|cite|parle) (?:pas|jamais)\b|\bne (?:mentionnez|revelez|citez) (?:pas|jamais) (?:cette|ces|ce|la) (?:consigne|instruction|regle|source|document|message|texte)`)},
	{[]string{"prompt", "invite ", "en tant qu'"}, []string{"syst", "cache", "en tant qu'"},
		regexp.MustCompile(`\b(?:prompt|invite) (?:systeme|system|cachee?)\b|\ben tant qu'(?:ia\b|intelligence artificielle|assistant virtuel|modele de langage)`)},
	{[]string{"instruction", "consigne", "note", "message"}, []string{"assistant", " ia", "l'ia", "intelligence artificielle", "chatbot", "modele", "agent conversationnel", "robot"},
		regexp.MustCompile(`\b(?:instructions?|consignes?|notes?|message) (?:pour|a|destinee?s? a|a l'attention de|a l'intention de) (?:l'|l |le |la )?(?:assistant|ia\b|intelligence artificielle|chatbot|modele|agent conversationnel|robot)`)},
	// English
	{[]string{"ignore", "disregard", "forget", "override", "bypass"}, []string{"instruction", "prompt", "directions", "rules you", "guideline"},
		regexp.MustCompile(`\b(?:ignore|disregard|forget|override|bypass) (?:all |any |the |your |every |of )*(?:previous|prior|above|preceding|earlier|former|system|other)? ?(?:instructions?|prompts?|directions|rules you|guidelines)\b`)},
	{[]string{"you are ", "act as ", "behave as ", "respond as "}, nil,
		regexp.MustCompile(`\byou are (?:now|no longer|from now on) (?:an? |the )\w+|\b(?:act|behave|respond) as (?:if you (?:are|were)|an? (?:unrestricted|ai|different))`)},
	{[]string{"prompt", "as an ai", " mode", "instructions"}, []string{"system", "as an ai", "dan mode", "developer mode", "jailbreak mode", "reveal", "print", "repeat", "show", "output"},
		regexp.MustCompile(`\bsystem ?prompt\b|\bas an ai\b|\b(?:dan|developer|jailbreak) mode\b|\b(?:reveal|print|repeat|show|output) (?:your|the) (?:hidden |initial |full )?(?:prompt|instructions)`)},
	{[]string{"do not ", "don't ", "never ", "always ", "only "}, []string{"tell", "reveal", "mention", "disclose", "answer", "respond", "reply", "say"},
		regexp.MustCompile(`\b(?:do not|don't|never) (?:tell|reveal|mention|disclose)\b.{0,30}\b(?:user|prompt|instruction|this (?:note|text|message))|\b(?:always|only) (?:answer|respond|reply|say|tell users)\b`)},
	{[]string{"instruction", "note", "message"}, []string{" ai", "assistant", "chatbot", "language model", "llm"},
		regexp.MustCompile(`\b(?:instructions?|notes?|message) (?:for|to) (?:the )?(?:ai|assistant|chatbot|language model|llm)s?\b`)},
	// Spanish, German
	{[]string{"ignora", "olvida", "ahora eres", "prompt de"}, nil,
		regexp.MustCompile(`\b(?:ignora|olvida)(?:d|r)? .{0,30}(?:instrucciones|reglas)|\bahora eres (?:un|una|el|la)\b|\bprompt del? sistema\b`)},
	{[]string{"ignorier", "vergiss", "vergesst", "du bist ", "prompt"}, nil,
		regexp.MustCompile(`\b(?:ignorier|vergiss|vergesst)\w* .{0,40}(?:anweisung|instruktion|regeln)|\bdu bist (?:jetzt|nun|ab jetzt) |\bsystem-?prompt\b`)},
	// a model's own marks
	{[]string{"<|", "inst]", "sys>>", "<passage", "</passage", "<system", "</system"}, nil,
		regexp.MustCompile(`<\|[a-z_]+\|>|\[/?inst\]|<</?sys>>|</?(?:passages?|system)>`)},
	{[]string{"system", "assistant"}, []string{":"},
		regexp.MustCompile(`^\s*(?:#+ *)?(?:\**)(?:system|assistant|systeme)(?:\**) ?:`)},
}

// mayStandIn tells whether a text holds what the order's words must hold.
func (o order) mayStandIn(text string) bool {
	return containsAny(text, o.holds...) && (o.and == nil || containsAny(text, o.and...))
}

// ordersIn returns those of the orders that may stand in a text.
func ordersIn(text string) []order {
	var may []order
	for _, o := range orders {
		if o.mayStandIn(text) {
			may = append(may, o)
		}
	}
	return may
}

// findOrder returns where a line first speaks to a model by one of these ways, or nil.
func findOrder(line string, ways []order) []int {
	var first []int
	for _, o := range ways {
		if !o.mayStandIn(line) {
			continue
		}
		if at := o.words.FindStringIndex(line); at != nil && (first == nil || at[0] < first[0]) {
			first = at
		}
	}
	return first
}

// Suspicions tells what in a file might be meant for a model and not for
// residents: text that is hidden from readers, runs of invisible characters,
// and words that give a model orders, visible or not. It finds what is written
// plainly; words that are the colour of a PDF's paper, or hidden by a style
// sheet of another file, it does not see.
func Suspicions(in Input, x Extracted) []corpus.Flag {
	var s suspicions
	text := strings.ToValidUTF8(string(in.Bytes[:min(len(in.Bytes), maxSuspicious)]), " ")
	kind := cmp.Or(in.MediaType, MediaType(in.Name))
	if kind != PDF && utf8.Valid(in.Bytes) {
		s.invisible(text)
	}
	if kind == HTML || kind == Markdown {
		s.markup(text)
	}
	s.instructions(x.Title)
	for _, section := range x.Sections {
		s.invisible(section.Text)
		s.instructions(strings.Join(section.Headings, "\n") + "\n" + section.Text)
	}
	return s.flags
}

type suspicions struct{ flags []corpus.Flag }

// add notes a flag once.
func (s *suspicions) add(kind, excerpt string) {
	excerpt = oneLine(excerpt)
	if runes := []rune(excerpt); len(runes) > maxExcerpt {
		excerpt = string(runes[:maxExcerpt]) + "…"
	}
	for _, f := range s.flags {
		if f == (corpus.Flag{Kind: kind, Excerpt: excerpt}) {
			return
		}
	}
	if len(s.flags) < maxFlags {
		s.flags = append(s.flags, corpus.Flag{Kind: kind, Excerpt: excerpt})
	}
}

// instructions flags what addresses a model.
func (s *suspicions) instructions(text string) {
	folded := foldForMatching(text)
	ways := ordersIn(folded)
	if len(ways) == 0 {
		return
	}
	for line := range strings.Lines(folded) {
		if len(s.flags) == maxFlags {
			return
		}
		if at := findOrder(line, ways); at != nil {
			s.add(FlagInstructions, line[lineStart(line, at[0]):min(len(line), at[1]+80)])
		}
	}
}

// lineStart is where the words before a finding begin, some way back at most.
func lineStart(text string, at int) int {
	from := max(0, at-40)
	if i := strings.LastIndexAny(text[from:at], "\n.!?"); i >= 0 {
		from += i + 1
	}
	for from < at && !utf8.RuneStart(text[from]) {
		from++
	}
	return from
}

// foldForMatching is text without case, accents and what cannot be seen.
func foldForMatching(text string) string {
	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, analysis.FoldText(text))
}

// isInvisible tells characters that are drawn as nothing.
func isInvisible(r rune) bool {
	if r < '\u00AD' { // the first of them
		return false
	}
	return r == 0x115F || r == 0x1160 || r == 0x3164 || unicode.Is(unicode.Cf, r) || r >= 0xE0100 && r <= 0xE01EF
}

// invisible flags runs of characters that cannot be seen, with what they spell
// where they are Unicode tags, and characters that turn the direction of text.
func (s *suspicions) invisible(text string) {
	run, spelt, turned := 0, "", false
	end := func() {
		switch {
		case spelt != "":
			s.add(FlagInvisible, "Unicode tags: "+spelt)
			s.instructions(spelt)
		case turned:
			s.add(FlagInvisible, "direction of text turned")
		case run >= minInvisible:
			s.add(FlagInvisible, "invisible characters in a row")
		}
		run, spelt, turned = 0, "", false
	}
	for _, r := range text {
		if !isInvisible(r) {
			if run > 0 {
				end()
			}
			continue
		}
		run++
		if r >= 0xE0020 && r <= 0xE007E {
			spelt += string(r - 0xE0000)
		}
		turned = turned || r >= 0x202A && r <= 0x202E && r != 0x202C
	}
	if run > 0 {
		end()
	}
}

// markup flags what a page hides, and orders in its comments.
func (s *suspicions) markup(text string) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		return // what cannot be read enters no passage either
	}
	for node := range doc.Nodes[0].Descendants() {
		if node.Type == html.CommentNode {
			s.instructions(node.Data)
		}
	}
	hiddenElements(doc).Not("script, style, template, noscript").Each(func(_ int, e *goquery.Selection) {
		words := oneLine(e.Text())
		if len(strings.Fields(words)) >= minHidden && !e.Is(neverContent) && e.ParentsFiltered(neverContent).Length() == 0 {
			s.add(FlagHidden, words)
		}
		s.instructions(words)
	})
}
