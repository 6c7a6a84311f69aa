package rag

import (
	"regexp"
	"strings"
)

// courtesy are words with which people greet, thank and agree.
var courtesy = regexp.MustCompile(`\b(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|good (?:morning|evening|afternoon)|merci|thank you|thanks?|thx|beaucoup|bien|very much|so much|a lot|mille fois|infiniment|d'avance|bonne (?:journee|soiree|nuit)|au revoir|a bientot|bye|goodbye|ok|okay|d'accord|super|parfait|genial|great|perfect|oui|non|yes|no|madame|monsieur|messieurs|mesdames|sir|madam|s'il (?:vous|te) plait|svp|stp|please|comment (?:ca va|allez-vous|vas-tu)|ca va|how are you|pour (?:votre|ton|l') ?(?:aide|reponse)|de (?:votre|ton) aide|votre|c'est|tres|gentil|cool|et|a|vous|tous|toi|tout le monde|everyone|and|for your help|cordialement)\b`) //nolint:misspell // French

// isCourtesy tells a question of which nothing is left once greetings and
// thanks are taken out.
func isCourtesy(question string) bool {
	rest := courtesy.ReplaceAllString(folded(question), " ")
	return strings.Trim(rest, " .,;:!?…()'-") == ""
}

var thanking = regexp.MustCompile(`\b(?:merci|thanks?|thx|au revoir|bye|goodbye|bonne (?:journee|soiree|nuit))\b`)

// courtesyMessage is the id of the reply.
func courtesyMessage(question string) string {
	if thanking.MatchString(folded(question)) {
		return "rag.courtesy.thanks"
	}
	return "rag.courtesy.hello"
}

// greeting are words with which a model greets, and which answer nothing:
// neither yes nor no is one.
var greeting = regexp.MustCompile(`\b(?:bonjour|bonsoir|hello|hi|good (?:morning|afternoon|evening)|merci(?: (?:pour|de) votre (?:question|message))?|thank you(?: for your (?:question|message))?|avec plaisir|my pleasure|bonne (?:journee|soiree)|have a (?:nice|good) day|au revoir|goodbye|madame|monsieur|sir|madam|et|and|,)\b`)

// isGreeting tells a sentence of which nothing is left once greetings are taken
// out.
func isGreeting(text string) bool {
	return strings.Trim(greeting.ReplaceAllString(folded(text), " "), " .,;:!…()'-") == ""
}
