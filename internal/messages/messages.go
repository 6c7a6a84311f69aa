// Package messages holds the text that residents and agents read, French
// first, English beside it. Each area has a file of its own in fr/ and en/,
// a flat JSON object from id to text; placeholders are {{.Name}}. Ids begin
// with their area: "chat.error.busy" stands in fr/chat.json. A test holds the
// two languages to the same ids and placeholders.
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed fr/*.json en/*.json
var files embed.FS

// Catalogue holds all languages. It is safe for concurrent use.
type Catalogue struct {
	bundle *i18n.Bundle
	texts  map[string]map[string]string // by language and id, unfilled
}

// Load reads the embedded catalogue; an error is a defect of the build.
func Load() (*Catalogue, error) {
	c := &Catalogue{bundle: i18n.NewBundle(language.French), texts: map[string]map[string]string{}}
	for _, tag := range []language.Tag{language.French, language.English} {
		c.texts[tag.String()] = map[string]string{}
		names, err := fs.Glob(files, tag.String()+"/*.json")
		if err != nil {
			return nil, fmt.Errorf("list messages: %w", err)
		}
		for _, name := range names {
			texts, err := read(name)
			if err != nil {
				return nil, err
			}
			for id, text := range texts {
				if err := c.bundle.AddMessages(tag, &i18n.Message{ID: id, Other: text}); err != nil {
					return nil, fmt.Errorf("message %s in %s: %w", id, name, err)
				}
				c.texts[tag.String()][id] = text
			}
		}
	}
	return c, nil
}

func read(name string) (map[string]string, error) {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(b, &texts); err != nil {
		return nil, fmt.Errorf("parse messages %s: %w", name, err)
	}
	return texts, nil
}

// For returns the messages for the first of these languages (BCP 47 tags, or
// an Accept-Language header) that the catalogue has, else French.
func (c *Catalogue) For(languages ...string) *Messages {
	matcher := language.NewMatcher([]language.Tag{language.French, language.English})
	tag, _ := language.MatchStrings(matcher, languages...)
	base, _ := tag.Base()
	return &Messages{Language: base.String(), catalogue: c, localizer: i18n.NewLocalizer(c.bundle, base.String(), "fr")}
}

// Messages are the texts of one language.
type Messages struct {
	Language  string // "fr" or "en"
	catalogue *Catalogue
	localizer *i18n.Localizer
}

// T returns the text with this id; data fills its placeholders. An unknown id
// comes back as itself, so that a page shows a gap and not an error.
func (m *Messages) T(id string, data ...map[string]any) string {
	cfg := &i18n.LocalizeConfig{MessageID: id}
	if len(data) > 0 {
		cfg.TemplateData = data[0]
	}
	text, err := m.localizer.Localize(cfg)
	if err != nil && text == "" {
		return id
	}
	return text
}

// Area returns the texts whose ids begin with prefix, by id, unfilled: what a
// page hands to its script.
func (m *Messages) Area(prefix string) map[string]string {
	texts := map[string]string{}
	for id, text := range m.catalogue.texts[m.Language] {
		if strings.HasPrefix(id, prefix) {
			texts[id] = text
		}
	}
	return texts
}
