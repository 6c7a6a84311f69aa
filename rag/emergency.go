package rag

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"guichet/corpus"
	"guichet/internal/messages"
)

//go:embed emergency.txt
var emergencyFile string

// danger is what the lines of emergency.txt say.
type danger struct {
	cues  []dangerCue
	quiet []*regexp.Regexp
}

type dangerCue struct {
	kind string
	re   *regexp.Regexp
}

// newDanger reads emergency.txt.
var newDanger = sync.OnceValue(func() danger {
	var d danger
	for line := range strings.SplitSeq(emergencyFile, "\n") {
		kind, pattern, found := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, "#") || !found:
		case kind == "not":
			d.quiet = append(d.quiet, regexp.MustCompile(pattern))
		default:
			d.cues = append(d.cues, dangerCue{kind, regexp.MustCompile(pattern)})
		}
	}
	return d
})

// dangerIn returns what kind of danger a question speaks of, or "".
func dangerIn(question string) string {
	d, text := newDanger(), folded(question)
	for _, re := range d.quiet {
		text = re.ReplaceAllString(text, " ; ")
		if strings.TrimSpace(strings.ReplaceAll(text, ";", "")) == "" {
			return ""
		}
	}
	for _, c := range d.cues {
		if c.re.MatchString(text) {
			return c.kind
		}
	}
	return ""
}

// emergencyNumbers are the messages of the national numbers, the ones for this
// kind of danger first.
func emergencyNumbers(kind string) []string {
	switch kind {
	case "violence":
		return []string{"17", "3919", "114", "112"}
	case "suicide":
		return []string{"3114", "15", "112"}
	case "fire":
		return []string{"18", "112", "114"}
	case "hunger":
		return []string{"115", "112"}
	case "child":
		return []string{"119", "17", "112"}
	}
	return []string{"15", "18", "17", "112", "114"}
}

// emergency is the designed answer to somebody in danger: whom to call now,
// and the town's contact.
func emergency(m *messages.Messages, kind string, c corpus.Contact) []Unit {
	units := []Unit{{Kind: Sentence, Text: m.T("rag.emergency." + kind), Break: true}}
	for i, number := range emergencyNumbers(kind) {
		units = append(units, Unit{Kind: Item, Text: m.T("rag.emergency.number." + number), Break: i == 0})
	}
	if kind == "hunger" || kind == "violence" {
		units = append(units, contactUnits(m, c, "rag.emergency.town")...)
	}
	return units
}
