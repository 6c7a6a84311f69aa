package embed

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// Table maps features to vectors of small numbers.
//
// Its file is, numbers being little endian:
//
//	bytes        what
//	8            "guichetV"
//	4            the format, 1
//	4            CRC-32 (IEEE) of everything behind it
//	4            D, the dimensions of a vector
//	4            N, the number of features
//	4            H, the bytes of the header
//	4            T, the bytes of the features
//	4            the length that a vector has on average, a float32
//	H            the header: Origin, as JSON
//	T            the features in ascending order, each ended by a line feed
//	4 N          a scale for each feature, a float32
//	N D          the vectors: each coordinate an int8, to be multiplied with
//	             its feature's scale
type Table struct {
	Origin     Origin
	Dimensions int

	features []string
	row      map[string]int
	scales   []float32
	cells    []byte  // int8, row after row
	length   float32 // of a row, on average
}

// Origin tells what a table is made of and how.
type Origin struct {
	Version    string `json:"version"`  // of the embedding space
	Analysis   string `json:"analysis"` // analysis.Version that made the terms
	Source     string `json:"source"`   // what was read, and who published it
	Licence    string `json:"licence"`
	Documents  int    `json:"documents"`
	Passages   int    `json:"passages"`
	Parameters string `json:"parameters"` // of the training
}

const (
	magic    = "guichetV"
	format   = 1
	preamble = len(magic) + 7*4

	// What is larger is not a table but an accident.
	maxDimensions = 4096
	maxFeatures   = 1 << 22
	maxFeature    = 256 // bytes
)

// NewTable returns the table of features, which must ascend, and of their
// vectors, all of one length. Coordinates are rounded to 1/127 of the largest
// one of their vector.
func NewTable(origin Origin, features []string, vectors [][]float32) (*Table, error) {
	if len(features) == 0 || len(vectors) != len(features) {
		return nil, fmt.Errorf("%d features and %d vectors make no table", len(features), len(vectors))
	}
	t := &Table{Origin: origin, Dimensions: len(vectors[0])}
	cells := make([]byte, 0, len(features)*t.Dimensions)
	total := 0.0
	for i, v := range vectors {
		if len(v) != t.Dimensions {
			return nil, fmt.Errorf("the vector of %q has %d dimensions, not %d", features[i], len(v), t.Dimensions)
		}
		largest, square := 0.0, 0.0
		for _, x := range v {
			largest = max(largest, math.Abs(float64(x)))
			square += float64(x) * float64(x)
		}
		total += math.Sqrt(square)
		scale := float32(largest / math.MaxInt8)
		t.scales = append(t.scales, scale)
		for _, x := range v {
			if scale == 0 {
				cells = append(cells, 0)
				continue
			}
			cell := math.Round(float64(x) / float64(scale))
			cells = append(cells, byte(int8(max(-math.MaxInt8, min(math.MaxInt8, cell)))))
		}
	}
	t.cells = cells
	t.length = float32(total / float64(len(vectors)))
	if err := t.index(features); err != nil {
		return nil, err
	}
	return t, t.check()
}

