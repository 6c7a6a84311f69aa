package corpus

// Passage ids are dense where a run wrote them and far apart elsewhere, so
// what is kept by passage stands in pages of 1 024 ids.
const (
	pageBits = 10
	pageSize = 1 << pageBits
)

// idSet is a set of passage ids, a bit each.
type idSet map[int64]*[pageSize / 64]uint64

func (s idSet) add(id int64) {
	page := s[id>>pageBits]
	if page == nil {
		page = new([pageSize / 64]uint64)
		s[id>>pageBits] = page
	}
	page[id%pageSize/64] |= 1 << (id % 64)
}

func (s idSet) has(id int64) bool {
	page := s[id>>pageBits]
	return page != nil && page[id%pageSize/64]&(1<<(id%64)) != 0
}
