package corpus

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Of two versions of one thing the newer comes first, and the older is marked
// so that no answer is made from it. Two documents of one collection are
// versions
//
//   - when their titles are the same once years, dates and version numbers are
//     taken out, and at least one of them names such;
//   - when one's title names a time that is over, and the other, written
//     since, has most of the words of its title;
//   - when their passages say the same in nearly the same words, and their
//     titles differ by nothing but words that one of them adds.
//
// What a town records does not age so: minutes, bulletins, orders. Nor is
// there an older version when the newer has not begun yet (next year's
// prices), or when the question names the older one's year.

// LeftOut is a document that speaks to the query and yet is not for an answer,
// and why.
type LeftOut struct {
	Document HitDocument
	Reason   LeftOutReason
	Day      time.Time // the last day that it held, or the first that it will; zero for an older version
	Newer    string    // the title of the newer version
}

// LeftOutReason says why a document is not for an answer.
type LeftOutReason string

// The reasons there are.
const (
	HasEnded     LeftOutReason = "ended"
	HasNotBegun  LeftOutReason = "not_begun"
	OlderVersion LeftOutReason = "older_version"
)

const (
	// mostWords is the share of an outdated title's words that a newer
	// document's title has.
	mostWords = 2. / 3
	// sameWords is the share of words that two texts have in common when they
	// say the same.
	sameWords = .9
)

// supersede puts newer versions before older ones, in candidates that stand
// best first. The newer one takes the older one's place.
func (q *inquiry) supersede(found []candidate) {
	for i := range found {
		for j := range found {
			older, newer := &found[i], &found[j]
			if i == j || newer.newer != nil || !q.supersedes(newer.document, older.document) {
				continue
			}
			d, _ := q.view.document(newer.document)
			older.newer, older.was = d, i+1
			older.score, newer.score = min(older.score, newer.score), max(older.score, newer.score)
			break
		}
	}
}

// supersedes tells whether one document takes the other's place, by their
// titles.
func (q *inquiry) supersedes(newer, older int32) bool {
	if q.view.memberOf(newer) != q.view.memberOf(older) {
		return false
	}
	n, _ := q.view.document(newer)
	o, _ := q.view.document(older)
	if n.reading.record || o.reading.record || !o.since(n, q.day) || q.asksFor(o, n) {
		return false
	}
	if len(o.reading.words) == 0 || !o.reading.dated && !n.reading.dated && o.reading.version == n.reading.version {
		return false
	}
	if slices.Equal(o.reading.words, n.reading.words) {
		return true
	}
	// One word alone ("Élections 2022") is the beginning of many titles.
	common := commonWords(o.reading.words, n.reading.words)
	return o.reading.dated && o.reading.until < q.day && common >= 2 && float64(common) >= mostWords*float64(len(o.reading.words))
}

// since tells whether the other document is of a later time than this one, and
// that time has come.
func (d *contentsDocument) since(other *contentsDocument, today int32) bool {
	a, b := &d.reading, &other.reading
	switch {
	case a.version > 0 && b.version > 0:
		return a.version < b.version
	case a.dated && b.dated:
		return a.from < b.from && a.until < b.until && b.from <= today
	case a.dated:
		return a.until < other.changed
	case b.dated:
		return d.changed != 0 && d.changed < b.from && b.from <= today
	}
	return d.changed != 0 && d.changed < other.changed
}

// asksFor tells whether the question names a year of the older document that
// is none of the newer's.
func (q *inquiry) asksFor(older, newer *contentsDocument) bool {
	return slices.ContainsFunc(q.years, func(year int) bool {
		return older.reading.names(year) && !newer.reading.names(year)
	})
}

func (r *titleReading) names(year int) bool {
	return r.dated && r.from <= dayNumber(year, time.December, 31) && dayNumber(year, time.January, 1) <= r.until
}

// commonWords counts what two sorted lists have in common.
func commonWords(a, b []uint32) int {
	common := 0
	for _, word := range a {
		if _, ok := slices.BinarySearch(b, word); ok {
			common++
		}
	}
	return common
}

// supersedeTexts marks the hits that say what a newer one says, in nearly the
// same words, and puts them behind it. It returns those that it marked.
func (q *inquiry) supersedeTexts(hits []Hit) (marked []LeftOut) {
	for i := range hits {
		for j := range hits {
			if i == j || hits[i].Newer != "" || hits[j].Newer != "" || !q.sameText(&hits[j], &hits[i]) {
				continue
			}
			hits[i].Newer = hits[j].Document.Title
			marked = append(marked, LeftOut{Document: hits[i].Document, Reason: OlderVersion, Newer: hits[i].Newer})
			if i < j {
				hits[i].Score, hits[j].Score = hits[j].Score, hits[i].Score
				hits[i], hits[j] = hits[j], hits[i]
			}
		}
	}
	return marked
}

// sameText tells whether newer says what older says.
func (q *inquiry) sameText(newer, older *Hit) bool {
	n, o := newer.contents, older.contents
	if n == nil || o == nil || newer.Document.CollectionID != older.Document.CollectionID || n.reading.record || o.reading.record ||
		!o.since(n, q.day) || q.asksFor(o, n) || len(newer.Passages) == 0 || len(older.Passages) == 0 {
		return false
	}
	common := commonWords(o.reading.words, n.reading.words)
	if common == 0 || common < min(len(o.reading.words), len(n.reading.words)) {
		return false
	}
	a, b := wordCounts(newer.Passages[0].Text), wordCounts(older.Passages[0].Text)
	return sharedWords(a, b) >= sameWords
}

// wordCounts counts a text's words, lower-cased.
func wordCounts(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		counts[word]++
	}
	return counts
}

// sharedWords is the share of the longer text's words that both have.
func sharedWords(a, b map[string]int) float64 {
	var common, inA, inB int
	for word, n := range a {
		inA += n
		common += min(n, b[word])
	}
	for _, n := range b {
		inB += n
	}
	if inA == 0 || inB == 0 {
		return 0
	}
	return float64(common) / float64(max(inA, inB))
}
