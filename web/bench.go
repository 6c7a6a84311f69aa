package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/rag"
)

const benchTimeout = 2 * time.Minute // the longest that an agent waits

// benchData is the test bench: a question and, once asked, what came of it.
type benchData struct {
	Question  string
	Language  string
	Languages []messages.Language
	Problem   string
	Result    *benchResult
}

// benchResult is an answer arranged for an agent's eyes.
type benchResult struct {
	Outcome  rag.Outcome
	Mode     rag.Mode
	Blocks   []block
	Cited    []citedSource
	Contact  corpus.Contact
	Timings  []timing
	Usage    rag.Usage
	Trace    *rag.Trace
	Steps    []rag.Step
	Lexical  []ranked // the lexical index's list, best first
	Vector   []ranked // the vector index's list, best first
	Offered  []rag.Source
	MaxTerm  float64
	Searched bool // the documents were searched
	Authored bool // somebody wrote the answer: it is not one of the program's own sentences
	NoAnswer bool // show the contact: the answer has no way on of its own
}

type timing struct {
	Name string
	MS   float64
}

// ranked is a passage in one of the two rank lists.
type ranked struct {
	Rank     int
	Score    float64
	Title    string
	Headings string
}

// citedSource is a source that the answer cites, with the words that it cites.
type citedSource struct {
	rag.Citation
	Quotes []string
}

// Section is the part of the document that is cited, by its headings; empty where
// these say no more than the title.
func (c citedSource) Section() string {
	path := slices.DeleteFunc(strings.Split(c.Headings, " > "), func(h string) bool { return h == "" || h == c.Title })
	return strings.Join(path, " › ")
}

// block is a stretch of units that the page shows as one element.
type block struct {
	Kind   string // paragraph, list, table, heading
	Header []string
	Units  []rag.Unit
}

func (s *server) bench(w http.ResponseWriter, r *http.Request, p page) {
	s.showBench(w, r, http.StatusOK, p, benchData{Language: p.Language, Languages: s.Messages.Languages()})
}

// benchAsk answers a question as a resident would be answered, trace on.
func (s *server) benchAsk(w http.ResponseWriter, r *http.Request, p page) {
	d := benchData{Question: r.PostForm.Get("question"), Language: r.PostForm.Get("language")}
	d.Languages = s.Messages.Languages()
	if !slices.ContainsFunc(d.Languages, func(l messages.Language) bool { return l.Code == d.Language }) {
		d.Language = p.Language
	}
	ctx, cancel := context.WithTimeout(r.Context(), benchTimeout)
	defer cancel()

	scope, err := s.Scopes.Scope(ctx, p.Town.ID)
	if err != nil {
		s.fail(w, r, "take the town's scope", err)
		return
	}
	answer, err := s.Answerer.Answer(ctx, rag.Request{
		Town: p.Town, Scope: scope, Question: d.Question, Language: d.Language, Trace: true,
	}, silentSink{})
	switch {
	case errors.Is(err, rag.ErrEmptyQuestion):
		d.Problem = p.T("admin.bench.empty")
	case errors.Is(err, rag.ErrLongQuestion):
		d.Problem = p.T("admin.bench.long")
	case errors.Is(err, rag.ErrBinaryQuestion):
		d.Problem = p.T("admin.bench.binary")
	case r.Context().Err() != nil:
		return
	case err != nil:
		s.Log.ErrorContext(ctx, "test bench failed", "error", err)
		d.Problem = p.T("admin.bench.failed")
	}
	if d.Problem != "" {
		s.showBench(w, r, http.StatusUnprocessableEntity, p, d)
		return
	}
	d.Result = arrange(answer, p.Town.Contact)
	s.showBench(w, r, http.StatusOK, p, d)
}

func (s *server) showBench(w http.ResponseWriter, r *http.Request, status int, p page, d benchData) {
	p.Title = p.T("admin.bench.title")
	p.Data = d
	s.render(w, r, status, "bench.html", p)
}

// silentSink lets an answer be made without anybody watching.
type silentSink struct{}

func (silentSink) Sources(context.Context, []rag.Source) error { return nil }
func (silentSink) Unit(context.Context, rag.Unit) error        { return nil }

