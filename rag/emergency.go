package rag

import (
	"embed"
	"sync"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/internal/phrases"
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

// dangerIn returns what kind of danger a question speaks of, a section of
// phrases/emergency.*.txt, or "".
func dangerIn(question string) string {
	found, _ := emergencyPhrases().Find(question)
	return found.Kind
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
	units := []Unit{{Kind: Sentence, Text: m.T("rag.emergency." + kind), Break: true}}
	for i, number := range emergencyNumbers(kind) {
		units = append(units, Unit{Kind: Item, Text: m.T("rag.emergency.number." + number), Break: i == 0})
	}
	switch kind {
	case "homeless", "hunger", "violence":
		units = append(units, contactUnits(m, c, "rag.emergency.town")...)
	}
	return units
}
