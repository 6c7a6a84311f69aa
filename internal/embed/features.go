package embed

import (
	"guichet/internal/analysis"
)

// lightMark begins the features that are light forms, so that they do not meet
// the stems that are written like them.
const lightMark = "="

// Features takes texts apart into features. It is safe for concurrent use.
type Features struct{ analyzer *analysis.Analyzer }

// NewFeatures returns what takes French texts apart. It remembers words: keep
// it.
func NewFeatures() *Features { return &Features{analyzer: analysis.For("fr")} }

// Of returns the text's features in reading order, each as often as it comes.
func (f *Features) Of(text string) []string {
	tokens := f.analyzer.Tokens(text)
	features := make([]string, 0, 2*len(tokens))
	for _, token := range tokens {
		features = append(features, token.Term)
		if light := analysis.Light(text[token.Start:token.End]); light != "" {
			features = append(features, lightMark+light)
		}
	}
	return features
}

// count returns the distinct features in the order of their first place, so
// that sums of floats come out the same each time, and how often each comes.
func count(all []string) (features []string, counts []int) {
	place := make(map[string]int, len(all))
	for _, feature := range all {
		i, ok := place[feature]
		if !ok {
			i = len(features)
			place[feature] = i
			features, counts = append(features, feature), append(counts, 0)
		}
		counts[i]++
	}
	return features, counts
}
