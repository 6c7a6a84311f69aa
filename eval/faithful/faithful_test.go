package faithful

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/eval"
	"guichet/rag"
)

var (
	full    = flag.Bool("full", false, "measure all, not a sample")
	verbose = flag.Bool("verbose", false, "tell of every unit that was wrongly shown or withheld")
)

// amount is how much is measured: of a sample, and in full.
func amount(sample, all int) int {
	if *full {
		return all
	}
	return sample
}

// handwritten is a line of eval/testdata/reworded.jsonl.
type handwritten struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Document string   `json:"document"`
	Faithful []string `json:"faithful"` // say what the document says, in other words
	Turned   []string `json:"turned"`   // do not, with no figure altered
}

func readHandwritten(t *testing.T) []handwritten {
	t.Helper()
	f, err := os.Open("../testdata/reworded.jsonl")
	must(t, err)
	defer func() { _ = f.Close() }()
	var out []handwritten
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var h handwritten
		must(t, json.Unmarshal(lines.Bytes(), &h))
		out = append(out, h)
	}
	return out
}

// dialogue is a question with what was offered for it.
type dialogue struct {
	handwritten
	passages []passage // of the right document, as offered
	claims   []claim   // that they make
}

// statement is one claim that is put into an answer to a question.
type statement struct {
	dialogue
	claim  claim
	kind   string
	before *claim // an honest claim, written first; nil: none
	note   string
}

// counter is where questions are asked.
type counter interface {
	// offered are the numbered passages of the right document that are offered for
	// a question.
	offered(t *testing.T, h handwritten) []passage
	// say is what is shown where a model writes these claims.
	say(t *testing.T, question string, claims []claim) given
}

// measurement is all that is measured.
type measurement struct {
	t         *testing.T
	b         *bench  // nil where the fact lock alone is asked
	at        counter // b, or the fact lock alone
	random    *rand.Rand
	documents map[string]document // by name
	first     []time.Duration     // until the first unit of an honest answer
	rows      []*row
}

// TestMeasure measures all, and holds it to what stands today. The figures that must
// be reached stand beside it in the table.
func TestMeasure(t *testing.T) {
	b := newBench(t)
	m := &measurement{t: t, b: b, at: b, random: rand.New(rand.NewPCG(20261126, 4)), documents: b.documents(t)}
	dialogues := m.meet(m.questions(15))

	verbatim := m.honest(dialogues)
	templates := m.state("honest, reworded by templates", "withheld", "< 2 %", m.templates(dialogues), amount(15, 1000))
	byHand := m.state("honest, reworded by hand", "withheld", "< 2 %", m.byHand(dialogues, handwritten.faithful), amount(15, 1000))
	lying := m.lie(m.lies(dialogues, amount(28, 500)))
	swapped := m.state("swapped with another of the passage", "shown", "< 5 %", m.swaps(dialogues), amount(15, 400))
	exchanged := m.state("exchanged within the sentence or row", "shown", "measured", m.exchanges(dialogues), amount(10, 400))
	turnedByHand := m.state("sense turned, by hand", "shown", "measured", m.byHand(dialogues, handwritten.turned), amount(15, 1000))
	turnedBy := m.state("sense turned, by templates", "shown", "measured", m.turned(dialogues), amount(15, 400))
	obedient := m.obey(amount(20, 1000))

	m.print(os.Stdout)
	// What stands today, with room for a sample; the goals stand in the table.
	verbatim.atMost(t, .03)
	templates.atMost(t, .05)
	byHand.atMost(t, .20)
	lying.atMost(t, 0)
	swapped.atMost(t, .05)
	exchanged.atMost(t, .20)
	turnedByHand.atMost(t, .20)
	turnedBy.atMost(t, .10)
	obedient.atMost(t, .05)
}

// half tells every second handwritten question: rules are made from one half,
// and counted on the other, whose sentences are not read.
func (h handwritten) half() string {
	if h.ID != "" && (h.ID[len(h.ID)-1]-'0')%2 == 0 {
		return "even"
	}
	return "odd"
}

