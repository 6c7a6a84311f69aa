package rag

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/phrases"
	"guichet/internal/weigh"
)

// phraseFiles are the patterns of emergency.go and scope.go, a file for each
// language: a language is added by adding its file.
//
//go:embed phrases/*.txt
var phraseFiles embed.FS

// readPhrases reads the patterns of one step in all languages, French first, since
// others add to its sections.
func readPhrases(step string) (*phrases.Rules, error) {
	files := make([]string, 0, 8)
	first, err := phraseFiles.ReadFile("phrases/" + step + ".fr.txt")
	if err != nil {
		return nil, err
	}
	files = append(files, string(first))
	entries, err := phraseFiles.ReadDir("phrases")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if name := e.Name(); len(name) > len(step) && name[:len(step)+1] == step+"." && name != step+".fr.txt" {
			b, err := phraseFiles.ReadFile("phrases/" + name)
			if err != nil {
				return nil, err
			}
			files = append(files, string(b))
		}
	}
	return phrases.Parse(files...)
}

// mustRead is readPhrases for files that a test has read.
func mustRead(step string) func() *phrases.Rules {
	return sync.OnceValue(func() *phrases.Rules {
		rules, err := readPhrases(step)
		if err != nil {
			panic("phrases of " + step + ": " + err.Error())
		}
		return rules
	})
}

var emergencyPhrases = mustRead("emergency")

// weightsFile is learnt from the examples of emergency_learn_test.go, by
// "go test ./rag -run LearnEmergencies -learn".
//
//go:embed emergency.weights
var weightsFile string

var emergencyWeights = mustWeigh("emergency", weightsFile)

// mustWeigh reads weights when they are first asked for. They are part of the program.
func mustWeigh(step, file string) func() *weigh.Weights {
	return sync.OnceValue(func() *weigh.Weights {
		weights, err := weigh.Parse(file)
		if err != nil {
			panic("weights of " + step + ": " + err.Error())
		}
		return weights
	})
}

// ordinary is the kind of a text that tells of no danger, in emergency.weights.
const ordinary = "none"

// Scores of emergency.weights, logarithms of odds; docs/intake.md has what they
// were chosen by. From sureScore on the words tell of danger even if no pattern
// does, unless the question asks for what nobody in danger asks for, which takes
// urgentScore; and from perhapsScore on they may. Under hardlyScore, and under doubtScore
// for a weak pattern, they speak so much for an ordinary question that the pattern may
// have been met by chance.
const (
	urgentScore  = 2.0
	sureScore    = 0.1
	perhapsScore = -1.0
	doubtScore   = -1
	hardlyScore  = -2
)

// Alarm is how sure it is that a question tells of danger.
type Alarm string

// The degrees of alarm.
const (
	NoAlarm Alarm = ""        // answer as usual
	Perhaps Alarm = "perhaps" // answer as usual, below the numbers to call
	Sure    Alarm = "sure"    // answer with the numbers, and nothing else
)

// Danger is what a question tells of.
type Danger struct {
	Alarm Alarm
	Kind  string // a section of phrases/emergency.*.txt
	Why   string // the words of the question that say so, or that weighed most
}

// A question of fewer than fewWords words gives little to go by: what no pattern
// tells of must score shortScore, and one word alone is not weighed.
const (
	fewWords   = 4
	shortScore = 1.5
)

// DangerIn judges a question by patterns, and by the weight of its words where
// no pattern is met or where one may have been met by chance.
func DangerIn(question string) Danger {
	if wantsHuman(question) {
		return Danger{}
	}
	found, is := emergencyPhrases().Find(question)
	count := len(strings.Fields(question))
	short := count < fewWords
	if short && is {
		return Danger{Sure, found.Kind, found.Words}
	}
	weighed := emergencyWeights().Weigh(question)
	if short && (count < 2 || weighed.Score < shortScore) {
		return Danger{}
	}
	if is {
		if found.Weak && weighed.Score < hardlyScore {
			return Danger{}
		}
		if weighed.Score < hardlyScore || found.Weak && weighed.Score < doubtScore {
			return Danger{Perhaps, found.Kind, found.Words}
		}
		return Danger{Sure, found.Kind, found.Words}
	}
	words := strings.Join(weighed.Words, " ")
	switch {
	case surely(question, weighed.Score):
		return Danger{Sure, weighed.Kind, words}
	case weighed.Score >= perhapsScore:
		return Danger{Perhaps, weighed.Kind, words}
	}
	return Danger{}
}

