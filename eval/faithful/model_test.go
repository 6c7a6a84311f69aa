package faithful

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"guichet/internal/llmtest"
)

// prompt is what a model is asked.
type prompt struct {
	system   string
	passages []passage
	last     string // the last message as it is
}

// passage is a numbered passage of a prompt.
type passage struct {
	n     int
	title string // document and heading path
	text  string
}

var (
	fence   = regexp.MustCompile(`(?s)<passage n="(\d+)"[^>]*>\n(.*?)\n</passage>`)
	strange = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'")
)

// read finds the passages of a prompt.
func read(r llmtest.Request) prompt {
	p := prompt{last: r.Last()}
	if len(r.Messages) > 0 && r.Messages[0].Role == "system" {
		p.system = r.Messages[0].Content
	}
	for _, m := range fence.FindAllStringSubmatch(p.last, -1) {
		n, _ := strconv.Atoi(m[1]) // digits alone
		title, text, _ := strings.Cut(m[2], "\n")
		p.passages = append(p.passages, passage{n: n, title: strange.Replace(title), text: strange.Replace(text)})
	}
	return p
}

// scripted is a model that writes what the test says.
type scripted struct {
	mu    sync.Mutex
	write func(prompt) string
	asked prompt
	known map[string]bool // system prompts
}

// systems returns the system prompts that there were.
func (s *scripted) systems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.known))
}

func (s *scripted) begin(write func(prompt) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write, s.asked = write, prompt{}
}

// end returns the last prompt since begin.
func (s *scripted) end() prompt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *scripted) script(r llmtest.Request) llmtest.Script {
	p := read(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = p
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[p.system] = true
	return llmtest.Good(s.write(p))
}