func arrange(a rag.Answer, contact corpus.Contact) *benchResult {
	out := &benchResult{
		Outcome: a.Outcome, Mode: a.Mode, Blocks: blocks(a.Units), Cited: cited(a.Units),
		Contact: contact, Usage: a.Usage, Trace: a.Trace, Steps: a.Steps, Offered: a.Sources,
		NoAnswer: slices.Contains([]rag.Outcome{rag.NoEvidence, rag.Refused, rag.Failed}, a.Outcome) && !names(a.Units, contact),
	}
	out.Searched = slices.ContainsFunc(a.Steps, func(s rag.Step) bool { return s.Name == rag.StepRetrieve })
	out.Authored = slices.ContainsFunc(a.Units, func(u rag.Unit) bool { return len(u.Citations) > 0 && !u.Whom }) || a.Mode == rag.ModeComputed
	for _, name := range slices.Sorted(maps.Keys(a.TimingsMS)) {
		out.Timings = append(out.Timings, timing{name, a.TimingsMS[name]})
	}
	slices.SortStableFunc(out.Timings, func(x, y timing) int { return cmp.Compare(x.MS, y.MS) })
	if a.Trace == nil {
		return out
	}
	out.Lexical = rankList(a.Trace.Result.Hits, func(p corpus.HitPassage) (int, float64) { return p.LexicalRank, p.Lexical })
	out.Vector = rankList(a.Trace.Result.Hits, func(p corpus.HitPassage) (int, float64) { return p.VectorRank, p.Cosine })
	for _, t := range a.Trace.Result.Terms {
		out.MaxTerm = max(out.MaxTerm, t.Weight)
	}
	return out
}

// names says whether the units name the contact's phone or address.
func names(units []rag.Unit, c corpus.Contact) bool {
	return slices.ContainsFunc(units, func(u rag.Unit) bool {
		return c.Phone != "" && strings.Contains(u.Text, c.Phone) || c.Email != "" && strings.Contains(u.Text, c.Email)
	})
}

// lastFilled is the place of the last cell that holds something.
func lastFilled(cells []string) int {
	for i := len(cells) - 1; i > 0; i-- {
		if cells[i] != "" {
			return i
		}
	}
	return 0
}

// entryKey is the word of the question that a thesaurus entry, "poubelle:
// déchets", stands for.
func entryKey(entry string) string {
	key, _, _ := strings.Cut(entry, ": ")
	return key
}

// rankList is what one index found, best first.
func rankList(hits []corpus.Hit, of func(corpus.HitPassage) (int, float64)) []ranked {
	var list []ranked
	for _, h := range hits {
		for _, p := range h.Passages {
			if rank, score := of(p); rank > 0 {
				list = append(list, ranked{rank, score, h.Document.Title, strings.Join(p.Headings, " > ")})
			}
		}
	}
	slices.SortFunc(list, func(a, b ranked) int { return cmp.Compare(a.Rank, b.Rank) })
	return list
}

// blocks groups units as the page shows them: sentences into paragraphs, items
// into lists, rows under one header into tables.
func blocks(units []rag.Unit) []block {
	kinds := map[rag.UnitKind]string{rag.Sentence: "paragraph", rag.Item: "list", rag.Row: "table", rag.Heading: "heading"}
	var out []block
	for _, u := range units {
		u = u.Typeset()
		kind := kinds[u.Kind]
		if kind == "" {
			kind = "paragraph"
		}
		if n := len(out); n > 0 && kind != "heading" && !u.Break && out[n-1].Kind == kind && slices.Equal(out[n-1].Header, u.Header) {
			out[n-1].Units = append(out[n-1].Units, u)
			continue
		}
		out = append(out, block{Kind: kind, Header: u.Header, Units: []rag.Unit{u}})
	}
	return out
}

// cited lists the sources that the units cite, by number, each with its
// different quotes.
func cited(units []rag.Unit) []citedSource {
	byNumber := map[int]*citedSource{}
	for _, u := range units {
		for _, c := range u.Citations {
			src, ok := byNumber[c.N]
			if !ok {
				src = &citedSource{Citation: c}
				byNumber[c.N] = src
			}
			if c.Quote != "" && !slices.Contains(src.Quotes, c.Quote) {
				src.Quotes = append(src.Quotes, c.Quote)
			}
		}
	}
	var out []citedSource
	for _, n := range slices.Sorted(maps.Keys(byNumber)) {
		out = append(out, *byNumber[n])
	}
	return out
}
