package corpus

import "encoding/json"

// Note is what people should know of a run: of one that comes up often they are
// told in their own language, by its code.
type Note struct {
	Text string            `json:"text"`           // in an operator's words
	Code string            `json:"code,omitempty"` // ingest names them; "": it has none, or is older than codes
	With map[string]string `json:"with,omitempty"` // what a text for the code tells, by its placeholders
}

// String is the note in an operator's words.
func (n Note) String() string { return n.Text }

// UnmarshalJSON takes a note, and a bare text for one without a code: so they
// were all kept once.
func (n *Note) UnmarshalJSON(b []byte) error {
	*n = Note{}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &n.Text)
	}
	type plain Note
	return json.Unmarshal(b, (*plain)(n))
}

// Texts are the notes in an operator's words.
func Texts(notes []Note) []string {
	texts := make([]string, 0, len(notes))
	for _, n := range notes {
		texts = append(texts, n.Text)
	}
	return texts
}
