package ingest

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Levels of headings that are known by their form; those known by their size
// come before them.
const (
	levelPart    = 5 + iota // TITRE II, CHAPITRE 3
	levelCapital            // RÈGLEMENT INTÉRIEUR
	levelRoman              // II - Tarifs
	levelNumber             // 2. Tarifs
	levelArticle            // Article 2 - Tarifs
)

// Sizes of headings that are told apart.
const headingSizes = 4

var (
	partLine    = regexp.MustCompile(`^(?:TITRE|CHAPITRE|SECTION|PARTIE|ANNEXE|Titre|Chapitre|Section|Partie|Annexe)\s+(?:\d{1,3}|[IVXL]{1,6}|[A-H])(?:er|re)?\b`)
	articleLine = regexp.MustCompile(`^(?:ARTICLE|Article|Art\.)\s+(?:\d{1,3}|[IVXL]{1,6}|[LR]\.?\s?\d[\d-]*)\s?(?:er|ER)?(?:-\d{1,2})?(?:\s*[:.–—-]|\s*$)`)
	romanLine   = regexp.MustCompile(`^[IVXL]{1,5}\s*[-–—.)/]\s*\S`)
	numberLine  = regexp.MustCompile(`^\d{1,2}(?:\.\d{1,2}){0,3}\s*[-–—.)]?\s+\p{Lu}`)
)

// pdfSections writes the document's sections. It returns what the first page
// shows as its title, or "".
func pdfSections(doc []*pdfPage, x *Extracted) (title string) {
	sizes := headingLevels(doc)
	var whole strings.Builder
	for _, p := range doc {
		whole.WriteString(p.body())
		whole.WriteByte('\n')
	}
	compounds := hyphenated(whole.String())
	var out outline
	for _, p := range doc {
		out.page = p.number
		text := p.body()
		lines := strings.Split(text, "\n")
		width := usualWidth(lines)
		bySize := p.headingsBySize(sizes)
		var open []string // lines since the last heading
		flush := func() {
			out.block(cleanText(unwrapLines(open, width, compounds)))
			open = nil
		}
		for i := 0; i < len(lines); i++ {
			level := bySize[lines[i]]
			if level == 0 {
				level = headingForm(lines, i, width)
			}
			if level == 0 {
				open = append(open, lines[i])
				continue
			}
			flush()
			heading := lines[i]
			// A heading that was broken goes on with its next line.
			for i+1 < len(lines) && level <= headingSizes && bySize[lines[i+1]] == level && utf8.RuneCountInString(heading) < 160 {
				i++
				heading = upTo(heading, lines[i], compounds) + lines[i]
			}
			if title == "" && p.number == 1 && level == 1 {
				title = heading
			}
			out.heading(level, "", heading)
		}
		flush()
		out.close()
	}
	x.Sections = out.finish(firstOf(x.Title, title))
	return title
}

// headingLevels gives the sizes of letters, in half points, that headings have,
// and the level of each. There are none where the body's size is not plain to
// see, or where large letters make up much of the text.
func headingLevels(doc []*pdfPage) map[int]int {
	letters := map[int]int{}
	all := 0
	for _, p := range doc {
		for _, line := range p.lines {
			n := utf8.RuneCountInString(line.text)
			letters[halfPoints(line.size)] += n
			all += n
		}
	}
	body, most := 0, 0
	for size, n := range letters {
		if n > most || n == most && size < body {
			body, most = size, n
		}
	}
	var larger []int
	count := 0
	for size, n := range letters {
		if float64(size) >= 1.13*float64(body) {
			larger = append(larger, size)
			count += n
		}
	}
	if most*3 < all || count*4 > all {
		return nil
	}
	slices.Sort(larger)
	slices.Reverse(larger)
	levels := map[int]int{}
	level := 0
	for i, size := range larger {
		// Sizes within a point are one level.
		if i == 0 || larger[i-1]-size > 2 {
			level = min(level+1, headingSizes)
		}
		levels[size] = level
	}
	return levels
}

func halfPoints(size float64) int { return int(math.Round(2 * size)) }

// headingsBySize returns the page's lines that are set in a heading's size.
func (p *pdfPage) headingsBySize(levels map[int]int) map[string]int {
	found := map[string]int{}
	for _, line := range p.lines {
		level := levels[halfPoints(line.size)]
		if level > 0 && couldHead(line.text) {
			found[line.text] = level
		}
	}
	return found
}

// couldHead refuses what is set large and is no heading: figures, sentences.
func couldHead(line string) bool {
	letters := 0
	for _, r := range line {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 3 && letters*2 >= utf8.RuneCountInString(line) && utf8.RuneCountInString(line) <= 120 &&
		!strings.HasSuffix(line, ".") && !strings.HasSuffix(line, ";") && !strings.HasSuffix(line, ",") && !strings.HasPrefix(line, "|")
}

// headingForm tells the level of a line that has the form of a heading, by its
// own words and the lines around it; 0 where it has none.
func headingForm(lines []string, i, width int) int {
	line := lines[i]
	n := utf8.RuneCountInString(line)
	if n == 0 || n > 110 || !strings.ContainsFunc(line, unicode.IsLetter) || strings.HasPrefix(line, "|") {
		return 0
	}
	if strings.ContainsAny(line[len(line)-1:], ".,;") && !articleLine.MatchString(line) {
		return 0
	}
	// A line that runs to the edge goes on in the next one.
	goes := i+1 < len(lines) && lines[i+1] != "" && width > 40 && n*10 >= width*9
	switch {
	case partLine.MatchString(line) && !goes:
		return levelPart
	case articleLine.MatchString(line) && !goes && !strings.HasSuffix(line, ","):
		if end := strings.TrimRight(line, "."); strings.Contains(end, ". ") {
			return 0 // a sentence follows on the line
		}
		return levelArticle
	}
	alone := (i == 0 || lines[i-1] == "") && (i+1 == len(lines) || lines[i+1] == "")
	switch {
	case isCapitals(line) && (alone || i == 0 || lines[i-1] == "") && !goes:
		return levelCapital
	case !alone:
		return 0
	case romanLine.MatchString(line) && n <= 80:
		return levelRoman
	case numberLine.MatchString(line) && n <= 80 && !besideNumbers(lines, i):
		return levelNumber
	}
	return 0
}

// besideNumbers tells a list, whose items follow one another, from numbered
// headings, which have text under them.
func besideNumbers(lines []string, i int) bool {
	for _, step := range []int{-1, 1} {
		j := i + step
		for j >= 0 && j < len(lines) && lines[j] == "" {
			j += step
		}
		if j >= 0 && j < len(lines) && numberLine.MatchString(lines[j]) {
			return true
		}
	}
	return false
}

// isCapitals tells a line of at least six letters, all capitals.
func isCapitals(line string) bool {
	letters := 0
	for _, r := range line {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 6 && letters*2 >= utf8.RuneCountInString(line)
}
