package corpus

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPostingsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []posting
		var last int64
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			last += rapid.Int64Range(1, 1<<rapid.IntRange(1, 50).Draw(t, "bits")).Draw(t, "delta")
			want = append(want, posting{passage: last, fields: rapid.Byte().Draw(t, "fields"), length: rapid.Byte().Draw(t, "length")})
		}
		var list postingList
		var ids []int64
		for _, p := range want {
			list.add(p)
			ids = append(ids, p.passage)
		}
		got, err := decodePostings(nil, list.coded)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
		var back []int64
		if err := decodeIDs(encodeIDs(ids), func(id int64) { back = append(back, id) }); err != nil || !slices.Equal(back, ids) {
			t.Fatalf("got %v, %v; want %v", back, err, ids)
		}
	})
}

func TestOccurrencesRoundTrip(t *testing.T) {
	for title := range 6 {
		for headings := range 6 {
			for body := range 20 {
				o := occurrences{title, headings, body}
				want := occurrences{min(title, 3), min(headings, 3), min(body, 15)}
				if got := unpackOccurrences(o.pack()); got != want {
					t.Fatalf("%v came back as %v", o, got)
				}
			}
		}
	}
}

func TestLengthCode(t *testing.T) {
	before := byte(0)
	for n := range 600_000 {
		code := lengthCode(n)
		if code < before {
			t.Fatalf("code of %d is lower than that of %d", n, n-1)
		}
		before = code
		got := codeLength(code)
		if got > n || n < 507_904 && float64(got) < 0.94*float64(n) || n < 32 && got != n {
			t.Fatalf("%d came back as %d", n, got)
		}
	}
	for code := range 256 {
		if got := lengthCode(codeLength(byte(code))); got != byte(code) {
			t.Fatalf("code %d came back as %d", code, got)
		}
	}
}

func FuzzDecodePostings(f *testing.F) {
	var list postingList
	list.add(posting{passage: 7, fields: 1, length: 20})
	list.add(posting{passage: 70_000, fields: 255, length: 255})
	f.Add(list.coded)
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{0x80})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 1, 1, 1, 1})
	f.Fuzz(func(t *testing.T, coded []byte) {
		var last int64
		postings, err := decodePostings(nil, coded)
		for _, p := range postings {
			if p.passage <= last {
				t.Fatalf("passage %d after %d", p.passage, last)
			}
			last = p.passage
		}
		if err == nil && len(coded) > 0 && len(postings) == 0 {
			t.Fatal("garbage is an empty list")
		}
		last = 0
		_ = decodeIDs(coded, func(id int64) {
			if id <= last {
				t.Fatalf("id %d after %d", id, last)
			}
			last = id
		})
	})
}