// surely tells whether a question that no pattern tells of is an emergency, by the
// score of its words.
func surely(question string, score float64) bool {
	return score >= urgentScore || score >= sureScore && !arranges(question)
}

// arranges tells a question that asks for a price, a term, papers or how to cancel:
// whoever writes that has the time to, whatever else the words may tell of.
func arranges(question string) bool {
	return slices.ContainsFunc(asksFor(question), func(want int) bool {
		return want == wantsPrice || want == wantsTerm || want == wantsPapers || want == wantsCancelling
	})
}

// emergencyNumbers are the messages of the national numbers, the ones for this
// kind of danger first.
func emergencyNumbers(kind string) []string {
	switch kind {
	case "deaf":
		return []string{"114"}
	case "suicide_now":
		return []string{"18", "15", "17", "112", "3114"}
	case "elder":
		return []string{"17", "3977", "112", "114"}
	case "suicide":
		return []string{"3114", "15", "112", "114"}
	case "violence":
		return []string{"17", "3919", "114", "112"}
	case "crime":
		return []string{"17", "114", "112"}
	case "child":
		return []string{"119", "17", "112", "114"}
	case "missing":
		return []string{"17", "116000", "112"}
	case "fire":
		return []string{"18", "112", "114"}
	case "gas":
		return []string{"gas", "18", "112"}
	case "power":
		return []string{"18", "112", "enedis"}
	case "co":
		return []string{"18", "15", "112"}
	case "drowning":
		return []string{"18", "15", "112", "196"}
	case "poisoning":
		return []string{"15", "112", "114"}
	case "homeless", "hunger":
		return []string{"115", "112"}
	case "accident":
		return []string{"15", "18", "112", "114"}
	}
	return []string{"15", "18", "17", "112", "114"}
}

// emergency is the designed answer to somebody in danger: what to do and whom
// to call now, and, where the town itself helps, its contact.
func emergency(m *messages.Messages, kind string, c corpus.Contact) []Unit {
	units := numbersFirst(m, "rag.emergency."+kind, kind)
	switch kind {
	case "homeless", "hunger", "violence":
		units = append(units, contactUnits(m, c, "emergency")...)
	}
	return units
}

// perhapsEmergency stands above the answer to a question that may come from
// somebody in danger.
func perhapsEmergency(m *messages.Messages, kind string) []Unit {
	return numbersFirst(m, "rag.emergency.perhaps", kind)
}

func numbersFirst(m *messages.Messages, sentence, kind string) []Unit {
	units := []Unit{{Kind: Sentence, Text: m.T(sentence), Break: true, Alarm: true}}
	for i, number := range emergencyNumbers(kind) {
		units = append(units, Unit{
			Kind: Item, Text: m.T("rag.emergency.number." + number), Break: i == 0, Alarm: true, Call: callTo(number),
		})
	}
	return units
}

// callTo is the address that reaches a number of emergencyNumbers.
func callTo(number string) string {
	switch number {
	case "114":
		return "sms:114"
	case "gas":
		return "tel:0800473333"
	case "enedis":
		return "" // its end depends on where one is
	}
	return "tel:" + number
}

// EmergencyUnits are the designed answer to a question that surely tells of
// danger, numbered, and none to any other. They need nothing but the question:
// no search, no model and no database.
func EmergencyUnits(m *messages.Messages, question string, c corpus.Contact) []Unit {
	danger := DangerIn(question)
	if danger.Alarm != Sure {
		return nil
	}
	units := emergency(m, danger.Kind, c)
	for i := range units {
		units[i].N, units[i].Citations = i+1, []Citation{}
	}
	return units
}
