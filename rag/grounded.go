package rag

import (
	"context"
	"strings"
)

// Grounded is the check that every answer passes. It withholds
//
//   - a unit with a figure (number, amount, date, time, telephone number, mail
//     or web address) that does not stand in a passage it cites;
//   - a unit without citation, unless it is a heading, or a sentence that only
//     leads to what follows it (it ends with a colon), and has no figure that
//     stands in none of the sources.
//
// It compares figures by their value and not by their writing: "9h30" is
// "9 h 30", "1 200,00" is "1200". It does not judge the words between them.
type Grounded struct{}

// Unit implements Check.
func (Grounded) Unit(_ context.Context, u Unit, sources []Source) (Unit, *Reason) {
	if len(u.Citations) == 0 && u.Kind != Heading && !leadsOn(u) {
		return Unit{}, &Reason{ID: "rag.withheld.no_citation"}
	}
	wanted := figuresOf(u.Text)
	if len(wanted) == 0 {
		return u, nil
	}
	stated := figures{}
	for _, s := range sources {
		if len(u.Citations) == 0 || cites(u, s.N) {
			stated.merge(s.read().stated)
		}
	}
	if missing := wanted.missing(stated); len(missing) > 0 {
		return Unit{}, &Reason{ID: "rag.withheld.figures", Data: map[string]any{"Figures": strings.Join(written(missing), ", ")}}
	}
	return u, nil
}

func cites(u Unit, n int) bool {
	for _, c := range u.Citations {
		if c.N == n {
			return true
		}
	}
	return false
}

// leadsOn tells a sentence that announces what follows it.
func leadsOn(u Unit) bool { return u.Kind == Sentence && strings.HasSuffix(u.Text, ":") }