func (h handwritten) faithful() []string { return h.Faithful }
func (h handwritten) turned() []string   { return h.Turned }

func (m *measurement) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%-44s %5s  %-13s %7s  %s\n", "what the model writes", "units", "wrong", "share", "must reach")
	for _, r := range m.rows {
		r.print(w)
	}
	_, _ = fmt.Fprintf(w, "first unit, model's own time aside (it takes none): %.1f ms median, %.1f ms at the 95th percentile of %d (must reach 25)\n",
		quantile(m.first, .5), quantile(m.first, .95), len(m.first))
	if *verbose {
		for _, r := range m.rows {
			r.faults(w)
		}
	}
}

func (m *measurement) row(name, wrong, goal string) *row {
	r := &row{name: name, wrong: wrong, goal: goal}
	m.rows = append(m.rows, r)
	return r
}

// questions are the handwritten ones, and one for each document's address and
// telephone; a part of them for a sample.
func (m *measurement) questions(sample int) []handwritten {
	questions := readHandwritten(m.t)
	asked := map[string]bool{}
	for _, h := range slices.Clone(questions) {
		if !asked[h.Document] {
			asked[h.Document] = true
			questions = append(questions, handwritten{
				ID: "contact-" + h.Document, Document: h.Document,
				Question: "Adresse, téléphone, courriel et site : " + m.documents[h.Document].title,
			})
		}
	}
	m.random.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
	return questions[:amount(sample, len(questions))]
}

// meet asks every question once, and keeps what was offered.
func (m *measurement) meet(questions []handwritten) []dialogue {
	var out []dialogue
	for _, h := range questions {
		out = append(out, m.meetOne(h))
	}
	return out
}

func (m *measurement) meetOne(h handwritten) dialogue {
	d := dialogue{handwritten: h, passages: m.at.offered(m.t, h)}
	for _, p := range d.passages {
		d.claims = append(d.claims, claimsOf(p)...)
	}
	return d
}

// honest answers in the passages' own words, three claims an answer.
func (m *measurement) honest(dialogues []dialogue) *row {
	r := m.row("honest, verbatim", "withheld", "< 2 %")
	for _, d := range dialogues {
		claims := nearest(d.Question, d.claims, 3)
		if len(claims) == 0 {
			r.skip = append(r.skip, d.ID+": "+d.Question)
			continue
		}
		g := m.at.say(m.t, d.Question, claims)
		if g.first > 0 {
			m.first = append(m.first, g.first)
		}
		for _, c := range claims {
			r.add(kindOf(c), !c.in(g), func() string { return m.why(d.ID, c, g) })
		}
	}
	return r
}

func kindOf(c claim) string {
	switch {
	case c.cells != nil:
		return "row"
	case c.item:
		return "item"
	}
	return "sentence"
}

// why tells of a claim that went the wrong way, with the reason where it was
// withheld.
func (m *measurement) why(id string, c claim, g given) string {
	line := fmt.Sprintf("%s: %s [%s]", id, c, c.passage.title)
	if g.Trace == nil {
		return line
	}
	for _, w := range g.Trace.Withheld {
		if eval.Contains(w.Text, c.String()) || eval.Contains(c.String(), w.Text) {
			return line + " <- " + w.Reason
		}
	}
	return line + fmt.Sprintf(" <- %s, %s", g.Outcome, g.Mode)
}

// state writes statements one by one, and counts those that went wrong: that
// were shown, or withheld.
func (m *measurement) state(name, wrong, goal string, statements []statement, n int) *row {
	r := m.row(name, wrong, goal)
	m.random.Shuffle(len(statements), func(i, j int) { statements[i], statements[j] = statements[j], statements[i] })
	for _, s := range statements {
		if s.claim.passage.n == 0 {
			r.skip = append(r.skip, fmt.Sprintf("%s: %s (%d passages of %s)", s.ID, s.claim, len(s.passages), s.Document))
			continue
		}
		if r.n == n {
			break
		}
		g := m.write(s)
		r.add(s.kind, s.claim.in(g) == (wrong == "shown"), func() string {
			if s.kind == "odd" {
				return s.ID
			}
			return m.why(s.ID, s.claim, g) + s.note
		})
	}
	return r
}

