package rag

import (
	"hash/maphash"
	"sync"
)

// maxReadings bounds the passages whose reading is kept: some 50 KB each.
const maxReadings = 600

// readings keeps how passages were read, since the next question finds many of
// them again, and a passage never changes. What was not asked for lately is
// forgotten first, half at a time. It is safe for concurrent use.
type readings struct {
	seed maphash.Seed

	mu        sync.Mutex
	now, then map[uint64]*facts // asked for since the last forgetting, and before
}

func newReadings() *readings {
	return &readings{seed: maphash.MakeSeed(), now: map[uint64]*facts{}}
}

// share gives each source the reading that others had of the same words.
func (r *readings) share(sources []Source) []Source {
	for i := range sources {
		sources[i].facts = r.of(sources[i])
	}
	return sources
}

func (r *readings) of(s Source) *facts {
	key := maphash.Comparable(r.seed, [4]string{s.Title, s.Headings, s.URL, s.Text})
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.now[key]
	if f == nil {
		f = r.then[key]
	}
	if f == nil {
		f = &facts{}
	}
	r.now[key] = f
	if len(r.now) >= maxReadings/2 {
		r.now, r.then = map[uint64]*facts{}, r.now
	}
	return f
}
