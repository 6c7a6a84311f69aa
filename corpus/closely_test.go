package corpus

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/pgvector/pgvector-go"
	"github.com/x448/float16"
	"pgregory.net/rapid"
)

// half codes numbers as halfvec_send does.
func half(numbers []float32) []byte {
	sent := binary.BigEndian.AppendUint16(nil, uint16(len(numbers)))
	sent = append(sent, 0, 0)
	for _, x := range numbers {
		sent = binary.BigEndian.AppendUint16(sent, float16.Fromfloat32(x).Bits())
	}
	return sent
}

// TestCosineIsThatOfTheRoundedNumbers reckons it another way: numbers of every
// size that half precision has, the smallest too, in vectors of every length.
func TestCosineIsThatOfTheRoundedNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		number := rapid.OneOf(rapid.Float32Range(-1, 1), rapid.Float32Range(-60000, 60000), rapid.Float32Range(-6e-5, 6e-5))
		a := rapid.SliceOfN(number, n, n).Draw(t, "query")
		b := rapid.SliceOfN(number, n, n).Draw(t, "vector")
		var dot, aa, bb float64
		for i := range a {
			x, y := float64(float16.Fromfloat32(a[i]).Float32()), float64(float16.Fromfloat32(b[i]).Float32())
			dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
		}
		query := newHalfQuery(a)
		vector, length := readHalfVector(half(b))
		if aa == 0 || bb == 0 {
			p := candidatePassage{}
			p.see(closeText{vector: vector, length: length}, query)
			if p.known || p.cosine != 0 {
				t.Fatalf("without a direction the cosine is %v", p.cosine)
			}
			return
		}
		if got, want := query.dot(vector)/length, dot/math.Sqrt(aa*bb); math.Abs(got-want) > 2e-6 {
			t.Fatalf("cosine %.9f, want %.9f", got, want)
		}
	})
}

// TestCloseLooksAreThoseOfTheDatabase compares what is read and reckoned here
// with what Postgres says, and what is remembered with what is read.
func TestCloseLooksAreThoseOfTheDatabase(t *testing.T) {
	s, pool, town := newStore(t)
	s.closely.limit = 12_000 // of which one may take 1 500
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) {
		for i := range 60 {
			put(t, r, document(fmt.Sprint("d", i), fmt.Sprint("Titre ", i), fmt.Sprint("Le bassin ouvre ", i), "Le marché ferme."))
		}
	})
	space, err := s.spaceID(t.Context(), testEmbedder.Space())
	if err != nil {
		t.Fatal(err)
	}
	query := bag("bassin marché")
	cosines := make(map[int64]float64)
	terms := make(map[int64]string)
	rows, err := pool.Query(t.Context(), fmt.Sprintf(`
		SELECT passage_id, 1 - (v <=> $1::halfvec(8)), terms
		FROM %s
		JOIN term_sequences USING (passage_id)`, vectorTable(space)), pgvector.NewHalfVector(query))
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id int64
		var cosine float64
		var sequence []byte
		if err := rows.Scan(&id, &cosine, &sequence); err != nil {
			t.Fatal(err)
		}
		cosines[id], terms[id] = cosine, string(sequence)
	}
	if rows.Err() != nil || len(cosines) != 120 {
		t.Fatalf("%d passages, %v", len(cosines), rows.Err())
	}
	for range 2 {
		for id := range cosines {
			for range 2 { // the second time it is remembered
				found := []candidate{{passages: []candidatePassage{{id: id}}}}
				if err := s.lookClosely(t.Context(), &inquiry{vector: query, spaceID: space}, found); err != nil {
					t.Fatal(err)
				}
				p := found[0].passages[0]
				if !p.known || math.Abs(p.cosine-cosines[id]) > 1e-6 || string(p.terms) != terms[id] {
					t.Fatalf("passage %d: cosine %v, want %v; terms %q, want %q", id, p.cosine, cosines[id], p.terms, terms[id])
				}
				checkRecent(t, s.closely)
			}
		}
	}
	if n := s.closely.order.Len(); n < 20 || n == len(cosines) {
		t.Errorf("%d of %d passages are remembered", n, len(cosines))
	}
}

// TestWhatIsNotWrittenYetIsNotRemembered looks at a passage before and after its
// vector is there.
func TestWhatIsNotWrittenYetIsNotRemembered(t *testing.T) {
	s, pool, town := newStore(t)
	c := newCollection(t, s, town.ID, "site")
	publish(t, s, c, func(r *Run) { put(t, r, document("a", "Piscine", "Le bassin ouvre.")) })
	space, err := s.spaceID(t.Context(), testEmbedder.Space())
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	if err := pool.QueryRow(t.Context(), `SELECT id FROM passages`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	look := func() candidatePassage {
		t.Helper()
		found := []candidate{{passages: []candidatePassage{{id: id}}}}
		if err := s.lookClosely(t.Context(), &inquiry{vector: bag("bassin"), spaceID: space}, found); err != nil {
			t.Fatal(err)
		}
		return found[0].passages[0]
	}
	if _, err := pool.Exec(t.Context(), fmt.Sprintf(`CREATE TABLE aside AS SELECT * FROM %[1]s; DELETE FROM %[1]s`, vectorTable(space))); err != nil {
		t.Fatal(err)
	}
	if p := look(); p.known || len(p.terms) == 0 {
		t.Fatalf("without its vector the passage is %+v", p)
	}
	if _, err := pool.Exec(t.Context(), fmt.Sprintf(`INSERT INTO %s SELECT * FROM aside`, vectorTable(space))); err != nil {
		t.Fatal(err)
	}
	if p := look(); !p.known || p.cosine <= 0 {
		t.Fatalf("with its vector the passage is %+v", p)
	}
}
