package corpus

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"guichet/internal/analysis"
)

// Two words that differ by an edit share what is left of them once each has
// lost a letter or none; by two edits, once each has lost up to two (Garbe's
// symmetric deletion). So misspelt words are looked up by equality, whatever
// the number of words.
const (
	keyPrefix = 7 // letters from which keys are made
	longWord  = 8 // letters from which on two edits are forgiven
	shortWord = 6 // below it, one letter for another, or one less, makes another word

	maxSpellingKeys = 1 + keyPrefix + keyPrefix*(keyPrefix-1)/2 + 1 // of a word
)

// spellingBuckets is how many buckets the keys of a collection's words are in: a
// dozen keys a bucket in a collection of 11 000 words.
const spellingBuckets = 1 << 14

// bucketOf is a key's bucket: its last bits.
func bucketOf(key int32) int32 { return key & (spellingBuckets - 1) }

// spellingKeys returns the keys of a folded word in a collection, distinct.
func spellingKeys(collectionID int64, word string) []int32 {
	letters := []rune(word)
	deletions := 1
	if len(letters) >= longWord-2 {
		deletions = 2 // a long word less two letters, and it, must meet
	}
	if len(letters) > keyPrefix {
		letters = letters[:keyPrefix]
	}
	keys := make([]int32, 0, maxSpellingKeys)
	key := func(kind byte, variant string) { keys = append(keys, spellingKey(collectionID, kind, variant)) }
	key('d', string(letters))
	for i := range letters {
		shorter := slices.Delete(slices.Clone(letters), i, i+1)
		key('d', string(shorter))
		if deletions == 1 {
			continue
		}
		for j := i; j < len(shorter); j++ { // what lost an earlier letter stands already
			key('d', string(slices.Delete(slices.Clone(shorter), j, j+1)))
		}
	}
	if sound := soundOf(word); len(sound) >= minSound {
		key('s', sound)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func spellingKey(collectionID int64, kind byte, variant string) int32 {
	h := fnv.New32a()
	var head [9]byte
	binary.LittleEndian.PutUint64(head[:], uint64(collectionID)) //nolint:gosec // bits
	head[8] = kind
	_, _ = h.Write(head[:])
	_, _ = h.Write([]byte(variant))
	return int32(h.Sum32()) //nolint:gosec // bits
}

func editsAllowed(letters int) int {
	if letters >= longWord {
		return 2
	}
	return 1
}

// spelling is a word that a misspelt one may stand for.
type spelling struct {
	folded   string
	sound    string // soundOf the folded form
	written  string
	term     string
	passages int
	everyday bool // the thesaurus has it
	function bool // a function word: a misspelt one is left alone
}

// choose returns the spelling that a folded word clearly stands for, and false
// when there is none: of those that are nearest, one must be met four times as
// often as any other.
func choose(word string, candidates []spelling) (best spelling, ok bool) {
	type rival struct {
		spelling
		cost, most int
	}
	byTerm := make(map[string]*rival)
	sound := soundOf(word)
	for _, c := range candidates {
		cost, near := misspelling(word, c.folded, sound == c.sound && len(sound) >= minSound)
		if !near {
			continue
		}
		r := byTerm[c.term]
		if r == nil {
			byTerm[c.term] = &rival{spelling: c, cost: cost, most: c.passages}
			continue
		}
		sum, everyday := r.passages+c.passages, r.everyday || c.everyday
		if cost < r.cost || cost == r.cost && (c.passages > r.most || c.passages == r.most && c.folded < r.folded) {
			r.spelling, r.cost, r.most = c, cost, c.passages
		}
		r.passages, r.everyday = sum, everyday
	}
	var rivals []*rival
	for _, r := range byTerm {
		rivals = append(rivals, r)
	}
	slices.SortFunc(rivals, func(a, b *rival) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(b.passages, a.passages), cmp.Compare(a.folded, b.folded))
	})
	if len(rivals) == 0 {
		return spelling{}, false
	}
	for _, r := range rivals {
		if r.cost == rivals[0].cost && r.function {
			return spelling{}, false
		}
	}
	if len(rivals) > 1 && rivals[1].cost == rivals[0].cost && rivals[0].passages < 4*rivals[1].passages {
		return spelling{}, false
	}
	return rivals[0].spelling, true
}

