package rag

import "strings"

// lead holds back what only leads to something (a heading, "Voici les
// pièces :", a greeting) until what it leads to is shown. Where nothing
// follows, it is not shown. The zero value is ready.
type lead struct {
	held    []Unit
	heading string
	intro   string // the sentence that introduces a list or table
	cites   []int  // its citations
}

// inherit gives an item or row what it stands under, and where it has no citation
// that of the sentence which introduces it. It is called for each unit in turn,
// before it is checked.
func (l *lead) inherit(u rawUnit) rawUnit {
	switch {
	case u.kind == Heading:
		l.heading, l.intro, l.cites = u.text, "", nil
		return u
	case u.kind != Item && u.kind != Row:
		l.intro, l.cites = "", nil
		if strings.HasSuffix(u.text, ":") {
			l.intro, l.cites = u.text, u.cites
		}
		return u
	case len(u.cites) == 0:
		u.cites = l.cites
	}
	u.under = strings.TrimSpace(l.heading + "\n" + l.intro)
	return u
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
