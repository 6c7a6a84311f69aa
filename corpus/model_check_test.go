package corpus

import (
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"guichet/internal/analysis"
)

// check compares all that a reader can see, at every edition there is.
func (w *world) check(t *rapid.T) {
	infos, err := w.store.Editions(w.ctx, w.collection.ID, 100)
	w.must(err)
	if len(infos) != len(w.editions) {
		t.Fatalf("editions %+v, want %v", infos, slices.Sorted(maps.Keys(w.editions)))
	}
	for _, info := range infos {
		e := w.editions[info.Number]
		if e == nil || (info.State == "complete") != e.complete || info.Published != (info.Number == w.published) {
			t.Fatalf("edition %+v", info)
		}
		if e.complete {
			w.checkEdition(info, e.state)
		}
	}
	scope, err := w.store.Scope(w.ctx, 0, w.collection.Name)
	w.must(err)
	if w.published == 0 && len(scope.Members) != 0 || w.published > 0 && scope.Members[0].Edition != w.published {
		t.Fatalf("published %d, scope %+v", w.published, scope)
	}
}

func (w *world) checkEdition(info EditionInfo, state modelState) {
	passages := state.passages()
	if info.Documents != len(state) || info.Passages != len(passages) {
		w.t.Fatalf("edition %+v, want %d documents, %d passages", info, len(state), len(passages))
	}
	member := ScopeMember{Collection: w.collection, Edition: info.Number}
	w.must(w.pool.QueryRow(w.ctx, `
		SELECT e.id, c.space_id
		FROM editions e
		JOIN collections c ON c.id = e.collection_id
		WHERE e.collection_id = $1 AND e.number = $2`,
		w.collection.ID, info.Number).Scan(&member.EditionID, &member.Collection.SpaceID))
	names := w.checkDocuments(info.Number, state)

	query := w.drawQuery()
	ranking := DefaultRanking()
	ranking.Passage.Title, ranking.Passage.Headings = 2.5, 1.5
	view, err := w.store.view(w.ctx, []ScopeMember{member})
	w.must(err)
	asked := ask(readText{read: query, written: query}, []*analysis.Analyzer{naiveAnalyzer}, nil, 0)
	lexical, err := w.store.lexical(w.ctx, view, asked.terms, ranking)
	w.must(err)
	var got []scored
	for i, id := range view.contents[0].passages.ids {
		if lexical.byPassage[i] > 0 {
			got = append(got, scored{names[id], float64(lexical.byPassage[i])})
		}
	}
	want, wantDocuments := naiveBM25(passages, asked.terms, ranking)
	if err := sameTotals(got, want); err != nil {
		w.t.Fatalf("edition %d, BM25 of %q: %v", info.Number, query, err)
	}
	var documents []scored
	for i := range view.contents[0].documents {
		if lexical.byDocument[i] > 0 {
			first := view.contents[0].passages.ids[view.contents[0].bounds[i]]
			documents = append(documents, scored{titleOf(names[first]), float64(lexical.byDocument[i])})
		}
	}
	if err := sameTotals(documents, wantDocuments); err != nil {
		w.t.Fatalf("edition %d, BM25 of documents for %q: %v", info.Number, query, err)
	}
	w.checkVectors(member, passages, names, query)
}

func (w *world) drawQuery() string {
	// Not drawn by rapid: a check is no step of the sequence.
	n := len(w.editions) + w.published
	return modelWords[n%len(modelWords)] + " " + modelWords[(3*n+1)%len(modelWords)] + " section piscine"
}

// checkDocuments compares the documents, and returns the names of passages.
func (w *world) checkDocuments(edition int, state modelState) map[int64]string {
	rows, err := w.pool.Query(w.ctx, `
		SELECT s.uri, d.key, d.name, d.title, d.passages,
			ARRAY(
				SELECT p.text
				FROM unnest(d.passages) WITH ORDINALITY AS o (id, n)
				JOIN passages p ON p.id = o.id AND p.lineage = d.lineage
				WHERE p.born <= $2 AND (p.ended IS NULL OR p.ended > $2)
				ORDER BY o.n
			)
		FROM documents d
		JOIN sources s ON s.id = d.source_id
		WHERE d.collection_id = $1
			AND d.born <= $2 AND (d.ended IS NULL OR d.ended > $2)`, w.collection.ID, edition)
	w.must(err)
	names := map[int64]string{}
	seen := modelState{}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var d modelDoc
		var ids []int64
		err := row.Scan(&d.source, &d.key, &d.name, &d.title, &ids, &d.texts)
		for i, text := range d.texts {
			names[ids[i]] = d.title + "/" + text
		}
		if len(ids) != len(d.texts) {
			w.t.Fatalf("document %s %s has %d passage ids and %d visible passages", d.source, d.key, len(ids), len(d.texts))
		}
		seen[d.source+" "+d.key] = d
		return struct{}{}, err
	})
	w.must(err)
	if got, want := seen.lines(), state.lines(); !slices.Equal(got, want) {
		w.t.Fatalf("edition %d:\n got %s\nwant %s", edition, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	return names
}

// checkVectors compares every visible passage's vector, by its cosine.
func (w *world) checkVectors(m ScopeMember, passages []naivePassage, names map[int64]string, query string) {
	if m.Collection.SpaceID == 0 {
		w.t.Fatalf("no space")
	}
	hits, err := w.store.nearest(w.ctx, []ScopeMember{m}, m.Collection.SpaceID, bag(query), 1000)
	w.must(err)
	var got []scored
	for _, hit := range hits {
		got = append(got, scored{names[hit.passage], hit.cosine})
	}
	want := naiveNearest(passages, bag(query))
	// Half precision: order by name, then compare roughly.
	byName := func(a, b scored) int { return strings.Compare(a.name, b.name) }
	slices.SortFunc(got, byName)
	slices.SortFunc(want, byName)
	if err := sameScores(got, want, 0.01); err != nil {
		w.t.Fatalf("edition %d, cosine of %q: %v", m.Edition, query, err)
	}
}