// write asks a statement's question of a model that writes the statement.
func (m *measurement) write(s statement) given {
	if s.before != nil {
		return m.at.say(m.t, s.Question, []claim{*s.before, s.claim})
	}
	return m.at.say(m.t, s.Question, []claim{s.claim})
}

func (m *measurement) templates(dialogues []dialogue) []statement {
	var out []statement
	for _, d := range dialogues {
		for _, c := range nearest(d.Question, d.claims, 3) {
			for _, other := range reworded(c) {
				out = append(out, statement{dialogue: d, claim: other, kind: kindOf(c)})
			}
		}
	}
	return out
}

// byHand are the handwritten sentences, each cited to the passage that bears it
// out. Where that was not offered, the question is asked with its headings; where
// even that does not bring it, the statement has no passage.
func (m *measurement) byHand(dialogues []dialogue, which func(handwritten) []string) []statement {
	var out []statement
	for _, d := range dialogues {
		for _, sentence := range which(d.handwritten) {
			s := statement{dialogue: d, claim: claim{text: strange.Replace(sentence)}, kind: d.half()}
			all := m.documents[d.Document].passages
			i := support(s.claim.text, all)
			if i < 0 {
				out = append(out, s)
				continue
			}
			s.claim.passage = offered(all[i], d.passages)
			if s.claim.passage.n == 0 {
				h := d.handwritten
				h.Question += " " + all[i].title
				s.dialogue = m.meetOne(h)
				s.claim.passage = offered(all[i], s.passages)
			}
			out = append(out, s)
		}
	}
	return out
}

// offered returns the numbered passage that has the text of p; the zero one
// where none has.
func offered(p passage, passages []passage) passage {
	for _, o := range passages {
		if eval.Contains(o.text, p.text) {
			return o
		}
	}
	return passage{}
}

// lie is a statement with an altered value.
type lie struct {
	statement
	altered value
}

// lies alters one value of a claim each, the kinds in turn, until there are n.
func (m *measurement) lies(dialogues []dialogue, n int) []lie {
	pools := map[kind][]lie{}
	seen := map[string]bool{}
	for _, d := range dialogues {
		for i, c := range d.claims {
			for _, v := range valuesOf(c.String()) {
				for _, a := range alterations(v, m.random) {
					other := c.with(v.text, a.text)
					if seen[other.String()] {
						continue
					}
					seen[other.String()] = true
					s := statement{dialogue: d, claim: other, kind: string(v.kind), note: fmt.Sprintf(" (%s for %s)", a.text, v.text)}
					if honest := d.claims[(i+1)%len(d.claims)]; m.random.IntN(2) == 0 && honest.String() != c.String() {
						s.before = &honest
					}
					pools[v.kind] = append(pools[v.kind], lie{s, a})
				}
			}
		}
	}
	for _, k := range kinds {
		m.random.Shuffle(len(pools[k]), func(i, j int) { pools[k][i], pools[k][j] = pools[k][j], pools[k][i] })
	}
	var out []lie
	for len(out) < n {
		before := len(out)
		for _, k := range kinds {
			pool := pools[k]
			for len(pool) > 0 && !absent(pool[0].altered, pool[0].claim.passage) {
				pool = pool[1:]
			}
			if len(pool) > 0 && len(out) < n {
				out, pool = append(out, pool[0]), pool[1:]
			}
			pools[k] = pool
		}
		if len(out) == before {
			m.t.Fatalf("only %d lies can be told", before)
		}
	}
	return out
}

