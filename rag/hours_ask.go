package rag

import (
	"slices"
	"time"

	"guichet/corpus/opening"
)

// hoursAsk is what a question asks of one service.
type hoursAsk struct {
	service *opening.Service
	others  []*opening.Service // that the same word names too
	when    hoursWhen

	contact bool // phone, e-mail or address
	hours   bool // anything about opening
	whether bool // oui or non
	closed  bool // whether it is closed
	next    bool // the next opening
}

// maxHoursWords is the longest question that asks for hours alone.
const maxHoursWords = 60

// readHours reads a question about the hours or the contact of one known
// service. ok is false when it asks anything else. before is what the question
// before asked, or nil: it gives what a short question leaves out.
func readHours(question string, now time.Time, services []namedService, before *hoursAsk) (ask hoursAsk, ok bool) {
	words := hoursWords(question)
	if len(words) > maxHoursWords {
		return ask, false
	}
	ask.service, ask.others, ok = findService(words, services)
	if !ok || ask.service == nil && before == nil {
		return ask, false
	}
	named := ask.service != nil
	if !named {
		ask.service = before.service
	}
	ask.when = readWhen(words, opening.DateOf(now.In(ask.service.Location())), ask.service.SchoolZone)
	ask.readCues(words)
	if ask.contact && ask.when.named() && !ask.hours {
		ask.hours = true // "qui joindre samedi"
	}
	if !ask.contact && !ask.hours && !ask.when.named() {
		if before == nil || !named {
			return ask, false
		}
		// "et la médiathèque ?" asks the same of another.
		same := *before
		same.service, same.others = ask.service, ask.others
		ask = same
	}
	return ask, !ask.when.unknown && !asksElse(words)
}

// readCues reads what is asked, and marks the words that ask it.
func (a *hoursAsk) readCues(words []hoursWord) {
	v := theHoursVocabulary()
	hourAsked, openAsked := false, false
	for i := range words {
		w := &words[i]
		switch {
		case v.nexts[w.text] && (v.opens[w.text] || i+1 < len(words) && v.opens[words[i+1].text]):
			a.next, a.hours = true, true
		case v.reach[w.text]:
			a.contact = true
		case v.closes[w.text]:
			a.hours = true
			if v.closedNow[w.text] || w.text == "ferme" && i > 0 && (words[i-1].text == "est" || words[i-1].text == "sera") {
				a.closed = true
			} else {
				hourAsked = true
			}
		case v.opens[w.text]:
			a.hours, openAsked = true, true
		case v.hourly[w.text], v.whens[w.text]:
			a.hours, hourAsked = true, true
		case w.used || v.known[w.text]:
			continue
		case w.among(v.meant.open):
			a.hours, openAsked = true, true
		case w.among(v.meant.hours):
			a.hours, hourAsked = true, true
		case w.among(v.meant.reach):
			a.contact = true
		default:
			continue
		}
		w.used = true
	}
	for i := range words {
		if a.contact && v.whom[words[i].text] {
			words[i].used = true
		}
	}
	a.closed = a.closed && !openAsked
	a.whether = !hourAsked && !a.next
}

func (w hoursWord) among(meant []hoursWord) bool { return slices.ContainsFunc(meant, w.alike) }

// asksElse tells whether words are left that a question about hours does not
// hold. What somebody says of themselves in a clause of its own ("je travaille
// tard") is passed over, unless it asks something.
func asksElse(words []hoursWord) bool {
	v := theHoursVocabulary()
	told, bearing := map[int]bool{}, map[int]bool{} // by clause
	for i, w := range words {
		if i == 0 || words[i-1].clause != w.clause {
			told[w.clause] = v.telling[w.text]
		}
		if v.asking[w.text] {
			told[w.clause] = false
		}
		bearing[w.clause] = bearing[w.clause] || w.used
	}
	others := 0
	for clause, bears := range bearing {
		if bears && !told[clause] {
			others++
		}
	}
	for _, w := range words {
		if !w.used && !v.plain[w.text] && (!told[w.clause] || others == 0) {
			return true
		}
	}
	return false
}

// namedService is a service and the content words of each of its names.
type namedService struct {
	*opening.Service
	names [][]hoursWord
}

func nameServices(services []opening.Service) []namedService {
	v := theHoursVocabulary()
	out := make([]namedService, len(services))
	for i := range services {
		s := &services[i]
		out[i].Service = s
		for _, name := range append([]string{s.Name, s.The}, s.Names...) {
			content := slices.DeleteFunc(hoursWords(name), func(w hoursWord) bool { return v.small[w.text] })
			if len(content) > 0 {
				out[i].names = append(out[i].names, content)
			}
		}
	}
	return out
}

// findService finds the one service that a question names: by the name of
// which most words stand in it. ok is false when it names two, or two equally
// well; the service is nil when it names none. others are those of whose names
// the word that was found is the first: "mairie annexe".
func findService(words []hoursWord, services []namedService) (best *opening.Service, others []*opening.Service, ok bool) {
	matches := make([]serviceMatch, len(services))
	top, tie := -1, false
	for i, s := range services {
		matches[i] = s.match(words)
		switch {
		case len(matches[i].words) == 0:
		case top < 0 || matches[top].less(matches[i]):
			top, tie = i, false
		case !matches[i].less(matches[top]):
			tie = true
		}
	}
	if top < 0 {
		return nil, nil, true
	}
	if tie {
		return nil, nil, false
	}
	found, best := matches[top].words, services[top].Service
	for i, s := range services {
		if len(matches[i].words) > 0 && !overlaps(matches[i].words, found) {
			return nil, nil, false // two services are named
		}
		if i != top && len(found) == 1 && s.PartOf != best.Slug && best.PartOf == "" && s.beginsWith(words[found[0]]) {
			others = append(others, s.Service)
		}
	}
	for _, i := range found {
		words[i].used = true
	}
	return best, others, true
}

// serviceMatch is how well a question names a service.
type serviceMatch struct {
	words []int
	exact int // words without a slip
}

func (m serviceMatch) less(o serviceMatch) bool {
	if len(m.words) != len(o.words) {
		return len(m.words) < len(o.words)
	}
	return m.exact < o.exact
}

func overlaps(a, b []int) bool {
	return slices.ContainsFunc(a, func(i int) bool { return slices.Contains(b, i) })
}

func (s namedService) beginsWith(word hoursWord) bool {
	return slices.ContainsFunc(s.names, func(name []hoursWord) bool { return len(name) > 1 && word.alike(name[0]) })
}

// match is the best of the service's names whose words all stand in the
// question.
func (s namedService) match(words []hoursWord) serviceMatch {
	var best serviceMatch
	for _, name := range s.names {
		var m serviceMatch
		for _, part := range name {
			at := part.find(words, m.words)
			if at < 0 {
				m.words = nil
				break
			}
			if words[at].text == part.text {
				m.exact++
			}
			m.words = append(m.words, at)
		}
		if len(m.words) > 0 && best.less(m) {
			best = m
		}
	}
	return best
}

// find is where a word of a name stands in a question, or -1; as it is
// written, else misspelt.
func (w hoursWord) find(words []hoursWord, taken []int) int {
	v, found := theHoursVocabulary(), -1
	for i, other := range words {
		switch {
		case slices.Contains(taken, i):
		case other.text == w.text:
			return i
		case found < 0 && !v.known[other.text] && other.alike(w) && hoursWeekday(other.text) < 0:
			found = i
		}
	}
	return found
}
