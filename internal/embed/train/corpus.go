package main

import (
	"maps"
	"math"
	"slices"
	"strings"

	"guichet/internal/embed"
)

// corpus is the documents in numbers: a feature is its place in features.
type corpus struct {
	features []string  // ascending
	spread   []int     // passages that each stands in, title and headings counted
	idf      []float64 // of each feature
	titles   [][]int32 // of each document
	passages []passage
}

type passage struct {
	document int
	headings []int32
	body     []int32
	lines    [][]int32 // those of the body that say something
}

// shortestLine is the number of features from which on a line says something:
// two words have four.
const shortestLine = 4

// newCorpus numbers the documents' features.
func newCorpus(features *embed.Features, documents []document) *corpus {
	spread, total := spreadOf(features, documents)
	c := &corpus{features: slices.Sorted(maps.Keys(spread))}
	number := make(map[string]int32, len(c.features))
	for i, f := range c.features {
		number[f] = int32(i)
		with := float64(spread[f])
		c.spread = append(c.spread, spread[f])
		c.idf = append(c.idf, math.Log(1+(float64(total)-with+.5)/(with+.5)))
	}
	// Where a line ends inside a number, the line has features that the
	// passage does not have; they are left out.
	numbers := func(text string) []int32 {
		var ids []int32
		for _, f := range features.Of(text) {
			if id, ok := number[f]; ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for _, d := range documents {
		for _, p := range d.passages {
			c.passages = append(c.passages, passage{
				document: len(c.titles), headings: numbers(p.headings), body: numbers(p.text), lines: lines(p.text, numbers),
			})
		}
		c.titles = append(c.titles, numbers(d.title))
	}
	return c
}

// spreadOf counts the passages that each feature stands in, and all passages.
func spreadOf(features *embed.Features, documents []document) (spread map[string]int, total int) {
	spread = make(map[string]int)
	for _, d := range documents {
		for _, p := range d.passages {
			total++
			seen := make(map[string]bool)
			for _, f := range features.Of(d.title + "\n" + p.headings + "\n" + p.text) {
				if !seen[f] {
					seen[f] = true
					spread[f]++
				}
			}
		}
	}
	return spread, total
}

func lines(text string, numbers func(string) []int32) [][]int32 {
	var all [][]int32
	for line := range strings.SplitSeq(text, "\n") {
		if ids := numbers(line); len(ids) >= shortestLine {
			all = append(all, ids)
		}
	}
	return all
}

// titleCount is how often a title counts in a passage: it says what the passage
// is about. Headings and body count once.
const titleCount = 2

// bag returns a passage's features in ascending order and their weights. With
// inBody, only the body's words count; those of title and headings that it does
// not have stand there once.
func (c *corpus) bag(number int, inBody bool) (ids []int32, weights []float32) {
	p := c.passages[number]
	title, heading := titleCount, 1
	if inBody {
		title, heading = 0, 0
	}
	counts := make(map[int32]int, len(p.body))
	for _, id := range p.body {
		counts[id]++
	}
	for _, id := range c.titles[p.document] {
		counts[id] += title
	}
	for _, id := range p.headings {
		counts[id] += heading
	}
	ids = slices.Sorted(maps.Keys(counts))
	weights = make([]float32, len(ids))
	for i, id := range ids {
		weights[i] = embed.PassageWeight(max(1, counts[id]))
	}
	return ids, weights
}

// keep returns the features that stand in at least so many passages, with
// their vectors.
func (c *corpus) keep(vectors *matrix, atLeast int) (features []string, rows [][]float32) {
	for i, f := range c.features {
		if c.spread[i] >= atLeast {
			features = append(features, f)
			rows = append(rows, vectors.row(i))
		}
	}
	return features, rows
}