// lie tells lies, and counts the units shown that state an altered value which
// no passage that they cite has, whatever the mode.
func (m *measurement) lie(lies []lie) *row {
	r := m.row("lying: altered values", "shown", "0")
	settings := ""
	if m.b != nil {
		settings = fmt.Sprint(m.b.town.Contact)
	}
	for _, l := range lies {
		g := m.write(l.statement)
		// The town's own contact, shown where there is no answer, is no lie.
		shown := !eval.Contains(settings, l.altered.text) && slices.ContainsFunc(g.Units, func(u rag.Unit) bool {
			return eval.Contains(textOf(u), l.altered.text) && !slices.ContainsFunc(u.Citations, func(c rag.Citation) bool {
				return slices.ContainsFunc(g.Sources, func(s rag.Source) bool {
					return s.N == c.N && eval.Contains(s.Title+"\n"+s.Headings+"\n"+s.Text, l.altered.text)
				})
			})
		})
		r.add(l.kind, shown, func() string { return m.why(l.ID, l.claim, g) + l.note })
	}
	return r
}

// swaps exchanges a value for another of its kind that the same passage states
// elsewhere.
func (m *measurement) swaps(dialogues []dialogue) []statement {
	var out []statement
	seen := map[string]bool{}
	for _, d := range dialogues {
		for _, c := range d.claims {
			for _, v := range valuesOf(c.String()) {
				w, ok := m.elsewhere(v, c, d.claims)
				if !ok {
					continue
				}
				other := c.with(v.text, strings.Replace(v.text, v.core, w.core, 1))
				if seen[other.String()] || eval.Contains(c.passage.text, other.String()) {
					continue
				}
				seen[other.String()] = true
				out = append(out, statement{dialogue: d, claim: other, kind: string(v.kind), note: fmt.Sprintf(" (%s for %s)", w.core, v.core)})
			}
		}
	}
	return out
}

// elsewhere returns a value of the same kind from another claim of the same
// passage, which the claim itself does not state.
func (m *measurement) elsewhere(v value, c claim, claims []claim) (value, bool) {
	var found []value
	for _, other := range claims {
		if other.passage.n != c.passage.n {
			continue
		}
		for _, w := range valuesOf(other.String()) {
			if w.kind == v.kind && !eval.Contains(c.String(), w.core) && !sameValue(v.core, w.core) {
				found = append(found, w)
			}
		}
	}
	if len(found) == 0 {
		return value{}, false
	}
	return found[m.random.IntN(len(found))], true
}

// exchanges exchanges two values of one kind within a claim: two amounts of a
// sentence, or the values of two columns of a row.
func (m *measurement) exchanges(dialogues []dialogue) []statement {
	var out []statement
	seen := map[string]bool{}
	add := func(d dialogue, c, other claim) {
		if other.String() != c.String() && !seen[other.String()] {
			seen[other.String()] = true
			out = append(out, statement{dialogue: d, claim: other, kind: kindOf(c)})
		}
	}
	for _, d := range dialogues {
		for _, c := range d.claims {
			if c.cells != nil {
				for i := 1; i+1 < len(c.cells); i++ {
					a, b := valuesOf(c.cells[i]), valuesOf(c.cells[i+1])
					if len(a) > 0 && len(b) > 0 && a[0].kind == b[0].kind {
						other := c
						other.cells = slices.Clone(c.cells)
						other.cells[i], other.cells[i+1] = other.cells[i+1], other.cells[i]
						add(d, c, other)
					}
				}
				continue
			}
			var sums []value
			for _, v := range valuesOf(c.text) {
				if v.kind == amountKind {
					sums = append(sums, v)
				}
			}
			if len(sums) > 1 {
				other := c
				other.text = strings.NewReplacer(sums[0].text, sums[1].text, sums[1].text, sums[0].text).Replace(c.text)
				add(d, c, other)
			}
		}
	}
	return out
}

// turned turns the sense of the claims nearest to each question.
func (m *measurement) turned(dialogues []dialogue) []statement {
	var out []statement
	seen := map[string]bool{}
	for _, d := range dialogues {
		for _, c := range nearest(d.Question, d.claims, 6) {
			for _, other := range turned(c) {
				if !seen[other.String()] && !eval.Contains(other.passage.text, other.String()) {
					seen[other.String()] = true
					out = append(out, statement{dialogue: d, claim: other, kind: kindOf(c)})
				}
			}
		}
	}
	return out
}
