package corpus

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/x448/float16"
)

// closeText is what a close look needs of a passage. Like the passage it never
// changes, in whatever editions it stands.
type closeText struct {
	terms    []byte // its sequence
	headings []byte // the part of it that is of the heading path
	vector   halfVector
	length   float64 // of the vector
}

// closeKey names a passage and the space that its vector is of; 0: none.
type closeKey struct{ space, passage int64 }

// What a Store remembers of passages for close looks, in bytes: a kilobyte each
// with the built-in embedder's vectors. It grows with the passages of the editions
// that are remembered.
const (
	closeCacheBytes    = 96 << 20 // at least
	maxCloseCacheBytes = 512 << 20
	closeBytesAPassage = 1200
	closeTextOwn       = 88 // of the closeText itself
)

// lookClosely adds what is not known yet of the candidates' passages: their
// sequences and their cosines. What is not remembered is read in one round trip.
func (s *Store) lookClosely(ctx context.Context, q *inquiry, found []candidate) error {
	query := newHalfQuery(q.vector)
	missing := make(map[int64]*candidatePassage)
	for i := range found {
		for j := range found[i].passages {
			p := &found[i].passages[j]
			if text, ok := s.closely.get(closeKey{q.spaceID, p.id}); ok {
				p.see(text, query)
			} else {
				missing[p.id] = p
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	texts, err := s.closeTexts(ctx, q.spaceID, slices.Collect(maps.Keys(missing)))
	if err != nil {
		return fmt.Errorf("look closely: %w", err)
	}
	for id, text := range texts {
		missing[id].see(*text, query)
		s.rememberClosely(q.spaceID, id, text)
	}
	return nil
}

// rememberClosely remembers what is whole: what a run or a move has yet to
// complete is read again.
func (s *Store) rememberClosely(spaceID, id int64, text *closeText) {
	if text.terms != nil && (spaceID == 0 || text.vector != nil) {
		s.closely.put(closeKey{spaceID, id}, *text, len(text.terms)+len(text.vector)+closeTextOwn)
	}
}

// see takes in what the passage says.
func (p *candidatePassage) see(text closeText, query halfQuery) {
	p.terms, p.headings = text.terms, text.headings
	if !p.known && text.length > 0 && len(text.vector) == 2*len(query) {
		p.cosine, p.known = query.dot(text.vector)/text.length, true
	}
}

// closeTexts reads passages, and their vectors in a space where there is one.
func (s *Store) closeTexts(ctx context.Context, spaceID int64, ids []int64) (map[int64]*closeText, error) {
	texts := make(map[int64]*closeText, len(ids))
	text := func(id int64) *closeText {
		if texts[id] == nil {
			texts[id] = &closeText{}
		}
		return texts[id]
	}
	batch := &pgx.Batch{}
	queue := func(sql string, take func(t *closeText, data []byte)) {
		batch.Queue(sql, pgx.NamedArgs{"passages": ids}).Query(func(rows pgx.Rows) error {
			var id int64
			var data pgtype.DriverBytes // valid until the next row
			_, err := pgx.ForEachRow(rows, []any{&id, &data}, func() error {
				take(text(id), slices.Clone(data))
				return nil
			})
			return err
		})
	}
	// Both are bounded by nature: a row for each passage asked.
	queue(`
		SELECT
			passage_id,
			terms
		FROM term_sequences
		WHERE passage_id = ANY(@passages)`, func(t *closeText, data []byte) { t.terms, t.headings = data, headingsOf(data) })
	if spaceID != 0 {
		queue(fmt.Sprintf(`
			SELECT
				passage_id,
				halfvec_send(v)
			FROM %s
			WHERE passage_id = ANY(@passages)`, vectorTable(spaceID)), func(t *closeText, data []byte) { t.vector, t.length = readHalfVector(data) })
	}
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	return texts, nil
}

// halfVector is a vector as Postgres keeps it, in floating point numbers of
// half precision, two bytes each, the greater first.
type halfVector []byte

// readHalfVector takes what halfvec_send returns: four bytes stand before the
// numbers. It also returns the vector's length.
func readHalfVector(sent []byte) (v halfVector, length float64) {
	if len(sent) < 4 {
		return nil, 0
	}
	v = sent[4:]
	var sum float64
	for i := 0; i+1 < len(v); i += 2 {
		x := float64(float16.Frombits(binary.BigEndian.Uint16(v[i:])).Float32())
		sum += x * x
	}
	return v, math.Sqrt(sum)
}

// halfQuery is a query's vector as Postgres would compare it: rounded to half
// precision, of length 1, and times 2^112.
type halfQuery []float32

// newHalfQuery returns nil for a vector without a direction.
func newHalfQuery(vector []float32) halfQuery {
	q := make(halfQuery, len(vector))
	var sum float64
	for i, v := range vector {
		q[i] = float16.Fromfloat32(v).Float32()
		sum += float64(q[i]) * float64(q[i])
	}
	if sum == 0 {
		return nil
	}
	scale := math.Ldexp(1/math.Sqrt(sum), 112)
	for i, v := range q {
		q[i] = float32(scale * float64(v))
	}
	return q
}

// dot is the scalar product of the query and a vector of as many numbers. The
// bits of a finite number of half precision, moved to their places in one of
// single precision, are that number times 2^-112, which the query makes up for.
func (q halfQuery) dot(v halfVector) float64 {
	var even, odd float32
	for len(q) >= 2 && len(v) >= 4 {
		even += q[0] * halfBits(binary.BigEndian.Uint16(v))
		odd += q[1] * halfBits(binary.BigEndian.Uint16(v[2:]))
		q, v = q[2:], v[4:]
	}
	if len(q) > 0 && len(v) >= 2 {
		even += q[0] * halfBits(binary.BigEndian.Uint16(v))
	}
	return float64(even + odd)
}

func halfBits(h uint16) float32 {
	return math.Float32frombits(uint32(h&0x8000)<<16 | uint32(h&0x7fff)<<13)
}
