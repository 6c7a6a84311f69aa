package main

// words is a query or a passage before it is embedded.
type words struct {
	ids     []int32
	weights []float32
}

// pair makes a query that the passage answers, and what is left of the passage
// for it.
func (t *trainer) pair(number int) (query, answer words) {
	drawn, titled := t.draw(number)
	known := make(map[int32]bool, len(drawn))
	removed := make(map[int32]bool)
	for _, id := range drawn {
		if known[id] || t.random.Float64() < t.settings.forgotten {
			continue
		}
		known[id] = true
		query.ids = append(query.ids, id)
		query.weights = append(query.weights, 1)
		if t.random.Float64() < t.settings.removed {
			removed[id] = true
		}
	}
	ids, weights := t.corpus.bag(number, titled)
	for i, id := range ids {
		if !removed[id] {
			answer.ids = append(answer.ids, id)
			answer.weights = append(answer.weights, weights[i])
		}
	}
	return query, answer
}

// headingsToo is the share of the titles that come with the passage's headings.
const headingsToo = .7

// draw returns a query's words and whether they are the title's. Where there
// is no line to draw, it is the title without headings.
func (t *trainer) draw(number int) (ids []int32, titled bool) {
	c, p := t.corpus, t.corpus.passages[number]
	title := c.titles[p.document]
	kind := t.random.Float64()
	if kind < t.settings.titles {
		ids = append(ids, title...)
		if t.random.Float64() < headingsToo {
			ids = append(ids, p.headings...)
		}
		return ids, true
	}
	lines := p.lines
	if kind < t.settings.titles+t.settings.siblings {
		siblings := t.siblings[p.document]
		lines = c.passages[siblings[t.random.IntN(len(siblings))]].lines
	}
	if len(lines) == 0 {
		return title, false
	}
	return lines[t.random.IntN(len(lines))], false
}
