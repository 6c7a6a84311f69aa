package rag

import (
	"context"
	"time"

	"guichet/internal/analysis"
)

// cutStep cuts a model's text into units, as it comes.
type cutStep struct {
	pieces
	cutter *unitCutter
}

func newCutStep() *cutStep { return &cutStep{cutter: newUnitCutter()} }

// run takes the next piece of the text and returns the units that are whole.
func (s *cutStep) run(text string) []rawUnit {
	began := time.Now()
	units := s.cutter.add(text)
	s.piece(began, 1, len(units))
	return units
}

// end returns what is left when the text is.
func (s *cutStep) end() []rawUnit {
	began := time.Now()
	units := s.cutter.flush()
	s.piece(began, 0, len(units))
	return units
}

// citeStep finds the words of the sources that support a unit.
type citeStep struct {
	pieces
	supporter *supporter
}

func newCiteStep(a *analysis.Analyzer) *citeStep { return &citeStep{supporter: newSupporter(a)} }

// run cites the sources of these numbers for a unit's text, and returns the numbers
// that are no source's.
func (s *citeStep) run(text string, numbers []int, sources []Source) (citations []Citation, unknown []int) {
	began := time.Now()
	for _, n := range numbers {
		if n < 1 || n > len(sources) {
			unknown = append(unknown, n)
			continue
		}
		citations = append(citations, s.supporter.cite(sources[n-1], text)...)
	}
	s.piece(began, 1, len(citations))
	return citations, unknown
}

// verifyStep holds a unit to the sources before it leaves.
type verifyStep struct {
	pieces
	form Check    // of any text that a model wrote
	lock Grounded // of what states something
}

// run checks a unit that stands under the headings and the lead-in above; claims
// says that the model cited a source for it. It returns the unit to show, or a
// reason to withhold it. What only announces is held to the passages of the units
// under it, once these come (see introduces); a greeting states nothing, and is
// plain text at least. A unit under an announcement of something else goes with it,
// unless it is a sentence that says of what it speaks.
func (s *verifyStep) run(ctx context.Context, u Unit, claims bool, above []Unit, sources []Source) (Unit, *Reason) {
	began := time.Now()
	shown, reason := s.verify(ctx, u, claims, above, sources)
	out := 1
	if reason != nil {
		out = 0
	}
	s.piece(began, 1, out)
	return shown, reason
}

func (s *verifyStep) verify(ctx context.Context, u Unit, claims bool, above []Unit, sources []Source) (Unit, *Reason) {
	greets := !claims && u.Kind == Sentence && isGreeting(u.Text)
	if greets || len(u.Citations) == 0 && announces(u) {
		return s.form.Unit(ctx, u, sources)
	}
	u, reason := passes(ctx, u, sources, s.form, s.lock)
	if reason != nil || announces(u) || u.Kind == Sentence && !leansBack(u.Text) {
		return u, reason
	}
	for _, a := range above {
		if reason, astray := s.lock.Introduces(a, u, sources); astray {
			return Unit{}, reason
		}
	}
	return u, nil
}

// introduces returns the reason to withhold a heading or lead-in that passed so
// far, now that the unit which it leads to is known.
func (s *verifyStep) introduces(announcement, u Unit, sources []Source) *Reason {
	began := time.Now()
	reason, _ := s.lock.Introduces(announcement, u, sources)
	out := 0
	if reason != nil {
		out = -1
	}
	s.piece(began, 0, out)
	return reason
}
