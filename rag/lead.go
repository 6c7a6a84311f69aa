package rag

import (
	"slices"
	"strings"
)

// lead holds back what only leads to something (a heading, "Voici les
// pièces :", a greeting) until what it leads to is shown. Where nothing
// follows, it is not shown. The zero value is ready.
type lead struct {
	held     []Unit
	headings []rawUnit // that are open: one, or some right under one another
	titled   bool      // nothing came since the last of them
	intro    rawUnit   // the sentence that introduces a list or table
}

// inherit gives an item or row what it stands under, and where it has no citation
// that of the sentence which introduces it. It is called for each unit in turn,
// before it is checked.
func (l *lead) inherit(u rawUnit) rawUnit {
	if u.kind == Heading {
		if !l.titled {
			l.headings = nil
		}
		l.headings, l.intro, l.titled = append(l.headings, u), rawUnit{}, true
		return u
	}
	l.titled = false
	switch {
	case u.kind != Item && u.kind != Row:
		l.intro = rawUnit{}
		if strings.HasSuffix(u.text, ":") {
			l.intro = u
		}
		return u
	case len(u.cites) == 0:
		u.cites = l.intro.cites
	}
	heading := ""
	if n := len(l.headings); n > 0 {
		heading = l.headings[n-1].text
	}
	u.under = strings.TrimSpace(heading + "\n" + l.intro.text)
	return u
}

// above are the headings and the lead-in that a unit stands under.
func (l *lead) above(u Unit) []Unit {
	raws := l.headings
	if u.Kind != Sentence && l.intro.text != "" {
		raws = append(slices.Clone(raws), l.intro)
	}
	var out []Unit
	for _, raw := range raws {
		a := raw.unit()
		for _, n := range raw.cites {
			a.Citations = append(a.Citations, Citation{N: n})
		}
		out = append(out, a)
	}
	return out
}

// next takes a unit that passed the checks. It returns the units to show now,
// in order, and those that led to nothing.
func (l *lead) next(u Unit) (show, dropped []Unit) {
	if u.Kind == Heading {
		// A heading ends what was open; right under another it stays with it.
		for i, h := range l.held {
			if i == len(l.held)-1 && h.Kind == Heading {
				l.held = append([]Unit{h}, u)
				return nil, dropped
			}
			dropped = append(dropped, h)
		}
		l.held = []Unit{u}
		return nil, dropped
	}
	if connects(u) {
		l.held = append(l.held, u)
		return nil, nil
	}
	for _, h := range l.held {
		if leadsOn(h) && len(h.Citations) == 0 && u.Kind == Sentence {
			dropped = append(dropped, h) // it announced a list
			continue
		}
		show = append(show, h)
	}
	l.held = nil
	return append(show, u), dropped
}

// rest returns what is still held when the answer ends.
func (l *lead) rest() []Unit {
	held := l.held
	l.held = nil
	return held
}

// connects tells a unit that states nothing by itself: it announces what
// follows it, or greets.
func connects(u Unit) bool { return leadsOn(u) || u.Kind == Sentence && isGreeting(u.Text) }

// leadsOn tells a sentence that announces what follows it.
func leadsOn(u Unit) bool { return u.Kind == Sentence && strings.HasSuffix(u.Text, ":") }

// announces tells a heading or lead-in.
func announces(u Unit) bool { return u.Kind == Heading || leadsOn(u) }
