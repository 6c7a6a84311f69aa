package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"guichet/corpus/thesaurus"
)

// spellingSearch publishes a few documents and returns how they are searched.
func spellingSearch(t *testing.T) func(question string) Result {
	t.Helper()
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		put(t, r, document("piscine", "La piscine municipale", "Le bassin ouvre à 9 h.", "Les tarifs du bassin à Verneuil."))
		put(t, r, document("repas", "Restauration scolaire", "Inscrire son enfant aux repas du midi."))
		put(t, r, document("ecole", "Écoles", "L'école Verneuil accueille 245 élèves.", "Inscription à l'école en mars."))
		put(t, r, document("dechets", "Déchets", "La collecte des encombrants.", "Les encombrants sur rendez-vous."))
	})
	words, err := thesaurus.Parse(strings.NewReader("cantine: restauration scolaire\n"))
	if err != nil {
		t.Fatal(err)
	}
	searcher := NewSearcher(s, testEmbedder).WithThesaurus(words)
	scope, err := s.Scope(t.Context(), town.ID)
	if err != nil {
		t.Fatal(err)
	}
	return func(question string) Result {
		result, err := searcher.Search(t.Context(), scope, Query{Text: question})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
}

// TestWordsMetOnce: nothing is corrected to a word of one passage, until another
// edition brings it again.
func TestWordsMetOnce(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	searcher := NewSearcher(s, testEmbedder)
	for n, want := range []int{0, 1, 1} {
		publish(t, s, c, func(r *Run) {
			put(t, r, document(fmt.Sprint(n), "Déchets", fmt.Sprintf("La collecte des encombrants, secteur %d.", n)))
		})
		scope, err := s.Scope(t.Context(), town.ID)
		if err != nil {
			t.Fatal(err)
		}
		result, err := searcher.Search(t.Context(), scope, Query{Text: "des encombrent a jeter"})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Corrections) != want {
			t.Errorf("edition %d: corrections %v, want %d", n+1, result.Corrections, want)
		}
	}
}

// TestCorrectionsCountAllCollections: two words are as near, and each collection by itself
// has one of them four times as often; both together do not.
func TestCorrectionsCountAllCollections(t *testing.T) {
	s, _, town := newStore(t)
	const often, once = "les encombrants", "un encombrantx"
	for name, texts := range map[string][]string{
		"site":   {often, often, often, often, often, once},
		"agenda": {once, once, once, once, often},
	} {
		publish(t, s, newCollection(t, s, town.ID, name), func(r *Run) {
			for i, text := range texts {
				put(t, r, document(fmt.Sprint(i), "Page", text))
			}
		})
	}
	if got := search(t, s, town, "les encombrantk").Corrections; len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMisspeltQuestions(t *testing.T) {
	find := spellingSearch(t)
	for question, want := range map[string]struct{ document, read string }{
		"tarif de la pisine":              {"piscine", "pisine: piscine"},
		"TARIF DE LA PISINE":              {"piscine", "PISINE: piscine"},
		"inscrire mon fils a la cantinne": {"repas", "cantinne: cantine"},
		"lecole en mars":                  {"ecole", "lecole: école"},
		"des encombrent a jeter":          {"dechets", "encombrent: encombrants"},
		"Pisine ouverte quand ?":          {"piscine", "Pisine: piscine"},
		"la piscine":                      {"piscine", ""},
		"Monsieur Vernueil":               {"", ""}, // a name
		"le numéro 246 ou 2455":           {"", ""},
		"cantine le midi":                 {"repas", ""},
	} {
		result := find(question)
		var read []string
		for _, c := range result.Corrections {
			read = append(read, c.Written+": "+c.Read)
		}
		if got := strings.Join(read, "; "); got != want.read {
			t.Errorf("%s: corrected %q, want %q", question, got, want.read)
		}
		if want.document != "" && (len(result.Hits) == 0 || result.Hits[0].Document.Name != want.document) {
			t.Errorf("%s: hits %+v", question, result.Hits)
		}
	}
	terms := find("tarif de la pisine").Terms
	corrected := terms[len(terms)-1]
	whole := find("tarif de la piscine").Terms[1]
	if corrected.Term != "piscin" || corrected.Corrected != "pisine" || corrected.From != "" || corrected.Frequency != whole.Frequency ||
		corrected.Weight <= 0 || corrected.Weight >= whole.Weight {
		t.Errorf("the corrected term is %+v, the one that stands in the question %+v", corrected, whole)
	}
	if added := find("la cantinne").Terms; len(added) < 2 || added[len(added)-1].From != "cantine: restauration scolaire" {
		t.Errorf("the thesaurus was not asked for the corrected word: %+v", added)
	}
}

// Whatever stands in the collection, and every number, is read as it is written.
func TestWhatExistsIsNeverCorrected(t *testing.T) {
	find := spellingSearch(t)
	known := strings.Fields("piscine municipale bassin tarifs Verneuil verneuil restauration école ecoles inscription encombrants collecte cantine")
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(known), 1, 5).Draw(t, "words")
		number := fmt.Sprint(rapid.IntRange(0, 1e9).Draw(t, "number"))
		question := strings.Join(append(words, number), " ")
		if got := find(question).Corrections; len(got) > 0 {
			t.Fatalf("%s: %+v", question, got)
		}
	})
}

// A correction goes by what the scope has now.
func TestRetiredWordsAreNoCorrections(t *testing.T) {
	s, _, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		put(t, r, document("a", "Piscine", "Le bassin."))
		put(t, r, document("b", "Mairie", "Les heures."))
	})
	publish(t, s, c, func(r *Run) {
		if err := r.Retire(t.Context(), []string{"a"}); err != nil {
			t.Fatal(err)
		}
	})
	if got := search(t, s, town, "la pisine").Corrections; len(got) != 0 {
		t.Errorf("a word that is no more was read: %+v", got)
	}
	if got := search(t, s, town, "la marie").Corrections; len(got) != 1 {
		t.Errorf("a word that is was not: %+v", got)
	}
}

func TestSpellingPlan(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin.")) })
	letters := []rune("aeioulnrstcdmp")
	words := newVocabulary()
	for i := range 30000 {
		var w []rune
		for n := i*7919 + 15*15*15*15; n > 0; n /= len(letters) {
			w = append(w, letters[n%len(letters)])
		}
		words.add(string(w)+"ion", string(w), int64(i+1), true)
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return words.write(t.Context(), tx, c.ID) })
	if err != nil {
		t.Fatal(err)
	}
	unknown := strings.Fields("pisine cantinne inscripsion encombran dechetterrie lecole")
	for _, analyzed := range []string{`SELECT`, `ANALYZE`} {
		if _, err := pool.Exec(t.Context(), analyzed); err != nil {
			t.Fatal(err)
		}
		plan := explain(t, pool, spellingsSQL, spellingArgs([]int64{c.ID}, unknown))
		if !strings.Contains(plan, "spelling_buckets_pkey") || !strings.Contains(plan, "words_pkey") {
			t.Errorf("after %s:\n%s", analyzed, plan)
		}
	}
}
