package rag

import (
	"regexp"
	"strings"
	"sync"

	"guichet/internal/analysis"
)

// hoursWord is a word of a question and what was made of it.
type hoursWord struct {
	text   string // folded
	sound  string
	clause int  // by number, from 0
	used   bool // it names a service or a time, or is a cue
}

var (
	hoursClock  = regexp.MustCompile(`\b(\d{1,2}) ?(?:h(?:eures?)?|:) ?(\d{2})?\b`)
	hoursHalf   = regexp.MustCompile(`\b(\d{1,2})(?:h(\d{2})|:(\d{2}))? ?([ap])\.? ?m\b\.?`)
	hoursPieces = regexp.MustCompile(`\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}h\d{0,2}(?:[ap]m)?|[a-z0-9]+|[.?!;,:()]+`)
	// What is one word for us, written as several or otherwise.
	hoursPhrases = strings.NewReplacer(
		"aujourd'hui", "aujourdhui", "aujourd hui", "aujourdhui", "auj ", "aujourdhui ", "ajd", "aujourdhui",
		"apres-demain", "apresdemain", "apres demain", "apresdemain", "day after tomorrow", "apresdemain",
		"apres-midi", "apresmidi", "apres midi", "apresmidi", "aprem", "apresmidi",
		"tout de suite", "maintenant", "tt de suite", "maintenant", "en ce moment", "maintenant", "a cette heure-ci", "maintenant", "right now", "now", "at the moment", "now",
		"entre midi et 2h", "pausemidi", "entre midi et 2", "pausemidi", "entre midi et deux", "pausemidi", "entre 12h et 14h", "pausemidi", "a l'heure du dejeuner", "pausemidi", "lunchtime", "pausemidi", "lunch time", "pausemidi", "pause dejeuner", "pausemidi",
		"week-end", "weekend", "week end", "weekend", "wk-end", "weekend",
		"jours feries", "joursferies", "jour ferie", "joursferies", "public holidays", "joursferies", "bank holidays", "joursferies",
		"rendez-vous", "rendezvous", "rendez vous", "rendezvous", "rdv", "rendezvous",
		"2main", "demain", "e-mail", "email",
		"jour de l'an", "nouvelan", "nouvel an", "nouvelan", "new year's day", "nouvelan", "premier de l'an", "nouvelan",
		"new year's eve", "saintsylvestre", "saint-sylvestre", "saintsylvestre", "saint sylvestre", "saintsylvestre",
		"veille de noel", "veillenoel", "christmas eve", "veillenoel", "reveillon de noel", "veillenoel", "christmas day", "noel", "bastille day", "fetenationale",
		"lundi de paques", "lundipaques", "easter monday", "lundipaques", "lundi de pentecote", "lundipentecote", "whit monday", "lundipentecote",
		"jeudi de l'ascension", "ascension", "fete nationale", "fetenationale", "fete du travail", "fetetravail",
	)
)

// hoursWords cuts a question into words; each full stop, question mark or
// comma begins a new clause.
func hoursWords(question string) []hoursWord {
	text := analysis.FoldLine(question)
	text = hoursHalf.ReplaceAllString(text, "${1}h$2$3${4}m ")
	text = hoursClock.ReplaceAllString(text, "${1}h$2 ")
	text = hoursPhrases.Replace(text + " ")
	var out []hoursWord
	clause := 0
	for _, piece := range hoursPieces.FindAllString(text, 10*MaxQuestion) {
		if strings.ContainsAny(piece[:1], ".?!;,:()") {
			clause++
			continue
		}
		out = append(out, hoursWord{text: piece, sound: hoursSound(piece), clause: clause})
	}
	return out
}

