package ingest

import (
	"regexp"
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
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

// orderIndex finds what the orders must hold in one pass over a text (Aho and Corasick,
// 1975): looking for each in turn was half of what a sheet's suspicions cost.
type orderIndex struct {
	trie  *ahocorasick.Trie
	needs []need // of each order
}

// need is an order's words of both kinds, as the trie numbers them.
type need struct{ holds, and wordSet }

// wordSet is a set of the trie's words.
type wordSet [4]uint64

func (s *wordSet) add(word int64) { s[word/64] |= 1 << (word % 64) }

func (s *wordSet) meets(other *wordSet) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// orderFinder makes the index once, when the first document is looked at.
var orderFinder = sync.OnceValue(func() *orderIndex {
	x := &orderIndex{}
	numbers := make(map[string]int64)
	b := ahocorasick.NewTrieBuilder()
	set := func(words []string) (s wordSet) {
		for _, word := range words {
			n, ok := numbers[word]
			if !ok {
				n = int64(len(numbers))
				numbers[word] = n
				b.AddString(word)
			}
			s.add(n)
		}
		return s
	}
	for _, o := range orders {
		x.needs = append(x.needs, need{set(o.holds), set(o.and)})
	}
	x.trie = b.Build()
	return x
})

// standIn returns those of the orders that may stand in a text.
func (x *orderIndex) standIn(text string) []order {
	var found wordSet
	x.trie.Walk([]byte(text), func(_, _, word int64) bool {
		found.add(word)
		return true
	})
	var may []order
	for i, o := range orders {
		if n := &x.needs[i]; n.holds.meets(&found) && (o.and == nil || n.and.meets(&found)) {
			may = append(may, o)
		}
	}
	return may
}

// mayStandIn tells whether a line holds what the order's words must hold.
func (o order) mayStandIn(line string) bool {
	return containsAny(line, o.holds...) && (o.and == nil || containsAny(line, o.and...))
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
