package corpus

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// A term list is a run of postings in ascending order of passage id. Each is
//
//	uvarint  passage id, less that of the posting before (0 before the first)
//	byte     how often the term stands in the fields: title in bits 7-6,
//	         headings in bits 5-4, body in bits 3-0, each capped at its maximum
//	byte     the passage's length, quantised (lengthCode)
//
// so that a common term costs three bytes a passage. The list of the empty
// term has every passage of its segment, with a hash of its heading path in
// place of occurrences: the figures of an edition are counted from it.

// posting is one passage in a term list.
type posting struct {
	passage int64
	fields  byte // occurrences, packed
	length  byte // lengthCode
}

// occurrences counts a term in a passage's fields.
type occurrences struct{ title, headings, body int }

// pack codes the occurrences in a byte, capped.
func (o occurrences) pack() byte {
	return byte(min(o.title, 3)<<6 | min(o.headings, 3)<<4 | min(o.body, 15))
}

// unpackOccurrences is the inverse of pack, up to the caps.
func unpackOccurrences(b byte) occurrences {
	return occurrences{title: int(b >> 6), headings: int(b >> 4 & 3), body: int(b & 15)}
}

// lengthCode quantises a length in terms: exact below 32, then a floating
// point number of four fraction bits, rounded down, which is at most 6 % low.
// 507 904 and more share the last code.
func lengthCode(n int) byte {
	if n < 32 {
		return byte(max(n, 0))
	}
	exponent := bits.Len(uint(n)) - 5 // n>>exponent is in [16, 32)
	code := 16 + exponent*16 + n>>exponent - 16
	return byte(min(code, 255))
}

// codeLength returns the length that a code stands for.
func codeLength(code byte) int {
	if code < 32 {
		return int(code)
	}
	exponent := int(code)/16 - 1
	return (16 + int(code)%16) << exponent
}

// postingList is a term list being written.
type postingList struct {
	coded []byte
	last  int64
}

// add appends a posting, whose passage must come after all before it.
func (l *postingList) add(p posting) {
	l.coded = binary.AppendUvarint(l.coded, uint64(p.passage-l.last))
	l.coded = append(l.coded, p.fields, p.length)
	l.last = p.passage
}

var errGarbledList = errors.New("garbled term list")

// decodePostings appends the list's postings to dst. It returns an error for
// bytes that add did not write.
func decodePostings(dst []posting, coded []byte) ([]posting, error) {
	var passage int64
	for len(coded) > 0 {
		delta, n := uint64(coded[0]), 1
		if delta >= 0x80 {
			delta, n = binary.Uvarint(coded)
		}
		next := passage + int64(delta)
		if n <= 0 || len(coded) < n+2 || next <= passage {
			return dst, errGarbledList
		}
		passage = next
		dst = append(dst, posting{passage: passage, fields: coded[n], length: coded[n+1]})
		coded = coded[n+2:]
	}
	return dst, nil
}

// encodeIDs codes ascending positive ids as uvarints of their differences.
func encodeIDs(ids []int64) []byte {
	coded := make([]byte, 0, 2*len(ids))
	var last int64
	for _, id := range ids {
		coded = binary.AppendUvarint(coded, uint64(id-last))
		last = id
	}
	return coded
}

// decodeIDs hands each coded id to add.
func decodeIDs(coded []byte, add func(id int64)) error {
	var id int64
	for len(coded) > 0 {
		delta, n := binary.Uvarint(coded)
		next := id + int64(delta)
		if n <= 0 || next <= id {
			return errGarbledList
		}
		id = next
		add(id)
		coded = coded[n:]
	}
	return nil
}
