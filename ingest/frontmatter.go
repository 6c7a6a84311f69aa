package ingest

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// cutFrontMatter parts a Markdown file into its front matter, without the
// fences, and its body. A file that does not begin with a fence has none.
func cutFrontMatter(text string) (front, body string, err error) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", text, nil
	}
	at := 0
	for line := range strings.SplitAfterSeq(rest, "\n") {
		if bare := strings.TrimRight(line, " \t\n"); bare == "---" || bare == "..." {
			return rest[:at], rest[at+len(line):], nil
		}
		at += len(line)
	}
	// A rule at the top of a file without front matter is ordinary Markdown.
	first, _, _ := strings.Cut(strings.TrimLeft(rest, "\n"), "\n")
	if !strings.Contains(first, ":") {
		return "", text, nil
	}
	return "", "", failuref(codeFrontMatter, "front matter: the closing --- is missing")
}

// Bounds of front matter, which is a few lines.
const (
	frontBytes   = 64 << 10
	frontNesting = 100
)

var yamlAlias = regexp.MustCompile(`(?m)(?:^|[\s\[,:])\*\w`)

// readFrontMatter fills x with what the front matter says. Names are French or
// English; unknown ones are left alone.
func readFrontMatter(front string, x *Extracted) error {
	if strings.TrimSpace(front) == "" {
		return nil
	}
	// Aliases of aliases blow up, and deep nesting takes the parser's stack.
	if len(front) > frontBytes || strings.Count(front, "[")+strings.Count(front, "{") > frontNesting || len(yamlAlias.FindAllString(front, frontNesting)) > 10 {
		return failuref(codeFrontMatter, "front matter: longer or more nested than is read")
	}
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(front), &fields); err != nil {
		return failuref(codeFrontMatter, "front matter: %s", yamlReason(err))
	}
	texts := map[string]*string{
		"title": &x.Title, "titre": &x.Title,
		"url": &x.URL, "canonical": &x.URL, "lien": &x.URL,
		"theme": &x.Theme, "thème": &x.Theme, "category": &x.Theme, "rubrique": &x.Theme,
		"language": &x.Language, "lang": &x.Language, "langue": &x.Language,
	}
	dates := map[string]*time.Time{
		"date": &x.PublishedOn, "published": &x.PublishedOn, "published_on": &x.PublishedOn,
		"publié_le": &x.PublishedOn, "publie_le": &x.PublishedOn, "date_publication": &x.PublishedOn,
		"modified": &x.ModifiedOn, "modified_on": &x.ModifiedOn, "updated": &x.ModifiedOn, "lastmod": &x.ModifiedOn,
		"modifié_le": &x.ModifiedOn, "modifie_le": &x.ModifiedOn, "mis_à_jour": &x.ModifiedOn, "mis_a_jour": &x.ModifiedOn,
		"mise_à_jour": &x.ModifiedOn, "mise_a_jour": &x.ModifiedOn,
		"valid_from": &x.ValidFrom, "valable_du": &x.ValidFrom, "valide_du": &x.ValidFrom, "valable_a_partir_du": &x.ValidFrom,
		"valid_until": &x.ValidUntil, "valid_to": &x.ValidUntil, "expires": &x.ValidUntil,
		"valable_jusqu_au": &x.ValidUntil, "valable_au": &x.ValidUntil, "valide_jusqu_au": &x.ValidUntil, "expire_le": &x.ValidUntil,
	}
	for name, value := range fields {
		name = fieldName(name)
		if to := texts[name]; to != nil {
			*to = oneLine(yamlText(value))
		} else if to := dates[name]; to != nil && value != nil {
			day, ok := parseDate(yamlText(value))
			if !ok {
				x.Notes = append(x.Notes, notef(noteDate, with{"Field": name, "Value": yamlText(value)},
					"front matter: the %s %q is no date that is understood; it was left out", name, yamlText(value)))
				continue
			}
			*to = day
		}
	}
	return nil
}

// fieldName brings "Valable-jusqu'au" and "valid until" to one spelling.
func fieldName(name string) string {
	return strings.NewReplacer("-", "_", " ", "_", "'", "_", "’", "_").Replace(strings.ToLower(oneLine(name)))
}

func yamlText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format(time.DateOnly)
	case []any:
		parts := make([]string, 0, len(v))
		for _, p := range v {
			parts = append(parts, yamlText(p))
		}
		return strings.Join(parts, " > ")
	}
	return fmt.Sprint(value)
}

// yamlReason is the first line of a YAML error, which says where and what; the
// lines that follow draw the place.
func yamlReason(err error) string {
	first, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return oneLine(first)
}
