package main

import "math"

// matrix is dense, row after row.
type matrix struct {
	height, width int
	cells         []float32
}

func newMatrix(height, width int) *matrix {
	return &matrix{height: height, width: width, cells: make([]float32, height*width)}
}

func (m *matrix) row(i int) []float32 {
	return m.cells[i*m.width : (i+1)*m.width : (i+1)*m.width]
}

func (m *matrix) clone() *matrix {
	c := *m
	c.cells = append([]float32(nil), m.cells...)
	return &c
}

// sparse is a matrix of which few cells are not zero.
type sparse struct {
	width   int
	columns [][]int32 // of each row
	values  [][]float32
}

// times returns the products with each row of x, one a row.
func (a *sparse) times(x *matrix) *matrix {
	out := newMatrix(x.height, len(a.columns))
	for k := range x.height {
		from, to := x.row(k), out.row(k)
		for r, columns := range a.columns {
			sum := float32(0)
			for j, c := range columns {
				sum += float32(a.values[r][j] * from[c])
			}
			to[r] = sum
		}
	}
	return out
}

// transposedTimes returns the products of the transposed with each row of x.
func (a *sparse) transposedTimes(x *matrix) *matrix {
	out := newMatrix(x.height, a.width)
	for k := range x.height {
		from, to := x.row(k), out.row(k)
		for r, columns := range a.columns {
			for j, c := range columns {
				to[c] += float32(a.values[r][j] * from[r])
			}
		}
	}
	return out
}

// dot adds in four sums, which is faster; the conversions keep a product from
// being fused into its sum.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	n := len(a) &^ 3
	for i := 0; i < n; i += 4 {
		s0 += float32(a[i] * b[i])
		s1 += float32(a[i+1] * b[i+1])
		s2 += float32(a[i+2] * b[i+2])
		s3 += float32(a[i+3] * b[i+3])
	}
	for i := n; i < len(a); i++ {
		s0 += float32(a[i] * b[i])
	}
	return s0 + s1 + s2 + s3
}

// addTo adds scale times x to y.
func addTo(y []float32, scale float32, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float32(scale * v)
	}
}

func length(v []float32) float32 { return float32(math.Sqrt(float64(dot(v, v)))) }

func multiply(v []float32, scale float32) {
	for i := range v {
		v[i] *= scale
	}
}
