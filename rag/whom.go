package rag

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"guichet/corpus"
	"guichet/corpus/opening"
	"guichet/internal/messages"
	"guichet/internal/personal"
)

// A designed answer and a partial one say whom to ask: "rag.whom." and why (the reason
// of no answer, or the kind of question) is the message that leads to it. Whom is the
// service that the question is for, if one is found, with its hours of today, and
// otherwise the town's reception.

// whom says whom to ask. forService allows for a service: what is not for one of them
// goes to the reception.
func (t *turn) whom(ctx context.Context, why string, forService bool) []Unit {
	var units []Unit
	if forService {
		units = t.serviceUnits(ctx, why)
	}
	if units == nil {
		units = append(contactUnits(t.speech(), t.req.Town.Contact, why), t.receptionToday(ctx)...)
	}
	for i := range units {
		units[i].Whom = true
	}
	return units
}

// serviceUnits name the service that the question is for, how to reach it and its hours
// of today, and the reception besides; nil where no service is found, or where what its
// hours rest on is no longer published.
func (t *turn) serviceUnits(ctx context.Context, why string) []Unit {
	service := t.serviceAsked(ctx)
	if service == nil {
		return nil
	}
	s := t.speaker(service)
	s.reach()
	s.sayToday()
	if !t.citeServices(ctx, s.units) {
		return nil
	}
	s.units[0].Break = true
	units := append([]Unit{{Kind: Sentence, Text: t.speech().T("rag.whom."+why, map[string]any{"Name": s.title()}), Break: true}}, s.units...)
	contact := t.req.Town.Contact
	if way := cmp.Or(contact.Phone, contact.Email); way != "" {
		units = append(units, Unit{Kind: Sentence, Break: true, Text: t.speech().T("rag.whom.else", map[string]any{
			"Name": receptionName(t.speech(), contact), "Way": way,
		})})
	}
	return units
}

// receptionToday is what the town's services tell of the reception's hours today, if
// they do.
func (t *turn) receptionToday(ctx context.Context) []Unit {
	services := t.services(ctx)
	at := slices.IndexFunc(services, func(s opening.Service) bool { return isReception(s, t.req.Town.Contact) })
	if at < 0 {
		return nil
	}
	s := t.speaker(&services[at])
	s.sayToday()
	if !t.citeServices(ctx, s.units) {
		return nil
	}
	if t.req.Town.Contact.Hours+t.req.Town.Contact.Phone != "" && len(s.units) > 0 {
		s.units[0].Break = false // it goes on with the ways to reach it
	}
	return s.units
}

// isReception tells the service that the town's contact is.
func isReception(s opening.Service, c corpus.Contact) bool {
	if s.PartOf != "" || c.Phone == "" || personal.NormalPhone(s.Phone) != personal.NormalPhone(c.Phone) {
		return false
	}
	return c.Email != "" && s.Email == c.Email || c.Email == "" && s.Email == ""
}

// contactUnits tell how to reach the town's reception: a sentence, of the message
// rag.whom and why, and the ways.
func contactUnits(m *messages.Messages, c corpus.Contact, why string) []Unit {
	ways := []struct{ id, value string }{
		{"rag.contact.phone", c.Phone},
		{"rag.contact.email", c.Email},
		{"rag.contact.url", c.URL},
		{"rag.contact.address", c.Address},
		{"rag.contact.hours", c.Hours},
	}
	units := []Unit{{Kind: Sentence, Text: m.T("rag.whom."+why, map[string]any{"Name": receptionName(m, c)}), Break: true}}
	for _, w := range ways {
		if w.value != "" {
			units = append(units, Unit{Kind: Item, Text: m.T(w.id, map[string]any{"Value": w.value}), Break: len(units) == 1})
		}
	}
	return units
}

func receptionName(m *messages.Messages, c corpus.Contact) string {
	return cmp.Or(c.Name, m.T("rag.whom.reception"))
}

