package rag

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

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

// asData makes text that cannot close the tags it stands between, nor pass for
// a citation.
func asData(text string) string {
	text = strings.NewReplacer("<", "‹", ">", "›").Replace(text)
	return citationMark.ReplaceAllStringFunc(text, func(mark string) string {
		return "(" + strings.Trim(mark, "[]") + ")"
	})
}

// messages returns the prompt: the rules, the conversation so far, then the
// passages and the question. language is "fr" or "en".
func (p prompts) messages(language string, req Request, sources []Source) ([]llm.Message, error) {
	system, err := p.render("system."+language+".tmpl", map[string]any{"Town": asData(fold(req.Town.Name)), "NoAnswer": noAnswer})
	if err != nil {
		return nil, err
	}
	question, err := p.render("question.tmpl", map[string]any{"Sources": sources, "Question": req.Question})
	if err != nil {
		return nil, err
	}
	out := []llm.Message{{Role: "system", Text: system}}
	for _, e := range req.History[max(0, len(req.History)-maxHistory):] {
		out = append(out,
			llm.Message{Role: "user", Text: asData(clip(e.Question, MaxQuestion))},
			llm.Message{Role: "assistant", Text: asData(clip(e.Answer, maxHistoryAnswer))})
	}
	return append(out, llm.Message{Role: "user", Text: question}), nil
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
