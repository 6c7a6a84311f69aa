// Package health tells what is wrong with the documents that a town publishes,
// for whoever keeps them: pages that contradict themselves by standing there
// twice, that nobody has touched for long although answers rest on them, that
// are over, empty or endless, in another language than their collection or
// in two, or that hold what is meant for a model and not for people.
//
// Check reads what a scope sees, one document at a time, and weighs each finding
// by how many answers rest on the document; it is handed which answers cite
// which passage. It changes nothing and asks nobody: dead links are told
// by Links, which is handed the way to ask.
package health
