package corpus

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"guichet/internal/analysis"
)

// A segment of the lexical index is the set of term lists that one edition
// wrote, numbered as the edition, over the passages that it bore. Merged
// segments are numbered by minus the edition that merged them, so that the two
// never meet. Segments hold disjoint, ascending ranges of passage ids, in the
// order of their numbers without the sign.

// segment is a segment as its list of all passages tells of it.
type segment struct {
	number   int
	passages []posting // all of the segment's, never empty
}

func (s segment) first() int64 { return s.passages[0].passage }
func (s segment) last() int64  { return s.passages[len(s.passages)-1].passage }

// readSegments returns the collection's segments in the order of their ids.
func readSegments(ctx context.Context, tx pgx.Tx, collectionID int64) ([]segment, error) {
	// Bounded by nature: segments are merged when they are more than a few.
	rows, err := tx.Query(ctx, `
		SELECT
			segment,
			postings
		FROM term_lists
		WHERE collection_id = @collection
			AND term = ''
		ORDER BY abs(segment)`, pgx.NamedArgs{"collection": collectionID})
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	var segments []segment
	var number int
	var coded []byte
	_, err = pgx.ForEachRow(rows, []any{&number, &coded}, func() error {
		passages, err := decodePostings(nil, coded)
		if err == nil && len(passages) == 0 {
			err = errGarbledList
		}
		if err != nil {
			return fmt.Errorf("segment %d: %w", number, err)
		}
		segments = append(segments, segment{number: number, passages: passages})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	return segments, nil
}

// segmentBuilder gathers term lists from passages that come in the order of
// their ids.
type segmentBuilder struct {
	lists  map[string]*postingList
	counts map[string]occurrences // of the passage at hand
	words  vocabulary
}

func newSegmentBuilder() *segmentBuilder {
	return &segmentBuilder{
		lists:  make(map[string]*postingList),
		counts: make(map[string]occurrences),
		words:  newVocabulary(),
	}
}

// indexed is a passage as the lexical index needs it.
type indexed struct {
	id       int64
	lineage  int64
	title    string
	headings []string
	text     string
	tokens   [][]analysis.Token // of the title, of each heading, and of the text
}

// analyze finds the passage's tokens. A heading that repeats the title counts as the
// title alone.
func (p *indexed) analyze(a *analysis.Analyzer) {
	p.tokens = append(p.tokens, a.Tokens(p.title))
	for _, heading := range p.headings {
		var tokens []analysis.Token
		if heading != p.title {
			tokens = a.Tokens(heading)
		}
		p.tokens = append(p.tokens, tokens)
	}
	p.tokens = append(p.tokens, a.Tokens(p.text))
}

// terms returns the terms of a text's tokens, and takes its words into the vocabulary.
func (b *segmentBuilder) terms(text string, tokens []analysis.Token, passage int64, titled bool) []string {
	terms := make([]string, len(tokens))
	for i, t := range tokens {
		terms[i] = t.Term
		b.words.add(text[t.Start:t.End], t.Term, passage, titled)
	}
	return terms
}

// add indexes one passage, analyzed, and returns its sequence. The length is that of
// headings and body. The list of all passages has a hash of each one's heading path in
// place of occurrences.
func (b *segmentBuilder) add(p indexed) []byte {
	clear(b.counts)
	title := b.terms(p.title, p.tokens[0], p.id, true)
	for _, term := range title {
		n := b.counts[term]
		n.title++
		b.counts[term] = n
	}
	length := 0
	sequence := appendBreak(appendSequence(nil, title))
	for i, heading := range p.headings {
		if heading == p.title {
			continue
		}
		terms := b.terms(heading, p.tokens[1+i], p.id, false)
		for _, term := range terms {
			n := b.counts[term]
			n.headings++
			b.counts[term] = n
		}
		length += len(terms)
		sequence = appendBreak(appendSequence(sequence, terms))
	}
	terms := b.terms(p.text, p.tokens[len(p.tokens)-1], p.id, false)
	for _, term := range terms {
		n := b.counts[term]
		n.body++
		b.counts[term] = n
	}
	length += len(terms)
	code := lengthCode(length)
	b.list("").add(posting{passage: p.id, fields: pathHash(p.headings), length: code})
	for term, n := range b.counts {
		b.list(term).add(posting{passage: p.id, fields: n.pack(), length: code})
	}
	return appendSequence(sequence, terms)
}

func (b *segmentBuilder) list(term string) *postingList {
	l := b.lists[term]
	if l == nil {
		l = &postingList{}
		b.lists[term] = l
	}
	return l
}

// indexBatch is how many passages are read and analyzed at a time.
const indexBatch = 500

// buildSegment writes the term lists, the sequences and the words of the
// passages that the edition bore. Reading, analysis, indexing and writing go on beside
// each other, the reading over another connection than the edition's: what the edition
// bore was committed document by document.
func (e *Edition) buildSegment(ctx context.Context, tx pgx.Tx) error {
	builder := newSegmentBuilder()
	read, ready, sequences := make(chan []indexed, 1), make(chan []indexed, 1), make(chan sequence, indexBatch)
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(read)
		return e.readNewPassages(inner, read)
	})
	group.Go(func() error {
		defer close(ready)
		return analyzeAll(inner, e.store.analyzer(e.Collection.Language), read, ready)
	})
	group.Go(func() error {
		defer close(sequences)
		return builder.addAll(inner, ready, sequences)
	})
	group.Go(func() error { return copySequences(inner, tx, sequences) })
	if err := group.Wait(); err != nil {
		return err
	}
	if err := builder.words.write(ctx, tx, e.Collection.ID); err != nil {
		return err
	}
	terms := slices.Sorted(maps.Keys(builder.lists))
	return copyTermLists(ctx, tx, len(terms), func(i int) ([]any, error) {
		return []any{e.Collection.ID, e.Number, terms[i], builder.lists[terms[i]].coded}, nil
	})
}