// From leastAbout on, the search's evidence says that the nearest page speaks of what
// is asked, if its title has at least titleAbout of the question, by weight.
// docs/answers.md has what these let through.
const (
	leastAbout = .2
	titleAbout = .05
	aboutPages = 3 // the nearest pages, one of which has to be that of a service which is named
)

// serviceAsked is the service that the question is for, or nil.
func (t *turn) serviceAsked(ctx context.Context) *opening.Service {
	services := t.services(ctx)
	if len(services) == 0 {
		return nil
	}
	finder := newServiceFinder(services, t.req.Town.Contact.Phone)
	pages := func(result corpus.Result) func(int) []page {
		return func(most int) []page { return t.pages(ctx, result, most) }
	}
	found := finder.find(t.question, pages(t.result), t.about(t.result, t.question))
	if found == nil {
		return nil
	}
	for _, p := range t.parts {
		if other := finder.find("", pages(p.result), true); other != nil && other != found {
			return nil // several things are asked, perhaps of several services
		}
	}
	return found
}

// about tells whether the best document is about what was asked and searched for.
func (t *turn) about(result corpus.Result, asked string) bool {
	if len(result.Hits) == 0 || result.Evidence < leastAbout {
		return false
	}
	title, said, all := termSet(t.analyzer(), result.Hits[0].Document.Title), 0.0, 0.0
	for _, term := range t.queryOf(result, asked, "").terms {
		share, _ := term.says(title, nil)
		said, all = said+share*term.weight, all+term.weight
	}
	return all > 0 && said/all >= titleAbout
}

// pages are the best documents, whole; those of the nation tell of no service of the town.
func (t *turn) pages(ctx context.Context, result corpus.Result, most int) []page {
	var out []page
	for _, h := range result.Hits[:min(most, len(result.Hits))] {
		p := page{best: newSource(0, h.Document, h.Passages[0].Passage)}
		if !h.Document.Shared {
			var err error
			if p.whole, err = passagesOf(ctx, t.answerer.cfg.Services, t.req.Scope, h.Document.Name); err != nil {
				t.warnServices(ctx, err)
			}
		}
		out = append(out, p)
	}
	return out
}

// nearPages are sources on what is asked, for an answer that does not answer it; none
// where nothing near was found.
func (t *turn) nearPages() []Source {
	if t.result.Evidence < leastAbout {
		return nil
	}
	return sourcesOf(t.result.Hits, 2*maxNearest, 1)
}

// services are those of the town; none where they cannot be read, since an answer does
// not fail for want of them.
func (t *turn) services(ctx context.Context) []opening.Service {
	if t.answerer.cfg.Services == nil || t.desks != nil {
		return t.desks
	}
	var err error
	if t.desks, err = t.answerer.cfg.Services.Services(ctx, t.req.Town.ID); err != nil {
		t.warnServices(ctx, err)
	}
	return t.desks
}

func (t *turn) speaker(s *opening.Service) *speaker {
	now := t.req.Now.In(s.Location())
	return &speaker{m: t.speech(), service: s, now: now, today: opening.DateOf(now)}
}

// citeServices fills the units' citations, whose passages become sources of the answer.
// It is false where one of them is not to be found.
func (t *turn) citeServices(ctx context.Context, units []Unit) bool {
	sources, lacking, err := cite(ctx, t.answerer.cfg.Services, t.req.Scope, t.answer.Sources, units)
	if err == nil && lacking != "" {
		err = fmt.Errorf("%s has not the words that a service rests on", lacking)
	}
	if err != nil {
		t.warnServices(ctx, err)
		return false
	}
	t.answer.Sources = sources
	return true
}

func (t *turn) warnServices(ctx context.Context, err error) {
	if ctx.Err() == nil {
		t.answerer.cfg.Log.WarnContext(ctx, "whom to ask: services are left out", "town", t.req.Town.ID, "err", err)
	}
}
