package rag

import (
	"path"
	"slices"
	"strings"

	"guichet/corpus/opening"
	"guichet/internal/personal"
)

// serviceFinder finds the service of the town that a question is for, so that an
// answer can name it. A wrong service is worse than the reception, which knows where
// to send people: in doubt it finds none.
type serviceFinder struct {
	services  []namedService
	reception string // telephone of the town's reception, as it is dialled: it tells of no service
}

func newServiceFinder(services []opening.Service, reception string) *serviceFinder {
	return &serviceFinder{nameServices(services), personal.NormalPhone(reception)}
}

// page is a page that was found: its passages, and the one of them that comes nearest
// to the question.
type page struct {
	best  Source
	whole []Source
}

// find is the service that the question names, where one of the nearest pages is its own
// too, and otherwise the one that the nearest page tells to turn to, if about says that
// the page is about what is asked. Where these are two, it finds none: "l'autorisation
// pour une piscine" is not for the swimming pool. pages reads so many of the nearest.
func (f *serviceFinder) find(question string, pages func(most int) []page, about bool) *opening.Service {
	named, ok := f.namedIn(question)
	if !ok || named == nil && !about {
		return nil
	}
	most := 1
	if named != nil {
		most = aboutPages
	}
	near := pages(most)
	if named != nil && !slices.ContainsFunc(near, func(p page) bool { return isDocument(named.Document, p.best.Document) || f.ofPage(p) == named }) {
		named = nil
	}
	var told *opening.Service
	if len(near) > 0 {
		told = f.ofPage(near[0])
	}
	switch {
	case named == nil && !about:
		return nil
	case named == nil:
		return told
	case told == nil, told == named, told.Slug == named.PartOf, told.PartOf == named.Slug:
		return f.reachable(named)
	}
	return nil
}

// namedIn is the one service that a question names word for word, or nil: by the name
// of which most words stand in it. ok is false where it names several.
func (f *serviceFinder) namedIn(question string) (service *opening.Service, ok bool) {
	words := hoursWords(question)
	var best serviceMatch
	tie := false
	matches := make([]serviceMatch, len(f.services))
	for i, s := range f.services {
		m := s.match(words)
		if m.exact < len(m.words) || s.PartOf == "" && f.isReceptions(s.Phone) {
			continue // a slip may be another word; the town hall is no service among others
		}
		matches[i] = m
		switch {
		case best.less(m):
			best, service, tie = m, s.Service, false
		case len(m.words) > 0 && !m.less(best):
			tie = true
		}
	}
	if tie || slices.ContainsFunc(matches, func(m serviceMatch) bool { return len(m.words) > 0 && !overlaps(m.words, best.words) }) {
		return nil, false
	}
	return service, true
}

// ofPage is the service that a page tells to turn to, or nil where it tells of none or
// of several: the one whose telephone or e-mail stands in it. Where several do, the
// nearest passage decides.
func (f *serviceFinder) ofPage(p page) *opening.Service {
	var b strings.Builder
	for _, s := range p.whole {
		b.WriteString(s.Title + "\n" + s.Headings + "\n" + s.Text + "\n")
	}
	words := hoursWords(b.String())
	for _, text := range []string{b.String(), p.best.Text} {
		if told := f.toldIn(text, p.best.Document, words); len(told) == 1 {
			return f.reachable(told[0])
		}
	}
	return nil
}

// toldIn are the services whose telephone or e-mail stands in a text of a page, which
// has these words.
func (f *serviceFinder) toldIn(text, document string, page []hoursWord) []*opening.Service {
	var out []*opening.Service
	for line := range strings.Lines(text) {
		phones, emails := personal.Candidates(line)
		for _, number := range phones {
			out = append(out, f.sharing(func(s namedService) bool { return personal.NormalPhone(s.Phone) == number }, document, hoursWords(line), page)...)
		}
		for _, address := range emails {
			out = append(out, f.sharing(func(s namedService) bool { return personal.NormalEmail(s.Email) == address }, document, hoursWords(line), page)...)
		}
	}
	slices.SortFunc(out, func(a, b *opening.Service) int { return strings.Compare(a.Slug, b.Slug) })
	return slices.Compact(out)
}

// sharing are the services that have this. Of several they are those that the line
// names, else those whose hours rest on the document, else those that the page names; a
// service goes before its counters.
func (f *serviceFinder) sharing(has func(namedService) bool, document string, line, page []hoursWord) []*opening.Service {
	var found []namedService
	for _, s := range f.services {
		if !f.isReceptions(s.Phone) && has(s) {
			found = append(found, s)
		}
	}
	narrow := func(is func(namedService) bool) {
		if len(found) > 1 && slices.ContainsFunc(found, is) {
			found = slices.DeleteFunc(found, func(s namedService) bool { return !is(s) })
		}
	}
	narrow(func(s namedService) bool { return len(s.match(line).words) > 0 })
	narrow(func(s namedService) bool { return isDocument(s.Document, document) })
	narrow(func(s namedService) bool {
		return !slices.ContainsFunc(found, func(o namedService) bool { return o.Slug == s.PartOf })
	})
	if len(found) > 1 {
		narrow(func(s namedService) bool { return len(s.match(page).words) > 0 })
	}
	out := make([]*opening.Service, len(found))
	for i, s := range found {
		out[i] = s.Service
	}
	return out
}

// reachable is the service, or nil where it has no telephone and no e-mail of its own.
func (f *serviceFinder) reachable(s *opening.Service) *opening.Service {
	if s.Email == "" && (s.Phone == "" || f.isReceptions(s.Phone)) {
		return nil
	}
	return s
}

// isDocument tells whether a document is meant by its name or by its key, which is the
// name with an ending.
func isDocument(meant, name string) bool {
	return meant != "" && (meant == name || strings.TrimSuffix(meant, path.Ext(meant)) == name)
}

// isReceptions tells whether a telephone number is that of the town's reception.
func (f *serviceFinder) isReceptions(phone string) bool {
	return f.reception != "" && personal.NormalPhone(phone) == f.reception
}
