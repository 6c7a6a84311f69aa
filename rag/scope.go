package rag

import (
	_ "embed"
	"strings"

	"guichet/internal/messages"
)

// Scope is what kind of question it is, before anything is searched. Its words
// are the sections of phrases/scope.*.txt.
type Scope string

// The kinds of question. Where in doubt a question is InScope: what the
// documents do not answer meets the designed "I do not know".
const (
	InScope      Scope = ""
	Courtesy     Scope = "courtesy"     // a greeting or thanks alone
	Human        Scope = "human"        // the wish to speak to a person of the town
	Manipulation Scope = "manipulation" // orders to the assistant, its prompt, its secrets
	Private      Scope = "private"      // other people's data
	Refuse       Scope = "refuse"       // a demand that an officer's decision be taken or told
	Opinion      Scope = "opinion"      // politics, judgements of people
	Health       Scope = "health"       // a diagnosis, a dose
	OffTopic     Scope = "offtopic"     // recipes, code, scores, homework, weather
	Decision     Scope = "decision"     // "am I entitled to ...": the documents give conditions
)

// Verdict is what the scope step says of a question.
type Verdict struct {
	Scope Scope
	// Words are those of the question that say so, for the trace; empty where it is
	// all of it.
	Words string
}

// Proceeds tells whether the documents are searched. Where a Decision does,
// a caution follows the answer.
func (v Verdict) Proceeds() bool { return v.Scope == InScope || v.Scope == Decision }

// Outcome is that of a question that does not proceed.
func (v Verdict) Outcome() Outcome {
	switch v.Scope {
	case Manipulation, Private, Refuse, Opinion:
		return Refused
	}
	return OutOfScope
}

var scopePhrases = mustRead("scope")

// scopeWeightsFile is learnt from the examples of scope_learn_test.go, by
// "go test ./rag -run LearnScope -learn".
//
//go:embed scope.weights
var scopeWeightsFile string

var scopeWeights = mustWeigh("scope", scopeWeightsFile)

// A question that no pattern tells of, and of which the documents say little, is turned
// away from turnedAway on, the logarithm of the odds that no town answers it, if it has
// from enoughWords to mostWords words. docs/intake.md has what that does.
const (
	turnedAway  = 1.5
	enoughWords = 4
	mostWords   = 24
)

// ScopeOf tells what kind of question it is. The question is normalised.
func ScopeOf(question string) Verdict {
	if isCourtesy(question) {
		return Verdict{Scope: Courtesy}
	}
	if wantsHuman(question) {
		return Verdict{Scope: Human}
	}
	found, _ := scopePhrases().Find(question)
	return Verdict{Scope(found.Kind), found.Words}
}

// weighedScope tells by the weight of its words what no pattern tells of: of a question
// that stands by itself, and is neither too short nor a story of which one stretch
// might be taken for all.
func weighedScope(question string) Verdict {
	if n := len(strings.Fields(question)); n < enoughWords || n > mostWords {
		return Verdict{}
	}
	weighed := scopeWeights().Weigh(question)
	if weighed.Score < turnedAway {
		return Verdict{}
	}
	return Verdict{Scope(weighed.Kind), strings.Join(weighed.Words, ", ")}
}

// ScopeUnit is what the designed answer to a question that does not proceed says first.
// But for a courtesy it says then whom to ask, by the message "rag.whom." and the scope.
func ScopeUnit(m *messages.Messages, v Verdict, question string) Unit {
	id := "rag.scope." + string(v.Scope)
	if v.Scope == Courtesy {
		id = courtesyMessage(question)
	}
	return Unit{Kind: Sentence, Text: m.T(id), Break: true}
}
