package rag

import (
	"fmt"
	"sync"
	"testing"
)

func TestReadingsAreSharedAndBounded(t *testing.T) {
	r := newReadings()
	one := r.share([]Source{{Title: "A", Text: "Un."}})[0]
	if again := r.share([]Source{{N: 7, Title: "A", Text: "Un."}})[0]; again.facts != one.facts {
		t.Error("the same passage was read twice")
	}
	if other := r.share([]Source{{Title: "A", Text: "Deux."}})[0]; other.facts == one.facts {
		t.Error("another passage has the same reading")
	}
	var g sync.WaitGroup
	for w := range 4 {
		g.Go(func() {
			for i := range 2 * maxReadings {
				r.share([]Source{{Title: "A", Text: "Un."}})
				r.share([]Source{{Title: fmt.Sprint(w, i), Text: "x"}})[0].read()
			}
		})
	}
	g.Wait()
	if n := len(r.now) + len(r.then); n > maxReadings {
		t.Errorf("%d readings are kept", n)
	}
	if kept := r.share([]Source{{Title: "A", Text: "Un."}})[0]; kept.facts != one.facts {
		t.Error("what is asked for all the time was forgotten")
	}
}
