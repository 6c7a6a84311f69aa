package llm

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// prefixes are what a model wants before a query and before a passage. Most
// want nothing; given nothing, these ones find noticeably less.
type prefixes struct{ query, passage string }

// knownPrefixes goes by a part of the model's name, the first that fits.
var knownPrefixes = []struct {
	part string
	prefixes
}{
	{"bge-m3", prefixes{}},
	{"e5-mistral", prefixes{query: "Instruct: Given a question, retrieve passages that answer it\nQuery: "}},
	{"multilingual-e5-large-instruct", prefixes{query: "Instruct: Given a question, retrieve passages that answer it\nQuery: "}},
	{"e5", prefixes{query: "query: ", passage: "passage: "}},
	{"nomic-embed", prefixes{query: "search_query: ", passage: "search_document: "}},
	{"mxbai-embed-large", prefixes{query: "Represent this sentence for searching relevant passages: "}},
	{"snowflake-arctic-embed", prefixes{query: "query: "}},
	{"embeddinggemma", prefixes{query: "task: search result | query: ", passage: "title: none | text: "}},
	{"qwen3-embedding", prefixes{query: "Instruct: Given a question, retrieve passages that answer it\nQuery: "}},
}

func prefixesOf(model string) prefixes {
	name := strings.ToLower(model)
	for _, k := range knownPrefixes {
		if strings.Contains(name, k.part) {
			return k.prefixes
		}
	}
	return prefixes{}
}

// version names the space that these prefixes make of a model: vectors made
// with other prefixes do not compare.
func (p prefixes) version() string {
	if p == (prefixes{}) {
		return "1"
	}
	sum := sha256.Sum256([]byte(p.query + "\x00" + p.passage))
	return "1-" + hex.EncodeToString(sum[:4])
}
