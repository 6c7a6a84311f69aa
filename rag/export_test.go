package rag

// SegmentsOf are a passage's sentences, items and rows, as units that quote it.
func SegmentsOf(s Source) []Unit {
	var out []Unit
	for _, seg := range s.read().segments {
		text := seg.text
		if seg.kind == Row {
			text = rowText(seg.header, seg.cells)
		}
		if seg.kind != Heading && !seg.leadIn {
			out = append(out, Unit{Kind: seg.kind, Text: text, Cells: seg.cells, Header: seg.header, Citations: []Citation{{N: s.N}}})
		}
	}
	return out
}
