package ingest

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PlainExtractor reads plain text, in UTF-8 or in Windows-1252.
type PlainExtractor struct{}

// Version implements Extractor.
func (PlainExtractor) Version() string { return "plain/3" }

// Extract implements Extractor. The text is one section; its title is the
// first line when that is short, else the file's name.
func (PlainExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	if err := checkTextFile(in.Bytes); err != nil {
		return Extracted{}, err
	}
	decoded, err := decodeText(in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	if strings.ContainsRune(decoded, '\f') { // else the expression would read it all for nothing
		decoded = turnedPage.ReplaceAllString(decoded, "$1\n$2")
	}
	cleaned := cleanText(decoded)
	if err := checkText(cleaned); err != nil {
		return Extracted{}, err
	}
	if ctx.Err() != nil {
		return Extracted{}, ctx.Err()
	}
	body := unwrap(cleaned)
	return Extracted{Title: firstLine(body), Sections: []Section{{Text: body}}}, nil
}

// turnedPage is a form feed inside a sentence.
var turnedPage = regexp.MustCompile(`([\pL\d,-])[ \t]*\r?\n?\f[ \t]*(\p{Ll})`)

// firstLine returns the text's first line when it could be a title.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	line = headingMark.ReplaceAllString(line, "")
	if n := utf8.RuneCountInString(line); n == 0 || n > 120 {
		return ""
	}
	return line
}

// headingMark is what Markdown puts before a heading, as plain texts have it, too.
var headingMark = regexp.MustCompile(`^#{1,6}\s+`)

var (
	bullet   = regexp.MustCompile(`^\s*[•●▪◦‣·–—*\x{F0B7}\x{F0A7}\x{F0D8}-]\s+`)
	numbered = regexp.MustCompile(`^\s*\d{1,3}[.)]\s+`)
)

// unwrap joins the lines that a fixed width broke apart, so that sentences are
// whole. Bullets become "- ".
func unwrap(s string) string {
	lines := strings.Split(s, "\n")
	return unwrapLines(lines, usualWidth(lines), hyphenated(s))
}

// unwrapLines is unwrap for a part of a text whose usual width and compounds
// are known.
func unwrapLines(lines []string, width int, compounds map[string]bool) string {
	var out strings.Builder
	before := "" // the line before, not yet written; "": nothing goes on
	for i, line := range lines {
		isItem := bullet.MatchString(line)
		if isItem {
			line = "- " + bullet.ReplaceAllString(line, "")
		}
		isItem = isItem || numbered.MatchString(line)
		line = strings.TrimSpace(line)
		switch {
		case before != "" && line != "" && !isItem && goesOn(before, line, width):
			out.WriteString(upTo(before, line, compounds))
		case i > 0:
			out.WriteString(before + "\n")
		}
		before = line
	}
	out.WriteString(before)
	return out.String()
}

// goesOn tells whether next continues the sentence of line: it begins with a
// small letter behind a line that is not short, or line fills the width. What
// ends in punctuation is left alone: it reads well as it is.
func goesOn(line, next string, width int) bool {
	last, _ := utf8.DecodeLastRuneInString(line)
	first, _ := utf8.DecodeRuneInString(next)
	length := utf8.RuneCountInString(line)
	switch {
	case strings.ContainsRune(".!?:;", last), strings.HasPrefix(next, "|"), strings.HasPrefix(line, "|"):
		return false
	case last == ',' || last == '-' && unicode.IsLower(first):
		return true
	case unicode.IsLower(first) || strings.ContainsRune("(«", first):
		return length*10 >= width*6
	}
	// Longer lines than these are paragraphs, shorter ones a list or verse.
	return width >= 50 && width <= 130 && length*10 >= width*8
}

// usualWidth is the length that nine lines in ten do not pass.
func usualWidth(lines []string) int {
	var lengths []int
	for _, line := range lines {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > 0 {
			lengths = append(lengths, n)
		}
	}
	if len(lengths) == 0 {
		return 0
	}
	slices.Sort(lengths)
	return lengths[(len(lengths)-1)*9/10]
}

var compound = regexp.MustCompile(`\pL+-\pL+`)

// hyphenated returns the text's compounds, in lower case: "rendez-vous".
func hyphenated(s string) map[string]bool {
	words := map[string]bool{}
	for _, w := range compound.FindAllString(s, -1) {
		words[strings.ToLower(w)] = true
	}
	return words
}

// upTo is what stands before next when it goes on from line: the line and a
// space, or the first half of a word that was broken at the line's end. A
// compound keeps its hyphen.
func upTo(line, next string, compounds map[string]bool) string {
	head, broken := strings.CutSuffix(line, "-")
	first, _ := utf8.DecodeRuneInString(next)
	before, _ := utf8.DecodeLastRuneInString(head)
	switch {
	case !broken || !unicode.IsLetter(before) || !unicode.IsLetter(first):
		return line + " "
	case !unicode.IsLower(first): // Saint-Aubin
		return line
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	words := strings.FieldsFunc(head, notLetter)
	left := strings.ToLower(words[len(words)-1])
	if linked := strings.TrimSuffix(head, words[len(words)-1]); strings.HasSuffix(linked, "-") && linkWords[left] {
		return line // vingt-et-un, Pont-sur-le-lac
	}
	right := next
	if end := strings.IndexFunc(next, notLetter); end >= 0 {
		right = next[:end]
	}
	right = strings.ToLower(right)
	if compounds[left+"-"+right] || keepsHyphen(left, right) {
		return line
	}
	return head
}

// linkWords stand whole between two hyphens.
var linkWords = words("à au aux d de des du en et l la le les lès sous sur")

// keepsHyphen knows the words that French joins with a hyphen.
func keepsHyphen(left, right string) bool {
	switch left {
	case "rendez", "après", "avant", "demi", "non", "sous", "mi", "grand", "grands", "rez", "procès",
		"vice", "ex", "peut", "est", "c'est", "porte", "quelques", "vingt", "soixante", "quatre", "dix",
		"compte", "ci", "au", "par", "là", "auto", "chef", "centre", "lave", "haut", "bas":
		return true
	}
	switch right {
	case "vous", "nous", "je", "tu", "il", "elle", "ils", "elles", "on", "ce", "ci", "là", "moi", "toi",
		"même", "mêmes", "les", "la", "le", "y", "en", "midi", "delà", "dessus", "dessous", "verbal", "verbaux":
		return true
	}
	return false
}