// analyzeAll hands on the batches that come, analyzed.
func analyzeAll(ctx context.Context, a *analysis.Analyzer, in <-chan []indexed, out chan<- []indexed) error {
	for batch := range in {
		for i := range batch {
			batch[i].analyze(a)
		}
		select {
		case out <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// addAll indexes the passages that come and hands their sequences on.
func (b *segmentBuilder) addAll(ctx context.Context, in <-chan []indexed, out chan<- sequence) error {
	for batch := range in {
		for _, p := range batch {
			select {
			case out <- sequence{p.id, b.add(p)}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// sequence is what a passage's row of term_sequences holds.
type sequence struct {
	passage int64
	terms   []byte
}

// copySequences writes what comes. A copy that ends while ctx is done fails.
func copySequences(ctx context.Context, tx pgx.Tx, in <-chan sequence) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"term_sequences"}, []string{"passage_id", "terms"},
		pgx.CopyFromFunc(func() ([]any, error) {
			s, ok := <-in
			if !ok {
				return nil, ctx.Err()
			}
			return []any{s.passage, s.terms}, nil
		}))
	if err != nil {
		return fmt.Errorf("write term sequences: %w", err)
	}
	return nil
}

// readNewPassages hands on the passages that the edition bore, in batches, by a
// cursor along passages_born: no statistics know of them yet, and asked for batch by
// batch, by their ids, each batch was looked for among all of them.
func (e *Edition) readNewPassages(ctx context.Context, out chan<- []indexed) error {
	return pgx.BeginTxFunc(ctx, e.store.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		// A cursor takes no parameters.
		_, err := tx.Exec(ctx, fmt.Sprintf(`
			DECLARE new_passages NO SCROLL CURSOR FOR
			SELECT
				id,
				lineage,
				headings,
				text
			FROM passages
			WHERE collection_id = %d
				AND born = %d
			ORDER BY id`, e.Collection.ID, e.Number))
		if err != nil {
			return fmt.Errorf("read new passages: %w", err)
		}
		for {
			batch, err := fetchNewPassages(ctx, tx)
			if err != nil || len(batch) == 0 {
				return err
			}
			select {
			case out <- batch:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// fetchNewPassages reads the next of them, and none at their end. The live document of
// its lineage gives each its title.
func fetchNewPassages(ctx context.Context, tx pgx.Tx) ([]indexed, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`FETCH %d FROM new_passages`, indexBatch))
	if err != nil {
		return nil, fmt.Errorf("read new passages: %w", err)
	}
	batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p indexed, err error) {
		return p, row.Scan(&p.id, &p.lineage, &p.headings, &p.text)
	})
	if err != nil {
		return nil, fmt.Errorf("read new passages: %w", err)
	}
	titles, err := readTitles(ctx, tx, batch)
	if err != nil {
		return nil, err
	}
	for i := range batch {
		batch[i].title = titles[batch[i].lineage]
	}
	return batch, nil
}

// readTitles returns the titles of the passages' live documents, by lineage.
func readTitles(ctx context.Context, tx pgx.Tx, batch []indexed) (map[int64]string, error) {
	titles := make(map[int64]string)
	var lineages []int64
	for _, p := range batch {
		lineages = append(lineages, p.lineage)
	}
	slices.Sort(lineages)
	lineages = slices.Compact(lineages)
	// Bounded by nature: a row for each lineage asked.
	rows, err := tx.Query(ctx, `
		SELECT
			lineage,
			title
		FROM documents
		WHERE lineage = ANY(@lineages)
			AND ended IS NULL`, pgx.NamedArgs{"lineages": lineages})
	if err != nil {
		return nil, fmt.Errorf("read titles: %w", err)
	}
	var lineage int64
	var title string
	_, err = pgx.ForEachRow(rows, []any{&lineage, &title}, func() error {
		titles[lineage] = title
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read titles: %w", err)
	}
	return titles, nil
}

func copyTermLists(ctx context.Context, tx pgx.Tx, n int, row func(i int) ([]any, error)) error {
	if n == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"term_lists"},
		[]string{"collection_id", "segment", "term", "postings"}, pgx.CopyFromSlice(n, row))
	if err != nil {
		return fmt.Errorf("write term lists: %w", err)
	}
	return nil
}

// mergeBatch is how many term lists a merge holds at a time.
const mergeBatch = 1000

// termList is a term and its postings, coded.
type termList struct {
	term  string
	coded []byte
}

// mergeSegments writes all of a collection's segments as one, numbered for
// this edition, with the passages that keep wants.
func mergeSegments(ctx context.Context, tx pgx.Tx, collectionID int64, edition int, keep func(passage int64) bool) error {
	// A cursor takes no parameters. It sees the lists as they stand now, not
	// those that are written below.
	_, err := tx.Exec(ctx, fmt.Sprintf(`
		DECLARE merged NO SCROLL CURSOR FOR
		SELECT
			term,
			postings
		FROM term_lists
		WHERE collection_id = %d
		ORDER BY
			term,
			abs(segment)`, collectionID))
	if err != nil {
		return fmt.Errorf("merge segments: %w", err)
	}
	m := merger{keep: keep}
	for {
		rows, err := tx.Query(ctx, fmt.Sprintf(`FETCH %d FROM merged`, mergeBatch))
		if err != nil {
			return fmt.Errorf("merge segments: %w", err)
		}
		lists, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l termList, err error) {
			return l, row.Scan(&l.term, &l.coded)
		})
		if err != nil {
			return fmt.Errorf("merge segments: %w", err)
		}
		for _, l := range lists {
			if err := m.add(l); err != nil {
				return fmt.Errorf("merge segments: term %q: %w", l.term, err)
			}
		}
		if len(lists) == 0 {
			m.flush()
		}
		err = copyTermLists(ctx, tx, len(m.done), func(i int) ([]any, error) {
			return []any{collectionID, -edition, m.done[i].term, m.done[i].coded}, nil
		})
		if err != nil {
			return fmt.Errorf("merge segments: %w", err)
		}
		m.done = m.done[:0]
		if len(lists) == 0 {
			break
		}
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM term_lists
		WHERE collection_id = @collection
			AND segment <> @segment`,
		pgx.NamedArgs{"collection": collectionID, "segment": -edition})
	if err != nil {
		return fmt.Errorf("delete merged segments: %w", err)
	}
	if _, err := tx.Exec(ctx, `CLOSE merged`); err != nil {
		return fmt.Errorf("merge segments: %w", err)
	}
	return nil
}

// merger joins the lists of one term after another, as they come.
type merger struct {
	keep func(passage int64) bool
	done []termList

	term    string
	list    postingList
	scratch []posting
}

func (m *merger) add(l termList) error {
	if l.term != m.term {
		m.flush()
		m.term = l.term
	}
	var err error
	m.scratch, err = decodePostings(m.scratch[:0], l.coded)
	if err != nil {
		return err
	}
	for _, p := range m.scratch {
		if !m.keep(p.passage) {
			continue
		}
		if p.passage <= m.list.last {
			return errGarbledList
		}
		m.list.add(p)
	}
	return nil
}

// flush ends the term at hand. A term that no passage has any more goes.
func (m *merger) flush() {
	if len(m.list.coded) > 0 {
		m.done = append(m.done, termList{term: m.term, coded: m.list.coded})
	}
	m.list = postingList{}
}
