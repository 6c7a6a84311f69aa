package corpus

import (
	"context"
	"math"
	"slices"
	"time"
	_ "time/tzdata" // a machine need not have the zones
)

// DefaultZone is the time zone of towns that have set no other. In it, too, days
// begin and end for which documents hold: a server's own zone is mostly UTC, by
// which a page would stay up to two hours longer.
const DefaultZone = "Europe/Paris"

// Zone returns the time zone of this name, or UTC where nobody knows it.
func Zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Days before and after all others: of documents that name none.
const (
	firstDay = math.MinInt32
	lastDay  = math.MaxInt32
)

// dayOf counts days since 1970 of a date without a zone; open for no date.
func dayOf(date *time.Time, open int32) int32 {
	if date == nil || date.IsZero() {
		return open
	}
	return dayNumber(date.Date())
}

// dateOf is the date of a day.
func dateOf(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

// holds tells whether the document is in force on this day. It does on the
// first day and on the last.
func (d *contentsDocument) holds(day int32) bool { return d.from <= day && day <= d.until }

// holds tells whether a document may answer: it is in force, or it is over and
// the question names the year that its title names ("le marché de Noël 2025").
func (q *inquiry) holds(d *contentsDocument) bool {
	return d.holds(q.day) || d.until < q.day && slices.ContainsFunc(q.years, d.reading.names)
}

// today is the day it is now.
func (s *Searcher) today() int32 {
	return dayNumber(s.now().In(Zone(DefaultZone)).Date())
}

// nearestInForce asks for the passages nearest to the query. The list holds
// Depth passages of documents that are in force, where there are as many:
// those of the others do not use its room up, but are handed back apart.
func (s *Store) nearestInForce(ctx context.Context, q *inquiry, members []ScopeMember, vector []float32) (inForce, others []vectorHit, err error) {
	most := 0
	for m, member := range q.view.members {
		for _, asked := range members {
			if member.Collection.ID == asked.Collection.ID {
				most = max(most, q.view.contents[m].outOfForce(q.day))
			}
		}
	}
	// The number of rows stands in the statement: few different ones are asked.
	depth := q.ranking.Depth
	for ask := depth; ; ask *= 4 {
		hits, err := s.nearest(ctx, members, q.spaceID, vector, ask)
		if err != nil {
			return nil, nil, err
		}
		inForce, others = inForce[:0], others[:0]
		for _, hit := range hits {
			if q.inForce(hit.passage) {
				inForce = append(inForce, hit)
			} else {
				others = append(others, hit)
			}
		}
		if len(inForce) >= depth || len(hits) < ask || ask >= depth+most {
			return inForce[:min(len(inForce), depth)], others, nil
		}
	}
}

// outOfForce counts the passages of documents that do not hold on this day.
func (c *contents) outOfForce(day int32) int {
	n := 0
	for _, i := range c.dated {
		if !c.documents[i].holds(day) {
			n += int(c.bounds[i+1] - c.bounds[i])
		}
	}
	return n
}

// inForce tells whether a passage's document holds today. One that the view
// does not see is left to those who look for it there.
func (q *inquiry) inForce(passage int64) bool {
	for _, c := range q.view.contents {
		if slot, ok := c.slot(passage); ok {
			return q.holds(&c.documents[c.passages.documents[slot]])
		}
	}
	return true
}
