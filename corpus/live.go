package corpus

// LiveDocument is a document of a collection, as one edition has it.
type LiveDocument struct {
	Source SourceRef
	Key    string
	Known
}
