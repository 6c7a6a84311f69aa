// Package thesaurus brings residents' words to the administration's: a
// resident writes "poubelle", the page says "ordures ménagères".
//
// The words stand in one plain file (fr.txt), an entry a line, which agents
// can extend and whose first lines explain it. Everyday words and
// administrative ones go through the same analyzer as questions and passages,
// so that plurals, accents and function words make no difference.
//
// Expand finds the entries in a question, the longest first, and returns what
// they stand for. How much weight an expansion carries beside the resident's
// own words is the searcher's affair, not the thesaurus's.
//
// The entries were written from general knowledge of what French towns and the
// national service publish.
package thesaurus
