package embed

import "context"

// EmbedExpanded returns the unit-length vector of a question to which a
// thesaurus adds words: a feature that only the added words have counts
// weight, where one of the question counts 1. It returns an error only when
// ctx is done.
func (e *Embedder) EmbedExpanded(ctx context.Context, question, added string, weight float64) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v := make([]float32, e.table.Dimensions)
	own, _ := count(e.features.Of(question))
	has := make(map[string]bool, len(own))
	for _, feature := range own {
		has[feature] = true
		e.table.add(v, feature, 1)
	}
	extra, _ := count(e.features.Of(added))
	for _, feature := range extra {
		if !has[feature] {
			e.table.add(v, feature, float32(weight))
		}
	}
	normalise(v)
	return v, nil
}
