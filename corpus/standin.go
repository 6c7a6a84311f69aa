package corpus

import "context"

// standInShare is what other words for a term count where nothing has the term
// itself, and where a term of the question's own counts 1.
const standInShare = .7

// standIn raises what the thesaurus's words count for terms that nothing in the
// scope has: "cantine" is then asked for as "restauration scolaire", since no
// document says it otherwise.
func (s *Searcher) standIn(ctx context.Context, v *view, asked question, found *lexicalScores) error {
	wanted := make(map[string]bool)
	for i, t := range found.asked {
		if t.from == "" && found.terms[i].Frequency == 0 {
			for _, words := range asked.stands[t.term] {
				for _, word := range words {
					wanted[word] = true
				}
			}
		}
	}
	var names []string
	before := make(map[int]TermWeight)
	for i := range found.asked {
		t := &found.asked[i]
		if t.from == "" || !wanted[t.term] || found.terms[i].Frequency == 0 || t.share >= standInShare {
			continue
		}
		before[i] = found.terms[i]
		names = append(names, t.term)
		// Scores add up: what was counted is not counted again.
		t.share, t.counts = standInShare-t.share, true
	}
	if err := s.store.score(ctx, v, found, names); err != nil {
		return err
	}
	for i, was := range before {
		found.terms[i].Weight += was.Weight
		found.asked[i].share = standInShare
	}
	return nil
}
