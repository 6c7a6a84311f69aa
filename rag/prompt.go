package rag

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"guichet/internal/llm"
)

//go:embed prompts/*.tmpl
var promptFiles embed.FS

// noAnswer is what a model writes when the passages do not answer.
const noAnswer = "NO_ANSWER"

// Bounds of the conversation that a model is shown.
const (
	maxHistory       = 3   // exchanges
	maxHistoryAnswer = 600 // characters of each answer
)

// prompts makes a model's messages from templates.
type prompts struct{ templates *template.Template }

func newPrompts() (prompts, error) {
	t, err := template.New("").Funcs(template.FuncMap{"data": asData}).ParseFS(promptFiles, "prompts/*.tmpl")
	if err != nil {
		return prompts{}, fmt.Errorf("parse prompts: %w", err)
	}
	return prompts{t}, nil
}

// What a model might take for the prompt's own form rather than for words.
var (
	specialToken = regexp.MustCompile(`‹\|[^|›]{0,40}\|›|‹‹/?SYS››|\[/?(?:INST|SYS|SYSTEM|ASSISTANT|USER)\]|(?i:‹/?s›)`)
	roleMarker   = regexp.MustCompile(`(?im)^([ \t#*>›-]*)(system|assistant|user|human|developer|tool|ai|système|utilisateur|développeur)([ *]*):`)
	codeFence    = regexp.MustCompile("`{3,}|~{3,}")
	hashes       = regexp.MustCompile(`(?m)^[ \t]*#{1,6}[ \t]+`)
	angles       = strings.NewReplacer("<", "‹", ">", "›", "＜", "‹", "＞", "›", "﹤", "‹", "﹥", "›", "【", "(", "】", ")", "［", "[", "］", "]")
)

// asData makes text that cannot close the tags it stands between, nor pass for
// another speaker, a citation or a model's own marks, nor hide words from those
// who read the trace.
func asData(text string) string {
	text = angles.Replace(visible(text))
	text = specialToken.ReplaceAllString(text, " ")
	text = roleMarker.ReplaceAllString(text, "$1$2$3 -")
	text = codeFence.ReplaceAllString(text, " ")
	text = hashes.ReplaceAllString(text, "")
	text = strings.ReplaceAll(text, noAnswer, "NO ANSWER")
	return citationMark.ReplaceAllStringFunc(text, func(mark string) string {
		return "(" + strings.Trim(mark, "[]") + ")"
	})
}

// visible drops what cannot be seen: controls but line ends and tabs, zero-width
// and direction marks, Unicode tags, variation selectors, private characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector):
			return -1
		}
		return r
	}, text)
}

// messages returns the prompt: the rules, then the conversation so far, the
// passages and the question, all three as data. The conversation has no roles of
// its own: what a resident wrote must not come back as an order, nor what an
// answer quoted as a rule. language is "fr" or "en".
func (p prompts) messages(language string, req Request, sources []Source) ([]llm.Message, error) {
	if language != "en" {
		language = "fr" // whatever the rules are written in, they ask for the question's own language
	}
	system, err := p.render("system."+language+".tmpl", map[string]any{
		"Town": asData(fold(req.Town.Name)), "NoAnswer": noAnswer, "Translates": asksTranslation(req.Question),
	})
	if err != nil {
		return nil, err
	}
	question, err := p.render("question.tmpl", map[string]any{
		"Sources": sources, "Question": req.Question, "History": clipHistory(req.History),
	})
	if err != nil {
		return nil, err
	}
	return []llm.Message{{Role: "system", Text: system}, {Role: "user", Text: question}}, nil
}

// asksTranslation tells whether a question is in a third language that is known:
// each sentence must then bring the words that it translates.
func asksTranslation(question string) bool {
	l := questionTongue(question)
	return l != nil
}

// condense returns the prompt that makes a follow-up self-contained.
func (p prompts) condense(language, question string, history []Exchange) ([]llm.Message, error) {
	if language != "en" {
		language = "fr"
	}
	system, err := p.render("condense."+language+".tmpl", nil)
	if err != nil {
		return nil, err
	}
	user, err := p.render("followup.tmpl", map[string]any{"Question": question, "History": clipHistory(history)})
	if err != nil {
		return nil, err
	}
	return []llm.Message{{Role: "system", Text: system}, {Role: "user", Text: user}}, nil
}

// clipHistory leaves the last exchanges, their answers shortened.
func clipHistory(history []Exchange) []Exchange {
	var out []Exchange
	for _, e := range history[max(0, len(history)-maxHistory):] {
		out = append(out, Exchange{clip(e.Question, MaxQuestion), clip(e.Answer, maxHistoryAnswer)})
	}
	return out
}

func (p prompts) render(name string, data any) (string, error) {
	var b strings.Builder
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("prompt %s: %w", name, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// clip shortens text to n characters.
func clip(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return strings.TrimSpace(string(runes[:n])) + "…"
	}
	return text
}

// promptText is a prompt as an agent reads it in a trace.
func promptText(messages []llm.Message) string {
	var parts []string
	for _, m := range messages {
		parts = append(parts, "["+m.Role+"]\n"+m.Text)
	}
	return strings.Join(parts, "\n\n")
}
