package eval

// Change is a case whose rank differs between two runs. Rank 0 is "not found".
type Change struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Before   int    `json:"before"`
	After    int    `json:"after"`
}

// Diff returns the cases that got better from before to after, and those that
// got worse, in the order of after. Cases that stand in one run only are
// passed over.
func Diff(before, after []Outcome) (better, worse []Change) {
	ranks := map[string]int{}
	for _, o := range before {
		ranks[o.ID] = o.Rank
	}
	for _, o := range after {
		old, ok := ranks[o.ID]
		if !ok || old == o.Rank {
			continue
		}
		c := Change{ID: o.ID, Question: o.Question, Before: old, After: o.Rank}
		if o.Rank != 0 && (old == 0 || o.Rank < old) {
			better = append(better, c)
		} else {
			worse = append(worse, c)
		}
	}
	return better, worse
}