// Bytes returns the table's file.
func (t *Table) Bytes() ([]byte, error) {
	header, err := json.MarshalIndent(t.Origin, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	terms := strings.Join(t.features, "\n") + "\n"
	var b bytes.Buffer
	b.WriteString(magic)
	word := func(n uint32) { b.Write(binary.LittleEndian.AppendUint32(nil, n)) }
	word(format)
	word(0) // the checksum's place
	for _, n := range []int{t.Dimensions, len(t.features), len(header), len(terms)} {
		word(uint32(n))
	}
	word(math.Float32bits(t.length))
	b.Write(header)
	b.WriteString(terms)
	for _, s := range t.scales {
		word(math.Float32bits(s))
	}
	b.Write(t.cells)
	file := b.Bytes()
	sum := len(magic) + 4
	binary.LittleEndian.PutUint32(file[sum:], crc32.ChecksumIEEE(file[sum+4:]))
	return file, nil
}

// ParseTable reads a table's file. The table keeps the file's memory: do not
// change it.
func ParseTable(file []byte) (*Table, error) {
	if len(file) < preamble || string(file[:len(magic)]) != magic {
		return nil, errors.New("not a table of vectors")
	}
	at := len(magic)
	word := func() uint32 {
		n := binary.LittleEndian.Uint32(file[at:])
		at += 4
		return n
	}
	if n := word(); n != format {
		return nil, fmt.Errorf("format %d of tables is unknown: this program reads %d", n, format)
	}
	if sum := word(); sum != crc32.ChecksumIEEE(file[at:]) {
		return nil, errors.New("the table is damaged: its checksum is wrong")
	}
	dimensions, features, header, terms := word(), word(), word(), word()
	t := &Table{Dimensions: int(dimensions), length: math.Float32frombits(word())}
	if dimensions == 0 || dimensions > maxDimensions || features == 0 || features > maxFeatures {
		return nil, fmt.Errorf("a table of %d features and %d dimensions is refused", features, dimensions)
	}
	rest := file[at:]
	cells := uint64(features) * uint64(dimensions)
	if want := uint64(header) + uint64(terms) + 4*uint64(features) + cells; uint64(len(rest)) != want {
		return nil, fmt.Errorf("the table has %d bytes, not %d", len(rest), want)
	}
	if err := json.Unmarshal(rest[:header], &t.Origin); err != nil {
		return nil, fmt.Errorf("read the table's header: %w", err)
	}
	rest = rest[header:]
	if terms == 0 || rest[terms-1] != '\n' {
		return nil, errors.New("the table's features end without a line feed")
	}
	if err := t.index(strings.Split(string(rest[:terms-1]), "\n")); err != nil {
		return nil, err
	}
	rest = rest[terms:]
	t.scales = make([]float32, features)
	if len(t.features) != len(t.scales) {
		return nil, fmt.Errorf("the table lists %d features, not %d", len(t.features), features)
	}
	for i := range t.scales {
		t.scales[i] = math.Float32frombits(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	t.cells = rest[4*features:]
	return t, t.check()
}

// index numbers the features.
func (t *Table) index(features []string) error {
	t.features = features
	t.row = make(map[string]int, len(features))
	for i, f := range features {
		if f == "" || len(f) > maxFeature || !utf8.ValidString(f) || strings.Contains(f, "\n") {
			return fmt.Errorf("feature %d is no feature: %.40q", i, f)
		}
		if i > 0 && f <= features[i-1] {
			return fmt.Errorf("the features do not ascend at %q", f)
		}
		t.row[f] = i
	}
	return nil
}

// check finds numbers that would spoil every vector they are added to.
func (t *Table) check() error {
	for i, scale := range append([]float32{t.length}, t.scales...) {
		if !(scale >= 0 && scale < math.MaxFloat32/(1<<40)) {
			return fmt.Errorf("scale %d of the table is %v", i, scale)
		}
	}
	if t.Origin.Version == "" {
		return errors.New("the table does not tell its version")
	}
	return nil
}

// Features returns the table's features in ascending order.
func (t *Table) Features() []string { return t.features }

// add adds weight times the feature's vector to v. The conversions keep
// compilers from fusing a product into the sum, which rounds otherwise: vectors
// are to be the same on every machine.
func (t *Table) add(v []float32, feature string, weight float32) {
	i, ok := t.row[feature]
	if !ok {
		t.addUnknown(v, feature, weight)
		return
	}
	weight *= t.scales[i]
	cells := t.cells[i*t.Dimensions : (i+1)*t.Dimensions]
	for j := range v {
		v[j] += float32(weight * float32(int8(cells[j])))
	}
}

// addUnknown adds a vector of signs drawn from the feature's hash, as long as
// the table's are on average.
func (t *Table) addUnknown(v []float32, feature string, weight float32) {
	weight *= t.length / float32(math.Sqrt(float64(t.Dimensions)))
	negative := math.Float32bits(-weight)
	signs := hash(feature)
	for j := range v {
		if j%64 == 0 {
			signs = mix(signs + 0x9e3779b97f4a7c15)
		}
		// No branch: a processor would guess every other sign wrong.
		v[j] += math.Float32frombits(negative ^ uint32(signs&1)<<31)
		signs = bits.RotateLeft64(signs, -1)
	}
}

// hash is FNV-1a, mixed, since its lower bits alone are poor.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

// mix is the finaliser of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
