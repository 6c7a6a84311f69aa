// Package analysis turns text into the terms by which it is found.
//
// A text is cut into words at everything that is neither letter nor digit; a
// word is lower-cased, its accents are folded, elided articles and pronouns
// are cut ("l'école" is "école"), function words are dropped, and what is left
// is reduced to its stem. Words and questions go the same way, so that they
// meet.
//
// Accents are folded before stemming, because residents leave them out:
// whatever one writes, "déclarée" and "declaree" must give the same term. The
// few endings for which Snowball's French rules need an accent are given it
// back first.
//
// Parts of a compound ("auto-entrepreneur") are terms, and so is the compound
// written as one word. Numbers keep their form: decimals, groups of thousands
// and form numbers ("12345*02") are one term.
//
// The package does not correct spelling and knows no synonyms.
package analysis
