package ingest

import (
	"testing"

	"guichet/internal/sheettest"
)

// What the generator writes is in the real format: every part of it is read.
func TestMadeSheetsAreRead(t *testing.T) {
	files := map[string][]byte{}
	for i := range 40 {
		name, content := sheettest.Sheet(i)
		files[name] = content
	}
	s := newServicePublic(t, zipFile(t, files))
	l, err := s.List(t.Context())
	if err != nil || len(l.Items) != 40 {
		t.Fatalf("%d items, %v", len(l.Items), err)
	}
	cases := 0
	for name, content := range files {
		x, err := extract(t.Context(), sheetExtractor{}, Input{Name: name, Bytes: content})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, section := range x.Sections {
			if len(section.Headings) >= 3 {
				cases++
			}
		}
		if x.Theme == "" || x.ModifiedOn.IsZero() || len(x.Sections) < 5 {
			t.Errorf("%s: theme %q, modified %v, %d sections", name, x.Theme, x.ModifiedOn, len(x.Sections))
		}
	}
	if cases < 40 {
		t.Errorf("%d sections of cases", cases)
	}
}

// BenchmarkSheets reads 300 sheets, as a run over the feed does.
func BenchmarkSheets(b *testing.B) {
	var sheets []Input
	size := int64(0)
	for i := range 300 {
		name, content := sheettest.Sheet(i)
		sheets = append(sheets, Input{Name: name, Bytes: content})
		size += int64(len(content))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, in := range sheets {
			if _, err := (sheetExtractor{}).Extract(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
}