// misspelling tells what it costs to read a folded word as another, and
// whether it may be. What sounds alike costs less than a slip of the finger;
// a slip seldom takes the first letter.
func misspelling(word, other string, alike bool) (cost int, ok bool) {
	if word == other || word == "" || other == "" {
		return 0, false
	}
	if lacksApostrophe(word, other) {
		return 1, true
	}
	if !alike && word[0] != other[0] {
		return 0, false
	}
	a, b := []rune(word), []rune(other)
	if max(len(a)-len(b), len(b)-len(a)) > len(a)/lettersPerSlip {
		return 0, false
	}
	edits := analysis.EditDistance(a, b)
	if alike && edits <= editsOfSound(len(a)) {
		return 2*edits - 1, true
	}
	if edits > editsAllowed(len(a)) || edits == 2 && otherEnding(a, b) {
		return 0, false
	}
	if len(a) < shortWord && len(a) >= len(b) && !transposed(a, b) {
		return 0, false
	}
	return 2 * edits, true
}

// otherEnding tells whether two words differ in their last letters alone: they
// are then forms of one word, or two words, rather than one misspelt.
func otherEnding(a, b []rune) bool {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n >= min(len(a), len(b))-2
}

// lacksApostrophe tells whether a word is another with its article or pronoun
// run into it, as in "lecole".
func lacksApostrophe(word, other string) bool {
	if !strings.ContainsRune("aeiouyh", rune(other[0])) {
		return false
	}
	elided, ok := strings.CutSuffix(word, other)
	return ok && (elided == "qu" || len(elided) == 1 && strings.ContainsAny(elided, "ldjmnstc"))
}

// transposed tells whether two words differ by two letters that changed places.
func transposed(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
		}
	}
	return false
}

const (
	minSound       = 3 // letters from which on a sound tells words apart
	lettersPerSlip = 4 // an edit is forgiven for so many where two words sound alike
	byEar          = 6 // letters from which on it is forgiven for one less: who writes by ear
)

// editsOfSound is how many edits a word of so many letters may be from one that
// sounds like it.
func editsOfSound(letters int) int {
	if letters >= byEar {
		return letters / (lettersPerSlip - 1)
	}
	return letters / lettersPerSlip
}

// sounds are the French spellings of one sound, the longest first where one
// begins another.
var sounds = strings.NewReplacer(
	"ph", "f", "sch", "5", "ch", "5", "sh", "5", "th", "t", "h", "",
	"que", "ke", "qui", "ki", "qu", "k", "q", "k", "ck", "k",
	"tion", "sion", "tiel", "siel", "sce", "se", "sci", "si", "scy", "si",
	"ce", "se", "ci", "si", "cy", "si", "ç", "s", "c", "k",
	"gue", "ge", "gui", "gi", "gea", "ja", "geo", "jo",
	"z", "s", "y", "i", "eau", "o", "au", "o",
	"ain", "in", "ein", "in", "aim", "in", "ai", "e", "ei", "e",
	"amb", "anb", "amp", "anp", "emb", "anb", "emp", "anp", "ent", "ant", "end", "and", "ence", "anse", "enci", "ansi", "enc", "ank", "omb", "onb", "omp", "onp", "imb", "inb", "imp", "inp",
)

// Endings of verbs that sound alike, and those that are not heard: each of the
// latter is cut in turn.
var (
	verbal = []string{"aient", "ait", "ais", "ai", "er", "ez", "ees", "ee"}
	silent = []string{"es", "e", "s", "t", "d", "x", "p"}
)

// soundOf returns roughly how a folded French word sounds: words that are
// taken for one another in writing share it.
func soundOf(word string) string {
	s := word
	for _, ending := range verbal {
		if base, ok := strings.CutSuffix(s, ending); ok && len(base) >= minSound {
			s = base + "e"
			break
		}
	}
	s = sounds.Replace(s)
	var b strings.Builder
	var last rune
	for _, r := range s {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	s = b.String()
	for _, ending := range silent {
		if base, ok := strings.CutSuffix(s, ending); ok && len(base) >= minSound {
			s = base
		}
	}
	return s
}
