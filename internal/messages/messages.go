// Package messages holds the text that residents and agents read, French
// first, English beside it. Each area has a file of its own in fr/ and en/,
// a flat JSON object from id to text; placeholders are {{.Name}}. Ids begin
// with their area: "chat.error.busy" stands in fr/chat.json. A test holds the
// two languages to the same ids and placeholders.
//
// A further language is a further folder, named by its BCP 47 tag, with one
// file or several: es/all.json. What it lacks is shown in French.
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed */*.json
var files embed.FS

// Catalogue holds all languages. It is safe for concurrent use.
type Catalogue struct {
	bundle *i18n.Bundle
	texts  map[string]map[string]string // by language and id, unfilled
	tags   []language.Tag               // French first

	messages []*Messages // of each tag
	matcher  language.Matcher
}

// Load reads the embedded catalogue; an error is a defect of the build.
func Load() (*Catalogue, error) { return load(files) }

func load(files fs.FS) (*Catalogue, error) {
	c := &Catalogue{
		bundle: i18n.NewBundle(language.French), texts: map[string]map[string]string{}, tags: []language.Tag{language.French},
	}
	names, err := fs.Glob(files, "*/*.json")
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	for _, name := range names {
		tag, err := language.Parse(path.Dir(name))
		if err != nil {
			return nil, fmt.Errorf("messages %s: the folder is no language: %w", name, err)
		}
		if err := c.add(files, name, tag); err != nil {
			return nil, err
		}
	}
	c.matcher = language.NewMatcher(c.tags)
	for _, tag := range c.tags {
		code := tag.String()
		c.messages = append(c.messages, &Messages{Language: code, catalogue: c, localizer: i18n.NewLocalizer(c.bundle, code, "fr")})
	}
	return c, nil
}

// add takes a file's messages.
func (c *Catalogue) add(files fs.FS, name string, tag language.Tag) error {
	texts, err := read(files, name)
	if err != nil {
		return err
	}
	if c.texts[tag.String()] == nil {
		c.texts[tag.String()] = map[string]string{}
	}
	if !slices.Contains(c.tags, tag) {
		c.tags = append(c.tags, tag)
	}
	for id, text := range texts {
		if err := c.bundle.AddMessages(tag, &i18n.Message{ID: id, Other: text}); err != nil {
			return fmt.Errorf("message %s in %s: %w", id, name, err)
		}
		c.texts[tag.String()][id] = text
	}
	return nil
}

// Languages returns the languages that there are, French first: what each calls
// itself, by its code.
func (c *Catalogue) Languages() []Language {
	var out []Language
	for _, tag := range c.tags {
		name := []rune(display.Self.Name(tag))
		name[0] = unicode.ToUpper(name[0])
		out = append(out, Language{Code: tag.String(), Name: string(name)})
	}
	return out
}

// Language is a language of the catalogue.
type Language struct{ Code, Name string }

func read(files fs.FS, name string) (map[string]string, error) {
	b, err := fs.ReadFile(files, name)
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
	if len(languages) > 0 {
		for _, m := range c.messages {
			if m.Language == languages[0] {
				return m // nothing to match, as nearly always
			}
		}
	}
	_, i := language.MatchStrings(c.matcher, languages...)
	return c.messages[i]
}

// Messages are the texts of one language.
type Messages struct {
	Language  string // "fr", "en", or another that the catalogue has
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
	for _, language := range []string{"fr", m.Language} {
		for id, text := range m.catalogue.texts[language] {
			if strings.HasPrefix(id, prefix) {
				texts[id] = text
			}
		}
	}
	return texts
}
