package embed

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guichet/internal/analysis"
)

func smallTable(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(Origin{Version: "test", Analysis: analysis.Version},
		[]string{"=cantin", "cantin", "ecol"}, [][]float32{{1, -.5}, {0, 0}, {.25, 127}})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func file(t testing.TB, table *Table) []byte {
	t.Helper()
	b, err := table.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sealed puts the right checksum into a file that was changed.
func sealed(file []byte) []byte {
	if len(file) >= preamble {
		sum := len(magic) + 4
		binary.LittleEndian.PutUint32(file[sum:], crc32.ChecksumIEEE(file[sum+4:]))
	}
	return file
}

func TestTableReadsAsItWasWritten(t *testing.T) {
	feature := rapid.StringMatching(`[=a-zé0-9]{1,12}`)
	number := rapid.Float32Range(-1e6, 1e6)
	rapid.Check(t, func(t *rapid.T) {
		features := rapid.SliceOfNDistinct(feature, 1, 20, rapid.ID[string]).Draw(t, "features")
		slices.Sort(features)
		dimensions := rapid.IntRange(1, 70).Draw(t, "dimensions")
		vectors := make([][]float32, len(features))
		for i := range vectors {
			vectors[i] = rapid.SliceOfN(number, dimensions, dimensions).Draw(t, "vector")
		}
		origin := Origin{Version: "é\n", Analysis: "a", Source: "s", Licence: "l", Documents: 3, Passages: 4, Parameters: "p"}
		written, err := NewTable(origin, features, vectors)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := written.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseTable(bytes)
		if err != nil {
			t.Fatal(err)
		}
		if read.Origin != origin || read.Dimensions != dimensions || !slices.Equal(read.Features(), features) {
			t.Fatalf("%+v, %d, %q", read.Origin, read.Dimensions, read.Features())
		}
		for i, f := range features {
			v := make([]float32, dimensions)
			read.add(v, f, 1)
			largest := 0.0
			for _, x := range vectors[i] {
				largest = max(largest, math.Abs(float64(x)))
			}
			for j, x := range vectors[i] {
				if off := math.Abs(float64(x - v[j])); off > largest/127*.501 {
					t.Fatalf("%q[%d]: %v became %v", f, j, x, v[j])
				}
			}
		}
	})
}

func TestDamagedTablesAreRefused(t *testing.T) {
	whole := file(t, smallTable(t))
	if _, err := ParseTable(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := ParseTable(whole[:n]); err == nil {
			t.Errorf("cut at %d: no error", n)
		}
		if _, err := ParseTable(sealed(slices.Clone(whole[:n]))); err == nil {
			t.Errorf("cut at %d and sealed: no error", n)
		}
		turned := slices.Clone(whole)
		turned[n] ^= 0x20
		if _, err := ParseTable(turned); err == nil {
			t.Errorf("byte %d turned: no error", n)
		}
	}
}

func TestWrongTablesAreRefused(t *testing.T) {
	good := Origin{Version: "1", Analysis: "1"}
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		origin   Origin
		features []string
		vectors  [][]float32
	}{
		"nothing":       {good, nil, nil},
		"counts":        {good, []string{"a", "b"}, [][]float32{{1}}},
		"dimensions":    {good, []string{"a", "b"}, [][]float32{{1}, {1, 2}}},
		"order":         {good, []string{"b", "a"}, [][]float32{{1}, {1}}},
		"twice":         {good, []string{"a", "a"}, [][]float32{{1}, {1}}},
		"empty feature": {good, []string{""}, [][]float32{{1}}},
		"line feed":     {good, []string{"a\nb"}, [][]float32{{1}}},
		"not UTF-8":     {good, []string{"\xff"}, [][]float32{{1}}},
		"infinite":      {good, []string{"a"}, [][]float32{{float32(math.Inf(1))}}},
		"not a number":  {good, []string{"a"}, [][]float32{{nan}}},
		"no version":    {Origin{}, []string{"a"}, [][]float32{{1}}},
	} {
		if _, err := NewTable(c.origin, c.features, c.vectors); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzParseTable finds files that pass and then break the embedder.
func FuzzParseTable(f *testing.F) {
	f.Add(file(f, smallTable(f)))
	f.Add([]byte(magic))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := ParseTable(sealed(slices.Clone(file)))
		if err != nil {
			return
		}
		table.Origin.Analysis = analysis.Version
		e, err := New(table)
		if err != nil {
			t.Fatal(err)
		}
		v, err := e.EmbedQuery(context.Background(), "école cantine zyglotron")
		if err != nil {
			t.Fatal(err)
		}
		if square := cosine(v, v); math.Abs(square-1) > 1e-4 {
			t.Fatalf("length² %v", square)
		}
	})
}