// The words that a question about opening hours may hold beside the service
// and the time. Any other word means that something else is asked.
const (
	hoursOpenWords  = "ouvert ouverte ouverts ouvertes ouvre ouvrent ouvrez ouvrira ouvrir ouverture ouvertures ouver ouvr open opens opening opened rouvre rouvrent rouvrira reouvre reouverture reopen reopens reopening recoit recoivent recevoir accueille accueillent accessible"
	hoursCloseWords = "ferme fermee fermes fermees ferment fermez fermera fermer fermeture fermetures close closes closed closing jusqu jusque until till"
	hoursHourWords  = "horaire horaires oraire oraires heure heures heur eure hours hour time times"
	hoursWhenWords  = "quand kan kand qand qd when"
	hoursNextWords  = "prochaine prochaines rouvre rouvrent rouvrira reouvre reouverture reopen reopens reopening next"

	hoursReachWords = "contact contacts contacter joindre appeler telephoner coordonnees reach call ring telephone telephones tel numero numeros num phone number mail mails email emails courriel courriels mel adresse adresses address trouve situe situee situes where"

	// Words that resemble a service's name and are none.
	hoursNoServices = "maire maires marie maries mariage mariages marcher policier cours course mare marre"

	hoursPlainWords = "a ai au aux avec avez avoir bien bonjour bonsoir c ca can ce cet cette ces chez could cest d dans de des dire dis dites do does donc donne donner donnez du elle elles en encore est estce et etre eux exactement faire fois for from going habituel habituelle habituels habituelles actuel actuels actuelle actuelles generalement hello hi how i il ils in is it its j je juste know l la le les leur lequel madame me merci mes moi monsieur mon ma n ne need normalement nos notre nous of on ont or ou par pas please plus possible pour pourriez peut peux pouvez peuvent puis qu que quel quelle quelles quels quoi s salut sait sais savoir se sera serait seront serez si soit sont sous stp still sur svp t te the there thanks thank to toujours tous toute tout toutes tu un une usually usual at what whats will y you your vos votre voudrais veux voir vous aller vais va venir viens vient passer passe rendre visiter come go visit get was are be being am public accueil service services bureau bureaux ville commune sans rendezvous urgent exceptionnellement vers environ about around by that this day days jour jours semaine semaines week merci d'avance avance this their they also aussi lieu tient tiendra maintenu maintenue repond repondent during pendant durant and y'a alors deja habituellement partir debut fin"
)

var hoursSounds = strings.NewReplacer("qu", "k", "ck", "k", "ch", "ç", "ph", "f", "th", "t", "eau", "o", "au", "o", "ai", "e", "ei", "e", "y", "i", "ce", "se", "ci", "si", "c", "k", "h", "")

// hoursSound is how a word sounds, roughly: residents write mediatek.
func hoursSound(word string) string {
	s := hoursSounds.Replace(word)
	var b strings.Builder
	var last rune
	for _, r := range s {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return strings.TrimRight(b.String(), "esxt")
}

// hoursVocabulary is those words and some others, as sets.
type hoursVocabulary struct {
	opens, closes, closedNow, hourly, whens, nexts, reach, plain map[string]bool

	known   map[string]bool // all of them: never a misspelt service
	small   map[string]bool // of services' names, that need not be said
	telling map[string]bool // that begin what somebody says of themselves
	asking  map[string]bool
	whom    map[string]bool
	meant   struct{ open, hours, reach []hoursWord } // also when misspelt
}

var theHoursVocabulary = sync.OnceValue(func() *hoursVocabulary {
	set := func(lists ...string) map[string]bool {
		out := map[string]bool{}
		for _, list := range lists {
			for word := range strings.FieldsSeq(list) {
				out[word] = true
			}
		}
		return out
	}
	v := &hoursVocabulary{
		opens:     set(hoursOpenWords),
		closes:    set(hoursCloseWords),
		closedNow: set("fermee fermees fermes closed"),
		hourly:    set(hoursHourWords),
		whens:     set(hoursWhenWords),
		nexts:     set(hoursNextWords),
		reach:     set(hoursReachWords),
		plain:     set(hoursPlainWords),
		known:     set(hoursPlainWords, hoursOpenWords, hoursCloseWords, hoursHourWords, hoursNoServices, "courrier courriers"),
		small:     set("le la les l de du des d et au aux un une the of a public communal"),
		telling:   set("je j i on nous we ma mon notre my our"),
		asking:    set("combien comment pourquoi qui quel quelle quels quelles quoi faut what which who why how much many peut peux puis dois can should", hoursWhenWords),
		whom:      set("comment qui how who whom"),
	}
	v.meant.open = hoursWords("ouvert ouverte ouverture")
	v.meant.hours = hoursWords("horaire horaires")
	v.meant.reach = hoursWords("telephone numero adresse courriel contacter")
	return v
})

// alike tells whether a word is meant for another: the same but for a slip or
// two in long words, or sounding alike.
func (w hoursWord) alike(meant hoursWord) bool {
	if w.text == meant.text {
		return true
	}
	n := min(len(w.text), len(meant.text))
	if n < 5 {
		return n == 4 && (w.text+"s" == meant.text || meant.text+"s" == w.text)
	}
	if len(w.sound) >= 4 && w.sound == meant.sound {
		return true
	}
	allowed := 1
	if n >= 8 {
		allowed = 2
	}
	return hoursEdits(w.text, meant.text, allowed) <= allowed
}

// hoursEdits is the edit distance of two words, or more than limit where their
// lengths alone say so.
func hoursEdits(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	return analysis.EditDistance([]rune(a), []rune(b))
}
