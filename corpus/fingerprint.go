package corpus

import (
	"crypto/sha256"
	"encoding/binary"
)

// fingerprint covers all that makes a passage what it is. A passage of a
// document's new version that has the fingerprint of one of the old keeps its
// row and its vector.
func fingerprint(title string, p Passage) [sha256.Size]byte {
	var coded []byte
	add := func(s string) {
		coded = binary.AppendUvarint(coded, uint64(len(s)))
		coded = append(coded, s...)
	}
	add(title)
	coded = binary.AppendUvarint(coded, uint64(len(p.Headings)))
	for _, h := range p.Headings {
		add(h)
	}
	add(p.Anchor)
	coded = binary.AppendVarint(coded, int64(p.Page))
	add(p.Text)
	return sha256.Sum256(coded)
}
